package org.iterativemaps.spark;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.deeplearning4j.nn.api.Model;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.iterativemaps.saving.ModelFile;

/**
 * A network as it was after a round.
 *
 * @param rounds that were done, over all epochs
 * @param plan of the run
 * @param network with its updater's state, counters and masks; without listeners, which are to be
 *     added before {@link SparkMaps#resume}
 */
public record Checkpoint(int rounds, AveragingPlan plan, Model network) {

  /**
   * The last one in a folder of {@link SparkSettings.Checkpoints}.
   *
   * @param folder of an earlier run
   * @throws IllegalArgumentException if there is none in it
   * @throws IOException if it cannot be read, or is damaged ({@link
   *     org.iterativemaps.saving.ModelFileException})
   */
  public static Checkpoint latest(Path folder) throws IOException {
    List<Path> files = Files.isDirectory(folder) ? CheckpointFolder.files(folder) : List.of();
    if (files.isEmpty()) {
      throw new IllegalArgumentException(
          "folder: found no checkpoint in "
              + folder
              + ", expected a file such as "
              + CheckpointFolder.name(1)
              + "; give the folder of an earlier run, or start with fit");
    }
    Path last = files.get(files.size() - 1);
    return new Checkpoint(
        CheckpointFolder.rounds(last),
        CheckpointFolder.readPlan(folder),
        ModelFile.load(last).network());
  }

  /**
   * The network.
   *
   * @throws IllegalStateException if it is a {@code ComputationGraph}
   */
  public MultiLayerNetwork multiLayerNetwork() {
    if (network instanceof MultiLayerNetwork layers) {
      return layers;
    }
    throw new IllegalStateException(
        "checkpoint: found a ComputationGraph, expected a MultiLayerNetwork; ask for"
            + " computationGraph()");
  }

  /**
   * The graph.
   *
   * @throws IllegalStateException if it is a {@code MultiLayerNetwork}
   */
  public ComputationGraph computationGraph() {
    if (network instanceof ComputationGraph graph) {
      return graph;
    }
    throw new IllegalStateException(
        "checkpoint: found a MultiLayerNetwork, expected a ComputationGraph; ask for"
            + " multiLayerNetwork()");
  }
}
