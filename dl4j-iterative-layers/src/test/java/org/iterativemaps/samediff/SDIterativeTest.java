package org.iterativemaps.samediff;

import static org.iterativemaps.layers.Networks.assertClose;
import static org.iterativemaps.layers.Networks.normal;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Map;
import org.iterativemaps.iterate.MapProgram;
import org.iterativemaps.kernel.Magnitude;
import org.iterativemaps.kernel.reference.ReferenceKernel;
import org.iterativemaps.layers.Networks;
import org.iterativemaps.map.BlockFunctions;
import org.iterativemaps.map.BlockMap;
import org.iterativemaps.map.Injection;
import org.iterativemaps.map.RealizedMap;
import org.iterativemaps.map.Update;
import org.iterativemaps.map.pattern.RandomSource;
import org.iterativemaps.map.pattern.Sparsity;
import org.iterativemaps.map.pattern.WeightMask;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.autodiff.validation.GradCheckUtil;
import org.nd4j.autodiff.validation.OpValidation;
import org.nd4j.autodiff.validation.TestCase;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;

public class SDIterativeTest {
  private final SameDiff sd = SameDiff.create();
  private final SDIterative iterative = new SDIterative(sd);

  @BeforeAll
  static void doublePrecision() {
    Nd4j.setDefaultDataTypes(DataType.DOUBLE, DataType.DOUBLE);
  }

  @AfterAll
  static void singlePrecision() {
    Nd4j.setDefaultDataTypes(DataType.FLOAT, DataType.FLOAT);
  }

  private static WeightMask mask(int from, int to, double density) {
    return Sparsity.density(density).draw(from, to, RandomSource.of(1));
  }

  private SDVariable input(long... shape) {
    return sd.placeHolder("x", DataType.DOUBLE, shape);
  }

  /** sum(result * weights): a loss whose gradient is not the same everywhere. */
  private void loss(SDVariable result, long... shape) {
    result.mul(sd.constant(normal(9, shape))).sum("loss");
  }

  @Test
  void maskedAndSparseLinearAreTheSameMap() {
    WeightMask mask = mask(4, 3, 0.5);
    INDArray entries = normal(1, 6);
    INDArray matrix = Nd4j.zeros(DataType.DOUBLE, 3, 4);
    for (int entry = 0; entry < 6; entry++) {
      long cell = mask.copyCells()[entry];
      matrix.putScalar(cell / 4, cell % 4, entries.getDouble(entry));
    }
    INDArray everywhere = matrix.add(matrix.eq(0).castTo(DataType.DOUBLE).mul(7));
    SDVariable x = input(-1, 4);
    SDVariable bias = sd.var("b", normal(2, 3));
    iterative.maskedLinear("masked", x, sd.var("W", everywhere), mask, bias);
    iterative.sparseLinear("sparse", x, sd.var("w", entries), mask, bias);
    Map<String, INDArray> data = Map.of("x", normal(3, 5, 4));
    INDArray expected = data.get("x").mmul(matrix.transpose()).addRowVector(normal(2, 3));
    assertClose(expected, sd.output(data, "masked").get("masked"), 1e-14);
    assertClose(expected, sd.output(data, "sparse").get("sparse"), 1e-14);
    loss(sd.getVariable("masked").mul(sd.getVariable("sparse")), 5, 3);
    Graphs.checkGradients(sd, "loss", data);
    INDArray offMask =
        sd.calculateGradients(data, "W").get("W").mul(matrix.eq(0).castTo(DataType.DOUBLE));
    assertEquals(0, Magnitude.largest(offMask));
  }

  @ParameterizedTest
  @EnumSource(Injection.class)
  void iterateIsTheReferenceKernel(Injection injection) {
    // With an impulse, K must be the length of a way from x to y: 1 or 3.
    int[] all = injection == Injection.IMPULSE ? new int[] {1, 3} : new int[] {1, 2, 5};
    for (int steps : all) {
      SameDiff graph = SameDiff.create();
      SDIterative ops = new SDIterative(graph);
      BlockMap map = Networks.richMap(4, injection);
      SDMap inGraph = ops.blockMap("map", map, DataType.DOUBLE);
      SDVariable x = graph.placeHolder("x", DataType.DOUBLE, -1, 4);
      ops.iterate("out", inGraph, x, steps);
      INDArray input = normal(4, 3, 4);
      RealizedMap realized = map.realize();
      INDArray[] parameters =
          inGraph.variables().values().stream().map(SDVariable::getArr).toArray(INDArray[]::new);
      assertEquals(realized.parameters().size(), parameters.length);
      for (int p = 0; p < parameters.length; p++) {
        parameters[p].assign(normal(p, parameters[p].length()));
        assertEquals(realized.parameters().get(p).length(), parameters[p].length());
      }
      INDArray expected = Nd4j.create(DataType.DOUBLE, new long[] {3, 3, 1}, 'f');
      new ReferenceKernel(MapProgram.singleToken(realized, steps, null))
          .forward(parameters, input.reshape('f', 3, 4, 1), null, null, expected, false);
      assertClose(
          expected.reshape('f', 3, 3), graph.output(Map.of("x", input), "out").get("out"), 1e-13);
    }
  }

