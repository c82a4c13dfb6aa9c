package org.iterativemaps.layers;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.stream.Stream;
import org.deeplearning4j.nn.conf.MultiLayerConfiguration;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.recurrent.Bidirectional;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.iterativemaps.map.BlockMap;
import org.iterativemaps.map.RealizedMap.RealizedBlock;
import org.iterativemaps.map.pattern.Sparsity;
import org.iterativemaps.map.values.SpectralRadius;
import org.iterativemaps.map.values.WeightValues;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** Initialisers that look at the mask; their mathematics is tested with {@link WeightValues}. */
class SparseWeightInitTest {

  private static MultiLayerNetwork network(long seed, WeightValues recurrent) {
    BlockMap map =
        BlockMap.builder()
            .input("x", 4)
            .state("h", 60, Activation.TANH)
            .connect("x", "h", Sparsity.density(0.5))
            .connect("h", "h", Sparsity.groups(3))
            .output("h")
            .build();
    return Networks.recurrent(
        Networks.conf(DataType.DOUBLE).seed(seed),
        new IterativeMapRecurrentLayer.Builder()
            .map(map)
            .weightInit(MapWeightInit.FAN_AVERAGE)
            .weightInit("h", "h", recurrent)
            .build(),
        60);
  }

  private static double[] weights(MultiLayerNetwork network) {
    return network.getParam("0_W[h->h]").dup().data().asDouble();
  }

  private static RealizedBlock block(MultiLayerNetwork network) {
    IterativeMapConf conf = (IterativeMapConf) network.getLayer(0).conf().getLayer();
    return conf.getSettings().realized().blocks().get(1);
  }

  static Stream<WeightValues> rules() {
    return Stream.of(
        WeightValues.constant(0.1),
        WeightValues.gaussian(0, 0.05),
        WeightValues.uniform(-1, 1),
        WeightValues.fanIn(1),
        WeightValues.fanAverage(2),
        WeightValues.spectralRadius(0.8),
        WeightValues.orthogonal(1));
  }

  @ParameterizedTest
  @MethodSource("rules")
  void comesBackFromJsonWithTheSameWeights(WeightValues rule) {
    MultiLayerNetwork network = network(3, rule);
    MultiLayerConfiguration conf = network.getLayerWiseConfigurations();
    for (MultiLayerConfiguration back :
        new MultiLayerConfiguration[] {
          MultiLayerConfiguration.fromJson(conf.toJson()),
          MultiLayerConfiguration.fromYaml(conf.toYaml())
        }) {
      assertEquals(conf, back);
      MultiLayerNetwork again = new MultiLayerNetwork(back);
      again.init();
      assertEquals(network.params(), again.params());
    }
    double[] other = weights(network(4, rule));
    boolean isConstant = rule instanceof WeightValues.Constant;
    assertEquals(isConstant, java.util.Arrays.equals(weights(network), other));
    assertNotEquals(
        conf, network(3, WeightValues.fanIn(3)).getLayerWiseConfigurations(), "equality sees it");
  }

  /** The same numbers whatever was drawn from ND4J's generator before. */
  @Test
  void weightsAreThoseOfTheRuleAndDoNotDependOnNd4jsGenerator() {
    double[] first = weights(network(3, WeightValues.spectralRadius(0.8)));
    Nd4j.getRandom().setSeed(99);
    MultiLayerNetwork network = network(3, WeightValues.spectralRadius(0.8));
    assertArrayEquals(first, weights(network));
    assertEquals(0.8, SpectralRadius.of(block(network).mask(), weights(network)), 1e-9);
    double[] orthogonal = weights(network(3, WeightValues.orthogonal(1)));
    double sum = 0;
    for (double w : orthogonal) {
      sum += w * w;
    }
    assertEquals(60, sum, 1e-9);
  }

  @Test
  void blocksAndLayersGetNumbersOfTheirOwn() {
    MultiLayerNetwork network =
        new MultiLayerNetwork(
            Networks.conf(DataType.DOUBLE)
                .list()
                .layer(new IterativeMapLayer.Builder().nIn(9).nOut(9).build())
                .layer(new IterativeMapLayer.Builder().nIn(9).nOut(9).build())
                .build());
    for (int i = 0; i < 2; i++) {
      ((IterativeMapLayer) network.getLayerWiseConfigurations().getConf(i).getLayer())
          .setWeightInitFn(MapWeightInit.FAN_IN.getWeightInitFunction());
    }
    network.init();
    assertNotEquals(network.getParam("0_W[h->h]"), network.getParam("0_W[x->h]"));
    assertNotEquals(network.getParam("0_W[h->h]"), network.getParam("1_W[h->h]"));
    MultiLayerNetwork both =
        Networks.recurrent(
            Networks.conf(DataType.DOUBLE),
            new Bidirectional(
                Bidirectional.Mode.ADD,
                new IterativeMapRecurrentLayer.Builder()
                    .nIn(9)
                    .nOut(9)
                    .weightInit(MapWeightInit.FAN_IN)
                    .build()),
            9);
    assertNotEquals(both.getParam("0_fW[h->h]"), both.getParam("0_bW[h->h]"));
  }

  /** W[nIn, nOut] of DL4J's own layers: a dense block, transposed. */
  @Test
  void worksInDl4jsOwnLayers() {
    MultiLayerNetwork network =
        Networks.feedForward(
            Networks.conf(DataType.DOUBLE),
            new DenseLayer.Builder()
                .nIn(20)
                .nOut(50)
                .weightInit(MapWeightInit.ORTHOGONAL.getWeightInitFunction())
                .build(),
            50);
    INDArray w = network.getParam("0_W");
    assertArrayEquals(new long[] {20, 50}, w.shape());
    Networks.assertClose(Nd4j.eye(20).castTo(DataType.DOUBLE), w.mmul(w.transpose()), 1e-12);
    MultiLayerNetwork wide =
        Networks.feedForward(
            Networks.conf(DataType.DOUBLE),
            new DenseLayer.Builder()
                .nIn(400)
                .nOut(100)
                .weightInit(MapWeightInit.FAN_IN.getWeightInitFunction())
                .build(),
            100);
    assertEquals(
        1 / Math.sqrt(400), wide.getParam("0_W").stdNumber().doubleValue(), 0.02 / Math.sqrt(400));
  }

  @Test
  void aRuleThatDoesNotFitNamesTheBlock() {
    String message =
        assertThrows(
                IllegalArgumentException.class,
                () ->
                    Networks.recurrent(
                        Networks.conf(DataType.DOUBLE),
                        new IterativeMapRecurrentLayer.Builder()
                            .nIn(4)
                            .nOut(9)
                            .weightInit(MapWeightInit.SPECTRAL_RADIUS)
                            .build(),
                        9))
            .getMessage();
    assertTrue(message.contains("x->h") && message.contains("one size"), message);
  }
}
