package org.iterativemaps.convert;

import static org.iterativemaps.convert.SameNetworks.assertClose;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Map;
import java.util.Random;
import org.deeplearning4j.nn.conf.layers.LSTM;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.conf.layers.recurrent.LastTimeStep;
import org.deeplearning4j.nn.conf.layers.recurrent.SimpleRnn;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.iterativemaps.kernel.Magnitude;
import org.iterativemaps.layers.IterativeMapLayer;
import org.iterativemaps.layers.LayerWeights;
import org.iterativemaps.map.BlockFunctions;
import org.iterativemaps.map.BlockMap;
import org.iterativemaps.map.Injection;
import org.iterativemaps.map.MapWeights;
import org.iterativemaps.map.pattern.Sparsity;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.indexing.NDArrayIndex;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;

/** Unrolling and tying, lifting, and K after training. */
class UnrollingTest {
  private static final int N_IN = 3;

  @ParameterizedTest
  @CsvSource({"1,HOLD", "2,HOLD", "4,HOLD", "4,IMPULSE"})
  void unrolledMapsComputeTheSameAndTieWithoutLoss(int steps, Injection injection) {
    MultiLayerNetwork looped = looped(steps, injection);
    if (steps == 1) {
      MapWeights once = LayerWeights.read(looped.getLayer(0));
      assertEquals(1, Unrolling.stepsOf(Unrolling.unroll(once, 1).map()));
      return;
    }
    DataSet data = data();
    MultiLayerNetwork unrolled = IterativeMaps.unroll(looped).network();
    assertTrue(unrolled.numParams() > looped.numParams());
    assertClose(looped.output(data.getFeatures()), unrolled.output(data.getFeatures()), 1e-12);
    // Gradients of the copies add up to that of the tied weights.
    double tied =
        SameNetworks.gradient(looped, data).getGradientFor("0_W[h->h]").sumNumber().doubleValue();
    var gradient = SameNetworks.gradient(unrolled, data);
    double sum = 0;
    for (var entry : gradient.gradientForVariable().entrySet()) {
      if (entry.getKey().matches("0_W\\[h\\.\\d+->h(\\.\\d+)?]")) {
        sum += entry.getValue().sumNumber().doubleValue();
      }
    }
    assertEquals(tied, sum, 1e-12);

    Conversion<MultiLayerNetwork> back = IterativeMaps.tie(unrolled);
    assertEquals(0, back.report().tyingLoss().orElseThrow());
    assertEquals(looped.params(), back.network().params());
    assertClose(
        looped.output(data.getFeatures()), back.network().output(data.getFeatures()), 1e-12);
    assertEquals(
        settings(looped).withSteps(1).map().injection(),
        settings(back.network()).map().injection());
    assertEquals(steps, settings(back.network()).steps());

    for (int i = 0; i < 5; i++) {
      unrolled.fit(data); // copies go apart
    }
    double loss = IterativeMaps.tie(unrolled).report().tyingLoss().orElseThrow();
    assertTrue(loss > 0 && loss < 1, () -> "" + loss);
  }

  @Test
  void moreStepsThanAMapHasRoomForAreRefused() {
    MapWeights once = LayerWeights.read(looped(1, Injection.HOLD).getLayer(0));
    for (int steps : new int[] {Unrolling.MOST_SLOTS + 1, 10_000_000, Integer.MAX_VALUE}) {
      assertRefused("K = " + steps, () -> Unrolling.unroll(once, steps));
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 3})
  void tiedDenseLayersThatAreEqualLoseNothing(int seed) {
    MultiLayerNetwork mlp = FromMlpTest.mlp(6, 6, 6, 6, 2);
    INDArray w = SameNetworks.normal(new Random(seed), DataType.DOUBLE, 6, 6);
    for (int i = 0; i < 3; i++) {
      mlp.getLayer(i).getParam("W").assign(w);
    }
    Conversion<MultiLayerNetwork> tied = IterativeMaps.fromMlp(mlp, MlpOptions.tied(6, 3));
    assertEquals(0, tied.report().tyingLoss().orElseThrow());
    INDArray input = SameNetworks.normal(new Random(seed), DataType.DOUBLE, 5, 6);
    assertClose(mlp.output(input), tied.network().output(input), 1e-12);
    mlp.getLayer(1).getParam("W").muli(2);
    double loss =
        IterativeMaps.fromMlp(mlp, MlpOptions.tied(6, 3)).report().tyingLoss().orElseThrow();
    assertTrue(loss > 0.01 && loss < 1, () -> "" + loss);
    MultiLayerNetwork fresh =
        IterativeMaps.fromMlp(mlp, MlpOptions.tied(9, 4).freshWeights()).network();
    assertEquals(6 * 9 + 9 * 9 + 9 + 9 * 2 + 2, fresh.numParams());
    assertRefused("'layer0' (DenseLayer)", () -> IterativeMaps.fromMlp(mlp, MlpOptions.tied(9, 4)));
    fresh.fit(new DataSet(input, SameNetworks.oneHot(new Random(1), DataType.DOUBLE, 5, 2)));
  }

