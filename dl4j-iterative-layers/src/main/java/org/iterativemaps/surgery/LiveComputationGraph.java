package org.iterativemaps.surgery;

import java.lang.reflect.Field;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.deeplearning4j.nn.api.Layer;
import org.deeplearning4j.nn.api.Model;
import org.deeplearning4j.nn.api.Trainable;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.graph.LayerVertex;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.graph.vertex.BaseWrapperVertex;
import org.deeplearning4j.nn.graph.vertex.GraphVertex;
import org.deeplearning4j.nn.updater.BaseMultiLayerUpdater;
import org.deeplearning4j.nn.updater.graph.ComputationGraphUpdater;
import org.iterativemaps.layers.MapPlace;
import org.iterativemaps.layers.MapSettings;
import org.nd4j.linalg.api.ndarray.INDArray;

/** A {@link ComputationGraph} under surgery. */
final class LiveComputationGraph extends LiveNetwork {
  private final ComputationGraph graph;

  LiveComputationGraph(ComputationGraph graph) {
    this.graph = graph;
  }

  @Override
  Model model() {
    return graph;
  }

  @Override
  NeuralNetConfiguration defaultConf() {
    return graph.getConfiguration().getDefaultConfiguration();
  }

  @Override
  List<MapPlace> maps() {
    return MapPlace.of(graph.getConfiguration());
  }

  @Override
  Map<String, Object> kinds() {
    Map<String, Object> kinds = new LinkedHashMap<>();
    graph
        .getConfiguration()
        .getVertices()
        .forEach(
            (name, vertex) ->
                kinds.put(
                    "'" + name + "'",
                    vertex instanceof LayerVertex layer
                        ? layer.getLayerConf().getLayer()
                        : vertex));
    return kinds;
  }

  @Override
  Map<String, Trainable> trainables() {
    Map<String, Trainable> trainables = new LinkedHashMap<>();
    for (int index : graph.topologicalSortOrder()) {
      GraphVertex vertex = graph.getVertices()[index];
      if (vertex.getLayer() != null || vertex.numParams() > 0) {
        trainables.put(vertex.getVertexName(), vertex);
      }
    }
    return trainables;
  }

  @Override
  Map<String, Layer> layers() {
    Map<String, Layer> layers = new LinkedHashMap<>();
    for (GraphVertex vertex : graph.getVertices()) {
      if (vertex.getLayer() != null) { // hasLayer() of a map's vertex tells what runs
        layers.put(vertex.getVertexName(), vertex.getLayer());
      }
    }
    return layers;
  }

  @Override
  BaseMultiLayerUpdater<?> updater() {
    return graph.getUpdater(false);
  }

  @Override
  BaseMultiLayerUpdater<?> newUpdater() {
    return new ComputationGraphUpdater(graph);
  }

  @Override
  void setUpdater(BaseMultiLayerUpdater<?> updater) {
    graph.setUpdater((ComputationGraphUpdater) updater);
  }

  @Override
  LiveNetwork rebuilt(Map<String, Map<String, MapSettings>> settings, INDArray parameters) {
    ComputationGraph other = new ComputationGraph(confWith(settings));
    other.init(parameters, false);
    other.initGradientsView();
    return new LiveComputationGraph(other);
  }

  /** A configuration object may belong to several networks: the changed one is a new one. */
  private ComputationGraphConfiguration confWith(Map<String, Map<String, MapSettings>> settings) {
    ComputationGraphConfiguration before = graph.getConfiguration();
    ComputationGraphConfiguration after = before.clone();
    after.setVertices(new LinkedHashMap<>(before.getVertices())); // clone() forgets settings
    after
        .getVertices()
        .replaceAll((name, vertex) -> MapLayer.with(vertex, settings.getOrDefault(name, Map.of())));
    // What clone() forgets:
    after.setIterationCount(before.getIterationCount());
    after.setEpochCount(before.getEpochCount());
    after.setTopologicalOrder(before.getTopologicalOrder());
    after.setTopologicalOrderStr(before.getTopologicalOrderStr());
    return after;
  }

  @Override
  FieldSwap adoption(LiveNetwork rebuilt) {
    ComputationGraph other = (ComputationGraph) rebuilt.model();
    for (GraphVertex vertex : other.getVertices()) {
      move(vertex, other);
    }
    return new FieldSwap(graph)
        .take(
            ComputationGraph.class,
            other,
            "configuration",
            "defaultConfiguration",
            "vertices",
            "verticesMap",
            "topologicalOrder",
            "graphIndices",
            "layers",
            "flattenedParams",
            "flattenedGradients");
  }

  /** Vertices know the graph they are in, and ask it for its inputs and masks. */
  private void move(GraphVertex vertex, ComputationGraph from) {
    if (vertex instanceof BaseWrapperVertex) { // a frozen one
      move((GraphVertex) Fields.get(BaseWrapperVertex.class, vertex, "underlying"), from);
    }
    for (Class<?> type = vertex.getClass(); type != Object.class; type = type.getSuperclass()) {
      for (Field field : type.getDeclaredFields()) {
        if (field.getType() == ComputationGraph.class) {
          field.setAccessible(true);
          if (Fields.get(field, vertex) == from) {
            Fields.set(field, vertex, graph);
          }
        }
      }
    }
  }

  @Override
  void takeBatch(LiveNetwork other) {
    ComputationGraph source = ((LiveComputationGraph) other).graph;
    INDArray[] inputs = source.getInputs();
    INDArray[] labels = (INDArray[]) Fields.get(ComputationGraph.class, source, "labels");
    checkBatch(
        inputs == null ? null : inputs[0], labels == null || labels.length == 0 ? null : labels[0]);
    graph.setInputs(inputs);
    graph.setLabels(labels);
    graph.setLayerMaskArrays(source.getInputMaskArrays(), source.getLabelMaskArrays());
  }

  @Override
  INDArray gradient() {
    graph.computeGradientAndScore();
    return graph.gradient().gradient();
  }
}
