package org.iterativemaps.convert;

import static org.iterativemaps.convert.SameNetworks.assertClose;
import static org.iterativemaps.convert.SameNetworks.assertSame;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Map;
import java.util.Random;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.RNNFormat;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.conf.layers.RnnOutputLayer;
import org.deeplearning4j.nn.conf.layers.recurrent.Bidirectional;
import org.deeplearning4j.nn.conf.layers.recurrent.LastTimeStep;
import org.deeplearning4j.nn.conf.layers.recurrent.SimpleRnn;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.iterativemaps.iterate.MapProgram;
import org.iterativemaps.kernel.Magnitude;
import org.iterativemaps.layers.IterativeMapConf;
import org.iterativemaps.layers.IterativeMapRecurrentLayer;
import org.iterativemaps.layers.LayerWeights;
import org.iterativemaps.map.BlockMap;
import org.iterativemaps.map.MapWeights;
import org.iterativemaps.map.pattern.Sparsity;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.indexing.NDArrayIndex;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;

class FromRnnTest {
  private static final Activation[] ACTIVATIONS = {
    Activation.TANH, Activation.SIGMOID, Activation.RELU, Activation.SOFTSIGN
  };

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
  void randomRnnsAreMapsInDoubleAndFloatAndBack(long seed) {
    for (DataType type : List.of(DataType.DOUBLE, DataType.FLOAT)) {
      Random random = new Random(seed);
      int depth = 1 + random.nextInt(3);
      boolean isBidirectional = random.nextBoolean();
      Layer[] layers = new Layer[depth];
      for (int i = 0; i < depth; i++) {
        SimpleRnn rnn = rnn(random);
        layers[i] =
            isBidirectional
                ? new Bidirectional(Bidirectional.Mode.values()[random.nextInt(4)], rnn)
                : rnn;
      }
      Case rnn = new Case(random, type, random.nextBoolean(), layers);
      MultiLayerNetwork map = IterativeMaps.fromRnn(rnn.network).network();
      assertSame(rnn.network, map, rnn.data);
      MultiLayerNetwork back = IterativeMaps.toRnn(map).network();
      assertSame(rnn.network, back, rnn.data);
      assertEquals(rnn.network.params(), back.params());
      if (!isBidirectional) {
        Conversion<MultiLayerNetwork> one =
            IterativeMaps.fromRnn(rnn.network, RnnOptions.exact().asOneMap());
        assertEquals(2, one.network().getnLayers(), one.report()::toString);
        assertClose(
            rnn.network.output(
                rnn.data.getFeatures(), false, rnn.data.getFeaturesMaskArray(), null),
            one.network()
                .output(rnn.data.getFeatures(), false, rnn.data.getFeaturesMaskArray(), null),
            SameNetworks.tolerance(type));
        assertSame(rnn.network, one.network(), rnn.data);
        assertEquals(rnn.network.numParams(), one.network().numParams());
      }
    }
  }

  @Test
  void aStackInOneMapComputesEveryLayerOncePerToken() {
    Case rnn =
        new Case(
            new Random(1),
            DataType.DOUBLE,
            false,
            rnn(new Random(1)),
            rnn(new Random(2)),
            rnn(new Random(3)));
    MultiLayerNetwork one =
        IterativeMaps.fromRnn(rnn.network, RnnOptions.exact().asOneMap()).network();
    MapProgram program = ((IterativeMapConf) one.getLayer(0).conf().getLayer()).program();
    long computed =
        program.schedule().evaluations().stream()
            .filter(u -> !program.slots().get(u.target().slot()).name().contains("ago"))
            .count();
    assertEquals(3, computed);
  }

  /** Why a stack is not simply a map with K = 1. */
  @Test
  void withOneStepPerTokenALayerLagsOneTokenBehindTheLayerBelow() {
    Layer[] layers = {
      new SimpleRnn.Builder().nOut(3).activation(Activation.TANH).build(),
      new SimpleRnn.Builder().nOut(4).activation(Activation.TANH).build()
    };
    Case rnn = new Case(new Random(1), DataType.DOUBLE, false, layers);
    // So that the upper layer stays at zero until the first token arrives there.
    rnn.network.getLayer(1).getParam("b").assign(0);
    MapWeights one =
        LayerWeights.read(
            IterativeMaps.fromRnn(rnn.network, RnnOptions.exact().asOneMap())
                .network()
                .getLayer(0));
    BlockMap wavefront =
        BlockMap.builder()
            .add(one.map().input())
            .add(one.map().slot("h1"))
            .add(one.map().slot("h2"))
            .connect("x", "h1", Sparsity.dense())
            .connect("h1", "h1", Sparsity.dense())
            .connect("h1", "h2", Sparsity.dense())
            .connect("h2", "h2", Sparsity.dense())
            .output("h2")
            .build();
    MultiLayerNetwork network =
        new MultiLayerNetwork(
            FromMlpTest.conf(DataType.DOUBLE)
                .list()
                .layer(new IterativeMapRecurrentLayer.Builder().map(wavefront).build())
                .build());
    network.init();
    Map<String, double[]> values =
        Map.of(
            "W[x->h1]", one.weights("x", "h1"),
            "W[h1->h1]", one.weights("h1.ago1", "h1"),
            "W[h1->h2]", one.weights("h1", "h2"),
            "W[h2->h2]", one.weights("h2.ago1", "h2"),
            "b[h1]", one.bias("h1"),
            "b[h2]", one.bias("h2"));
    LayerWeights.write(new MapWeights(wavefront.realize(), values), network.getLayer(0));
    INDArray input = rnn.data.getFeatures();
    long last = input.size(2) - 1;
    INDArray stack = rnn.network.feedForwardToLayer(1, input).get(2);
    INDArray lagging = network.output(input);
    assertClose(time(stack, 0, last), time(lagging, 1, last + 1), 1e-12);
  }

