package org.iterativemaps.spark;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import org.deeplearning4j.nn.api.Model;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.deeplearning4j.optimize.api.BaseTrainingListener;
import org.deeplearning4j.optimize.api.TrainingListener;
import org.iterativemaps.map.change.MagnitudePruning.Scope;
import org.iterativemaps.map.change.RewiringSchedule;
import org.iterativemaps.map.change.SparsitySchedule;
import org.iterativemaps.surgery.BlockChoice;
import org.iterativemaps.surgery.GradualPruning;
import org.iterativemaps.surgery.SparseRewiring;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.nd4j.linalg.dataset.DataSet;

/** Listeners that prune and rewire, on the driver's network. */
class SurgeryInStepTest {
  private static final int[] BATCHES = {30, 20, 13};

  private static SparkSettings.Builder settings() {
    return SparkSettings.builder().workers(3).epochs(3).batchSize(4).localSteps(3).seed(8);
  }

  /** As DL4J calls it, but after the round. */
  private static OneMachine.AfterRound calling(TrainingListener listener) {
    return (network, begin, end) -> {
      for (int iteration = begin; iteration < end; iteration++) {
        OneMachine.setCounts(network, iteration, OneMachine.epoch(network));
        listener.iterationDone(network, iteration, OneMachine.epoch(network));
      }
      OneMachine.setCounts(network, end, OneMachine.epoch(network));
    };
  }

  private static void add(Model network, TrainingListener listener) {
    if (network instanceof MultiLayerNetwork layers) {
      layers.addListeners(listener);
    } else {
      ((ComputationGraph) network).addListeners(listener);
    }
  }

  /** Every fifth iteration, which is within rounds of three. */
  private static void isInStep(Networks kind, Supplier<TrainingListener> listener, int times) {
    List<DataSet> data = kind.data(2, BATCHES);
    List<Round> rounds = new ArrayList<>();
    SparkSettings settings = settings().progress(rounds::add).build();
    Model expected = kind.network(3);
    String before = Replica.of(expected).json();
    OneMachine.fit(expected, data, settings, calling(listener.get()));
    Model found = kind.network(3);
    add(found, listener.get());
    SparkMaps.fit(found, LocalSpark.context().parallelize(data, 2), settings);

    SparkMapsTest.assertSame(expected, found, 1e-6);
    assertEquals(Replica.of(expected).json(), Replica.of(found).json());
    assertNotEquals(before, Replica.of(found).json());
    assertEquals(
        times + 1,
        rounds.stream().filter(round -> round.configurationBytes() > 0).count(),
        "masks sent");
  }

  @ParameterizedTest
  @EnumSource(
      value = Networks.class,
      names = {"MAP", "GRAPH", "RECURRENT_MAP"})
  void pruning(Networks kind) {
    isInStep(
        kind,
        () ->
            new GradualPruning(
                BlockChoice.all(), SparsitySchedule.cubic(0.9, 2, 12, 5), Scope.GLOBAL),
        2);
  }

  @Test
  void rewiringAtRandom() {
    isInStep(
        Networks.MAP,
        () -> SparseRewiring.atRandom(BlockChoice.all(), new RewiringSchedule(0.3, 2, 13, 5), 3),
        2);
  }

  @Test
  void rewiringByGradientNeedsABatch() {
    List<DataSet> data = Networks.MAP.data(2, BATCHES);
    MultiLayerNetwork network = (MultiLayerNetwork) Networks.MAP.network(1);
    network.addListeners(
        SparseRewiring.byGradient(BlockChoice.all(), new RewiringSchedule(0.3, 2, 13, 5)));
    String before = Replica.of(network).json();
    String message =
        assertThrows(
                IllegalStateException.class,
                () ->
                    SparkMaps.fit(
                        network, LocalSpark.context().parallelize(data, 2), settings().build()))
            .getMessage();
    assertTrue(message.contains("found no input"), message);

    SparkMaps.fit(
        network,
        LocalSpark.context().parallelize(data, 2),
        settings().listenerBatch(data.get(0)).build());
    assertNotEquals(before, Replica.of(network).json());
  }

  @Test
  void listenersAreCalledAsByDl4j() {
    List<DataSet> data = Networks.DENSE.data(2, 24);
    List<String> calls = new ArrayList<>();
    MultiLayerNetwork network = (MultiLayerNetwork) Networks.DENSE.network(1);
    network.addListeners(
        new BaseTrainingListener() {
          @Override
          public void onEpochStart(Model model) {
            calls.add("start");
          }

          @Override
          public void onEpochEnd(Model model) {
            calls.add("end");
          }

          @Override
          public void iterationDone(Model model, int iteration, int epoch) {
            calls.add(epoch + "/" + iteration + "/" + OneMachine.iteration(model));
          }
        });
    SparkMaps.fit(
        network,
        LocalSpark.context().parallelize(data, 2),
        SparkSettings.builder().epochs(2).batchSize(6).localSteps(2).build());
    assertEquals(
        List.of("start", "0/0/0", "0/1/1", "end", "start", "1/2/2", "1/3/3", "end"), calls);
    assertEquals(4, network.getIterationCount());
    assertEquals(2, network.getEpochCount());
  }
}
