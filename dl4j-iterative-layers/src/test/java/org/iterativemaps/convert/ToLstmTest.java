package org.iterativemaps.convert;

import static org.iterativemaps.convert.FromLstmTest.N_IN;
import static org.iterativemaps.convert.FromLstmTest.data;
import static org.iterativemaps.convert.FromLstmTest.list;
import static org.iterativemaps.convert.FromLstmTest.lstm;
import static org.iterativemaps.convert.FromLstmTest.network;
import static org.iterativemaps.convert.SameNetworks.assertClose;
import static org.iterativemaps.convert.SameNetworks.normal;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.deeplearning4j.nn.conf.MultiLayerConfiguration;
import org.deeplearning4j.nn.conf.RNNFormat;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.AbstractLSTM;
import org.deeplearning4j.nn.conf.layers.GravesLSTM;
import org.deeplearning4j.nn.conf.layers.LSTM;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.conf.layers.recurrent.Bidirectional;
import org.deeplearning4j.nn.conf.layers.recurrent.LastTimeStep;
import org.deeplearning4j.nn.conf.layers.recurrent.SimpleRnn;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.deeplearning4j.nn.weights.WeightInit;
import org.iterativemaps.kernel.Magnitude;
import org.iterativemaps.layers.IterativeMapRecurrentLayer;
import org.iterativemaps.layers.LayerWeights;
import org.iterativemaps.map.BlockMap;
import org.iterativemaps.map.GatedMapBuilder;
import org.iterativemaps.map.GatedMaps;
import org.iterativemaps.map.MapWeights;
import org.iterativemaps.map.RealizedMap.RealizedBlock;
import org.iterativemaps.map.Slot;
import org.iterativemaps.map.change.MagnitudePruning.Scope;
import org.iterativemaps.map.pattern.Sparsity;
import org.iterativemaps.surgery.BlockChoice;
import org.iterativemaps.surgery.Surgery;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;

/** Maps of LSTMs that become LSTMs; {@link NearlyLstmTest} has those that do not. */
@SuppressWarnings("deprecation") // GravesLSTM
class ToLstmTest {
  private static final int UNITS = 5;