  private static INDArray time(INDArray sequence, long from, long to) {
    return sequence
        .get(NDArrayIndex.all(), NDArrayIndex.all(), NDArrayIndex.interval(from, to))
        .dup();
  }

  @ParameterizedTest
  @EnumSource(RNNFormat.class)
  void lastTimeStepStaysAndSoDoesTheFormat(RNNFormat format) {
    MultiLayerNetwork network =
        new MultiLayerNetwork(
            FromMlpTest.conf(DataType.DOUBLE)
                .list()
                .layer(new SimpleRnn.Builder().nOut(5).dataFormat(format).build())
                .layer(new LastTimeStep(new SimpleRnn.Builder().nOut(4).dataFormat(format).build()))
                .layer(
                    new OutputLayer.Builder(LossFunction.MSE)
                        .activation(Activation.IDENTITY)
                        .nOut(2)
                        .build())
                .setInputType(InputType.recurrent(3, format))
                .build());
    network.init();
    Random random = new Random(1);
    INDArray input =
        format == RNNFormat.NCW
            ? SameNetworks.normal(random, DataType.DOUBLE, 4, 3, 6)
            : SameNetworks.normal(random, DataType.DOUBLE, 4, 6, 3);
    DataSet data = new DataSet(input, SameNetworks.normal(random, DataType.DOUBLE, 4, 2));
    MultiLayerNetwork map = IterativeMaps.fromRnn(network).network();
    assertSame(network, map, data);
    assertSame(network, IterativeMaps.toRnn(map).network(), data);
    Conversion<MultiLayerNetwork> one =
        IterativeMaps.fromRnn(network, RnnOptions.exact().asOneMap());
    assertEquals(2, one.network().getnLayers(), one.report()::toString);
    assertSame(network, one.network(), data);
  }

  @Test
  void moreStepsPerTokenComputeSomethingElse() {
    Case rnn = new Case(new Random(1), DataType.DOUBLE, false, rnn(new Random(1)));
    MultiLayerNetwork map =
        IterativeMaps.fromRnn(rnn.network, RnnOptions.exact().steps(3)).network();
    double apart =
        Magnitude.largestDifference(
            map.output(rnn.data.getFeatures()), rnn.network.output(rnn.data.getFeatures()));
    assertTrue(apart > 1e-3, () -> "" + apart);
    map.fit(rnn.data);
    MapKnobs.of(map).steps(1).save();
    assertEquals(
        1, ((IterativeMapRecurrentLayer) map.getLayer(0).conf().getLayer()).getSettings().steps());
  }

  private static SimpleRnn rnn(Random random) {
    return new SimpleRnn.Builder()
        .nOut(1 + random.nextInt(5))
        .activation(ACTIVATIONS[random.nextInt(ACTIVATIONS.length)])
        .build();
  }

  /** Recurrent layers, a read-out, and a batch with sequences of different lengths. */
  private static final class Case {
    final MultiLayerNetwork network;
    final DataSet data;

    Case(Random random, DataType type, boolean isMasked, Layer... layers) {
      int nIn = 1 + random.nextInt(4);
      int batch = 1 + random.nextInt(4);
      int time = 2 + random.nextInt(5);
      NeuralNetConfiguration.ListBuilder list = FromMlpTest.conf(type).l2(0.01).list();
      for (Layer layer : layers) {
        list.layer(layer);
      }
      list.layer(
          new RnnOutputLayer.Builder(LossFunction.MSE).activation(Activation.TANH).nOut(2).build());
      network = new MultiLayerNetwork(list.setInputType(InputType.recurrent(nIn)).build());
      network.init();
      network.setParams(SameNetworks.normal(random, type, 1, network.numParams()).mul(0.5));
      INDArray mask = null;
      if (isMasked) {
        mask = org.nd4j.linalg.factory.Nd4j.ones(type, batch, time);
        for (int b = 0; b < batch; b++) {
          for (int t = Math.max(1, time - b); t < time; t++) {
            mask.putScalar(b, t, 0);
          }
        }
      }
      data =
          new DataSet(
              SameNetworks.normal(random, type, batch, nIn, time),
              SameNetworks.normal(random, type, batch, 2, time),
              mask,
              mask);
    }
  }
}
