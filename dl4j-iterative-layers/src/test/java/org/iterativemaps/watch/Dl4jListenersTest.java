package org.iterativemaps.watch;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.deeplearning4j.nn.api.Model;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.deeplearning4j.optimize.api.BaseTrainingListener;
import org.deeplearning4j.optimize.api.InvocationType;
import org.deeplearning4j.optimize.listeners.Checkpoint;
import org.deeplearning4j.optimize.listeners.CheckpointListener;
import org.deeplearning4j.optimize.listeners.CollectScoresListener;
import org.deeplearning4j.optimize.listeners.EvaluativeListener;
import org.deeplearning4j.optimize.listeners.PerformanceListener;
import org.deeplearning4j.optimize.listeners.ScoreIterationListener;
import org.deeplearning4j.util.CrashReportingUtil;
import org.iterativemaps.map.change.MagnitudePruning.Scope;
import org.iterativemaps.map.change.SparsitySchedule;
import org.iterativemaps.surgery.BlockChoice;
import org.iterativemaps.surgery.GradualPruning;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.nd4j.evaluation.classification.Evaluation;
import org.nd4j.linalg.dataset.api.iterator.DataSetIterator;

/** DL4J's own listeners and its report on memory, on every kind of network with a map. */
class Dl4jListenersTest {
  @TempDir Path folder;

  /** Notes the score of each iteration. */
  private static final class Scores extends BaseTrainingListener {
    final List<Double> scores = new ArrayList<>();

    @Override
    public void iterationDone(Model model, int iteration, int epoch) {
      scores.add(model.score());
    }
  }

  private static Evaluation evaluate(Model network, DataSetIterator data) {
    return network instanceof MultiLayerNetwork multiLayer
        ? multiLayer.evaluate(data)
        : ((ComputationGraph) network).evaluate(data);
  }

  @ParameterizedTest
  @EnumSource
  void listenersThatOnlyLookChangeNothing(WatchedNets kind) {
    Model plain = kind.network();
    Scores expected = new Scores();
    plain.setListeners(expected);
    WatchedNets.fit(plain, kind.batches(4), 2);

    Model network = kind.network();
    CollectScoresListener collected = new CollectScoresListener(1);
    EvaluativeListener evaluated =
        new EvaluativeListener(kind.batches(3), 1, InvocationType.EPOCH_END, new Evaluation());
    List<Double> accuracies = new ArrayList<>();
    evaluated.setCallback(
        (listener, model, count, evaluations) ->
            accuracies.add(((Evaluation) evaluations[0]).accuracy()));
    network.setListeners(
        new PerformanceListener(1, true, true),
        new ScoreIterationListener(1),
        collected,
        evaluated);
    WatchedNets.fit(network, kind.batches(4), 2);

    assertEquals(plain.params(), network.params());
    double[] scores = collected.getListScore().toDoubleArray();
    assertEquals(expected.scores, Arrays.stream(scores).boxed().toList());
    assertEquals(8, scores.length);
    assertEquals(2, accuracies.size());
    assertEquals(evaluate(network, kind.batches(3)).accuracy(), accuracies.get(1));
  }

  /** Checkpoints of a network that is pruned on the way, each with the map it had then. */
  @ParameterizedTest
  @EnumSource
  void checkpointsTurnOverAndComeBackEqual(WatchedNets kind) throws IOException {
    Path checkpoints = Files.createDirectory(folder.resolve(kind.name()));
    Model network = kind.network();
    network.setListeners(
        new GradualPruning(BlockChoice.all(), SparsitySchedule.cubic(0.8, 0, 8, 1), Scope.GLOBAL),
        new CheckpointListener.Builder(checkpoints.toFile())
            .saveEveryNIterations(2)
            .keepLast(2)
            .logSaving(false)
            .build());
    WatchedNets.fit(network, kind.batches(9), 1);

    List<Checkpoint> kept = CheckpointListener.availableCheckpoints(checkpoints.toFile());
    assertEquals(List.of(6, 8), kept.stream().map(Checkpoint::getIteration).toList());
    try (var files = Files.list(checkpoints)) {
      assertEquals(2, files.filter(file -> file.toString().endsWith(".zip")).count());
    }
    Model last = load(kind, checkpoints.toFile(), kept.get(1));
    assertEquals(network.params(), last.params());
    Model earlier = load(kind, checkpoints.toFile(), kept.get(0));
    assertTrue(earlier.params().length() > last.params().length(), "pruned in between");
  }

  private static Model load(WatchedNets kind, File folder, Checkpoint checkpoint) {
    return kind.network() instanceof MultiLayerNetwork
        ? CheckpointListener.loadCheckpointMLN(folder, checkpoint)
        : CheckpointListener.loadCheckpointCG(folder, checkpoint);
  }

  @ParameterizedTest
  @EnumSource
  void theMemoryReportHasTheMap(WatchedNets kind) {
    Model network = kind.network();
    WatchedNets.fit(network, kind.batches(1), 1);
    InputType type = kind.isSequence ? InputType.recurrent(4, 6) : InputType.feedForward(4);
    String report = CrashReportingUtil.generateMemoryStatus(network, 32, type);
    assertTrue(
        report
            .lines()
            .anyMatch(
                line ->
                    line.startsWith("Network # Parameters")
                        && line.endsWith(" " + network.params().length())),
        report);
    if (kind != WatchedNets.VERTEX) { // DL4J lists layers, and no vertices
      assertTrue(
          report.lines().anyMatch(line -> line.matches(" +\\d+ +map +IterativeMap\\w+ +\\d+ .*")),
          report);
    }
  }

  @ParameterizedTest
  @EnumSource
  void theMemoryDumpIsWritten(WatchedNets kind) throws IOException {
    File before = CrashReportingUtil.getCrashDumpRootDirectory();
    CrashReportingUtil.crashDumpOutputDirectory(folder.toFile());
    try {
      Model network = kind.network();
      WatchedNets.fit(network, kind.batches(1), 1);
      Error error = new OutOfMemoryError("a test's");
      String said = Said.by(() -> CrashReportingUtil.writeMemoryCrashDump(network, error));
      assertTrue(said.contains("Memory crash dump written to: " + folder), said);
    } finally {
      CrashReportingUtil.crashDumpOutputDirectory(before);
    }
    try (var files = Files.list(folder)) {
      String dump = Files.readString(files.findFirst().orElseThrow());
      assertTrue(dump.contains("a test's"), dump);
      assertTrue(dump.contains("Network # Parameters"), dump);
      assertTrue(!dump.contains("<Error generating"), dump);
    }
  }
}
