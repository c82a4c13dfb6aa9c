package org.iterativemaps.samediff;

import static org.iterativemaps.layers.Networks.assertClose;
import static org.iterativemaps.layers.Networks.normal;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.File;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.iterativemaps.kernel.Magnitude;
import org.iterativemaps.layers.Networks;
import org.iterativemaps.map.BlockMap;
import org.iterativemaps.map.Injection;
import org.iterativemaps.map.Update;
import org.iterativemaps.map.pattern.Sparsity;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

class SDFixedPointTest {
  private final SameDiff sd = SameDiff.create();
  private final SDIterative iterative = new SDIterative(sd);
  private final SDVariable x = sd.placeHolder("x", DataType.DOUBLE, -1, 4);
  private final Map<String, INDArray> data = Map.of("x", normal(2, 3, 4));

  private SDMap contraction() {
    BlockMap map =
        BlockMap.builder()
            .input("x", 4)
            .state("h", 6, Activation.TANH)
            .state("y", 2, Activation.IDENTITY)
            .connect("x", "h", Sparsity.dense())
            .connect("h", "h", Sparsity.density(0.5))
            .connect("h", "y", Sparsity.dense())
            .output("y")
            .build();
    SDMap inGraph = iterative.blockMap("map", map, DataType.DOUBLE);
    inGraph.variable("W[h->h]").getArr().muli(0.2);
    return inGraph;
  }

  @Test
  void isWhereManyStepsEnd() {
    SDMap map = contraction();
    SDFixedPoint point = iterative.fixedPoint("point", map, x, 1e-12, 500);
    iterative.iterate("many", map, x, 60);
    Map<String, INDArray> found =
        sd.output(data, "point/y", "point/steps", "point/residual", "many");
    assertClose(found.get("many"), found.get("point/y"), 1e-11);
    double steps = found.get("point/steps").getDouble(0);
    assertTrue(steps > 3 && steps < 60, "steps " + steps);
    assertTrue(found.get("point/residual").getDouble(0) <= 1e-12);
    assertEquals("point/y", point.state().get("y").name());
  }

  @Test
  void stopsAtTheMostStepsAndSaysThatItDidNotConverge() {
    iterative.fixedPoint("point", contraction(), x, 1e-12, 3);
    Map<String, INDArray> found = sd.output(data, "point/steps", "point/residual");
    assertEquals(3, found.get("point/steps").getDouble(0));
    assertTrue(found.get("point/residual").getDouble(0) > 1e-12);
  }

  /** z <- z² runs away from 2 and to 0 from 0.5; the square of an infinity less one is a NaN. */
  @Test
  void whatRunsAwayDoesNotCountAsConverged() {
    SDVariable near = sd.constant("near", Nd4j.createFromArray(0.5, 0.25));
    SDVariable far = sd.constant("far", Nd4j.createFromArray(0.5, 2.0));
    for (Map<String, SDVariable> start :
        List.of(Map.of("z", far), ordered("a", far, "b", near), ordered("a", near, "b", far))) {
      String name = "point" + String.join("", start.keySet()) + start.get(first(start)).name();
      iterative.fixedPoint(name, start, 1e-9, 40, SDFixedPointTest::squares);
      Map<String, INDArray> found = sd.output(Map.of(), name + "/steps", name + "/residual");
      assertEquals(40, found.get(name + "/steps").getDouble(0), name);
      double residual = found.get(name + "/residual").getDouble(0);
      assertTrue(Double.isNaN(residual), name + " residual " + residual);
    }
  }

  private static Map<String, SDVariable> ordered(
      String a, SDVariable ofA, String b, SDVariable ofB) {
    Map<String, SDVariable> both = new LinkedHashMap<>();
    both.put(a, ofA);
    both.put(b, ofB);
    return both;
  }

  private static String first(Map<String, SDVariable> state) {
    return state.keySet().iterator().next();
  }

  private static Map<String, SDVariable> squares(Map<String, SDVariable> state) {
    Map<String, SDVariable> next = new LinkedHashMap<>();
    state.forEach((slot, z) -> next.put(slot, z.mul(z)));
    return next;
  }