  @Test
  void theLiftedFormIsTheRecurrentLayer() {
    int time = 5;
    MultiLayerNetwork rnn =
        new MultiLayerNetwork(
            FromMlpTest.conf(DataType.DOUBLE)
                .list()
                .layer(new SimpleRnn.Builder().nIn(N_IN).nOut(4).build())
                .build());
    rnn.init();
    INDArray input = SameNetworks.normal(new Random(1), DataType.DOUBLE, 2, N_IN, time);
    INDArray expected = rnn.output(input);
    MapWeights recurrent = LayerWeights.read(IterativeMaps.fromRnn(rnn).network().getLayer(0));
    MapWeights lifted = LiftedForm.of(recurrent, time);
    INDArray tokens = input.permute(0, 2, 1).dup('c').reshape('c', 2, time * N_IN);
    for (int t = 1; t <= time; t++) {
      MultiLayerNetwork network =
          new MultiLayerNetwork(
              FromMlpTest.conf(DataType.DOUBLE)
                  .list()
                  .layer(new IterativeMapLayer.Builder().map(lifted.map()).steps(t).build())
                  .build());
      network.init();
      LayerWeights.write(lifted, network.getLayer(0));
      assertClose(
          expected.get(NDArrayIndex.all(), NDArrayIndex.all(), NDArrayIndex.point(t - 1)).dup(),
          network.output(tokens),
          1e-12);
    }
  }

  @Test
  void stepsAndInjectionCanBeChosenAfterTraining() throws Exception {
    MultiLayerNetwork network = looped(2, Injection.HOLD);
    INDArray input = data().getFeatures();
    INDArray two = network.output(input).dup();
    MapKnobs knobs = MapKnobs.of(network);
    var sweep = knobs.sweep(input, 1, 2, 3, 9);
    assertEquals(java.util.List.of(1, 2, 3, 9), java.util.List.copyOf(sweep.keySet()));
    assertClose(two, sweep.get(2), 0);
    for (int k : new int[] {1, 3, 9}) {
      MultiLayerNetwork other = looped(k, Injection.HOLD);
      other.setParams(network.params());
      assertClose(other.output(input), sweep.get(k), 1e-12);
    }
    assertClose(two, network.output(input), 0); // for these calls alone
    knobs.steps(9);
    assertClose(sweep.get(9), network.output(input), 0);
    assertClose(two, network.clone().output(input), 1e-12); // not in the configuration
    knobs.injection(Injection.IMPULSE);
    assertTrue(Magnitude.largestDifference(network.output(input), sweep.get(9)) > 1e-6);
    knobs.reset();
    assertClose(two, network.output(input), 0);
    knobs.steps(3).save();
    assertClose(sweep.get(3), network.clone().output(input), 1e-12);
    assertEquals(3, settings(network).steps());
    assertRefused("steps: found 0", () -> knobs.steps(0));
    assertRefused("expected one of [layer0]", () -> knobs.only("nobody"));
    assertRefused("no map layer", () -> MapKnobs.of(FromMlpTest.mlp(2, 3, 2)));
  }

