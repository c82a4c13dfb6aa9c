package org.iterativemaps.convert;

import static org.iterativemaps.convert.FromLstmTest.N_IN;
import static org.iterativemaps.convert.FromLstmTest.TIME;
import static org.iterativemaps.convert.FromLstmTest.data;
import static org.iterativemaps.convert.FromLstmTest.list;
import static org.iterativemaps.convert.FromLstmTest.network;
import static org.iterativemaps.convert.FromLstmTest.paddedAtTheEnd;
import static org.iterativemaps.convert.SameNetworks.assertClose;
import static org.iterativemaps.convert.SameNetworks.normal;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Random;
import org.deeplearning4j.nn.conf.MultiLayerConfiguration;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.GravesBidirectionalLSTM;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.conf.layers.recurrent.Bidirectional;
import org.deeplearning4j.nn.conf.layers.recurrent.LastTimeStep;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.deeplearning4j.nn.weights.WeightInit;
import org.iterativemaps.kernel.Magnitude;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;

/** GravesBidirectionalLSTM as two maps, which are two GravesLSTMs on the way back. */
@SuppressWarnings("deprecation") // by DL4J
class BothWaysTest {

  private static GravesBidirectionalLSTM.Builder layer(int units) {
    return new GravesBidirectionalLSTM.Builder()
        .nOut(units)
        .activation(Activation.TANH)
        .gateActivationFunction(Activation.SOFTSIGN)
        .dropOut(0.5); // of no effect in DL4J
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4})
  void oldLayersAreMapsAndTrainAsMaps(long seed) {
    for (DataType type : List.of(DataType.DOUBLE, DataType.FLOAT)) {
      Random random = new Random(seed);
      MultiLayerNetwork network =
          network(type, random, list(type), layer(4).build(), layer(1 + random.nextInt(4)).build());
      assertSame(network, data(type, random), 2);
    }
  }

  @Test
  void paddingAtTheEndOrInFront() {
    Random random = new Random(5);
    MultiLayerNetwork network =
        network(DataType.DOUBLE, random, list(DataType.DOUBLE), layer(4).build());
    DataSet data = data(DataType.DOUBLE, random);
    assertSame(network, masked(data, paddedAtTheEnd(data.numExamples())), 1);
    assertSame(network, masked(data, oneStep(data.numExamples(), 0)), 1);
  }

  /** Where DL4J's layer and the map differ: in gradients alone. */
  @Test
  void aMaskedStepBetweenOthers() {
    Random random = new Random(5);
    MultiLayerNetwork network =
        network(DataType.DOUBLE, random, list(DataType.DOUBLE), layer(4).build());
    DataSet data = data(DataType.DOUBLE, random);
    INDArray mask = oneStep(data.numExamples(), 1);
    MultiLayerNetwork map = IterativeMaps.fromRnn(network).network();
    INDArray expected = network.output(data.getFeatures(), false, mask, null);
    assertClose(expected, map.output(data.getFeatures(), false, mask, null), 1e-12);
    network.fit(masked(data, mask));
    map.fit(data);
    INDArray bias = IterativeMaps.toRnn(map).network().getParam("0_bb");
    double apart = Magnitude.largestDifference(network.getParam("0_bB"), bias);
    assertTrue(apart > 1e-6, () -> "" + apart);
  }

  /** One step of the first example is masked. */
  private static INDArray oneStep(int batch, int step) {
    INDArray mask = Nd4j.ones(DataType.DOUBLE, batch, TIME);
    mask.putScalar(0, step, 0);
    return mask;
  }

  private static DataSet masked(DataSet data, INDArray mask) {
    data.setFeaturesMaskArray(mask);
    data.setLabelsMaskArray(mask);
    return data;
  }

  @Test
  void lastTimeStep() {
    Random random = new Random(6);
    MultiLayerNetwork network =
        new MultiLayerNetwork(
            list(DataType.DOUBLE)
                .layer(new LastTimeStep(layer(3).build()))
                .layer(new OutputLayer.Builder(LossFunction.MSE).nOut(2).build())
                .setInputType(InputType.recurrent(N_IN))
                .build());
    network.init();
    DataSet data = data(DataType.DOUBLE, random);
    data.setLabels(normal(random, DataType.DOUBLE, data.numExamples(), 2));
    assertSame(network, data, 1);
  }

  private static void assertSame(MultiLayerNetwork network, DataSet data, int layers) {
    DataType type = network.getLayerWiseConfigurations().getDataType();
    double tolerance = type == DataType.DOUBLE ? 1e-12 : 1e-5;
    MultiLayerNetwork map = IterativeMaps.fromRnn(network).network();
    INDArray mask = data.getFeaturesMaskArray();
    assertClose(
        network.output(data.getFeatures(), false, mask, null),
        map.output(data.getFeatures(), false, mask, null),
        tolerance);
    assertSameNumbers(network, map, layers, 0);
    MultiLayerNetwork trained = network.clone();
    for (int i = 0; i < 2; i++) {
      trained.fit(data);
      map.fit(data);
      assertEquals(trained.score(), map.score(), 10 * tolerance * (1 + trained.score()));
    }
    assertSameNumbers(trained, map, layers, 10 * tolerance);
  }

  /** Those of the map as two GravesLSTMs have them. */
  private static void assertSameNumbers(
      MultiLayerNetwork network, MultiLayerNetwork map, int layers, double tolerance) {
    MultiLayerNetwork back = IterativeMaps.toRnn(map).network();
    for (int i = 0; i < layers; i++) {
      for (String key : List.of("W", "RW", "b")) {
        assertClose(
            network.getParam(i + "_" + key + "F"), back.getParam(i + "_f" + key), tolerance);
        assertClose(
            network.getParam(i + "_" + key + "B"), back.getParam(i + "_b" + key), tolerance);
      }
    }
  }

  @Test
  void withoutTrainedWeights() {
    MultiLayerConfiguration conf =
        list(DataType.DOUBLE)
            .layer(
                layer(4)
                    .name("old")
                    .forgetGateBiasInit(2)
                    .weightInitRecurrent(WeightInit.ZERO) // of no effect in DL4J
                    .build())
            .setInputType(InputType.recurrent(N_IN))
            .build();
    Conversion<MultiLayerConfiguration> map = IterativeMaps.fromRnn(conf);
    assertTrue(map.report().notes().get(0).startsWith("'old' (GravesBid"), map.report()::toString);
    Bidirectional both = (Bidirectional) map.network().getConf(0).getLayer();
    assertEquals(Bidirectional.Mode.ADD, both.getMode());
    assertEquals("old", both.getLayerName());
    MultiLayerNetwork network =
        new MultiLayerNetwork(MultiLayerConfiguration.fromJson(map.network().toJson()));
    network.init();
    for (String prefix : List.of("0_f", "0_b")) {
      assertClose(Nd4j.zeros(DataType.DOUBLE, 4).addi(2), network.getParam(prefix + "b[f]"), 0);
      assertClose(Nd4j.zeros(DataType.DOUBLE, 4), network.getParam(prefix + "b[o]"), 0);
      assertTrue(Magnitude.largest(network.getParam(prefix + "W[h->o]")) > 0);
    }
  }
}
