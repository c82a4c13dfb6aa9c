package org.iterativemaps.examples;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.jhdf.HdfFile;
import io.jhdf.WritableHdfFile;
import io.jhdf.api.WritableGroup;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.TreeSet;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.iterativemaps.examples.data.ArmReaching;
import org.iterativemaps.examples.data.Episode;
import org.iterativemaps.examples.data.EpisodeWindows;
import org.iterativemaps.examples.data.MinariFile;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.dataset.api.iterator.DataSetIterator;
import org.nd4j.linalg.dataset.api.preprocessor.NormalizerStandardize;

class ControlTasksTest {

  @TempDir Path folder;

  /** A state that leaks, and an action that follows it; input 2 is always 7. */
  static Path write(Path folder, int episodes) {
    Path file = folder.resolve("main_data.hdf5");
    Random random = new Random(5);
    try (WritableHdfFile hdf = HdfFile.write(file)) {
      for (int e = 0; e < episodes; e++) {
        int steps = 60 + 7 * e % 20;
        double[][] seen = new double[steps + 1][3];
        float[][] done = new float[steps][2];
        double state = 0;
        for (int t = 0; t <= steps; t++) {
          seen[t] = new double[] {random.nextGaussian() + e, 100 * random.nextGaussian(), 7};
          state = 0.8 * state + seen[t][1] / 100;
          if (t < steps) {
            done[t] = new float[] {(float) (50 * state), (float) (state - seen[t][0])};
          }
        }
        WritableGroup group = hdf.putGroup("episode_" + e);
        group.putDataset("observations", seen);
        group.putDataset("actions", done);
        group.putDataset("rewards", new double[steps]);
      }
    }
    return file;
  }

  private static List<DataSet> batches(DataSetIterator data) {
    List<DataSet> batches = new ArrayList<>();
    data.forEachRemaining(batches::add);
    return batches;
  }

  /** Values of a number where they are not masked. */
  private static List<Double> values(DataSetIterator data, int number, boolean labels) {
    List<Double> values = new ArrayList<>();
    for (DataSet batch : batches(data)) {
      INDArray numbers = labels ? batch.getLabels() : batch.getFeatures();
      INDArray mask = batch.getLabelsMaskArray();
      for (int i = 0; i < batch.numExamples(); i++) {
        for (int t = 0; t < ControlTasks.WINDOW; t++) {
          if (mask == null || mask.getDouble(i, t) == 1) {
            values.add(numbers.getDouble(i, number, t));
          }
        }
      }
    }
    return values;
  }

  private static double mean(List<Double> values) {
    return values.stream().mapToDouble(Double::doubleValue).average().orElseThrow();
  }

  @Test
  void trainingHasMeanZeroAndDeviationOneWithoutWhatIsMasked() throws Exception {
    ProportionTask task = ControlTasks.minari(write(folder, 12), true, 1);
    assertEquals(3, task.inputs());
    assertEquals(2, task.outputs());
    for (int number = 0; number < 5; number++) {
      boolean labels = number > 2;
      List<Double> values = values(task.train().apply(1L), number % 3, labels);
      double mean = mean(values);
      double variance = mean(values.stream().map(v -> (v - mean) * (v - mean)).toList());
      assertEquals(0, mean, 1e-4, "number " + number);
      assertEquals(number == 2 ? 0 : 1, variance, 0.01, "number " + number);
    }
  }

  /** Not divided by a deviation of next to nothing, should it change after all. */
  @Test
  void whatNeverChangesInTrainingIsLeftAtItsScale() {
    List<Episode> still = new ArrayList<>();
    for (int e = 0; e < 100; e++) { // 1/10 and 1/3 many times over: sums that are rounded
      float third = 1 / 3f;
      still.add(
          new Episode(
              new float[][] {{0.1f, 1}, {0.1f, 3}, {0.1f, 2}},
              new float[][] {{third}, {third}, {third}}));
    }
    NormalizerStandardize scale = ControlTasks.scale(EpisodeWindows.of(still, 3).iterator(7, 1));
    Episode moved = new Episode(new float[][] {{1.1f, 2}}, new float[][] {{1 / 3f - 1}});
    DataSet one = EpisodeWindows.of(List.of(moved), 1).all();
    scale.transform(one);
    assertEquals(1, one.getFeatures().getDouble(0, 0, 0), 1e-3);
    assertEquals(0, one.getFeatures().getDouble(0, 1, 0), 1e-3);
    assertEquals(-1, one.getLabels().getDouble(0, 0, 0), 1e-3);
  }

