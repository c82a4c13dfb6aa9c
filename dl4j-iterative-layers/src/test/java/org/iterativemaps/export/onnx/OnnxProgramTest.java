package org.iterativemaps.export.onnx;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.onnxruntime.OrtException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import onnx.Onnx.GraphProto;
import onnx.Onnx.ModelProto;
import org.iterativemaps.inference.InferenceModel;
import org.iterativemaps.inference.Matrix;
import org.iterativemaps.inference.Program;
import org.iterativemaps.inference.ProgramBuilder;
import org.iterativemaps.inference.TokenStream;
import org.iterativemaps.lanes.LaneActivation;
import org.iterativemaps.lanes.LaneActivation.Kind;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** Programs in ONNX Runtime and in InferenceModel. */
class OnnxProgramTest {
  private static final int SEEDS = 80;
  private static final double TOLERANCE = 1e-5;

  private static float[] normal(Random random, int count) {
    float[] values = new float[count];
    for (int i = 0; i < count; i++) {
      values[i] = (float) random.nextGaussian();
    }
    return values;
  }

  private static void assertClose(float[] expected, float[] found, String where) {
    assertEquals(expected.length, found.length, where);
    for (int i = 0; i < expected.length; i++) {
      double allowed = TOLERANCE * Math.max(1, Math.abs(expected[i]));
      assertEquals(expected[i], found[i], allowed, where + ", number " + i);
    }
  }

  private static float[] flat(INDArray array) {
    return array.dup('c').reshape(array.length()).toFloatVector();
  }

  private static LaneActivation activation(Kind kind) {
    return switch (kind) {
      case BENT_RELU -> new LaneActivation(kind, 0.25f, 0.5f, 2);
      case LEAKY_RELU -> new LaneActivation(kind, 0.01f);
      case ELU -> new LaneActivation(kind, 1.5f);
      case ANY_ELU -> new LaneActivation(kind, -0.5f);
      case SOFTPLUS, SWISH -> new LaneActivation(kind, 1.75f);
      case TANH_GELU -> new LaneActivation(kind, LaneActivation.GELU_CUBE);
      default -> new LaneActivation(kind, 0);
    };
  }

  private static void assertActivation(LaneActivation activation) throws OrtException {
    float[] tokens = new float[401];
    for (int i = 0; i < tokens.length; i++) {
      tokens[i] = (i - 200) / 16f;
    }
    tokens[0] = -1e6f;
    tokens[400] = 1e6f;
    if (activation.kind() == Kind.CUBE) {
      tokens[0] = tokens[400] = 0;
    }
    ProgramBuilder into = Program.builder(tokens.length);
    int result = into.register(tokens.length);
    into.activate(result, activation, into.input());
    Program program = into.build(result);
    try (RunningModel model =
        new RunningModel(OnnxExport.of(program, OnnxOptions.standard()).toByteArray())) {
      INDArray output = model.output(Nd4j.createFromArray(new float[][] {tokens}));
      assertClose(InferenceModel.of(program).answer(tokens), flat(output), activation.toString());
    }
  }

  @ParameterizedTest
  @EnumSource(Kind.class)
  void everyActivation(Kind kind) throws OrtException {
    assertActivation(activation(kind));
  }

  @Test
  void bentReluInAllShapes() throws OrtException {
    float none = Float.POSITIVE_INFINITY;
    for (float alpha : new float[] {0, -0.5f, 1.25f}) {
      for (float max : new float[] {none, 6, -1}) {
        assertActivation(new LaneActivation(Kind.BENT_RELU, alpha, -0.25f, max));
      }
    }
  }

  /** Instructions on registers of three sizes, constants and zeros and the token among them. */
  private static final class RandomProgram {
    private static final int[] SIZES = {1, 3, 5};
    private static final Kind[] KINDS = {Kind.TANH, Kind.SIGMOID, Kind.SOFTSIGN, Kind.IDENTITY};

    private final Random random;
    private final ProgramBuilder into;
    private final List<List<Integer>> written =
        List.of(new ArrayList<>(), new ArrayList<>(), new ArrayList<>());

    RandomProgram(long seed) {
      random = new Random(seed);
      int size = random.nextInt(3);
      into = Program.builder(SIZES[size]);
      written.get(size).add(into.input());
    }

    private int any(List<Integer> registers) {
      return registers.get(random.nextInt(registers.size()));
    }

    /** What a matrix, activation or copy may read, of any size. */
    private int any() {
      List<Integer> some = written.get(random.nextInt(3));
      return some.isEmpty() ? into.input() : any(some);
    }

    Program program(boolean isRecurrent) {
      List<int[]> states = new ArrayList<>();
      for (int s = random.nextInt(3); isRecurrent && s >= 0; s--) {
        int size = random.nextInt(3);
        int state = into.state("layer/s" + s, SIZES[size]);
        written.get(size).add(state);
        states.add(new int[] {state, size});
      }
      for (int i = 0; i < 25; i++) {
        instruction(random.nextInt(3));
      }
      for (int[] state : states) {
        if (random.nextInt(4) > 0) { // else it stays as it is
          into.carry(state[0], bounded(any(written.get(state[1]))));
        }
      }
      if (isRecurrent && random.nextBoolean()) {
        into.sequence();
      }
      if (isRecurrent && random.nextInt(3) == 0) {
        into.lastOnly();
      }
      return into.build(bounded(any()));
    }

