package org.iterativemaps.surgery;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.Map;
import java.util.stream.LongStream;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.iterativemaps.map.RealizedMap;
import org.iterativemaps.map.change.MagnitudePruning.Scope;
import org.iterativemaps.map.change.MapChange;
import org.iterativemaps.map.pattern.WeightMask;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.learning.config.NoOp;

class DenseGradientTest {

  /** The gradient of weights that are not there, against differences of the loss. */
  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void theDenseGradientIsTheSlopeOfTheLoss(boolean recurrent) {
    MultiLayerNetwork network = Nets.stack(new NoOp(), recurrent);
    Surgery.prune(network, BlockChoice.all(), 0.6, Scope.PER_BLOCK);
    DataSet data = Nets.data(2, recurrent);
    network.setInput(data.getFeatures());
    network.setLabels(data.getLabels());
    INDArray before = network.params().dup();
    Map<String, double[]> gradients =
        DenseGradient.of(LiveNetwork.of(network), BlockChoice.all().of(network)).get("map");
    assertEquals(before, network.params());
    int checked = 0;
    for (RealizedMap.RealizedBlock block : LiveMaps.settings(network, "map").realized().blocks()) {
      double[] gradient = gradients.get(block.block().name());
      for (int cell = 0; cell < gradient.length; cell += 4) {
        double slope =
            (loss(network, data, block, cell, 1e-5) - loss(network, data, block, cell, -1e-5))
                / 2e-5;
        // DL4J divides by the batch size only in the updater.
        assertEquals(slope, gradient[cell] / 6, 1e-7 + 1e-5 * Math.abs(slope));
        checked++;
      }
    }
    assertTrue(checked > 30);
  }

  private static double loss(
      MultiLayerNetwork network,
      DataSet data,
      RealizedMap.RealizedBlock block,
      int cell,
      double more) {
    MultiLayerNetwork copy = network.clone();
    long[] cells =
        LongStream.concat(Arrays.stream(block.mask().copyCells()), LongStream.of(cell))
            .distinct()
            .sorted()
            .toArray();
    LiveMaps.replaceMap(
        copy,
        "map",
        MapChange.ofMasks(
            LiveMaps.settings(copy, "map").realized(),
            Map.of(
                block.block().name(),
                WeightMask.ofCells(block.mask().fromSize(), block.mask().toSize(), cells))));
    INDArray weights = copy.getParam("1_W[" + block.block().name() + "]");
    int entry = Arrays.binarySearch(cells, cell);
    weights.putScalar(entry, weights.getDouble(entry) + more);
    return copy.score(data, true);
  }
}
