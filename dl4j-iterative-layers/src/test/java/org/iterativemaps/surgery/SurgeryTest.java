package org.iterativemaps.surgery;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.deeplearning4j.gradientcheck.GradientCheckUtil;
import org.deeplearning4j.nn.api.Model;
import org.deeplearning4j.nn.conf.MultiLayerConfiguration;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.deeplearning4j.optimize.api.BaseTrainingListener;
import org.iterativemaps.kernel.Magnitude;
import org.iterativemaps.map.Parameter;
import org.iterativemaps.map.RealizedMap;
import org.iterativemaps.map.change.MagnitudePruning.Scope;
import org.iterativemaps.map.pattern.WeightMask;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.learning.config.Adam;
import org.nd4j.linalg.learning.config.NoOp;
import org.nd4j.linalg.learning.config.Sgd;

class SurgeryTest {

  private static RealizedMap map(Model network) {
    return LiveMaps.settings(network, "map").realized();
  }

  /** Zeros every weight of the middle layer that another network no longer has. */
  private static void zeroWhatIsGone(MultiLayerNetwork dense, MultiLayerNetwork pruned) {
    for (RealizedMap.RealizedBlock block : map(dense).blocks()) {
      WeightMask left = map(pruned).blocks().get(map(dense).blocks().indexOf(block)).mask();
      List<Long> cells = new ArrayList<>();
      for (long cell : left.copyCells()) {
        cells.add(cell);
      }
      INDArray weights = dense.getParam("1_W[" + block.block().name() + "]");
      long[] all = block.mask().copyCells();
      for (int i = 0; i < all.length; i++) {
        if (!cells.contains(all[i])) {
          weights.putScalar(i, 0);
        }
      }
    }
  }

  @ParameterizedTest
  @CsvSource({"FLOAT,false", "FLOAT,true", "DOUBLE,false", "DOUBLE,true"})
  void aPrunedNetworkIsTheDenseOneWithZeros(DataType type, boolean recurrent) {
    for (Scope scope : Scope.values()) {
      MultiLayerNetwork dense =
          Nets.stack(Nets.conf(type, new Adam(0.01)), Nets.mapLayer(recurrent), recurrent);
      Nets.fit(dense, 0, 3, recurrent);
      MultiLayerNetwork pruned = dense.clone();
      int gone = Surgery.prune(pruned, BlockChoice.all(), 0.7, scope);
      assertEquals(dense.numParams() - gone, pruned.numParams());
      assertTrue(gone > 20, "gone " + gone);
      zeroWhatIsGone(dense, pruned);
      INDArray features = Nets.data(9, recurrent).getFeatures().castTo(type);
      double bound = type == DataType.FLOAT ? 1e-6 : 1e-12;
      double off = Magnitude.largestDifference(dense.output(features), pruned.output(features));
      assertTrue(off <= bound, "off by " + off);
      assertNotEquals(dense.output(features), dense.output(features.mul(2)));
    }
  }

  /** Also its training step: the gradient at what is left, with L2 on the weights. */
  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void andSoIsItsTraining(boolean recurrent) {
    NeuralNetConfiguration.Builder conf =
        Nets.conf(DataType.DOUBLE, new Sgd(0.1)).l2(0.01).l1(0.001);
    MultiLayerNetwork dense = Nets.stack(conf, Nets.mapLayer(recurrent), recurrent);
    MultiLayerNetwork pruned = dense.clone();
    Surgery.prune(pruned, BlockChoice.all(), 0.6, Scope.PER_BLOCK);
    zeroWhatIsGone(dense, pruned);
    DataSet data = Nets.data(1, recurrent);
    assertEquals(dense.score(data, true), pruned.score(data, true), 1e-12);
    dense.fit(data);
    pruned.fit(data);
    zeroWhatIsGone(dense, pruned);
    assertEquals(dense.score(data, true), pruned.score(data, true), 1e-12);
    INDArray features = data.getFeatures();
    assertTrue(
        Magnitude.largestDifference(dense.output(features), pruned.output(features)) <= 1e-12);
  }