  @Test
  void iterateSequenceIsTheReferenceKernel() {
    BlockMap map = Networks.richMap(4, Injection.IMPULSE);
    SDMap inGraph = iterative.blockMap("map", map, DataType.DOUBLE);
    SDVariable out = iterative.iterateSequence("out", inGraph, input(-1, 4, 6), 3);
    INDArray input = normal(4, 2, 4, 6);
    INDArray[] parameters =
        inGraph.variables().values().stream().map(SDVariable::getArr).toArray(INDArray[]::new);
    INDArray expected = Nd4j.create(DataType.DOUBLE, new long[] {2, 3, 6}, 'f');
    new ReferenceKernel(MapProgram.sequence(map.realize(), 3, null))
        .forward(parameters, input, null, null, expected, false);
    assertClose(expected, sd.output(Map.of("x", input), "out").get("out"), 1e-13);
    loss(out, 2, 3, 6);
    Graphs.checkGradients(sd, "loss", Map.of("x", input));
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 3})
  void gradientsOfEveryBlockNormalisationAndUpdate(int steps) {
    SDMap map = iterative.blockMap("map", Graphs.everything(5), DataType.DOUBLE);
    map.variables()
        .forEach((key, v) -> v.getArr().addi(normal(key.hashCode(), v.getArr().shape())));
    Map<String, SDVariable> end =
        iterative.iterate("run", map, Map.of("x", input(-1, 5)), 2 * steps);
    loss(end.get("y").add(end.get("c")).add(end.get("h")), 6, 4);
    Graphs.checkGradients(sd, "loss", Map.of("x", normal(8, 6, 5)));
  }

  @Test
  void passesTheGradientCheckOfSameDiff() {
    BlockMap plain =
        BlockMap.builder()
            .input("x", 3)
            .state("h", 3, Activation.TANH)
            .connect("x", "h", Sparsity.dense())
            .connect("h", "h", Sparsity.dense())
            .output("h")
            .build();
    SDMap map = iterative.blockMap("map", plain, DataType.DOUBLE);
    SDVariable out = iterative.iterate("out", map, input(-1, 3), 3);
    out.mul(out).sum("loss");
    sd.setLossVariables("loss");
    Map<String, INDArray> data = Map.of("x", normal(8, 2, 3));
    sd.createGradFunction("x");
    sd.getVariable("x").setArray(data.get("x"));
    assertTrue(GradCheckUtil.checkGradients(sd, data));
    TestCase testCase = new TestCase(sd).placeholderValues(data).gradientCheck(true);
    assertNull(OpValidation.validate(testCase.testName("iterate")));
  }

  @Test
  void functionsOfTheUserAreIterated() {
    SDVariable w = sd.var("w", normal(1, 4, 4).muli(0.3));
    SDVariable x = input(-1, 4);
    SDVariable end = iterative.iterate("end", x, 3, z -> sd.nn().tanh(z.mmul(w)).add(x));
    loss(end, 2, 4);
    INDArray input = normal(2, 2, 4);
    INDArray expected = input;
    for (int k = 0; k < 3; k++) {
      expected =
          org.nd4j.linalg.ops.transforms.Transforms.tanh(expected.mmul(w.getArr())).add(input);
    }
    assertClose(expected, sd.output(Map.of("x", input), "end").get("end"), 1e-14);
    assertTrue(sd.hasVariable("end/1") && sd.hasVariable("end/2"));
    Graphs.checkGradients(sd, "loss", Map.of("x", input));
  }

  @Test
  void functionsOfSeveralSlotsAndOfSequencesAreIterated() {
    SDVariable w = sd.var("w", normal(1, 4, 4).muli(0.3));
    SDVariable x = input(-1, 4, 3);
    SDVariable start = sd.var("start", normal(5, 2, 4));
    SDVariable all =
        iterative.iterateSequence(
            "all", x, start, 2, (token, z) -> sd.nn().tanh(z.mmul(w).add(token)));
    Map<String, SDVariable> swapped =
        iterative.iterate(
            "swap",
            Map.of("a", start, "b", start.mul(2)),
            3,
            z -> Map.of("a", z.get("b"), "b", z.get("a").mmul(w)));
    loss(all.sum(2).add(swapped.get("a")), 2, 4);
    assertTrue(sd.hasVariable("swap/a/3"));
    Graphs.checkGradients(sd, "loss", Map.of("x", normal(2, 2, 4, 3)));
    INDArray twice = start.getArr().mul(2).mmul(w.getArr());
    assertClose(
        twice, sd.output(Map.of("x", normal(2, 2, 4, 3)), "swap/a/3").get("swap/a/3"), 1e-14);
  }

  @Test
  void aGatedUnitWrittenOut() {
    BlockMap gru =
        BlockMap.builder()
            .input("x", 8)
            .wire("r", 16, Activation.SIGMOID)
            .wire("u", 16, Activation.SIGMOID)
            .wireWithoutBias("s", 16, Activation.IDENTITY)
            .state("h", 16, Activation.TANH)
            .connect("x", "r", Sparsity.dense())
            .connect("h", "r", Sparsity.density(0.2))
            .connect("x", "u", Sparsity.dense())
            .connect("h", "u", Sparsity.density(0.2))
            .connect(List.of("r", "h"), "s", BlockFunctions.product())
            .connect("x", "h", Sparsity.dense())
            .connect("s", "h", Sparsity.density(0.2))
            .update("h", Update.gated("u"))
            .output("h")
            .build();
    SDMap map = iterative.blockMap("gru", gru, DataType.DOUBLE);
    SDVariable y = iterative.iterateSequence("y", map, input(-1, 8, 5), 1);
    loss(y, 2, 16, 5);
    sd.setLossVariables("loss");
    assertEquals(3 * (8 * 16 + 51 + 16), map.parameterCount());
    Map<String, INDArray> data = Map.of("x", normal(3, 2, 8, 5));
    assertArrayEquals(new long[] {2, 16, 5}, sd.output(data, "y").get("y").shape());
    assertTrue(
        sd.calculateGradients(data, "gru/W[s->h]").get("gru/W[s->h]").norm2Number().doubleValue()
            > 0);
  }

  @ParameterizedTest
  @ValueSource(chars = {'c', 'f'})
  void callsDoNotDisturbEachOther(char order) {
    BlockMap map = Networks.richMap(4, Injection.HOLD);
    SDMap inGraph = iterative.blockMap("map", map, DataType.DOUBLE);
    iterative.iterateSequence("out", inGraph, input(-1, 4, 5), 1);
    INDArray[] parameters =
        inGraph.variables().values().stream().map(SDVariable::getArr).toArray(INDArray[]::new);
    ReferenceKernel kernel = new ReferenceKernel(MapProgram.sequence(map.realize(), 1, null));
    String last = "out/4/y/1";
    for (int call = 0; call < 4; call++) {
      INDArray input = normal(call, 3, 4, 5);
      INDArray expected = Nd4j.create(DataType.DOUBLE, new long[] {3, 3, 5}, 'f');
      kernel.forward(parameters, input, null, null, expected, false);
      Map<String, INDArray> found = sd.output(Map.of("x", input.dup(order)), "out", last);
      assertClose(expected, found.get("out"), 1e-13);
      INDArray end =
          expected.get(NDArrayIndex.all(), NDArrayIndex.all(), NDArrayIndex.point(4)).dup();
      assertClose(end, found.get(last), 1e-13);
    }
  }

  @ParameterizedTest
  @ValueSource(chars = {'c', 'f'})
  void loopedCallsDoNotDisturbEachOther(char order) {
    BlockMap map = Networks.richMap(4, Injection.HOLD);
    SDMap inGraph = iterative.blockMap("map", map, DataType.DOUBLE);
    iterative.iterate("out", inGraph, input(-1, 4), 4);
    INDArray[] parameters =
        inGraph.variables().values().stream().map(SDVariable::getArr).toArray(INDArray[]::new);
    ReferenceKernel kernel = new ReferenceKernel(MapProgram.singleToken(map.realize(), 4, null));
    for (int call = 0; call < 4; call++) {
      INDArray input = normal(call, 3, 4, 1);
      INDArray expected = Nd4j.create(DataType.DOUBLE, new long[] {3, 3, 1}, 'f');
      kernel.forward(parameters, input, null, null, expected, false);
      INDArray token = input.slice(0, 2);
      INDArray found = sd.output(Map.of("x", token.dup(order)), "out").get("out");
      assertClose(expected.slice(0, 2).dup(), found, 1e-13);
    }
  }

  @Test
  void theBatchIsOpen() {
    SDMap map = iterative.blockMap("map", Networks.richMap(4, Injection.HOLD), DataType.DOUBLE);
    iterative.iterate("out", map, input(-1, 4), 4);
    INDArray whole = normal(4, 7, 4);
    INDArray expected = sd.output(Map.of("x", whole), "out").get("out");
    INDArray one = sd.output(Map.of("x", whole.getRow(2, true).dup()), "out").get("out");
    assertClose(expected.getRow(2, true).dup(), one, 1e-14);
  }

  @Test
  void aHundredStepsAreWrittenOnceAndTheWeightsToo() {
    BlockMap map = Networks.richMap(4, Injection.HOLD);
    SDMap inGraph = iterative.blockMap("map", map, DataType.DOUBLE);
    int before = sd.getOps().size();
    iterative.iterate("out", inGraph, input(-1, 4), 100);
    int perStep = (sd.getOps().size() - before) / 100;
    assertTrue(perStep <= 16, "operations per step " + perStep);
    long segments =
        sd.getOps().values().stream()
            .filter(op -> op.getOp().opName().equals("unsorted_segment_sum"))
            .count();
    assertEquals(5, segments); // one for every block that is trained and sparse
    assertArrayEquals(
        new long[] {2, 3}, sd.output(Map.of("x", normal(1, 2, 4)), "out").get("out").shape());
  }

  @Test
  void aMapThatIsAnMlpCostsWhatItCosts() {
    BlockMap mlp =
        BlockMap.builder()
            .input("x", 4)
            .state("h", 3, Activation.TANH)
            .state("y", 2, Activation.IDENTITY)
            .connect("x", "h", Sparsity.dense())
            .connect("h", "y", Sparsity.dense())
            .output("y")
            .build();
    SDMap map = iterative.blockMap("map", mlp, DataType.DOUBLE);
    iterative.iterate("out", map, input(-1, 4), 50);
    long products =
        sd.getOps().values().stream().filter(op -> op.getOp().opName().equals("matmul")).count();
    assertTrue(products <= 4, "matrix products " + products); // h, y, y of zeros, zeros of h
  }

  @Test
  void wrongUseIsNamed() {
    SDMap map = iterative.blockMap("map", Networks.richMap(4, Injection.HOLD), DataType.DOUBLE);
    SDVariable x = input(-1, 5);
    SDVariable fine = sd.placeHolder("fine", DataType.DOUBLE, -1, 4);
    refused(() -> iterative.iterate("out", map, fine, 0), "iterate 'out'", "steps = 0");
    refused(() -> iterative.iterate("out", map, x, 2), "iterate 'out'", "'x'", "[-1, 5]", "4]");
    refused(
        () -> iterative.iterate("out", map, sd.placeHolder("f", DataType.FLOAT, -1, 4), 2),
        "'f'",
        "FLOAT",
        "DOUBLE");
    refused(
        () -> iterative.step("s", map, Map.of("x", fine, "nobody", fine)), "step 's'", "'nobody'");
    refused(
        () ->
            iterative.iterateSequence("s", map, sd.placeHolder("q", DataType.DOUBLE, -1, 4, -1), 1),
        "iterateSequence 's'",
        "'q'",
        "time");
    refused(() -> iterative.blockMap("map", Networks.richMap(4, Injection.HOLD)), "'map/W[x->h]'");
    WeightMask mask = mask(4, 3, 0.5);
    refused(
        () -> iterative.maskedLinear("l", fine, sd.var("T", normal(1, 4, 3)), mask, null),
        "maskedLinear 'l'",
        "'T'",
        "[4, 3]",
        "[3, 4]");
    refused(
        () -> iterative.sparseLinear("l", fine, sd.var("t", normal(1, 7)), mask, null),
        "'t'",
        "[7]",
        "[6]");
    refused(
        () -> iterative.sparseLinear("l2", x, sd.var("six", normal(1, 6)), mask, null),
        "sparseLinear 'l2'",
        "'x'",
        "[-1, 5]");
    refused(
        () -> iterative.iterate("i", Map.of("a", fine), 2, z -> Map.of("b", fine)),
        "iterate 'i'",
        "[b]",
        "[a]");
    refused(() -> iterative.fixedPoint("p", map, fine, 0, 10), "fixedPoint 'p'", "tolerance 0.0");
    refused(() -> map.variable("W[a->b]"), "'map'", "'W[a->b]'", "W[x->h]");
  }

  public static void refused(org.junit.jupiter.api.function.Executable wrong, String... parts) {
    String message = assertThrows(IllegalArgumentException.class, wrong).getMessage();
    List.of(parts).forEach(part -> assertTrue(message.contains(part), message));
  }
}
