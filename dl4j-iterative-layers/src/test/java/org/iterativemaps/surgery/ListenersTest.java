package org.iterativemaps.surgery;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.File;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.deeplearning4j.datasets.iterator.utilty.ListDataSetIterator;
import org.deeplearning4j.nn.api.Model;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.deeplearning4j.optimize.api.BaseTrainingListener;
import org.deeplearning4j.optimize.api.TrainingListener;
import org.deeplearning4j.util.ModelSerializer;
import org.iterativemaps.map.RealizedMap;
import org.iterativemaps.map.change.MagnitudePruning.Scope;
import org.iterativemaps.map.change.RewiringSchedule;
import org.iterativemaps.map.change.SparsitySchedule;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.dataset.api.iterator.DataSetIterator;
import org.nd4j.linalg.learning.config.Adam;
import org.nd4j.linalg.learning.config.Sgd;

class ListenersTest {
  @TempDir Path folder;

  /** New listeners of the same settings. */
  private static TrainingListener[] listeners() {
    return new TrainingListener[] {
      new GradualPruning(BlockChoice.all(), SparsitySchedule.cubic(0.8, 2, 14, 3), Scope.GLOBAL),
      SparseRewiring.byGradient(
          BlockChoice.all().named("x->h", "h->h"), new RewiringSchedule(0.4, 3, 18, 2)),
      SparseRewiring.atRandom(BlockChoice.all(), new RewiringSchedule(0.3, 4, 18, 3), 11)
    };
  }

  private static Model network(String kind) {
    return switch (kind) {
      case "graph" -> Nets.graph(Nets.adam());
      case "recurrent" -> Nets.stack(new Adam(0.01), true);
      case "truncated" -> Nets.truncated(5, new Adam(0.01));
      default -> Nets.stack(new Adam(0.01), false);
    };
  }

  private Model savedAndLoaded(Model network) throws IOException {
    File file = folder.resolve("network.zip").toFile();
    ModelSerializer.writeModel(network, file, true);
    return network instanceof MultiLayerNetwork
        ? ModelSerializer.restoreMultiLayerNetwork(file, true)
        : ModelSerializer.restoreComputationGraph(file, true);
  }

  @ParameterizedTest
  @ValueSource(strings = {"plain", "graph", "recurrent", "truncated"})
  void aNetworkSavedMidScheduleContinuesIdentically(String kind) throws IOException {
    boolean recurrent = kind.equals("recurrent") || kind.equals("truncated");
    for (int stop : new int[] {5, 9, 12}) {
      Model straight = network(kind);
      straight.setListeners(listeners());
      Nets.fit(straight, 0, 24, recurrent);
      Model interrupted = network(kind);
      interrupted.setListeners(listeners());
      Nets.fit(interrupted, 0, stop, recurrent);
      Model resumed = savedAndLoaded(interrupted);
      resumed.setListeners(listeners());
      Nets.fit(resumed, stop, 24, recurrent);
      assertEquals(straight.params(), resumed.params());
      assertEquals(Nets.updaterState(straight), Nets.updaterState(resumed));
      assertEquals(
          LiveMaps.settings(straight, "map").map(), LiveMaps.settings(resumed, "map").map());
    }
  }

  /** One epoch of an iterator, its data fetched by another thread. */
  @Test
  void inTheMiddleOfAnEpoch() {
    List<DataSet> batches = new ArrayList<>();
    for (int i = 0; i < 20; i++) {
      batches.add(Nets.data(i, false));
    }
    DataSetIterator data = new ListDataSetIterator<>(batches, 1);
    MultiLayerNetwork network = Nets.stack(new Adam(0.01), false);
    List<Long> sizes = new ArrayList<>();
    network.setListeners(
        new GradualPruning(
            BlockChoice.all(), SparsitySchedule.cubic(0.9, 2, 14, 3), Scope.PER_BLOCK),
        new BaseTrainingListener() {
          @Override
          public void iterationDone(Model model, int iteration, int epoch) {
            sizes.add(model.numParams());
          }
        });
    network.fit(data, 2);
    assertEquals(sizes.get(0), sizes.get(1));
    for (int i = 1; i < sizes.size(); i++) {
      assertTrue(sizes.get(i) <= sizes.get(i - 1), sizes.toString());
    }
    // 9 of 10 cells are empty: 30 x->h, 36 h->h, 30 y->h, 30 h->y, 25 x->y
    RealizedMap map = LiveMaps.settings(network, "map").realized();
    assertEquals(3 + 4 + 3 + 3 + 2, map.trainableWeights());
    assertEquals(2, network.getEpochCount());
  }

  @Test
  void whatIsNotDueIsNotTouched() {
    MultiLayerNetwork plain = Nets.stack(new Adam(0.01), false);
    MultiLayerNetwork listened = Nets.stack(new Adam(0.01), false);
    listened.setListeners(
        new GradualPruning(
            BlockChoice.all(), SparsitySchedule.cubic(0.9, 100, 200, 10), Scope.GLOBAL),
        SparseRewiring.byGradient(BlockChoice.all(), new RewiringSchedule(0.3, 100, 200, 10)));
    Nets.fit(plain, 0, 5, false);
    Nets.fit(listened, 0, 5, false);
    assertEquals(plain.params(), listened.params());
  }

  /** Looking for the steepest places takes no random numbers from the training. */
  @Test
  void rewiringByGradientLeavesTheRandomGenerator() {
    List<Double> found = new ArrayList<>();
    for (boolean rewired : new boolean[] {false, true}) {
      MultiLayerNetwork network =
          Nets.stack(
              Nets.conf(org.nd4j.linalg.api.buffer.DataType.DOUBLE, new Sgd(0)).dropOut(0.5),
              Nets.mapLayer(false),
              false);
      List<Double> scores = new ArrayList<>();
      TrainingListener score =
          new BaseTrainingListener() {
            @Override
            public void iterationDone(Model model, int iteration, int epoch) {
              scores.add(model.score());
            }
          };
      network.setListeners(
          rewired
              ? new TrainingListener[] {
                score,
                SparseRewiring.byGradient(BlockChoice.all(), new RewiringSchedule(1e-9, 0, 9, 1))
              }
              : new TrainingListener[] {score});
      org.nd4j.linalg.factory.Nd4j.getRandom().setSeed(5);
      Nets.fit(network, 0, 3, false);
      found.addAll(scores);
    }
    assertEquals(found.subList(0, 3), found.subList(3, 6));
  }

  /** After enough rewiring by gradient the weights lie where they help: the loss is lower. */
  @Test
  void rewiringMovesWeights() {
    ComputationGraph network = Nets.graph(Nets.adam());
    Surgery.prune(network, BlockChoice.all().inLayers("second"), 0.7, Scope.PER_BLOCK);
    RealizedMap before = LiveMaps.settings(network, "second").realized();
    network.setListeners(
        SparseRewiring.byGradient(
            BlockChoice.all().inLayers("second"), new RewiringSchedule(0.3, 2, 30, 5)));
    Nets.fit(network, 0, 30, false);
    RealizedMap after = LiveMaps.settings(network, "second").realized();
    assertNotEquals(before.map(), after.map());
    assertEquals(before.parameterCount(), after.parameterCount());
  }
}