  @Test
  void savedStepsAreFoundAgainInsideWrappers() {
    ComputationGraph graph =
        new ComputationGraph(
            FromMlpTest.conf(DataType.DOUBLE)
                .graphBuilder()
                .addInputs("in")
                .addLayer(
                    "last", new LastTimeStep(IterativeMaps.rnnLayer(4).nIn(N_IN).build()), "in")
                .setOutputs("last")
                .build());
    graph.init();
    INDArray input = SameNetworks.normal(new Random(1), DataType.DOUBLE, 2, N_IN, 3);
    INDArray once = graph.outputSingle(input).dup();
    MapKnobs.of(graph).steps(3).save();
    INDArray thrice = graph.outputSingle(input).dup();
    assertTrue(Magnitude.largestDifference(once, thrice) > 1e-6);
    assertClose(thrice, graph.clone().outputSingle(input), 1e-12);
  }

  @Test
  void aKThatDoesNotReachTheOutputIsRefusedAndChangesNothing() {
    MultiLayerNetwork network = IterativeMaps.fromMlp(FromMlpTest.mlp(4, 5, 5, 2)).network();
    INDArray input = SameNetworks.normal(new Random(1), DataType.DOUBLE, 5, 4);
    INDArray before = network.output(input).dup();
    MapKnobs knobs = MapKnobs.of(network);
    assertRefused("smallest K that works is 3", () -> knobs.steps(2));
    assertRefused("exactly K = 4", () -> knobs.injection(Injection.IMPULSE).steps(4));
    knobs.reset();
    assertClose(before, network.output(input), 0);
    assertClose(before, knobs.output(input, 7), 0); // held: a fixed point
  }

  @Test
  void whatIsNotUnrolledIsRefused() {
    assertRefused(
        "no IterativeMapLayer with a loop",
        () -> IterativeMaps.unroll(IterativeMaps.fromMlp(FromMlpTest.mlp(2, 3, 2)).network()));
    assertRefused("with copies of slots", () -> IterativeMaps.tie(looped(3, Injection.HOLD)));
    assertRefused(
        "h -> h",
        () -> Unrolling.stepsOf(LayerWeights.read(looped(3, Injection.HOLD).getLayer(0)).map()));
  }

  private static org.iterativemaps.layers.MapSettings settings(MultiLayerNetwork network) {
    return ((IterativeMapLayer) network.getLayer(0).conf().getLayer()).getSettings();
  }

  static void assertRefused(String expected, org.junit.jupiter.api.function.Executable call) {
    IllegalArgumentException refused = assertThrows(IllegalArgumentException.class, call);
    assertTrue(refused.getMessage().contains(expected), refused::getMessage);
  }

  private static MultiLayerNetwork looped(int steps, Injection injection) {
    BlockMap map =
        BlockMap.builder()
            .input("x", N_IN)
            .state("h", 6, Activation.TANH)
            .connect("x", "h", Sparsity.dense())
            .connect("h", "h", Sparsity.density(0.5))
            .output("h")
            .injection(injection)
            .build();
    MultiLayerNetwork network =
        new MultiLayerNetwork(
            FromMlpTest.conf(DataType.DOUBLE)
                .list()
                .layer(new IterativeMapLayer.Builder().map(map).steps(steps).build())
                .layer(
                    new OutputLayer.Builder(LossFunction.MSE)
                        .activation(Activation.IDENTITY)
                        .nIn(6)
                        .nOut(2)
                        .build())
                .build());
    network.init();
    return network;
  }

  private static DataSet data() {
    Random random = new Random(4);
    return new DataSet(
        SameNetworks.normal(random, DataType.DOUBLE, 5, N_IN),
        SameNetworks.normal(random, DataType.DOUBLE, 5, 2));
  }

  @Test
  void theLiftedFormIsForLinearMaps() {
    MultiLayerNetwork lstm =
        new MultiLayerNetwork(
            FromMlpTest.conf(DataType.DOUBLE)
                .list()
                .layer(new LSTM.Builder().nIn(N_IN).nOut(4).build())
                .build());
    lstm.init();
    MapWeights converted = LayerWeights.read(IterativeMaps.fromRnn(lstm).network().getLayer(0));
    assertRefused("lifted form: block f,c->m is Product", () -> LiftedForm.of(converted, 3));
    BlockMap identity =
        BlockMap.builder()
            .input("x", 3)
            .stateWithoutBias("h", 3, Activation.TANH)
            .connect("x", "h", BlockFunctions.identity())
            .output("h")
            .build();
    assertRefused(
        "lifted form: block x->h is Identity",
        () -> LiftedForm.of(new MapWeights(identity.realize(), Map.of()), 3));
  }
}
