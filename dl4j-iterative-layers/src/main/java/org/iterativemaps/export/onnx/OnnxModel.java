package org.iterativemaps.export.onnx;

import static org.iterativemaps.export.onnx.Protos.attribute;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import onnx.Onnx.AttributeProto;
import onnx.Onnx.GraphProto;
import onnx.Onnx.ModelProto;
import onnx.Onnx.OperatorSetIdProto;
import onnx.Onnx.StringStringEntryProto;
import onnx.Onnx.Version;
import org.iterativemaps.inference.Program;
import org.iterativemaps.inference.Program.State;

/** A program as a model: a graph of one token, or one that runs it over the time steps. */
final class OnnxModel {
  private static final String BATCH = "batch";
  private static final String TIME = "time";
  // What ONNX Runtime has read since 1.6, of December 2020.
  private static final int OPSET = 13;
  private static final int IR_VERSION = Version.IR_VERSION_2020_5_8_VALUE;

  private final Program program;
  private final Names names = new Names();
  private final Nodes nodes = new Nodes(GraphProto.newBuilder(), names);
  private final Constants constants;

  private OnnxModel(Program program, OnnxWeights weights) {
    this.program = program;
    this.constants = new Constants(program, weights, nodes.graph, names);
    names.unique(OnnxExport.INPUT);
    names.unique(OnnxExport.OUTPUT);
  }

  static ModelProto of(Program program, OnnxWeights weights) {
    OnnxModel model = new OnnxModel(program, weights);
    boolean isRecurrent = program.isSequence() || !program.states().isEmpty();
    model.nodes.graph.setName("network");
    if (isRecurrent) {
      model.sequences();
    } else {
      model.tokens();
    }
    ModelProto.Builder proto =
        ModelProto.newBuilder()
            .setIrVersion(IR_VERSION)
            .addOpsetImport(OperatorSetIdProto.newBuilder().setDomain("").setVersion(OPSET))
            .setProducerName("dl4j-iterative-layers")
            .setGraph(model.nodes.graph);
    if (!program.card().isEmpty()) {
      proto.addMetadataProps(
          StringStringEntryProto.newBuilder().setKey(OnnxExport.CARD).setValue(program.card()));
    }
    return proto.build();
  }

  private void tokens() {
    nodes.graph.addInput(Protos.floats(OnnxExport.INPUT, BATCH, program.inputSize()));
    StepWriter step = new StepWriter(program, constants, nodes, OnnxExport.INPUT, Map.of());
    identity(nodes, step.result(program.output()), OnnxExport.OUTPUT);
    nodes.graph.addOutput(Protos.floats(OnnxExport.OUTPUT, BATCH, program.outputSize()));
  }

  private static void identity(Nodes nodes, String value, String name) {
    nodes.add("Identity", List.of(), List.of(value), List.of(name));
  }

  /** A Scan over the time steps, whose body is the graph of one token. */
  private void sequences() {
    nodes.graph.addInput(Protos.floats(OnnxExport.INPUT, BATCH, program.inputSize(), TIME));
    List<String> starts = new ArrayList<>();
    List<String> ends = new ArrayList<>();
    for (State state : program.states()) {
      String name = names.unique(OnnxExport.STATE + state.name());
      int units = program.size(state.register());
      // An input with a value: who runs the model may leave it out.
      nodes.graph.addInput(Protos.floats(name, BATCH, units));
      nodes.graph.addInitializer(Protos.tensor(name, new float[units], 1, units));
      starts.add(ofSamples(name, units));
      ends.add(names.unique(OnnxExport.NEXT_STATE + state.name()));
    }
    String answers = OnnxExport.OUTPUT;
    if (program.isLastOnly()) {
      starts.add(ofSamples(constants.zeros(program.outputSize()), program.outputSize()));
      ends.add(answers);
      nodes.graph.addOutput(Protos.floats(answers, BATCH, program.outputSize()));
    } else {
      nodes.graph.addOutput(Protos.floats(answers, BATCH, program.outputSize(), TIME));
    }
    for (int s = 0; s < program.states().size(); s++) {
      int units = program.size(program.states().get(s).register());
      nodes.graph.addOutput(Protos.floats(ends.get(s), BATCH, units));
    }
    List<AttributeProto> attributes = new ArrayList<>();
    attributes.add(attribute("body", body()));
    attributes.add(attribute("num_scan_inputs", 1));
    attributes.add(attribute("scan_input_axes", new long[] {2})); // [batch, units, time]
    List<String> inputs = new ArrayList<>(starts);
    inputs.add(OnnxExport.INPUT);
    List<String> outputs = new ArrayList<>(ends);
    if (!program.isLastOnly()) {
      attributes.add(attribute("scan_output_axes", new long[] {2}));
      outputs.add(answers);
    }
    nodes.add("Scan", attributes, inputs, outputs);
  }

  /** [1, units] or [batch, units] as [batch, units]. */
  private String ofSamples(String name, int units) {
    String shape = nodes.add("Shape", OnnxExport.INPUT);
    String batch = nodes.add("Gather", shape, constants.numbers(0));
    String wanted =
        nodes.add("Concat", List.of(attribute("axis", 0)), batch, constants.numbers(units));
    return nodes.add("Expand", name, wanted);
  }

  private GraphProto body() {
    Nodes body = new Nodes(GraphProto.newBuilder().setName("timeStep"), names);
    Map<Integer, String> registers = new HashMap<>();
    for (State state : program.states()) {
      String name = names.after("state");
      registers.put(state.register(), name);
      body.graph.addInput(Protos.floats(name, BATCH, program.size(state.register())));
    }
    if (program.isLastOnly()) { // the answer before, which nobody reads
      body.graph.addInput(Protos.floats(names.after("answer"), BATCH, program.outputSize()));
    }
    String token = names.after("token");
    body.graph.addInput(Protos.floats(token, BATCH, program.inputSize()));
    StepWriter step = new StepWriter(program, constants, body, token, registers);
    for (State state : program.states()) {
      output(body, step.result(state.next()), program.size(state.register()));
    }
    output(body, step.result(program.output()), program.outputSize());
    return body.graph.build();
  }

  private void output(Nodes body, String value, int units) {
    String name = names.after("next");
    identity(body, value, name);
    body.graph.addOutput(Protos.floats(name, BATCH, units));
  }
}