  /** Parameters and configuration to the bit, and so all that follows from them. */
  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6})
  void randomLstmsBecomeMapsAndAreTheSameAgain(long seed) {
    for (DataType type : List.of(DataType.DOUBLE, DataType.FLOAT)) {
      Random random = new Random(seed);
      Layer[] layers = new Layer[1 + random.nextInt(3)];
      for (int i = 0; i < layers.length; i++) {
        AbstractLSTM lstm = memory(random, random.nextBoolean());
        layers[i] =
            random.nextInt(3) == 0
                ? new Bidirectional(Bidirectional.Mode.values()[random.nextInt(4)], lstm)
                : lstm;
      }
      MultiLayerNetwork network = network(type, random, list(type), layers);
      assertBack(network, data(type, random));
    }
  }

  @ParameterizedTest
  @EnumSource(RNNFormat.class)
  void lastTimeStepAndFormatComeBack(RNNFormat format) {
    for (boolean isGraves : List.of(false, true)) {
      Random random = new Random(1);
      AbstractLSTM lstm = memory(random, isGraves);
      lstm.setRnnDataFormat(format);
      lstm.setLayerName("memory");
      MultiLayerNetwork network =
          new MultiLayerNetwork(
              list(DataType.DOUBLE)
                  .layer(new LastTimeStep(lstm))
                  .layer(new OutputLayer.Builder(LossFunction.MSE).nOut(2).build())
                  .setInputType(InputType.recurrent(N_IN, format))
                  .build());
      network.init();
      INDArray input = normal(random, DataType.DOUBLE, 4, N_IN, 6);
      if (format == RNNFormat.NWC) {
        input = input.permute(0, 2, 1).dup();
      }
      assertBack(network, new DataSet(input, normal(random, DataType.DOUBLE, 4, 2)));
    }
  }

  /** With the biasInit that DL4J's LSTM always has, whatever it is told. */
  private static AbstractLSTM memory(Random random, boolean isGraves) {
    AbstractLSTM lstm = lstm(random, isGraves);
    lstm.setBiasInit(0);
    return lstm;
  }

  private static void assertBack(MultiLayerNetwork network, DataSet data) {
    MultiLayerNetwork map = IterativeMaps.fromRnn(network).network();
    Conversion<MultiLayerNetwork> back = IterativeMaps.toRnn(map);
    MultiLayerNetwork lstm = back.network();
    assertEquals(
        network.getLayerWiseConfigurations().toJson(), lstm.getLayerWiseConfigurations().toJson());
    assertToTheBit(network.params(), lstm.params());
    assertEquals(network.numParams(), back.report().weightsAfter());
    assertToTheBit(network.output(data.getFeatures()), lstm.output(data.getFeatures()));
    MultiLayerNetwork trained = network.clone();
    for (int i = 0; i < 3; i++) {
      trained.fit(data);
      lstm.fit(data);
    }
    assertToTheBit(trained.params(), lstm.params());
  }

  /** INDArray.equals takes what is within 1e-5 for equal. */
  private static void assertToTheBit(INDArray expected, INDArray actual) {
    assertArrayEquals(expected.shape(), actual.shape());
    assertArrayEquals(numbers(expected), numbers(actual));
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4})
  void sparseMapsBecomeLstmsWithZeros(long seed) {
    for (DataType type : List.of(DataType.DOUBLE, DataType.FLOAT)) {
      Random random = new Random(seed);
      boolean isGraves = seed % 2 == 0;
      GatedMapBuilder cell = isGraves ? GatedMaps.gravesLstm(UNITS) : GatedMaps.lstm(UNITS);
      cell.activation(Activation.SOFTSIGN).hiddenSparsity("o", Sparsity.fanIn(1)).seed(seed);
      MultiLayerNetwork map =
          network(
              type,
              random,
              list(type),
              new IterativeMapRecurrentLayer.Builder().map(cell).density(0.3).build(),
              new IterativeMapRecurrentLayer.Builder().lstm(UNITS).density(0.5).build());
      assertSameOutputsLossAndGradients(map, data(type, random));
    }
  }

  /** What is not there at all is zeros, too. */
  @Test
  void withoutSomeBlocksBiasesAndPeepholes() {
    BlockMap all = GatedMaps.gravesLstm(UNITS).nIn(N_IN).density(0.5).build();
    BlockMap some =
        all.with(
            all.slots().stream().map(ToLstmTest::withoutBiasOfO).toList(),
            all.blocks().stream()
                .filter(block -> !List.of("h->f", "x->i", "c->f").contains(block.name()))
                .toList());
    Random random = new Random(3);
    MultiLayerNetwork map =
        network(
            DataType.DOUBLE,
            random,
            list(DataType.DOUBLE),
            new IterativeMapRecurrentLayer.Builder().map(some).build());
    MultiLayerNetwork lstm = assertSameOutputsLossAndGradients(map, data(DataType.DOUBLE, random));
    assertEquals(GravesLSTM.class, lstm.getLayer(0).conf().getLayer().getClass());
  }

  private static Slot withoutBiasOfO(Slot slot) {
    return slot.name().equals("o") ? Slot.wire("o", slot.size(), slot.activation(), false) : slot;
  }

  /** Of the weights that exist; the others are zeros, and trained. */
  private static MultiLayerNetwork assertSameOutputsLossAndGradients(
      MultiLayerNetwork map, DataSet data) {
    DataType type = map.getLayerWiseConfigurations().getDataType();
    double tolerance = type == DataType.DOUBLE ? 1e-12 : 1e-5;
    MultiLayerNetwork lstm = IterativeMaps.toRnn(map).network();
    assertClose(map.output(data.getFeatures()), lstm.output(data.getFeatures()), tolerance);
    Map<String, INDArray> expected = SameNetworks.gradient(map, data).gradientForVariable();
    Map<String, INDArray> actual = SameNetworks.gradient(lstm, data).gradientForVariable();
    assertEquals(map.score(), lstm.score(), tolerance * (1 + map.score()));
    for (int i = 0; i + 1 < map.getnLayers(); i++) {
      MapWeights weights = LayerWeights.read(map.getLayer(i));
      int zeros = 0;
      for (RealizedBlock block : weights.realized().blocks()) {
        if (block.block().isTrainable()) {
          String at = i + "_";
          double[] gradients = numbers(expected.get(at + "W[" + block.block().name() + "]"));
          double[] values = weights.values(block);
          for (int entry = 0, to = 0; entry < values.length; entry++) {
            while (block.mask().targetStart(to + 1) <= entry) {
              to++;
            }
            int from = block.mask().source(entry);
            assertEquals(gradients[entry], at(block, actual, at, from, to), 10 * tolerance);
            assertEquals(values[entry], at(block, lstm.paramTable(), at, from, to));
          }
          zeros += block.mask().toSize() * block.mask().fromSize() - values.length;
        }
      }
      for (String gate : List.of("g", "f", "o", "i")) {
        if (weights.map().slot(gate).hasBias()) {
          int first = column(gate) * UNITS;
          assertArray(
              expected.get(i + "_b[" + gate + "]"), actual.get(i + "_b"), first, 10 * tolerance);
          assertArray(map.getParam(i + "_b[" + gate + "]"), lstm.getParam(i + "_b"), first, 0);
        }
      }
      assertTrue(zeros > 0);
      long others = lstm.getLayer(i).numParams() - map.getLayer(i).numParams();
      assertEquals(others, zeros(lstm.getLayer(i).params()));
    }
    lstm.fit(data);
    assertTrue(
        zeros(lstm.getLayer(0).params())
            < zeros(IterativeMaps.toRnn(map).network().getLayer(0).params()));
    return lstm;
  }

  private static int column(String gate) {
    return List.of("g", "f", "o", "i").indexOf(gate);
  }

  /** The number of DL4J's matrices that is that of a block, where Graves (2012) has it. */
  private static double at(
      RealizedBlock block, Map<String, INDArray> lstm, String at, int from, int to) {
    String gate = block.block().to();
    return switch (block.block().from()) {
      case "x" -> lstm.get(at + "W").getDouble(from, column(gate) * UNITS + to);
      case "h" -> lstm.get(at + "RW").getDouble(from, column(gate) * UNITS + to);
      default -> lstm.get(at + "RW").getDouble(to, 4 * UNITS + column(gate) - 1);
    };
  }

  private static void assertArray(INDArray expected, INDArray all, int first, double tolerance) {
    double[] found = Arrays.copyOfRange(numbers(all), first, first + UNITS);
    assertArrayEquals(numbers(expected), found, tolerance);
  }

  private static double[] numbers(INDArray array) {
    return LayerWeights.numbers(array);
  }

  private static long zeros(INDArray array) {
    return Arrays.stream(numbers(array)).filter(number -> number == 0).count();
  }

  @Test
  void graphsAndTheirConfigurations() {
    Random random = new Random(5);
    ComputationGraph graph = FromLstmTest.graph(memory(random, false), memory(random, true));
    ComputationGraph back = IterativeMaps.toRnn(IterativeMaps.fromRnn(graph).network()).network();
    graph.paramTable().forEach((key, values) -> assertToTheBit(values, back.paramTable().get(key)));
    DataSet data = data(DataType.DOUBLE, random);
    SameNetworks.assertSame(graph, back, List.of(data.getFeatures()), List.of(data.getLabels()));
    ComputationGraph untrained =
        new ComputationGraph(
            IterativeMaps.toRnn(IterativeMaps.fromRnn(graph.getConfiguration()).network())
                .network());
    untrained.init();
    assertEquals(graph.paramTable().keySet(), untrained.paramTable().keySet());
    assertEquals(
        graph.getLayer("peephole").conf().getLayer(),
        untrained.getLayer("peephole").conf().getLayer());
  }

  @Test
  void configurationsComeBackEqual() {
    MultiLayerConfiguration conf =
        list(DataType.DOUBLE)
            .layer(
                new LSTM.Builder()
                    .name("first")
                    .nOut(4)
                    .forgetGateBiasInit(1.5)
                    .gateActivationFunction(Activation.HARDSIGMOID)
                    .weightInitRecurrent(WeightInit.IDENTITY)
                    .dropOut(0.8)
                    .biasInit(0)
                    .build())
            .layer(new Bidirectional(new GravesLSTM.Builder().nOut(3).biasInit(0).build()))
            .setInputType(InputType.recurrent(N_IN))
            .build();
    Conversion<MultiLayerConfiguration> back =
        IterativeMaps.toRnn(IterativeMaps.fromRnn(conf).network());
    assertEquals(conf.toJson(), back.network().toJson());
    assertTrue(back.report().toString().contains("LSTM"), back.report()::toString);
    assertEquals(2, back.report().notes().size(), back.report()::toString); // about time masks
  }

  /** Those of the forget gate are the LSTM's; what an LSTM has not is named. */
  @Test
  void firstValuesOfMapsThatNoLstmBecame() {
    MultiLayerConfiguration conf =
        list(DataType.DOUBLE)
            .layer(
                new IterativeMapRecurrentLayer.Builder()
                    .lstm(4)
                    .biasInit(0)
                    .biasInit("o", 0.5)
                    .weightInit("h", "g", WeightInit.ZERO)
                    .weightInitRecurrent(WeightInit.ZERO)
                    .build())
            .layer(
                new IterativeMapRecurrentLayer.Builder()
                    .map(GatedMaps.lstm(3).build())
                    .biasInit(0)
                    .build())
            .setInputType(InputType.recurrent(N_IN))
            .build();
    Conversion<MultiLayerConfiguration> back = IterativeMaps.toRnn(conf);
    List<String> notes = back.report().notes();
    assertEquals(3, notes.size(), notes::toString); // two of them about time masks
    assertTrue(notes.get(1).contains("blocks [h->g] and slots [o]"), notes.get(1));
    MultiLayerNetwork network = new MultiLayerNetwork(back.network());
    network.init();
    double[] bias = new double[16];
    Arrays.fill(bias, 4, 8, 1);
    assertArrayEquals(bias, numbers(network.getParam("0_b")));
    assertArrayEquals(new double[12], numbers(network.getParam("1_b")));
    assertEquals(0, Magnitude.largest(network.getParam("0_RW")));
    assertTrue(Magnitude.largest(network.getParam("1_RW")) > 0);
  }

  @Test
  void simpleRnnsBesideLstms() {
    Random random = new Random(6);
    MultiLayerNetwork network =
        network(
            DataType.DOUBLE,
            random,
            list(DataType.DOUBLE),
            new SimpleRnn.Builder().nOut(4).build(),
            memory(random, false),
            new SimpleRnn.Builder().nOut(3).build());
    assertBack(network, data(DataType.DOUBLE, random));
  }

  /** A Bidirectional whose maps were pruned has two with different weights. */
  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void eachDirectionKeepsItsOwnWeights(boolean isLstm) {
    Random random = new Random(8);
    Layer inner = isLstm ? lstm(random, true) : new SimpleRnn.Builder().nOut(UNITS).build();
    MultiLayerNetwork map =
        IterativeMaps.fromRnn(
                network(DataType.DOUBLE, random, list(DataType.DOUBLE), new Bidirectional(inner)))
            .network();
    Surgery.prune(map, BlockChoice.all(), 0.4, Scope.PER_BLOCK);
    MultiLayerNetwork back = IterativeMaps.toRnn(map).network();
    assertEquals(
        inner.getClass(), RnnToMap.innermost(back.getLayer(0).conf().getLayer()).getClass());
    INDArray input = data(DataType.DOUBLE, random).getFeatures();
    assertClose(map.output(input), back.output(input), 1e-12);
    assertTrue(Magnitude.largest(back.output(input)) > 0);
  }
}
