package org.iterativemaps.convert;

import static org.iterativemaps.convert.SameNetworks.assertClose;
import static org.iterativemaps.convert.SameNetworks.normal;
import static org.iterativemaps.convert.UnrollingTest.assertRefused;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.deeplearning4j.nn.conf.BackpropType;
import org.deeplearning4j.nn.conf.GradientNormalization;
import org.deeplearning4j.nn.conf.MultiLayerConfiguration;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.RNNFormat;
import org.deeplearning4j.nn.conf.constraint.NonNegativeConstraint;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.AbstractLSTM;
import org.deeplearning4j.nn.conf.layers.GravesBidirectionalLSTM;
import org.deeplearning4j.nn.conf.layers.GravesLSTM;
import org.deeplearning4j.nn.conf.layers.LSTM;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.conf.layers.RnnOutputLayer;
import org.deeplearning4j.nn.conf.layers.recurrent.Bidirectional;
import org.deeplearning4j.nn.conf.layers.recurrent.LastTimeStep;
import org.deeplearning4j.nn.conf.layers.recurrent.SimpleRnn;
import org.deeplearning4j.nn.conf.weightnoise.DropConnect;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.deeplearning4j.nn.weights.WeightInit;
import org.iterativemaps.kernel.Magnitude;
import org.iterativemaps.layers.IterativeMapRecurrentLayer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.activations.impl.ActivationRReLU;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;
import org.nd4j.linalg.learning.config.Nesterovs;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;