  /** One updater for all: its state is one first moment per parameter, then one second each. */
  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void survivorsKeepValueAndState(boolean recurrent) {
    MultiLayerNetwork network = Nets.stack(new Adam(0.01), recurrent);
    Nets.fit(network, 0, 4, recurrent);
    RealizedMap before = map(network);
    INDArray parameters = network.params().dup();
    INDArray state = Nets.updaterState(network).dup();
    Surgery.prune(network, BlockChoice.all(), 0.7, Scope.PER_BLOCK);
    RealizedMap after = map(network);
    List<Integer> kept = survivors(before, after);
    int first = 25; // parameters of the layer in front: 4 * 5 + 5
    List<Integer> flat = new ArrayList<>();
    for (int i = 0; i < first; i++) {
      flat.add(i);
    }
    kept.forEach(place -> flat.add(first + place));
    for (int i = first + (int) before.parameterCount(); i < parameters.length(); i++) {
      flat.add(i);
    }
    assertEquals(flat.size(), network.numParams());
    INDArray stateAfter = Nets.updaterState(network);
    assertEquals(2 * flat.size(), stateAfter.length());
    for (int i = 0; i < flat.size(); i++) {
      int was = flat.get(i);
      assertEquals(parameters.getDouble(was), network.params().getDouble(i));
      assertEquals(state.getDouble(was), stateAfter.getDouble(i));
      assertEquals(
          state.getDouble(parameters.length() + was), stateAfter.getDouble(flat.size() + i));
    }
  }

  /** Places in the old map's parameters of those that the new map has, in its order. */
  private static List<Integer> survivors(RealizedMap before, RealizedMap after) {
    List<Integer> kept = new ArrayList<>();
    int start = 0;
    for (Parameter parameter : before.parameters()) {
      if (parameter.isBias()) {
        for (int i = 0; i < parameter.length(); i++) {
          kept.add(start + i);
        }
      } else {
        long[] cells = before.blocks().get(parameter.block()).mask().copyCells();
        for (long cell : after.blocks().get(parameter.block()).mask().copyCells()) {
          kept.add(start + Arrays.binarySearch(cells, cell));
        }
      }
      start += parameter.length();
    }
    return kept;
  }

  /** New weights: no value, no state; the others theirs. */
  @Test
  void regrownWeightsStartFresh() {
    MultiLayerNetwork network = Nets.stack(new Adam(0.01), false);
    Nets.fit(network, 0, 4, false);
    Surgery.prune(network, BlockChoice.all(), 0.8, Scope.PER_BLOCK);
    long size = network.numParams();
    RealizedMap before = map(network);
    Surgery.rewireAtRandom(network, BlockChoice.all(), 0.5, 1);
    assertEquals(size, network.numParams());
    RealizedMap after = map(network);
    assertNotEquals(before.map(), after.map());
    INDArray state = Nets.updaterState(network);
    int place = 25;
    int fresh = 0;
    for (Parameter parameter : after.parameters()) {
      if (!parameter.isBias()) {
        long[] old = before.blocks().get(parameter.block()).mask().copyCells();
        long[] cells = after.blocks().get(parameter.block()).mask().copyCells();
        for (int i = 0; i < cells.length; i++) {
          boolean isNew = Arrays.binarySearch(old, cells[i]) < 0;
          assertEquals(isNew, network.params().getDouble(place + i) == 0);
          assertEquals(isNew, state.getDouble(place + i) == 0);
          assertEquals(isNew, state.getDouble(size + place + i) == 0);
          fresh += isNew ? 1 : 0;
        }
      }
      place += parameter.length();
    }
    assertTrue(fresh > 5, "new " + fresh);
  }

