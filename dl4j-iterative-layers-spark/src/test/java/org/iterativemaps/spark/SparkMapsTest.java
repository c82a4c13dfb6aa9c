package org.iterativemaps.spark;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.deeplearning4j.nn.api.Model;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;

/** Training on Spark is the averaging of its plan. */
class SparkMapsTest {
  private static final int[] BATCHES = {7, 1, 12, 30, 3, 8};

  static Stream<Arguments> networksAndSeeds() {
    return Stream.of(Networks.values())
        .flatMap(kind -> IntStream.range(2, 4).mapToObj(seed -> Arguments.of(kind, seed)));
  }

  static SparkSettings.Builder settings(int seed) {
    return SparkSettings.builder()
        .workers(1 + seed % 4)
        .epochs(2)
        .batchSize(2 + seed)
        .localSteps(seed)
        .treeDepth(1 + seed % 3)
        .seed(seed);
  }

  @ParameterizedTest
  @MethodSource("networksAndSeeds")
  void equalsOneMachine(Networks kind, int seed) {
    List<DataSet> data = kind.data(seed, BATCHES);
    SparkSettings settings = settings(seed).build();
    Model expected = kind.network(seed);
    OneMachine.fit(expected, data, settings);
    Model found = kind.network(seed);
    INDArray before = found.params().dup();

    SparkMaps.fit(found, LocalSpark.context().parallelize(data, 3), settings);

    assertTrue(before.distance1(found.params()) > 0.1, "nothing was learned");
    assertSame(expected, found, 1e-6);
  }

  static void assertSame(Model expected, Model found, double tolerance) {
    assertArrayEquals(
        expected.params().toDoubleVector(), found.params().toDoubleVector(), tolerance);
    assertArrayEquals(
        OneMachine.state(expected).toDoubleVector(),
        OneMachine.state(found).toDoubleVector(),
        tolerance);
    assertEquals(OneMachine.iteration(expected), OneMachine.iteration(found));
    assertEquals(OneMachine.epoch(expected), OneMachine.epoch(found));
  }

  /** Where the data lie, how they are batched, and how sums go to the driver. */
  @Test
  void whatIsNotInThePlanChangesNothing() {
    List<DataSet> data = Networks.MAP.data(3, BATCHES);
    List<DataSet> one = List.of(DataSet.merge(data));
    SparkSettings settings = settings(3).workers(5).build();
    Model first = Networks.MAP.network(1);
    SparkMaps.fit(first, LocalSpark.context().parallelize(data, 6), settings);
    Model second = Networks.MAP.network(1);
    SparkMaps.fit(
        second,
        LocalSpark.context().parallelize(one, 4), // three are empty
        settings(3).workers(5).treeDepth(3).build());
    assertSame(first, second, 0);
  }

  @Test
  void roundsAreTold() {
    List<DataSet> data = Networks.DENSE.data(1, 20, 21);
    List<Round> rounds = new ArrayList<>();
    Model network = Networks.DENSE.network(1);
    SparkResult result =
        SparkMaps.fit(
            network,
            LocalSpark.context().parallelize(data, 2),
            SparkSettings.builder()
                .epochs(2)
                .batchSize(4)
                .localSteps(2)
                .progress(rounds::add)
                .build());
    // Of 41 examples one worker has 21, which are 6 batches and 3 rounds.
    assertEquals(6, rounds.size());
    assertEquals(41, rounds.subList(0, 3).stream().mapToLong(Round::examples).sum());
    assertEquals(List.of(2, 4, 6, 8, 10, 12), rounds.stream().map(Round::iteration).toList());
    assertEquals(List.of(1, 1, 1, 2, 2, 2), rounds.stream().map(Round::epoch).toList());
    assertTrue(rounds.get(0).configurationBytes() > 0);
    assertEquals(0, rounds.stream().skip(1).mapToLong(Round::configurationBytes).sum());
    long numbers = network.params().length() + OneMachine.state(network).length();
    assertEquals(4 * numbers, rounds.get(0).bytesToEachWorker());
    assertEquals(8 * (numbers + 1), rounds.get(0).bytesFromEachWorker());
    assertEquals(rounds.get(5).score(), result.score());
    assertEquals(rounds.get(5).score(), network.score(), 1e-6);
    assertEquals(6, result.rounds());
    assertEquals(2, result.plan().workers());
  }
}
