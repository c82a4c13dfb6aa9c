package org.iterativemaps.export;

import java.util.List;
import java.util.Optional;
import org.deeplearning4j.nn.graph.vertex.GraphVertex;
import org.iterativemaps.inference.ProgramBuilder;
import org.iterativemaps.layers.IterativeMapVertex;

/** A map that is a vertex. */
final class MapVertexNode extends Node {
  private final IterativeMapVertex conf;
  private final GraphVertex vertex;

  /** Of a running vertex. */
  MapVertexNode(
      String name, String label, List<String> inputs, IterativeMapVertex conf, GraphVertex vertex) {
    super(name, label, inputs);
    this.conf = conf;
    this.vertex = vertex;
  }

  @Override
  Optional<String> obstacle() {
    return conf.getStarts().isEmpty()
        ? MapLowering.obstacle(MapLowering.program(conf, vertex.getLayer()))
        : Optional.of(
            "its slots " + conf.getStarts() + " start from other vertices, which is not written");
  }

  @Override
  int inputSize() {
    return conf.getSettings().map().input().size();
  }

  @Override
  Form form(List<Form> given) {
    return given.get(0);
  }

  @Override
  int lower(ProgramBuilder into, int[] registers, List<Form> given) {
    MapLowering map = MapLowering.of(conf, vertex.getLayer(), name(), into);
    // Of single tokens, and of rows, every one begins at the initial state.
    return given.get(0) == Form.SEQUENCES
        ? map.lower(registers[0])
        : map.lowerWithoutMemory(registers[0]);
  }
}