  /** Twice this is still 0 in FLOAT. */
  @Test
  void aToleranceBelowTheSmallestNumberStillRuns() {
    SDVariable start = sd.constant("start", Nd4j.createFromArray(0.5f, 0.25f));
    iterative.fixedPoint("point", Map.of("z", start), 1e-60, 40, SDFixedPointTest::squares);
    Map<String, INDArray> found = sd.output(Map.of(), "point/z", "point/steps", "point/residual");
    assertEquals(0, Magnitude.largest(found.get("point/z")));
    assertEquals(0, found.get("point/residual").getDouble(0));
    assertTrue(found.get("point/steps").getDouble(0) > 5, found.toString());
  }

  @Test
  void theUsersFunctionMayReadVariablesFromOutside() {
    SDVariable w = sd.var("w", normal(1, 4, 4).muli(0.2));
    iterative.fixedPoint(
        "point",
        Map.of("z", sd.zerosLike(x)),
        1e-12,
        500,
        state -> Map.of("z", sd.nn().tanh(state.get("z").mmul(w).add(x))));
    INDArray z = Nd4j.zeros(DataType.DOUBLE, 3, 4);
    for (int k = 0; k < 100; k++) {
      z = org.nd4j.linalg.ops.transforms.Transforms.tanh(z.mmul(w.getArr()).add(data.get("x")));
    }
    assertClose(z, sd.output(data, "point/z").get("point/z"), 1e-11);
  }

  @Test
  void anOperationThatDoesNotReadTheStateIsRefused() {
    SDVariable w = sd.var("w", normal(1, 4, 4));
    SDIterativeTest.refused(
        () ->
            iterative.fixedPoint(
                "point",
                Map.of("z", sd.zerosLike(x)),
                1e-12,
                500,
                state -> Map.of("z", sd.nn().tanh(state.get("z").add(x.mmul(w))))),
        "fixedPoint 'point'",
        "matmul",
        "before the loop");
  }

  @Test
  void nonlinearMapsHaveFixedPointsToo() {
    BlockMap map =
        BlockMap.builder()
            .input("x", 4)
            .wire("r", 4, Activation.SIGMOID)
            .state("h", 4, Activation.TANH)
            .connect("x", "r", Sparsity.dense())
            .connect("x", "h", Sparsity.dense())
            .connect("h", "h", Sparsity.dense())
            .update("h", Update.gated("r"))
            .output("h")
            .build();
    SDMap inGraph = iterative.blockMap("map", map, DataType.DOUBLE);
    inGraph.variable("W[h->h]").getArr().muli(0.2);
    iterative.fixedPoint("point", inGraph, x, 1e-12, 1000);
    iterative.iterate("many", inGraph, x, 400);
    Map<String, INDArray> found = sd.output(data, "point/h", "many");
    assertClose(found.get("many"), found.get("point/h"), 1e-9);
  }

  @Test
  void isSavedWithTheGraph(@TempDir Path folder) throws IOException {
    iterative.fixedPoint("point", contraction(), x, 1e-12, 500);
    INDArray expected = sd.output(data, "point/y").get("point/y");
    File file = folder.resolve("graph.fb").toFile();
    sd.save(file, true);
    INDArray loaded = SameDiff.load(file, true).output(data, "point/y").get("point/y");
    assertTrue(expected != null && expected.equals(loaded), expected + " " + loaded);
  }

  @Test
  void cannotBeDifferentiated() {
    SDFixedPoint point = iterative.fixedPoint("point", contraction(), x, 1e-12, 500);
    SDVariable y = point.state().get("y");
    y.mul(y).sum("loss");
    sd.setLossVariables("loss");
    assertThrows(RuntimeException.class, () -> sd.calculateGradients(data, "map/b[h]"));
  }

  @Test
  void refusesAMapThatForgetsItsInput() {
    SDMap map = iterative.blockMap("map", Networks.richMap(4, Injection.IMPULSE), DataType.DOUBLE);
    SDIterativeTest.refused(
        () -> iterative.fixedPoint("point", map, x, 1e-9, 10), "fixedPoint 'point'", "HOLD");
  }
}