  @Test
  void noEpisodeIsInTwoParts() throws Exception {
    ProportionTask task = ControlTasks.minari(write(folder, 12), true, 1);
    List<Double> all = new ArrayList<>();
    for (DataSetIterator part :
        List.of(task.train().apply(1L), task.validation().apply(1L), task.test().apply(1L))) {
      all.addAll(values(part, 0, false));
    }
    int steps = 0;
    for (int e = 0; e < 12; e++) {
      steps += 60 + 7 * e % 20;
    }
    assertEquals(steps, all.size());
    assertEquals(steps, new TreeSet<>(all).size());
    ProportionTask same = ControlTasks.minari(folder.resolve("main_data.hdf5"), true, 1);
    ProportionTask other = ControlTasks.minari(folder.resolve("main_data.hdf5"), true, 2);
    List<Double> tests = values(task.test().apply(1L), 0, false);
    assertEquals(tests, values(same.test().apply(1L), 0, false));
    assertTrue(!tests.equals(values(other.test().apply(1L), 0, false)));
    assertEquals(task.settings(), same.settings());
    assertTrue(!task.settings().equals(other.settings()));
  }

  /** Results are kept by the task's settings. */
  @Test
  void aFileIsKnownByWhatIsInItNotByItsPlace() throws Exception {
    Path file = write(folder, 4);
    String settings = ControlTasks.minari(file, true, 1).settings();
    Path elsewhere =
        Files.copy(file, Files.createDirectory(folder.resolve("b")).resolve("main_data.hdf5"));
    assertEquals(settings, ControlTasks.minari(elsewhere, true, 1).settings());
    byte[] bytes = Files.readAllBytes(file);
    double seen = MinariFile.read(file).get(3).observations()[0][1];
    ByteBuffer content = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    int at = 0;
    while ((float) content.getDouble(at) != (float) seen) {
      at++;
    }
    content.putDouble(at, seen + 1); // as many bytes, as many episodes
    Files.write(file, bytes);
    assertEquals(seen + 1, MinariFile.read(file).get(3).observations()[0][1], 1e-3);
    String other = ControlTasks.minari(file, true, 1).settings();
    assertTrue(!other.equals(settings), other);
  }

  @Test
  void tooFewEpisodesAreRefused() {
    Path file = write(folder, 2);
    String message =
        assertThrows(IOException.class, () -> ControlTasks.minari(file, true, 1)).getMessage();
    assertTrue(message.contains("found 2 episodes, expected at least 3"), message);
  }

  /** 46 observations and 26 actions: not every proportion can be had, but balanced ones can. */
  @Test
  void asManyNumbersAsAdroitHammerHas() throws Exception {
    Path file = folder.resolve("main_data.hdf5");
    Random random = new Random(6);
    try (WritableHdfFile hdf = HdfFile.write(file)) {
      for (int e = 0; e < 3; e++) {
        WritableGroup group = hdf.putGroup("episode_" + e);
        double[][] seen = new double[51][];
        Arrays.setAll(seen, t -> random.doubles(46).toArray());
        group.putDataset("observations", seen);
        double[][] done = new double[50][];
        Arrays.setAll(done, t -> random.doubles(26).toArray());
        group.putDataset("actions", done);
      }
    }
    for (boolean quick : new boolean[] {true, false}) {
      ProportionTask task = ControlTasks.minari(file, quick, 1);
      List<ProportionPlan> plans = ControlStudy.plans(task, quick);
      List<String> names = plans.stream().map(ProportionPlan::name).toList();
      assertTrue(names.contains(quick ? "varied 0.48" : "varied 0.54"), names::toString);
      assertTrue(!names.contains("varied 0.87"), names::toString);
      for (ProportionPlan plan : plans) {
        MultiLayerNetwork network = new MultiLayerNetwork(plan.network(task, 0.01, 1));
        network.init();
        boolean map = plan.densities() != null;
        long biases = (map ? 1 : 4) * plan.hidden() + task.outputs();
        assertEquals(plan.weights(), network.numParams() - biases, plan.name());
        double unit = (double) plan.weights() / plan.hidden(); // half of what one unit more brings
        assertEquals(task.weights(), plan.weights(), unit, plan.name());
      }
    }
  }

