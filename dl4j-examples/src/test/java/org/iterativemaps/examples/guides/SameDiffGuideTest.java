package org.iterativemaps.examples.guides;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Map;
import org.iterativemaps.map.BlockMap;
import org.iterativemaps.map.GatedMaps;
import org.iterativemaps.map.pattern.Sparsity;
import org.iterativemaps.samediff.SDFixedPoint;
import org.iterativemaps.samediff.SDFunction;
import org.iterativemaps.samediff.SDIterative;
import org.iterativemaps.samediff.SDMap;
import org.junit.jupiter.api.Test;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** The code of docs/samediff.md. */
class SameDiffGuideTest {

  @Test
  void mapsInAGraph() {
    SameDiff sd = SameDiff.create();
    SDVariable x = sd.placeHolder("x", DataType.FLOAT, -1, 8, 5);
    // region sequence
    SDIterative iterative = new SDIterative(sd);
    BlockMap gru = GatedMaps.gru(16).nIn(8).density(0.2).build();
    SDMap map = iterative.blockMap("gru", gru, DataType.FLOAT);
    SDVariable y = iterative.iterateSequence("y", map, x, 1); // x: [batch, 8, time], time known
    // endregion
    INDArray value = sd.outputSingle(Map.of("x", Nd4j.rand(DataType.FLOAT, 3, 8, 5)), y.name());
    assertArrayEquals(new long[] {3, 16, 5}, value.shape());
  }

  @Test
  void fixedPoints() {
    SameDiff sd = SameDiff.create();
    SDIterative iterative = new SDIterative(sd);
    SDVariable x = sd.placeHolder("x", DataType.DOUBLE, -1, 4);
    // region fixedPoint
    BlockMap loop =
        BlockMap.builder()
            .input("x", 4)
            .state("h", 6, Activation.TANH)
            .connect("x", "h", Sparsity.dense())
            .connect("h", "h", Sparsity.fanIn(1))
            .output("h")
            .build();
    SDMap map = iterative.blockMap("loop", loop, DataType.DOUBLE);
    SDFixedPoint point = iterative.fixedPoint("point", map, x, 1e-9, 500); // tolerance, most steps
    // endregion
    map.variable("W[h->h]").getArr().assign(0.5); // it contracts
    Map<String, INDArray> found =
        sd.output(
            Map.of("x", Networks.normal(1, 2, 4)),
            point.state().get("h").name(),
            point.residual().name());
    assertTrue(found.get(point.residual().name()).getDouble(0) <= 1e-9);
  }

  @Test
  void codeAsABlock() {
    SameDiff sd = SameDiff.create();
    SDIterative iterative = new SDIterative(sd);
    // region function
    BlockMap map =
        BlockMap.builder()
            .input("x", 4)
            .state("h", 4, Activation.IDENTITY)
            .connect(
                "x", "h", new SDFunction("sine", 1, (graph, from) -> graph.math().sin(from[0])))
            .output("h")
            .build();
    // endregion
    SDVariable x = sd.placeHolder("x", DataType.DOUBLE, -1, 4);
    SDVariable y = iterative.iterate("y", iterative.blockMap("map", map, DataType.DOUBLE), x, 1);
    INDArray input = Networks.normal(1, 2, 4);
    INDArray value = sd.outputSingle(Map.of("x", input), y.name());
    assertEquals(Math.sin(input.getDouble(0)), value.getDouble(0), 1e-12);
  }
}