    private int bounded(int register) {
      int result = into.register(into.size(register));
      into.activate(result, new LaneActivation(Kind.TANH, 0), register);
      return result;
    }

    private void instruction(int size) {
      int units = SIZES[size];
      List<Integer> same = written.get(size);
      int target = into.register(units);
      if (same.isEmpty() || random.nextInt(3) == 0) {
        into.fill(target, random.nextInt(3) == 0 ? -1 : into.vector(normal(random, units)));
      } else {
        into.copy(target, any(same));
      }
      switch (random.nextInt(10)) {
        case 0, 1 -> {
          int a = any();
          into.multiplyAdd(target, into.matrix(matrix(into.size(a), units)), a);
        }
        case 2 -> {
          int a = any();
          if (into.size(a) <= units) {
            into.put(target, random.nextInt(units - into.size(a) + 1), a);
          }
          int b = any();
          if (into.size(b) <= units) {
            into.put(target, random.nextInt(units - into.size(b) + 1), b);
          }
        }
        case 3 -> into.add(target, same.isEmpty() ? target : any(same));
        case 4 -> into.addProduct(target, target, same.isEmpty() ? target : any(same));
        case 5 -> into.subtractProduct(target, same.isEmpty() ? target : any(same), target);
        case 6 -> into.scale(target, -0.75f, target);
        case 7 -> {
          int shift = random.nextBoolean() ? -1 : into.vector(normal(random, units));
          into.scaleUnits(target, into.vector(normal(random, units)), shift, target);
        }
        case 8 -> {
          int normalised = into.register(units);
          into.normalise(normalised, random.nextBoolean(), target);
          into.copy(target, normalised);
        }
        default -> into.softmax(target, target);
      }
      Kind kind = KINDS[random.nextInt(KINDS.length)];
      into.activate(target, new LaneActivation(kind, 0), target);
      same.add(target);
    }

    private Matrix matrix(int from, int to) {
      if (from == to && random.nextInt(3) == 0) {
        int[] units = new int[to];
        Arrays.setAll(units, i -> i);
        int[] starts = new int[to + 1];
        Arrays.setAll(starts, i -> i);
        return Matrix.sparse(from, to, starts, units, normal(random, to));
      }
      List<Integer> sources = new ArrayList<>();
      int[] starts = new int[to + 1];
      double density = random.nextInt(3) / 2.0;
      for (int row = 0; row < to; row++) {
        for (int column = 0; column < from; column++) {
          if (random.nextDouble() < density) {
            sources.add(column);
          }
        }
        starts[row + 1] = sources.size();
      }
      int[] columns = sources.stream().mapToInt(Integer::intValue).toArray();
      return Matrix.sparse(from, to, starts, columns, normal(random, columns.length));
    }
  }

  @Test
  void randomProgramsOnTokens() throws OrtException {
    for (long seed = 0; seed < SEEDS; seed++) {
      Program program = new RandomProgram(seed).program(false);
      OnnxOptions options = new OnnxOptions(false, seed % 2 == 0);
      try (RunningModel model = new RunningModel(OnnxExport.of(program, options).toByteArray())) {
        for (int batch : new int[] {1, 4}) {
          float[][] tokens = new float[batch][];
          Random random = new Random(seed);
          Arrays.setAll(tokens, b -> normal(random, program.inputSize()));
          INDArray output = model.output(Nd4j.createFromArray(tokens));
          assertEquals(List.of((long) batch, (long) program.outputSize()), shape(output));
          float[][] expected = InferenceModel.of(program).answers(tokens);
          for (int b = 0; b < batch; b++) {
            assertClose(expected[b], flat(output.getRow(b)), "seed " + seed + ", sample " + b);
          }
        }
      }
    }
  }

  private static List<Long> shape(INDArray array) {
    return Arrays.stream(array.shape()).boxed().toList();
  }