  private static MultiLayerNetwork network(ProportionTask task) {
    ProportionPlan dense = ControlStudy.plans(task, true).get(0);
    MultiLayerNetwork network = new MultiLayerNetwork(dense.network(task, 0.01, 3));
    network.init();
    return network;
  }

  /** Errors over squares, time step by time step, of those that are not masked. */
  @Test
  void theScoreIsTheShareThatIsExplained() throws Exception {
    ProportionTask task = ControlTasks.minari(write(folder, 12), true, 1);
    MultiLayerNetwork network = network(task);
    double errors = 0;
    double squares = 0;
    boolean masked = false;
    for (DataSet batch : batches(task.test().apply(1L))) {
      INDArray output =
          network.output(
              batch.getFeatures(), false, batch.getFeaturesMaskArray(), batch.getLabelsMaskArray());
      INDArray mask = batch.getLabelsMaskArray();
      for (int i = 0; i < batch.numExamples(); i++) {
        for (int t = 0; t < ControlTasks.WINDOW; t++) {
          if (mask.getDouble(i, t) == 0) {
            masked = true;
            continue;
          }
          for (int n = 0; n < task.outputs(); n++) {
            double wanted = batch.getLabels().getDouble(i, n, t);
            double error = output.getDouble(i, n, t) - wanted;
            errors += error * error;
            squares += wanted * wanted;
          }
        }
      }
    }
    assertTrue(masked);
    assertEquals(1 - errors / squares, task.score().of(network, task.test().apply(1L)), 1e-4);
    assertTrue(Double.isNaN(task.score().beside(network, 1)));
    assertTrue(task.score().besideName().isEmpty());
  }

  /** What the motors got is what the network says of the whole sequence that was seen. */
  @Test
  void theNetworkKeepsItsStateWhileItDrives() {
    ProportionTask task = ControlTasks.arm(true, 1);
    MultiLayerNetwork network = network(task);
    NormalizerStandardize scale =
        ControlTasks.scale(ArmReaching.train(1).iterator(500, task.batch()));
    List<float[][]> seen = new ArrayList<>();
    List<double[][]> torques = new ArrayList<>();
    double distance =
        ArmReaching.test(4)
            .drive(
                3,
                now -> {
                  seen.add(now.toFloatMatrix());
                  INDArray answer = ControlTasks.answer(network, now, scale);
                  torques.add(answer.toDoubleMatrix());
                  return answer;
                });
    for (int i = 0; i < 3; i++) {
      float[][] own = new float[ArmReaching.TIME][];
      for (int t = 0; t < own.length; t++) {
        own[t] = seen.get(t)[i];
      }
      Episode episode = new Episode(own, new float[ArmReaching.TIME][ArmReaching.OUTPUTS]);
      DataSet whole = EpisodeWindows.of(List.of(episode), ArmReaching.TIME).all();
      scale.transform(whole.getFeatures());
      INDArray output = network.output(whole.getFeatures());
      scale.revertLabels(output);
      for (int t = 0; t < own.length; t++) {
        double[] expected = {output.getDouble(0, 0, t), output.getDouble(0, 1, t)};
        assertArrayEquals(expected, torques.get(t)[i], 1e-3, "time " + t);
      }
    }
    assertTrue(distance > 0.1 && distance < 2, "distance " + distance);
    double first = task.score().beside(network, 4);
    assertEquals(first, task.score().beside(network, 4), "starts anew");
  }
}
