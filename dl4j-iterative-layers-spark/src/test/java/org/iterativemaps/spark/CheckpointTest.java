package org.iterativemaps.spark;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.deeplearning4j.nn.api.Model;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.iterativemaps.map.change.MagnitudePruning.Scope;
import org.iterativemaps.map.change.SparsitySchedule;
import org.iterativemaps.saving.ModelFileException;
import org.iterativemaps.surgery.BlockChoice;
import org.iterativemaps.surgery.GradualPruning;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.nd4j.linalg.dataset.DataSet;

/** Runs that stop and go on. */
class CheckpointTest {
  private static final int[] BATCHES = {20, 13, 9};

  @TempDir private Path folder;

  private SparkSettings.Builder settings() {
    return SparkSettings.builder()
        .workers(2)
        .epochs(3)
        .batchSize(4)
        .localSteps(2)
        .seed(6)
        .checkpoints(folder, 2);
  }

  private static final class PowerCut extends RuntimeException {
    private static final long serialVersionUID = 1L;
  }

  private static Consumer<Round> cutAfter(int round) {
    return done -> {
      if (done.number() == round) {
        throw new PowerCut();
      }
    };
  }

  private List<String> files() throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.map(file -> file.getFileName().toString()).sorted().toList();
    }
  }

  /** Masks change on the way. */
  @ParameterizedTest
  @EnumSource(
      value = Networks.class,
      names = {"DENSE", "MAP", "GRAPH"})
  void resumedEqualsUninterrupted(Networks kind) throws IOException {
    List<DataSet> data = kind.data(1, BATCHES);
    Model whole = withPruning(kind, kind.network(1));
    SparkMaps.fit(
        whole, LocalSpark.context().parallelize(data, 2), settings().checkpoints(null).build());

    Model cut = withPruning(kind, kind.network(1));
    assertThrows(
        PowerCut.class,
        () ->
            SparkMaps.fit(
                cut,
                LocalSpark.context().parallelize(data, 2),
                settings().progress(cutAfter(7)).build()));
    assertEquals(List.of("plan.properties", "round-000004.zip", "round-000006.zip"), files());
    Checkpoint last = Checkpoint.latest(folder);
    assertEquals(6, last.rounds());
    SparkResult result =
        SparkMaps.resume(
            new Checkpoint(last.rounds(), last.plan(), withPruning(kind, last.network())),
            LocalSpark.context().parallelize(data, 2),
            settings().build());
    SparkMapsTest.assertSame(whole, last.network(), 0);
    assertEquals(9, result.rounds());
    assertEquals(List.of("plan.properties", "round-000008.zip", "round-000009.zip"), files());

    Checkpoint end = Checkpoint.latest(folder);
    assertTrue(
        Double.isNaN(
            SparkMaps.resume(end, LocalSpark.context().parallelize(data, 2), settings().build())
                .score()));
    SparkMapsTest.assertSame(whole, end.network(), 0);
  }

  private static Model withPruning(Networks kind, Model network) {
    GradualPruning pruning =
        new GradualPruning(BlockChoice.all(), SparsitySchedule.cubic(0.8, 2, 16, 5), Scope.GLOBAL);
    if (kind == Networks.MAP) {
      ((MultiLayerNetwork) network).addListeners(pruning);
    } else if (kind == Networks.GRAPH) {
      ((ComputationGraph) network).addListeners(pruning);
    }
    return network;
  }

  /** Something stands where the next one should go. */
  @Test
  void aRunThatCannotSaveLeavesTheLastGoodOne() throws IOException {
    List<DataSet> data = Networks.MAP.data(1, BATCHES);
    Files.createDirectories(folder.resolve("round-000004.zip").resolve("x"));
    // Not one of ours until it has a plan.
    String message =
        assertThrows(
                IllegalArgumentException.class,
                () ->
                    SparkMaps.fit(
                        Networks.MAP.network(1),
                        LocalSpark.context().parallelize(data, 2),
                        settings().build()))
            .getMessage();
    assertTrue(message.contains("found round-000004.zip of an earlier run"), message);
    Files.delete(folder.resolve("round-000004.zip").resolve("x"));
    Files.delete(folder.resolve("round-000004.zip"));

    message =
        assertThrows(
                UncheckedIOException.class,
                () ->
                    SparkMaps.fit(
                        Networks.MAP.network(1),
                        LocalSpark.context().parallelize(data, 2),
                        settings()
                            .progress(
                                round -> {
                                  if (round.number() == 2) {
                                    block();
                                  }
                                })
                            .build()))
            .getMessage();
    assertTrue(message.contains("round 4 cannot be saved"), message);
    assertTrue(message.contains("resume from the last checkpoint"), message);
    Files.delete(folder.resolve("round-000004.zip").resolve("x"));
    Files.delete(folder.resolve("round-000004.zip"));
    assertEquals(List.of("plan.properties", "round-000002.zip"), files());
    assertEquals(2, Checkpoint.latest(folder).rounds());
  }

  private void block() {
    try {
      Files.createDirectories(folder.resolve("round-000004.zip").resolve("x"));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Test
  void whatDoesNotFitIsSaid() throws IOException {
    List<DataSet> data = Networks.MAP.data(1, BATCHES);
    String message =
        assertThrows(IllegalArgumentException.class, () -> Checkpoint.latest(folder)).getMessage();
    assertTrue(message.contains("found no checkpoint"), message);
    SparkMaps.fit(
        Networks.MAP.network(1), LocalSpark.context().parallelize(data, 2), settings().build());

    Checkpoint last = Checkpoint.latest(folder);
    for (SparkSettings other :
        List.of(
            settings().seed(7).build(),
            settings().workers(3).build(),
            settings().localSteps(1).build())) {
      message =
          assertThrows(
                  SparkTrainingException.class,
                  () -> SparkMaps.resume(last, LocalSpark.context().parallelize(data, 2), other))
              .getMessage();
      assertTrue(message.contains("seed=6, workers=2, batchSize=4, localSteps=2"), message);
      assertTrue(message.contains("settings and the data of the first run"), message);
    }
    List<String> before = files();
    Checkpoint earlier = new Checkpoint(2, last.plan(), last.network());
    message =
        assertThrows(
                IllegalArgumentException.class,
                () ->
                    SparkMaps.resume(
                        earlier, LocalSpark.context().parallelize(data, 2), settings().build()))
            .getMessage();
    assertTrue(message.contains("expected those of this run, up to round-000002.zip"), message);
    assertEquals(before, files()); // nothing of the later one is gone
    message = assertThrows(IllegalStateException.class, last::computationGraph).getMessage();
    assertTrue(message.contains("found a MultiLayerNetwork"), message);
    assertEquals(last.network(), last.multiLayerNetwork());

    Path file = folder.resolve("round-000009.zip");
    byte[] bytes = Files.readAllBytes(file);
    Files.write(file, java.util.Arrays.copyOf(bytes, bytes.length / 2));
    message = assertThrows(ModelFileException.class, () -> Checkpoint.latest(folder)).getMessage();
    assertTrue(message.contains("cut off"), message);
    Files.writeString(folder.resolve("plan.properties"), "seed=x");
    Files.write(file, bytes);
    message = assertThrows(IOException.class, () -> Checkpoint.latest(folder)).getMessage();
    assertTrue(message.contains("found seed=x"), message);
    Files.delete(folder.resolve("plan.properties"));
    message = assertThrows(IOException.class, () -> Checkpoint.latest(folder)).getMessage();
    assertTrue(message.contains("not found, expected beside checkpoints"), message);
  }
}