  @ParameterizedTest
  @CsvSource({"FLOAT,false", "FLOAT,true", "DOUBLE,false", "DOUBLE,true"})
  void growingLeavesOutputsAndThenLearns(DataType type, boolean recurrent) {
    MultiLayerNetwork network =
        Nets.stack(Nets.conf(type, new Adam(0.01)), Nets.mapLayer(recurrent), recurrent);
    Nets.fit(network, 0, 3, recurrent);
    INDArray features = Nets.data(9, recurrent).getFeatures().castTo(type);
    INDArray before = network.output(features).dup();
    Surgery.grow(network, "map", "h", 4, 1);
    double off = Magnitude.largestDifference(before, network.output(features));
    assertTrue(off <= (type == DataType.FLOAT ? 1e-6 : 1e-12), "off by " + off);
    assertEquals(10, map(network).map().slot("h").size());
    double[] grown = row(network, 8);
    double[] heard = column(network, 8);
    assertTrue(Arrays.stream(heard).allMatch(w -> w == 0));
    Nets.fit(network, 3, 4, recurrent);
    assertTrue(Arrays.stream(column(network, 8)).allMatch(w -> w != 0));
    Nets.fit(network, 4, 5, recurrent);
    double[] learned = row(network, 8);
    for (int i = 0; i < grown.length; i++) {
      assertNotEquals(grown[i], learned[i]);
    }
  }

  /** x->h is dense: the weights into a unit of h. */
  private static double[] row(MultiLayerNetwork network, int unit) {
    double[] weights = LiveMaps.weights(network, "map").weights("x", "h");
    return Arrays.copyOfRange(weights, 5 * unit, 5 * (unit + 1));
  }

  /** The weights from a unit of h to y. */
  private static double[] column(MultiLayerNetwork network, int unit) {
    RealizedMap.RealizedBlock block =
        map(network).blocks().stream()
            .filter(b -> b.block().name().equals("h->y"))
            .findFirst()
            .orElseThrow();
    double[] weights = LiveMaps.weights(network, "map").values(block);
    return IntStream.range(0, weights.length)
        .filter(entry -> block.mask().source(entry) == unit)
        .mapToDouble(entry -> weights[entry])
        .toArray();
  }

