package org.iterativemaps.samediff;

import static org.iterativemaps.layers.Networks.normal;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.deeplearning4j.util.ModelSerializer;
import org.iterativemaps.FreshJvm;
import org.iterativemaps.kernel.Magnitude;
import org.iterativemaps.layers.Networks;
import org.iterativemaps.layers.NonlinearMapTest;
import org.iterativemaps.map.BlockMap;
import org.iterativemaps.map.Injection;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.nd4j.autodiff.listeners.At;
import org.nd4j.autodiff.listeners.BaseListener;
import org.nd4j.autodiff.listeners.Loss;
import org.nd4j.autodiff.listeners.Operation;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.autodiff.samediff.TrainingConfig;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.dataset.MultiDataSet;
import org.nd4j.linalg.learning.config.Adam;

/** SameDiff.fit, saved graphs and several threads. */
class SDTrainingTest {

  private static SameDiff graph() {
    SameDiff sd = SameDiff.create();
    BlockMap map = Networks.richMap(4, Injection.HOLD);
    SDIterative iterative = new SDIterative(sd);
    SDMap inGraph = iterative.blockMap("map", map, DataType.DOUBLE);
    SDVariable x = sd.placeHolder("x", DataType.DOUBLE, -1, 4);
    SDVariable y = iterative.iterate("y", inGraph, x, 4);
    SDVariable labels = sd.placeHolder("labels", DataType.DOUBLE, -1, 3);
    sd.loss().meanSquaredError("loss", labels, y, null);
    sd.setLossVariables("loss");
    return sd;
  }

  private static TrainingConfig training() {
    return new TrainingConfig.Builder()
        .updater(new Adam(0.02))
        .l2(1e-4)
        .dataSetFeatureMapping("x")
        .dataSetLabelMapping("labels")
        .build();
  }

  private static final class Losses extends BaseListener {
    private final List<Double> seen = new ArrayList<>();

    @Override
    public boolean isActive(Operation operation) {
      return true;
    }

    @Override
    public void iterationDone(
        SameDiff sd, At at, org.nd4j.linalg.dataset.api.MultiDataSet dataSet, Loss loss) {
      seen.add(loss.totalLoss());
    }
  }

  private static DataSet data() {
    return new DataSet(normal(1, 16, 4), normal(2, 16, 3).muli(0.3));
  }

  @Test
  void fitTrainsWithUpdatersAndListeners() {
    SameDiff sd = graph();
    sd.setTrainingConfig(training());
    Losses losses = new Losses();
    sd.setListeners(losses);
    double lossBefore = loss(sd);
    INDArray before = sd.getVariable("map/W[h->h]").getArr().dup();
    for (int i = 0; i < 60; i++) {
      sd.fit(data());
    }
    assertEquals(60, losses.seen.size());
    double lossAfter = loss(sd);
    assertTrue(lossAfter < 0.8 * lossBefore, lossBefore + " to " + lossAfter);
    assertTrue(Magnitude.largestDifference(before, sd.getVariable("map/W[h->h]").getArr()) > 1e-3);
  }

  private static double loss(SameDiff sd) {
    Map<String, INDArray> arrays = Map.of("x", data().getFeatures(), "labels", data().getLabels());
    return sd.output(arrays, "loss").get("loss").getDouble(0);
  }

  @Test
  void severalThreadsGetTheSameOutputs() throws Exception {
    SameDiff sd = graph();
    List<INDArray> inputs = new ArrayList<>();
    List<INDArray> expected = new ArrayList<>();
    for (int i = 0; i < 16; i++) {
      inputs.add(normal(i, 1 + i % 3, 4));
      expected.add(sd.output(Map.of("x", inputs.get(i)), "y").get("y"));
    }
    ExecutorService threads = Executors.newFixedThreadPool(4);
    try {
      List<Future<INDArray>> found = new ArrayList<>();
      for (INDArray input : inputs) {
        found.add(threads.submit(() -> sd.output(Map.of("x", input), "y").get("y")));
      }
      for (int i = 0; i < 16; i++) {
        assertEquals(expected.get(i), found.get(i).get(60, TimeUnit.SECONDS));
      }
    } finally {
      threads.shutdownNow();
    }
  }

  @Test
  void aFreshProcessContinues(@TempDir Path folder) throws Exception {
    SameDiff sd = graph();
    sd.setTrainingConfig(training());
    sd.fit(data());
    sd.save(folder.resolve("graph.fb").toFile(), true);
    MultiLayerNetwork network = NonlinearMapTest.nonlinear();
    network.fit(NonlinearMapTest.data(false));
    ModelSerializer.writeModel(network, folder.resolve("network.zip").toFile(), true);

    FreshJvm.run(FreshProcess.class, folder);
    assertEquals(results(sd, network), Files.readString(folder.resolve("results")));
  }

  /** Outputs, then one more update of each, to the last bit. */
  private static String results(SameDiff sd, MultiLayerNetwork network) {
    StringBuilder text = new StringBuilder();
    append(text, sd.output(Map.of("x", normal(5, 3, 4)), "y").get("y"));
    sd.fit(new MultiDataSet(data().getFeatures(), data().getLabels()));
    append(text, sd.getVariable("map/W[h->h]").getArr());
    append(text, network.output(normal(5, 3, 4)));
    network.fit(NonlinearMapTest.data(false));
    append(text, network.params());
    return text.toString();
  }

  private static void append(StringBuilder text, INDArray array) {
    for (double value : array.dup('c').data().asDouble()) {
      text.append(Double.toHexString(value)).append('\n');
    }
  }

  /** The other process. */
  static final class FreshProcess {
    private FreshProcess() {}

    public static void main(String[] arguments) throws IOException {
      Path folder = Path.of(arguments[0]);
      SameDiff sd = SameDiff.load(folder.resolve("graph.fb").toFile(), true);
      File zip = folder.resolve("network.zip").toFile();
      MultiLayerNetwork network = ModelSerializer.restoreMultiLayerNetwork(zip, true);
      Files.writeString(folder.resolve("results"), results(sd, network));
    }
  }
}
