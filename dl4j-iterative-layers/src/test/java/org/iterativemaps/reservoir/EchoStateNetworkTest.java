package org.iterativemaps.reservoir;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.File;
import java.io.IOException;
import java.nio.file.Path;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.iterativemaps.layers.Networks;
import org.iterativemaps.map.pattern.Sparsity;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.api.io.TempDir;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;

class EchoStateNetworkTest {

  private static double[] waves(int length) {
    double[] series = new double[length];
    for (int t = 0; t < length; t++) {
      series[t] = Math.sin(0.2 * t) + 0.5 * Math.sin(0.311 * t);
    }
    return series;
  }

  private static final ForecastTask TASK = ForecastTask.of(waves(3_000), 1, 0.2);

  private static EchoStateNetwork network() {
    return new EchoStateNetwork(
        Readout.ridge(1e-6), Reservoir.of(60).spectralRadius(0.9).leakRate(0.5).seed(1));
  }

  @Test
  void forecastsAndGoesOnWhereFitEnded() {
    EchoStateNetwork network = network().fit(TASK.trainInputs(), TASK.trainTargets(), 100);
    INDArray forecast = network.run(TASK.testInputs());
    assertTrue(Scores.nrmse(forecast, TASK.testTargets()) < 2e-3);
    network.reset();
    network.run(TASK.trainInputs());
    Networks.assertClose(forecast, network.run(TASK.testInputs()), 1e-5);
    network.reset();
    INDArray fromZeros = network.run(TASK.testInputs());
    assertTrue(Math.abs(fromZeros.getDouble(0) - forecast.getDouble(0)) > 1e-3, "reset");
    network.reset();
    INDArray inParts = Nd4j.concat(2, network.run(part(0, 7)), network.run(part(7, 599)));
    Networks.assertClose(fromZeros, inParts, 1e-5);
  }

  private static INDArray part(int begin, int end) {
    return TASK.testInputs()
        .get(NDArrayIndex.all(), NDArrayIndex.all(), NDArrayIndex.interval(begin, end));
  }

  /** Left to itself it repeats the waves for a while. */
  @Test
  void generates() {
    EchoStateNetwork network =
        new EchoStateNetwork(Readout.ridge(1e-2), Reservoir.of(60).leakRate(0.5).seed(1));
    network.fit(TASK.trainInputs(), TASK.trainTargets(), 100);
    INDArray first = part(0, 1);
    INDArray answer = network.generate(first, 50);
    INDArray expected =
        TASK.testTargets()
            .get(NDArrayIndex.all(), NDArrayIndex.all(), NDArrayIndex.interval(0, 50));
    assertTrue(Scores.nrmse(answer, expected) < 0.2, "" + Scores.nrmse(answer, expected));
  }

  /** An ordinary network: saved, read, and answering the same. */
  @Test
  void isADl4jNetwork(@TempDir Path folder) throws IOException {
    EchoStateNetwork network = network().fit(TASK.trainInputs(), TASK.trainTargets(), 100);
    assertEquals(61, network.network().numParams(), "the read-out's alone");
    File file = folder.resolve("echo.zip").toFile();
    network.network().save(file);
    MultiLayerNetwork read = MultiLayerNetwork.load(file, false);
    network.reset();
    Networks.assertClose(network.run(TASK.testInputs()), read.output(TASK.testInputs()), 1e-5);
  }

  @Test
  void severalSequencesEachStartAtZeros() {
    INDArray inputs = Nd4j.concat(0, part(0, 300), part(100, 400));
    INDArray targets =
        Nd4j.concat(
            0,
            TASK.testTargets()
                .get(NDArrayIndex.all(), NDArrayIndex.all(), NDArrayIndex.interval(0, 300)),
            TASK.testTargets()
                .get(NDArrayIndex.all(), NDArrayIndex.all(), NDArrayIndex.interval(100, 400)));
    EchoStateNetwork network = network().fit(inputs, targets, 30);
    INDArray alone = network.run(part(0, 300)); // of another batch: fit left no state
    assertTrue(
        Scores.nrmse(
                alone.get(NDArrayIndex.all(), NDArrayIndex.all(), NDArrayIndex.interval(30, 300)),
                targets.get(
                    NDArrayIndex.interval(0, 1),
                    NDArrayIndex.all(),
                    NDArrayIndex.interval(30, 300)))
            < 0.01);
  }

