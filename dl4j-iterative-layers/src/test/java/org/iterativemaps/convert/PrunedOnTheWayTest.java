package org.iterativemaps.convert;

import static org.iterativemaps.convert.UnrollingTest.assertRefused;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.ActivationLayer;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.iterativemaps.layers.LayerWeights;
import org.iterativemaps.map.RealizedMap;
import org.iterativemaps.map.RealizedMap.RealizedBlock;
import org.iterativemaps.map.Slot;
import org.iterativemaps.map.change.MagnitudePruning.Scope;
import org.iterativemaps.map.pattern.WeightMask;
import org.iterativemaps.surgery.BlockChoice;
import org.iterativemaps.surgery.Surgery;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;

/** Pruning while converting is the pruning of maps: the output is never cut off. */
class PrunedOnTheWayTest {
  private static final MlpOptions DENSE = MlpOptions.dense();

  @ParameterizedTest
  @ValueSource(doubles = {0.001, 0.005, 0.01, 0.02})
  void theOutputCanBeReached(double density) {
    for (long seed = 1; seed <= 20; seed++) {
      MultiLayerNetwork mlp = mlp(seed, 20, 30, 30, 10);
      for (MlpOptions options :
          List.of(
              DENSE.density(density),
              DENSE.density(density).hiddenProportion(0.5),
              DENSE.density(density).hiddenProportion(0.1))) {
        RealizedMap pruned = realized(IterativeMaps.fromMlp(mlp, options).network());
        assertTrue(reachesOutput(pruned), "seed " + seed + ", " + options);
      }
    }
  }

  @Test
  void otherShapesToo() {
    Random random = new Random(3);
    for (long seed = 1; seed <= 20; seed++) {
      int[] widths = random.ints(2 + random.nextInt(5), 2, 40).toArray();
      MultiLayerNetwork mlp = mlp(seed, 2 + random.nextInt(30), widths);
      double density = 0.002 + 0.02 * random.nextDouble();
      RealizedMap pruned = realized(IterativeMaps.fromMlp(mlp, DENSE.density(density)).network());
      assertTrue(reachesOutput(pruned), "seed " + seed);
      for (RealizedBlock block : pruned.blocks()) {
        if (block.block().isTrainable()) { // not more than asked for, but what is protected
          long cells = (long) block.mask().fromSize() * block.mask().toSize();
          long wanted = Math.round(density * cells);
          assertTrue(
              block.mask().entryCount() >= wanted
                  && block.mask().entryCount() <= Math.max(wanted, 2),
              "seed " + seed + ": " + block.mask());
        }
      }
    }
  }

  /** One algorithm: the same weights stay as when the map is pruned afterwards. */
  @Test
  void asTheMapWouldBePrunedAfterwards() {
    for (long seed = 1; seed <= 10; seed++) {
      MultiLayerNetwork mlp = mlp(seed, 20, 30, 30, 10);
      for (double density : new double[] {0.01, 0.25, 0.5}) {
        MultiLayerNetwork onTheWay = IterativeMaps.fromMlp(mlp, DENSE.density(density)).network();
        MultiLayerNetwork afterwards = IterativeMaps.fromMlp(mlp).network();
        Surgery.prune(afterwards, BlockChoice.all(), 1 - density, Scope.PER_BLOCK);
        assertEquals(masks(realized(afterwards)), masks(realized(onTheWay)));
        assertEquals(afterwards.params(), onTheWay.params());
      }
    }
  }

  /** An untrained network gets random patterns: these, too, lead somewhere. */
  @Test
  void randomPatternsLeadToTheOutput() {
    for (long seed = 1; seed <= 20; seed++) {
      Random random = new Random(seed);
      MultiLayerNetwork mlp = mlp(seed, 15 + random.nextInt(10), 30, 25 + random.nextInt(10), 10);
      for (MlpOptions options :
          List.of(DENSE.density(0.01), DENSE.density(0.01).hiddenProportion(0.3))) {
        MultiLayerNetwork sparse =
            new MultiLayerNetwork(
                IterativeMaps.fromMlp(mlp.getLayerWiseConfigurations(), options).network());
        sparse.init();
        assertTrue(reachesOutput(realized(sparse)), "seed " + seed);
      }
    }
    assertRefused(
        "had no way from the input of layer",
        () ->
            IterativeMaps.fromMlp(
                mlp(1, 90, 90, 90, 90, 90, 90).getLayerWiseConfigurations(), DENSE.density(1e-4)));
  }

  private static List<WeightMask> masks(RealizedMap map) {
    return map.blocks().stream().map(RealizedBlock::mask).toList();
  }

  private static RealizedMap realized(MultiLayerNetwork network) {
    return LayerWeights.read(network.getLayer(0)).realized();
  }

  /** Unit by unit, without the library's own search. */
  private static boolean reachesOutput(RealizedMap map) {
    List<boolean[]> reached = new ArrayList<>();
    for (Slot slot : map.map().slots()) {
      boolean[] units = new boolean[slot.size()];
      java.util.Arrays.fill(units, slot.isInput());
      reached.add(units);
    }
    for (int step = 0; step < reached.size(); step++) {
      for (RealizedBlock block : map.blocks()) {
        for (long cell : block.mask().copyCells()) {
          int from = (int) (cell % block.mask().fromSize());
          int to = (int) (cell / block.mask().fromSize());
          reached.get(block.to())[to] |= reached.get(block.from())[from];
        }
      }
    }
    boolean any = false;
    for (boolean unit : reached.get(map.map().indexOf(map.map().output().name()))) {
      any |= unit;
    }
    return any;
  }

  private static MultiLayerNetwork mlp(long seed, int nIn, int... widths) {
    NeuralNetConfiguration.ListBuilder list = FromMlpTest.conf(DataType.DOUBLE).seed(seed).list();
    for (int i = 0; i < widths.length - 1; i++) {
      list.layer(new DenseLayer.Builder().nOut(widths[i]).build());
      if (seed % 4 == 0) {
        list.layer(new ActivationLayer(Activation.CUBE)); // a wire
      }
    }
    MultiLayerNetwork network =
        new MultiLayerNetwork(
            list.layer(
                    new OutputLayer.Builder(LossFunction.MSE)
                        .activation(Activation.IDENTITY)
                        .nOut(widths[widths.length - 1])
                        .build())
                .setInputType(InputType.feedForward(nIn))
                .build());
    network.init();
    return network;
  }
}