@SuppressWarnings("deprecation") // GravesLSTM
class FromLstmTest {
  static final int N_IN = 3;
  static final int TIME = 4;
  private static final Activation[] ACTIVATIONS = {
    Activation.TANH, Activation.SOFTSIGN, Activation.SIGMOID, Activation.ELU
  };
  // Not HARDSIGMOID, which ND4J computes with a slope in single precision.
  private static final Activation[] GATES = {Activation.SIGMOID, Activation.SOFTSIGN};

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5})
  void randomLstmsAreMapsAndTrainAsMaps(long seed) {
    for (DataType type : List.of(DataType.DOUBLE, DataType.FLOAT)) {
      Random random = new Random(seed);
      Layer[] layers = new Layer[1 + random.nextInt(2)];
      for (int i = 0; i < layers.length; i++) {
        AbstractLSTM lstm = lstm(random, seed % 2 == 0);
        layers[i] =
            random.nextInt(3) == 0
                ? new Bidirectional(Bidirectional.Mode.values()[random.nextInt(4)], lstm)
                : lstm;
      }
      MultiLayerNetwork network = network(type, random, list(type), layers);
      assertSame(network, data(type, random), 2);
    }
  }

  @ParameterizedTest
  @EnumSource(RNNFormat.class)
  void lastTimeStepAndFormatStay(RNNFormat format) {
    for (boolean isGraves : List.of(false, true)) {
      Random random = new Random(1);
      AbstractLSTM lstm = lstm(random, isGraves);
      lstm.setRnnDataFormat(format);
      MultiLayerNetwork network =
          new MultiLayerNetwork(
              list(DataType.DOUBLE)
                  .layer(new LastTimeStep(lstm))
                  .layer(new OutputLayer.Builder(LossFunction.MSE).nOut(2).build())
                  .setInputType(InputType.recurrent(N_IN, format))
                  .build());
      network.init();
      long[] shape = {4, N_IN, TIME};
      INDArray input = normal(random, DataType.DOUBLE, shape);
      if (format == RNNFormat.NWC) {
        input = input.permute(0, 2, 1).dup();
      }
      DataSet data = new DataSet(input, normal(random, DataType.DOUBLE, 4, 2));
      assertSame(network, data, 2);
      data.setFeaturesMaskArray(paddedAtTheEnd(4));
      assertSame(network, data, 2);
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void tokensOneByOne(boolean isGraves) {
    Random random = new Random(2);
    MultiLayerNetwork network =
        network(DataType.DOUBLE, random, list(DataType.DOUBLE), lstm(random, isGraves));
    MultiLayerNetwork map = IterativeMaps.fromRnn(network).network();
    INDArray input = data(DataType.DOUBLE, random).getFeatures();
    for (int t = 0; t < 3; t++) {
      INDArray token = input.get(all(), all(), NDArrayIndex.interval(t, t + 1)).dup();
      assertClose(network.rnnTimeStep(token), map.rnnTimeStep(token), 1e-12);
    }
  }

  /** If this fails, a new DL4J has mended LSTM: it differentiates a segment from a zero state. */
  @Test
  void truncatedBackpropagationDiffersFromTheSecondSegmentOn() {
    for (int segment : new int[] {TIME, TIME / 2}) {
      Random random = new Random(2);
      NeuralNetConfiguration.ListBuilder list = list(DataType.DOUBLE);
      list.backpropType(BackpropType.TruncatedBPTT).tBPTTLength(segment);
      MultiLayerNetwork network = network(DataType.DOUBLE, random, list, lstm(random, false));
      MultiLayerNetwork map = IterativeMaps.fromRnn(network).network();
      DataSet data = data(DataType.DOUBLE, random);
      network.fit(data);
      map.fit(data);
      INDArray input = data.getFeatures();
      double apart = Magnitude.largestDifference(network.output(input), map.output(input));
      assertTrue(segment == TIME ? apart < 1e-12 : apart > 1e-6, () -> segment + ": " + apart);
    }
  }

  @Test
  void paddingAtTheEndChangesNoGradient() {
    Random random = new Random(3);
    MultiLayerNetwork network =
        network(DataType.DOUBLE, random, list(DataType.DOUBLE), lstm(random, false));
    DataSet data = data(DataType.DOUBLE, random);
    INDArray mask = paddedAtTheEnd(data.numExamples());
    data.setFeaturesMaskArray(mask);
    data.setLabelsMaskArray(mask);
    MultiLayerNetwork map = IterativeMaps.fromRnn(network).network();
    INDArray expected = network.output(data.getFeatures(), false, mask, null);
    INDArray actual = map.output(data.getFeatures(), false, mask, null);
    INDArray seen = mask.reshape(mask.size(0), 1, TIME);
    assertClose(expected.mul(seen), actual.mul(seen), 1e-12);
    assertSameGradients(network, map, data, 1e-12);
  }

  /** Where DL4J's LSTM and the map differ. */
  @Test
  void underAMaskTheBackwardMapComputesAsWithoutThePadding() {
    Random random = new Random(4);
    Layer both = new Bidirectional(Bidirectional.Mode.ADD, lstm(random, false));
    MultiLayerNetwork network = network(DataType.DOUBLE, random, list(DataType.DOUBLE), both);
    Conversion<MultiLayerNetwork> map = IterativeMaps.fromRnn(network);
    assertTrue(map.report().toString().contains("under a time mask"), map.report()::toString);
    INDArray input = normal(random, DataType.DOUBLE, 1, N_IN, TIME);
    INDArray mask = Nd4j.ones(DataType.DOUBLE, 1, TIME);
    mask.putScalar(0, TIME - 1, 0);
    INDArray expected = map.network().output(beforeTheLast(input));
    INDArray found = beforeTheLast(map.network().output(input, false, mask, null));
    assertClose(expected, found, 1e-12);
    assertClose(expected, network.output(beforeTheLast(input)), 1e-12);
    INDArray written = beforeTheLast(network.output(input, false, mask, null));
    assertTrue(Magnitude.largestDifference(expected, written) > 1e-6);
  }

  /** Two LSTMs side by side, the second in both directions. */
  static ComputationGraph graph(AbstractLSTM memory, AbstractLSTM peephole) {
    ComputationGraph graph =
        new ComputationGraph(
            FromMlpTest.conf(DataType.DOUBLE)
                .graphBuilder()
                .addInputs("in")
                .addLayer("memory", memory, "in")
                .addLayer("peephole", new Bidirectional(peephole), "in")
                .addLayer(
                    "out",
                    new RnnOutputLayer.Builder(LossFunction.MSE)
                        .activation(Activation.TANH)
                        .nOut(2)
                        .build(),
                    "memory",
                    "peephole")
                .setOutputs("out")
                .setInputTypes(InputType.recurrent(N_IN))
                .build());
    graph.init();
    return graph;
  }

  @Test
  void graphsAndTheirConfigurations() {
    Random random = new Random(5);
    ComputationGraph graph = graph(lstm(random, false), lstm(random, true));
    DataSet data = data(DataType.DOUBLE, random);
    Conversion<ComputationGraph> map = IterativeMaps.fromRnn(graph, RnnOptions.exact());
    SameNetworks.assertSame(
        graph, map.network(), List.of(data.getFeatures()), List.of(data.getLabels()));
    ComputationGraph untrained =
        new ComputationGraph(
            IterativeMaps.fromRnn(graph.getConfiguration(), RnnOptions.exact()).network());
    untrained.init();
    assertEquals(map.network().paramTable().keySet(), untrained.paramTable().keySet());
  }

  @Test
  void withoutTrainedWeightsBiasesBeginAsThoseOfTheLstm() {
    MultiLayerConfiguration conf =
        list(DataType.DOUBLE)
            .layer(
                new LSTM.Builder()
                    .nOut(4)
                    .forgetGateBiasInit(1.5)
                    .weightInitRecurrent(WeightInit.ZERO)
                    .build())
            .setInputType(InputType.recurrent(N_IN))
            .build();
    MultiLayerConfiguration converted =
        MultiLayerConfiguration.fromJson(
            IterativeMaps.fromRnn(conf, RnnOptions.exact().steps(2)).network().toJson());
    MultiLayerNetwork map = new MultiLayerNetwork(converted);
    map.init();
    assertEquals(
        2, ((IterativeMapRecurrentLayer) converted.getConf(0).getLayer()).getSettings().steps());
    assertEquals(Nd4j.zeros(DataType.DOUBLE, 4).addi(1.5), map.getParam("0_b[f]"));
    assertEquals(0, Magnitude.largest(map.getParam("0_b[i]")));
    assertEquals(0, Magnitude.largest(map.getParam("0_W[h->i]")));
    assertTrue(Magnitude.largest(map.getParam("0_W[x->i]")) > 0);
  }

  @Test
  void anLstmEndsAStackOfSimpleRnns() {
    Random random = new Random(6);
    Layer[] layers = new Layer[3];
    for (int i = 0; i < 2; i++) {
      layers[i] = new SimpleRnn.Builder().nOut(4).activation(Activation.TANH).build();
    }
    layers[2] = lstm(random, false);
    MultiLayerNetwork network = network(DataType.DOUBLE, random, list(DataType.DOUBLE), layers);
    MultiLayerNetwork map = IterativeMaps.fromRnn(network, RnnOptions.exact().asOneMap()).network();
    assertEquals(3, map.getnLayers());
    INDArray input = data(DataType.DOUBLE, random).getFeatures();
    assertClose(network.output(input), map.output(input), 1e-12);
  }

  @Test
  void whatNoMapHasIsRefusedByName() {
    refused("'m' (LSTM) has weight noise", lstm().weightNoise(new DropConnect(0.5)).build());
    refused(
        "'m' (LSTM) has constraints", lstm().constrainWeights(new NonNegativeConstraint()).build());
    refused("'m' (LSTM) has the activation", lstm().activation(new ActivationRReLU()).build());
    refused(
        "'m' (LSTM) has ClipL2PerParamType",
        lstm().gradientNormalization(GradientNormalization.ClipL2PerParamType).build());
    refused(
        "'m' (GravesBidirectionalLSTM) has constraints",
        new GravesBidirectionalLSTM.Builder()
            .nOut(4)
            .name("m")
            .constrainWeights(new NonNegativeConstraint())
            .build());
  }

  @Test
  void whatIsRefusedCanStay() {
    Random random = new Random(7);
    Layer kept = lstm().constrainWeights(new NonNegativeConstraint()).build();
    MultiLayerNetwork network =
        network(DataType.DOUBLE, random, list(DataType.DOUBLE), lstm(random, false), kept);
    Conversion<MultiLayerNetwork> conversion = IterativeMaps.fromRnn(network);
    assertTrue(
        conversion
            .report()
            .notes()
            .contains(
                "'m' (LSTM) stays as it is: it has constraints on its parameters, by name; remove them"),
        conversion.report()::toString);
    MultiLayerNetwork map = conversion.network();
    assertEquals(LSTM.class, map.getLayer(1).conf().getLayer().getClass());
    INDArray input = data(DataType.DOUBLE, random).getFeatures();
    assertClose(network.output(input), map.output(input), 1e-12);
  }

  private static LSTM.Builder lstm() {
    return new LSTM.Builder().nOut(4).name("m");
  }

  private static void refused(String expected, Layer layer) {
    MultiLayerConfiguration conf =
        list(DataType.DOUBLE).layer(layer).setInputType(InputType.recurrent(N_IN)).build();
    assertRefused(expected, () -> IterativeMaps.fromRnn(conf, RnnOptions.exact().strict()));
    // By default it would stay, but nothing else is there.
    String why = expected.substring(expected.indexOf(") ") + 2);
    assertRefused("stays as it is: it " + why, () -> IterativeMaps.fromRnn(conf));
  }

  /** Outputs, gradients, and both again after some updates. */
  private static void assertSame(MultiLayerNetwork network, DataSet data, int updates) {
    DataType type = network.getLayerWiseConfigurations().getDataType();
    double tolerance = type == DataType.DOUBLE ? 1e-12 : 1e-5;
    MultiLayerNetwork lstm = network.clone();
    MultiLayerNetwork map = IterativeMaps.fromRnn(lstm).network();
    assertEquals(lstm.numParams(), map.numParams());
    assertSameNumbers(lstm, lstm.paramTable(), map.paramTable(), 0);
    INDArray mask = data.getFeaturesMaskArray();
    assertClose(
        lstm.output(data.getFeatures(), false, mask, null),
        map.output(data.getFeatures(), false, mask, null),
        tolerance);
    assertSameGradients(lstm, map, data, tolerance);
    for (int i = 0; i < updates; i++) {
      lstm.fit(data);
      map.fit(data);
    }
    assertSameNumbers(lstm, lstm.paramTable(), map.paramTable(), 10 * tolerance);
  }

  private static void assertSameGradients(
      MultiLayerNetwork lstm, MultiLayerNetwork map, DataSet data, double tolerance) {
    Map<String, INDArray> expected = SameNetworks.gradient(lstm, data).gradientForVariable();
    Map<String, INDArray> actual = SameNetworks.gradient(map, data).gradientForVariable();
    assertEquals(lstm.score(), map.score(), tolerance * (1 + Math.abs(lstm.score())));
    assertSameNumbers(lstm, expected, actual, tolerance);
  }

  /** Those of the map put together as DL4J's LSTM has them. */
  private static void assertSameNumbers(
      MultiLayerNetwork lstm,
      Map<String, INDArray> expected,
      Map<String, INDArray> actual,
      double tolerance) {
    for (String key : lstm.paramTable().keySet()) {
      int layer = Integer.parseInt(key.substring(0, key.indexOf('_')));
      INDArray found =
          RnnToMap.innermost(lstm.getLayer(layer).conf().getLayer()) instanceof AbstractLSTM inner
              ? assembled(inner, key, actual)
              : actual.get(key);
      assertClose(expected.get(key).reshape(found.shape()), found, tolerance);
    }
  }

  private static INDArray assembled(AbstractLSTM lstm, String key, Map<String, INDArray> map) {
    Matcher parts = Pattern.compile("(\\d+_[fb]?)(W|RW|b)").matcher(key); // also 0_fb, 0_b
    assertTrue(parts.matches(), key);
    String at = parts.group(1);
    String kind = parts.group(2);
    if (kind.equals("b")) {
      return Nd4j.concat(
          0, gates().map(g -> map.get(at + "b[" + g + "]")).toArray(INDArray[]::new));
    }
    String from = kind.equals("W") ? "x" : "h";
    Stream<INDArray> columns =
        gates()
            .map(g -> map.get(at + "W[" + from + "->" + g + "]"))
            .map(w -> w.reshape('c', lstm.getNOut(), -1).transpose());
    if (kind.equals("RW") && lstm instanceof GravesLSTM) {
      columns =
          Stream.concat(
              columns,
              Stream.of("c->f", "m->o", "c->i")
                  .map(block -> map.get(at + "W[" + block + "]"))
                  .map(w -> w.reshape('c', lstm.getNOut(), 1)));
    }
    return Nd4j.concat(1, columns.toArray(INDArray[]::new));
  }

  private static Stream<String> gates() {
    return Stream.of("g", "f", "o", "i");
  }

  static AbstractLSTM lstm(Random random, boolean isGraves) {
    AbstractLSTM.Builder<?> builder = isGraves ? new GravesLSTM.Builder() : new LSTM.Builder();
    builder.nOut(1 + random.nextInt(5));
    builder.activation(ACTIVATIONS[random.nextInt(ACTIVATIONS.length)]);
    builder.gateActivationFunction(GATES[random.nextInt(GATES.length)]);
    return builder.build();
  }

  static NeuralNetConfiguration.ListBuilder list(DataType type) {
    return FromMlpTest.conf(type)
        .l2(0.01)
        .updater(new Nesterovs(0.05, 0.9))
        .gradientNormalization(GradientNormalization.ClipElementWiseAbsoluteValue)
        .gradientNormalizationThreshold(0.5)
        .list();
  }

  static MultiLayerNetwork network(
      DataType type, Random random, NeuralNetConfiguration.ListBuilder list, Layer... layers) {
    Stream.of(layers).forEach(list::layer);
    list.layer(
        new RnnOutputLayer.Builder(LossFunction.MSE).activation(Activation.TANH).nOut(2).build());
    MultiLayerNetwork network =
        new MultiLayerNetwork(list.setInputType(InputType.recurrent(N_IN)).build());
    network.init();
    network.setParams(normal(random, type, 1, network.numParams()).mul(0.5)); // all of them, biases
    return network;
  }

  static DataSet data(DataType type, Random random) {
    int batch = 2 + random.nextInt(3);
    return new DataSet(
        normal(random, type, batch, N_IN, TIME), normal(random, type, batch, 2, TIME));
  }

  static INDArray paddedAtTheEnd(int batch) {
    INDArray mask = Nd4j.ones(DataType.DOUBLE, batch, TIME);
    for (int b = 1; b < batch; b++) {
      mask.get(NDArrayIndex.point(b), NDArrayIndex.interval(TIME - b, TIME)).assign(0);
    }
    return mask;
  }

  private static INDArray beforeTheLast(INDArray sequence) {
    return sequence.get(all(), all(), NDArrayIndex.interval(0, sequence.size(2) - 1)).dup();
  }

  private static org.nd4j.linalg.indexing.INDArrayIndex all() {
    return NDArrayIndex.all();
  }
}
