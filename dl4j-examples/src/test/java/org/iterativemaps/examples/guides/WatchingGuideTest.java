package org.iterativemaps.examples.guides;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.deeplearning4j.optimize.api.InvocationType;
import org.deeplearning4j.optimize.listeners.CheckpointListener;
import org.deeplearning4j.optimize.listeners.EvaluativeListener;
import org.deeplearning4j.optimize.listeners.PerformanceListener;
import org.iterativemaps.examples.data.DrawnDigits;
import org.iterativemaps.examples.plots.MapCourse;
import org.iterativemaps.examples.plots.Picture;
import org.iterativemaps.layers.IterativeMapLayer;
import org.iterativemaps.map.change.MagnitudePruning.Scope;
import org.iterativemaps.map.change.SparsitySchedule;
import org.iterativemaps.surgery.BlockChoice;
import org.iterativemaps.surgery.GradualPruning;
import org.iterativemaps.watch.MapCsv;
import org.iterativemaps.watch.MapMeasure;
import org.iterativemaps.watch.MapMeasures;
import org.iterativemaps.watch.MapSample;
import org.iterativemaps.watch.MapWatch;
import org.iterativemaps.watch.WatchedMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.dataset.api.iterator.DataSetIterator;
import org.nd4j.linalg.learning.config.Adam;

/** The code of docs/watching.md. */
class WatchingGuideTest {
  @TempDir Path folder;

  private final DataSetIterator data = DrawnDigits.make(160, 10, 1).asVectors(16, 1);
  private final DataSetIterator tests = DrawnDigits.make(50, 10, 2).asVectors(50, 1);
  private final int epochs = 4; // of 10 iterations

  private static MultiLayerNetwork network() {
    MultiLayerNetwork network =
        new MultiLayerNetwork(
            new NeuralNetConfiguration.Builder()
                .seed(1)
                .updater(new Adam(0.01))
                .activation(Activation.TANH)
                .list(
                    new IterativeMapLayer.Builder().name("map").nOut(20).steps(3).build(),
                    new OutputLayer.Builder().nOut(10).activation(Activation.SOFTMAX).build())
                .setInputType(InputType.feedForward(100))
                .build());
    network.init();
    return network;
  }

  @Test
  void listenersOfDl4j() throws Exception {
    MultiLayerNetwork network = network();
    // region dl4j
    network.setListeners(
        new PerformanceListener(100), // times, in the log
        new EvaluativeListener(tests, 1, InvocationType.EPOCH_END), // accuracy, in the log
        new CheckpointListener.Builder(folder.toFile()).saveEveryEpoch().keepLast(3).build());
    network.fit(data, epochs);
    MultiLayerNetwork last = CheckpointListener.loadLastCheckpointMLN(folder.toFile());
    // endregion
    assertEquals(network.params(), last.params());
  }

  @Test
  void ours() throws Exception {
    MultiLayerNetwork network = network();
    // region watch
    Path file = folder.resolve("maps.csv");
    MapWatch watch = MapWatch.every(5).writing(file).build();
    network.addListeners(
        new GradualPruning(BlockChoice.all(), SparsitySchedule.cubic(0.9, 5, 30, 5), Scope.GLOBAL),
        watch); // behind what prunes: it sees what is left
    network.fit(data, epochs);
    watch.record(network); // the end of it, too
    List<MapSample> radius = watch.series("map", "spectral radius", "h->h");
    // endregion
    assertEquals(9, radius.size());
    assertEquals(39, radius.get(8).iteration());
    // region picture
    Picture picture = MapCourse.draw("Pruned", MapCsv.read(file), "map", "density");
    Files.write(folder.resolve("density.png"), picture.png());
    // endregion
    assertTrue(picture.alt().contains("whole map ends at 0.1;"), picture.alt());
  }

  @Test
  void measuresOfOnesOwn() {
    MultiLayerNetwork network = network();
    // region own
    record LargestBias() implements MapMeasure {
      @Override
      public String name() {
        return "largest bias";
      }

      @Override
      public Map<String, Double> of(WatchedMap map) {
        double[] biases = map.weights().bias("h");
        return Map.of("h", Arrays.stream(biases).map(Math::abs).max().orElse(0));
      }
    }
    MapWatch watch =
        MapWatch.every(10)
            .measures(new LargestBias(), MapMeasures.hiddenProportion())
            .layers("map")
            .build();
    // endregion
    network.setListeners(watch);
    network.fit(data, 1);
    assertTrue(watch.series("map", "largest bias", "h").get(0).value() > 0);
    assertEquals(2, watch.samples().size());
  }
}