  @Test
  void shrinkingUnitsWithoutEffectLeavesOutputs() {
    MultiLayerNetwork network = Nets.stack(new Adam(0.01), false);
    Nets.fit(network, 0, 3, false);
    INDArray features = Nets.data(9, false).getFeatures();
    INDArray before = network.output(features).dup();
    INDArray parameters = network.params().dup();
    INDArray state = Nets.updaterState(network).dup();
    Surgery.grow(network, "map", "h", 4, 1);
    Surgery.shrink(network, "map", "h", 4);
    assertTrue(Magnitude.largestDifference(before, network.output(features)) <= 1e-12);
    assertEquals(parameters, network.params());
    assertEquals(state, Nets.updaterState(network));
    Surgery.shrinkBy(network, "map", "h", 0, 5);
    assertEquals(4, map(network).map().slot("h").size());
    Nets.fit(network, 3, 5, false);
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void gradientsAreRightAfterAllOfIt(boolean recurrent) {
    MultiLayerNetwork network = Nets.stack(new NoOp(), recurrent);
    Surgery.prune(network, BlockChoice.all(), 0.6, Scope.GLOBAL);
    Surgery.rewireAtRandom(network, BlockChoice.all(), 0.3, 5);
    Surgery.grow(network, "map", "h", 2, 3);
    Surgery.shrinkBy(network, "map", "h", 1);
    // What is new and zero would hide mistakes.
    network.setParams(network.params().add(0.05));
    DataSet data = Nets.data(2, recurrent);
    Nd4j.setDefaultDataTypes(DataType.DOUBLE, DataType.DOUBLE);
    try {
      assertTrue(
          GradientCheckUtil.checkGradients(
              new GradientCheckUtil.MLNConfig()
                  .net(network)
                  .input(data.getFeatures())
                  .labels(data.getLabels())
                  .epsilon(1e-6)
                  .maxRelError(1e-5)
                  .minAbsoluteError(1e-9)));
    } finally {
      Nd4j.setDefaultDataTypes(DataType.FLOAT, DataType.FLOAT);
    }
  }

  /** Pruned to 90 % and regrown, again and again: shapes, state and JSON go together. */
  @Test
  void pruningAndRegrowingStaysConsistent() {
    MultiLayerNetwork network = Nets.stack(new Adam(0.01), false);
    for (int round = 0; round < 5; round++) {
      Nets.fit(network, 3 * round, 3 * round + 3, false);
      Surgery.prune(network, BlockChoice.all(), 0.5 + 0.1 * round, Scope.GLOBAL);
      consistent(network);
      Surgery.rewireAtRandom(network, BlockChoice.all().named("x->h", "h->y"), 0.4, round);
      consistent(network);
    }
    for (RealizedMap.RealizedBlock block : map(network).blocks()) {
      assertTrue(block.mask().entryCount() >= 1);
    }
    double density = map(network).trainableWeights() / (30 + 36 + 30 + 30 + 25.0);
    assertEquals(0.1, density, 0.02);
  }

  private static void consistent(MultiLayerNetwork network) {
    assertEquals(network.params().length(), network.numParams());
    assertEquals(
        network.numParams(),
        network.paramTable().values().stream().mapToLong(INDArray::length).sum());
    assertEquals(2 * network.numParams(), Nets.updaterState(network).length());
    String json = network.getLayerWiseConfigurations().toJson();
    MultiLayerConfiguration read = MultiLayerConfiguration.fromJson(json);
    assertEquals(network.getLayerWiseConfigurations(), read);
    MultiLayerNetwork again = new MultiLayerNetwork(read);
    again.init();
    assertEquals(network.numParams(), again.numParams());
    again.setParams(network.params());
    INDArray features = Nets.data(9, false).getFeatures();
    assertEquals(network.output(features), again.output(features));
    assertEquals(
        MultiLayerConfiguration.fromYaml(network.getLayerWiseConfigurations().toYaml()), read);
    assertEquals(network.output(features), network.clone().output(features));
  }

  /** A state in the middle of a truncated sequence goes on, a grown slot's with zeros. */
  @Test
  void truncatedBpttKeepsItsState() {
    List<List<Double>> scores = new ArrayList<>();
    for (boolean grows : new boolean[] {false, true}) {
      MultiLayerNetwork network = Nets.truncated(1, new Sgd(0));
      List<Double> found = new ArrayList<>();
      Nets.listen(
          network,
          new BaseTrainingListener() {
            @Override
            public void iterationDone(Model model, int iteration, int epoch) {
              found.add(model.score());
              if (grows && iteration % 2 == 0) {
                Surgery.grow(model, "map", "h", 1, iteration);
              }
            }
          });
      Nets.fit(network, 0, 3, true);
      assertEquals(15, found.size());
      scores.add(found);
    }
    assertArrayEquals(
        scores.get(0).stream().mapToDouble(s -> s).toArray(),
        scores.get(1).stream().mapToDouble(s -> s).toArray(),
        1e-12);
  }

  @ParameterizedTest
  @EnumSource(Scope.class)
  void theSameSeedGivesTheSameNetwork(Scope scope) {
    List<INDArray> found = new ArrayList<>();
    for (int run = 0; run < 2; run++) {
      MultiLayerNetwork network = Nets.stack(new Adam(0.01), false);
      Nets.fit(network, 0, 3, false);
      Surgery.prune(network, BlockChoice.all(), 0.5, scope);
      Surgery.rewireAtRandom(network, BlockChoice.all(), 0.3, 5);
      Surgery.grow(network, "map", "h", 2, 3);
      Nets.fit(network, 3, 6, false);
      found.add(network.params().dup());
    }
    assertEquals(found.get(0), found.get(1));
  }
}