  @Test
  void randomProgramsOverTime() throws OrtException {
    for (long seed = 0; seed < SEEDS; seed++) {
      Program program = new RandomProgram(seed).program(true);
      OnnxOptions options = OnnxOptions.standard();
      options = seed % 2 == 0 ? options : options.withStates();
      ModelProto proto = OnnxExport.of(program, options);
      String where = "seed " + seed;
      int batch = 1 + (int) seed % 3;
      int time = 1 + (int) seed % 5;
      Random random = new Random(seed);
      INDArray input =
          Nd4j.createFromArray(normal(random, batch * program.inputSize() * time))
              .reshape(batch, program.inputSize(), time);
      TokenStream stream = InferenceModel.of(program).streams(batch);
      float[] last = new float[batch * program.outputSize()];
      try (RunningModel model = new RunningModel(proto.toByteArray())) {
        Map<String, INDArray> inputs = new HashMap<>(Map.of(OnnxExport.INPUT, input));
        if (options.hasStates()) {
          program
              .states()
              .forEach(
                  state ->
                      inputs.put(
                          OnnxExport.STATE + state.name(),
                          Nd4j.zeros(batch, program.size(state.register()))));
        }
        Map<String, INDArray> outputs = model.run(inputs);
        INDArray answers = outputs.get(OnnxExport.OUTPUT);
        for (int t = 0; t < time; t++) {
          last = stream.next(flat(input.tensorAlongDimension(t, 0, 1)));
          if (!program.isLastOnly()) {
            assertClose(last, flat(answers.tensorAlongDimension(t, 0, 1)), where + " at " + t);
          }
        }
        if (program.isLastOnly()) {
          assertClose(last, flat(answers), where);
        }
        if (!options.hasStates()) {
          assertEquals(1, outputs.size(), where);
          continue;
        }
        INDArray[] ends =
            program.states().stream()
                .map(state -> outputs.get(OnnxExport.NEXT_STATE + state.name()))
                .toArray(INDArray[]::new);
        if (ends.length > 0) {
          assertClose(stream.state(), flat(Nd4j.concat(1, ends)), where + ", states");
        }
        assertEquals(1 + ends.length, outputs.size(), where);
      }
    }
  }

  /** As ONNX has it: every name is written once, and read after it was. */
  @Test
  void namesAreWrittenOnceAndBeforeTheyAreRead() {
    for (long seed = 0; seed < SEEDS; seed++) {
      Program program = new RandomProgram(seed).program(seed % 2 == 0);
      ModelProto model = OnnxExport.of(program, new OnnxOptions(seed % 3 == 0, true));
      assertNames(model.getGraph(), new HashSet<>());
    }
  }

  private static void assertNames(GraphProto graph, Set<String> known) {
    graph.getInputList().forEach(input -> assertTrue(known.add(input.getName())));
    graph.getInitializerList().forEach(tensor -> assertTrue(known.add(tensor.getName())));
    graph
        .getSparseInitializerList()
        .forEach(tensor -> assertTrue(known.add(tensor.getValues().getName())));
    graph
        .getNodeList()
        .forEach(
            node -> {
              node.getInputList().forEach(name -> assertTrue(known.contains(name), name));
              node.getAttributeList().stream()
                  .filter(attribute -> attribute.hasG())
                  .forEach(attribute -> assertNames(attribute.getG(), known));
              node.getOutputList().forEach(name -> assertTrue(known.add(name), name));
            });
    graph.getOutputList().forEach(output -> assertTrue(known.contains(output.getName())));
  }

  @Test
  void sparseWeightsAreSmallerAndTheSame() throws OrtException {
    int size = 300;
    Random random = new Random(1);
    int[] starts = new int[size + 1];
    Arrays.setAll(starts, i -> 2 * i);
    int[] sources = new int[2 * size];
    Arrays.setAll(sources, i -> i % 2 == 0 ? i / 4 : size - 1 - i / 4);
    ProgramBuilder into = Program.builder(size);
    int sum = into.register(size);
    into.fill(sum, -1);
    into.multiplyAdd(
        sum,
        into.matrix(Matrix.sparse(size, size, starts, sources, normal(random, 2 * size))),
        into.input());
    Program program = into.build(sum);
    byte[] dense = OnnxExport.of(program, OnnxOptions.standard()).toByteArray();
    byte[] sparse =
        OnnxExport.of(program, OnnxOptions.standard().withSparseWeights()).toByteArray();
    assertTrue(dense.length > 4 * size * size, "dense " + dense.length);
    assertTrue(sparse.length < 2 * size * 12 + 1000, "sparse " + sparse.length);
    INDArray input = Nd4j.createFromArray(new float[][] {normal(random, size)});
    try (RunningModel one = new RunningModel(dense);
        RunningModel other = new RunningModel(sparse)) {
      assertEquals(one.output(input), other.output(input));
    }
  }

  /** 3.6 GB of zeros and one weight. */
  @Test
  void moreThanAFileHoldsIsRefused() {
    int size = 30_000;
    int[] starts = new int[size + 1];
    Arrays.fill(starts, 1, size + 1, 1);
    ProgramBuilder into = Program.builder(size);
    int sum = into.register(size);
    into.fill(sum, -1);
    Matrix one = Matrix.sparse(size, size, starts, new int[] {7}, new float[] {1});
    into.multiplyAdd(sum, into.matrix(one), into.input());
    Program program = into.build(sum);
    String message =
        assertThrows(
                IllegalArgumentException.class,
                () -> OnnxExport.of(program, OnnxOptions.standard()))
            .getMessage();
    assertTrue(message.contains("3600000000 bytes") && message.contains("Sparse"), message);
    OnnxOptions sparse = OnnxOptions.standard().withSparseWeights();
    assertTrue(OnnxExport.of(program, sparse).toByteArray().length < 1000);
  }

  @Test
  void wrongArgumentsAreNamed() {
    Program program = Program.builder(1).build(0);
    assertThrows(IllegalArgumentException.class, () -> OnnxExport.of(program, null));
    assertThrows(IllegalArgumentException.class, () -> OnnxExport.of(null, OnnxOptions.standard()));
  }
}
