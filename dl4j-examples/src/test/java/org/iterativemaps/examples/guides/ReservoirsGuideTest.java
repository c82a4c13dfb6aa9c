package org.iterativemaps.examples.guides;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.layers.LSTM;
import org.deeplearning4j.nn.conf.layers.RnnOutputLayer;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.iterativemaps.examples.data.MackeyGlass;
import org.iterativemaps.map.BlockMap;
import org.iterativemaps.map.Update;
import org.iterativemaps.map.pattern.Sparsity;
import org.iterativemaps.map.values.WeightValues;
import org.iterativemaps.reservoir.EchoStateNetwork;
import org.iterativemaps.reservoir.ForecastTask;
import org.iterativemaps.reservoir.MemoryCapacity;
import org.iterativemaps.reservoir.Nvar;
import org.iterativemaps.reservoir.Readout;
import org.iterativemaps.reservoir.Reservoir;
import org.iterativemaps.reservoir.RlsReadout;
import org.iterativemaps.reservoir.Scores;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.indexing.NDArrayIndex;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;

/** The code of docs/reservoirs.md. */
class ReservoirsGuideTest {
  private static final double[] SERIES = MackeyGlass.unitSteps(2_000, 1);

  @Test
  void fiveLines() {
    double[] series = SERIES;
    // region first
    ForecastTask task = ForecastTask.of(series, 1, 0.2); // the next value; the last fifth is a test
    Reservoir reservoir = Reservoir.of(100).spectralRadius(1.25).leakRate(0.3).seed(1);
    EchoStateNetwork network = new EchoStateNetwork(Readout.ridge(1e-5), reservoir);
    network.fit(task.trainInputs(), task.trainTargets(), 100);
    double error = Scores.rmse(network.run(task.testInputs()), task.testTargets());
    // endregion
    assertTrue(error < 0.002, "RMSE " + error);
    network.reset();
    network.run(task.trainInputs());
    assertTrue(Scores.rSquared(network.run(task.testInputs()), task.testTargets()) > 0.9999);
  }

  /**
   * reservoirpy's first example: 2000 values, next step, the last fifth a test, 100 units, 100 time
   * steps of warm-up. There it is 0.0020282.
   */
  @Test
  void theMedianErrorIsBelowReservoirpys() {
    double[] errors = new double[15];
    for (int seed = 0; seed < errors.length; seed++) {
      ForecastTask task = ForecastTask.of(MackeyGlass.unitSteps(2_000, seed), 1, 0.2);
      Reservoir reservoir = Reservoir.of(100).spectralRadius(1.25).leakRate(0.3).seed(seed);
      EchoStateNetwork network = new EchoStateNetwork(Readout.ridge(1e-5), reservoir);
      network.fit(task.trainInputs(), task.trainTargets(), 100);
      errors[seed] = Scores.rmse(network.run(task.testInputs()), task.testTargets());
    }
    Arrays.sort(errors);
    assertTrue(errors[7] <= 0.0020, Arrays.toString(errors));
  }

  @Test
  void reservoirs() {
    // region kinds
    Reservoir cycle =
        Reservoir.of(200).pattern(Sparsity.ring()).weights(WeightValues.constant(0.9));
    Reservoir smallWorld =
        Reservoir.of(200).pattern(Sparsity.smallWorld(8, 0.1)).inputScaling(0.5).biasScaling(0.2);
    Reservoir edge = Reservoir.of(200).edgeOfStability(0.1); // h' = 0.9 O h + 0.1 tanh(...)
    Reservoir residual = Reservoir.of(200).residual(0.9, 0.3, Reservoir.Branch.CYCLIC);
    EchoStateNetwork deep =
        new EchoStateNetwork(Readout.ridge(1e-6), cycle, smallWorld, edge); // one reads the other
    // endregion
    ForecastTask task = ForecastTask.of(SERIES, 6, 0.2);
    deep.fit(task.trainInputs(), task.trainTargets(), 200);
    assertTrue(Scores.nrmse(deep.run(task.testInputs()), task.testTargets()) < 0.02);
    EchoStateNetwork other = new EchoStateNetwork(Readout.ridge(1e-6), residual);
    other.fit(task.trainInputs(), task.trainTargets(), 200);
    assertTrue(Scores.nrmse(other.run(task.testInputs()), task.testTargets()) < 0.1);
  }

  @Test
  void anyLayer() {
    ForecastTask task = ForecastTask.of(SERIES, 1, 0.2);
    MultiLayerNetwork network =
        new MultiLayerNetwork(
            new NeuralNetConfiguration.Builder()
                .list()
                .layer(new LSTM.Builder().nIn(1).nOut(50).build())
                .layer(
                    new RnnOutputLayer.Builder(LossFunction.MSE)
                        .nIn(50)
                        .nOut(1)
                        .activation(Activation.IDENTITY)
                        .build())
                .build());
    network.init();
    DataSet data = new DataSet(task.trainInputs(), task.trainTargets());
    // region readout
    Readout.ridge(1e-5)
        .warmup(100)
        .fit(network, data); // of any network; segment(1000) saves memory

    RlsReadout online = Readout.rls(0.999, 1e-3);
    online.fit(network, data); // and then, with the next time steps: fitNext(network, more)
    // endregion
    assertTrue(Scores.nrmse(network.output(task.testInputs()), task.testTargets()) < 0.5);
  }

  @Test
  void leakRates() {
    // region leak
    BlockMap map =
        BlockMap.builder()
            .input("x", 1)
            .state("h", 50, Activation.TANH)
            .connect("x", "h", Sparsity.dense())
            .connect("h", "h", Sparsity.fanIn(10))
            .update("h", Update.leaky(0.3)) // z' = 0.7 z + 0.3 a, in any map, trained or not
            .output("h")
            .build();
    BlockMap trained = map.toBuilder().trainedLeak("h").build(); // a rate of its own for every unit
    // endregion
    assertEquals(50, trained.realize().parameterCount() - map.realize().parameterCount());
  }

  @Test
  void measures() {
    // region memory
    MemoryCapacity memory = MemoryCapacity.Measure.withDelays(100).of(Reservoir.of(50));
    double capacity = memory.total(); // at most 50
    double[] curve = memory.byDelay();
    // endregion
    assertTrue(capacity > 5 && capacity < 52, "" + capacity);
    assertTrue(curve[0] > 0.9 && curve[99] < 0.1);
  }

  @Test
  void withoutAReservoir() {
    ForecastTask task = ForecastTask.of(SERIES, 1, 0.2);
    // region nvar
    Nvar nvar = new Nvar(6, 3, 3); // now, 3, … 15 time steps ago, and products of three of them
    MultiLayerNetwork network = nvar.network(1, 1);
    Readout.ridge(1e-6)
        .warmup(nvar.warmup())
        .fit(network, new DataSet(nvar.features(task.trainInputs()), task.trainTargets()));
    // endregion
    assertEquals(DataType.DOUBLE, network.params().dataType());
    INDArray answer = network.output(nvar.features(task.testInputs())).castTo(DataType.FLOAT);
    assertTrue(Scores.nrmse(behind(answer), behind(task.testTargets())) < 0.02);
  }

  private static INDArray behind(INDArray sequence) {
    var rest = NDArrayIndex.interval(15, sequence.size(2));
    return sequence.get(NDArrayIndex.all(), NDArrayIndex.all(), rest).dup();
  }
}