  @Test
  void runsInDouble() {
    INDArray inputs = TASK.trainInputs().castTo(DataType.DOUBLE);
    EchoStateNetwork network =
        network().fit(inputs, TASK.trainTargets().castTo(DataType.DOUBLE), 100);
    INDArray forecast = network.run(TASK.testInputs().castTo(DataType.DOUBLE));
    assertEquals(DataType.DOUBLE, forecast.dataType());
    INDArray single =
        network().fit(TASK.trainInputs(), TASK.trainTargets(), 100).run(TASK.testInputs());
    Networks.assertClose(forecast.castTo(DataType.FLOAT), single, 1e-2);
  }

  @Test
  void whatIsWrongIsNamed() {
    EchoStateNetwork network = network();
    INDArray x = TASK.trainInputs();
    INDArray y = TASK.trainTargets();
    assertThrows(IllegalStateException.class, network::network);
    assertThrows(IllegalStateException.class, () -> network.run(x));
    assertRefused("reservoirs: found none", () -> new EchoStateNetwork(Readout.ridge(1)));
    assertRefused("readout: found null", () -> new EchoStateNetwork(null, Reservoir.of(3)));
    assertRefused(
        "inputs: found an array of shape [1, 1]",
        () ->
            network.fit(
                x.slice(0).slice(0).reshape(-1).get(NDArrayIndex.interval(0, 1)).reshape(1, 1),
                y,
                0));
    assertRefused("targets: found null", () -> network.fit(x, null, 0));
    assertRefused("as many sequences and time steps", () -> network.fit(x, TASK.testTargets(), 0));
    assertRefused("warmup: found 2400", () -> network.fit(x, y, 2_400));
    INDArray bad = x.dup();
    bad.putScalar(0, 0, 17, Double.POSITIVE_INFINITY);
    assertRefused("inputs: found Infinity at [0, 0, 17]", () -> network.fit(bad, y, 10));
    network.fit(x, y, 10);
    assertRefused("expected 1, as when it was fitted", () -> network.run(Nd4j.ones(1, 2, 3)));
    assertRefused("reset() begins at zeros", () -> network.run(Nd4j.ones(2, 1, 3)));
    assertRefused("testShare: found 1.0", () -> ForecastTask.of(waves(10), 1, 1));
    assertRefused("ahead: found 0", () -> ForecastTask.of(waves(10), 0, 0.5));
    assertRefused("found 2 time steps", () -> ForecastTask.of(waves(2), 1, 0.5));
    assertRefused(
        "series: found NaN at [0, 0, 1]",
        () -> ForecastTask.of(new double[] {1, Double.NaN, 2, 3}, 1, 0.5));
    assertRefused(
        "found 1 features at time step 1",
        () -> ForecastTask.of(new double[][] {{1, 2}, {1}}, 1, 0.5));
  }

  @Test
  void aSplitIsInOrder() {
    ForecastTask task = ForecastTask.of(new double[] {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10}, 2, 0.34);
    assertEquals("[0, 1, 2, 3, 4, 5]", text(task.trainInputs()));
    assertEquals("[2, 3, 4, 5, 6, 7]", text(task.trainTargets()));
    assertEquals("[6, 7, 8]", text(task.testInputs()));
    assertEquals("[8, 9, 10]", text(task.testTargets()));
  }

  private static String text(INDArray sequence) {
    return java.util.Arrays.toString(sequence.reshape(-1).toIntVector());
  }

  @Test
  void deepOnesReadAllOfTheirReservoirs() {
    EchoStateNetwork network =
        new EchoStateNetwork(
            Readout.ridge(1e-6),
            Reservoir.of(30).leakRate(0.5).seed(1),
            Reservoir.of(20).pattern(Sparsity.ring()),
            Reservoir.of(10).edgeOfStability(0.3));
    network.fit(TASK.trainInputs(), TASK.trainTargets(), 100);
    assertEquals(61, network.network().numParams());
    assertTrue(Scores.nrmse(network.run(TASK.testInputs()), TASK.testTargets()) < 0.01);
  }

  private static void assertRefused(String says, Executable wrong) {
    String message = assertThrows(IllegalArgumentException.class, wrong).getMessage();
    assertTrue(message.contains(says), message);
  }
}
