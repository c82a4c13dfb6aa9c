package org.iterativemaps.layers;

import static org.iterativemaps.layers.Networks.assertClose;
import static org.iterativemaps.layers.Networks.assertDifferent;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.distribution.NormalDistribution;
import org.deeplearning4j.nn.conf.distribution.OrthogonalDistribution;
import org.deeplearning4j.nn.conf.distribution.TruncatedNormalDistribution;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.deeplearning4j.nn.weights.IWeightInit;
import org.deeplearning4j.nn.weights.WeightInit;
import org.deeplearning4j.nn.weights.WeightInitDistribution;
import org.deeplearning4j.nn.weights.WeightInitIdentity;
import org.iterativemaps.kernel.Magnitude;
import org.iterativemaps.map.BlockMap;
import org.iterativemaps.map.RealizedMap.RealizedBlock;
import org.iterativemaps.map.pattern.Sparsity;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** Initial weights: DL4J's initialisers with the fan-in and fan-out of the weights that exist. */
class InitialWeightsTest {
  private static final int N_IN = 600;
  private static final int N_OUT = 300;
  private static final double DENSITY = 0.1;
  // Per target unit 600 * 0.1 and per source unit 300 * 0.1 weights exist.
  private static final double FAN_IN = 60;
  private static final double FAN_OUT = 30;

  /** Variances as DL4J's formulas say. */
  private static double variance(WeightInit init) {
    return switch (init) {
      case XAVIER -> 2 / (FAN_IN + FAN_OUT);
      case XAVIER_UNIFORM -> 2 / (FAN_IN + FAN_OUT);
      case XAVIER_FAN_IN, NORMAL, LECUN_NORMAL -> 1 / FAN_IN;
      case XAVIER_LEGACY -> 1 / (FAN_IN + FAN_OUT);
      case RELU, RELU_UNIFORM -> 2 / FAN_IN;
      case LECUN_UNIFORM -> 3 / FAN_IN;
      case UNIFORM -> 1 / (3 * FAN_IN);
      case SIGMOID_UNIFORM -> 16 * 2 / (FAN_IN + FAN_OUT);
      case VAR_SCALING_NORMAL_FAN_IN -> 1 / FAN_IN;
      case VAR_SCALING_NORMAL_FAN_OUT -> 1 / FAN_OUT;
      case VAR_SCALING_NORMAL_FAN_AVG -> 2 / (FAN_IN + FAN_OUT);
      case VAR_SCALING_UNIFORM_FAN_IN -> 3 / FAN_IN;
      case VAR_SCALING_UNIFORM_FAN_OUT -> 3 / FAN_OUT;
      case VAR_SCALING_UNIFORM_FAN_AVG -> 6 / (FAN_IN + FAN_OUT);
      default -> 0;
    };
  }

  @ParameterizedTest
  @EnumSource(
      value = WeightInit.class,
      mode = EnumSource.Mode.EXCLUDE,
      names = {"DISTRIBUTION", "IDENTITY"})
  void meanAndVarianceAreThoseOfTheSparseFans(WeightInit init) {
    INDArray weights =
        network(
                Networks.conf(DataType.FLOAT),
                new IterativeMapLayer.Builder()
                    .nIn(N_IN)
                    .nOut(N_OUT)
                    .density(DENSITY)
                    .weightInit(init)
                    .build())
            .getParam("0_W[x->h]");
    assertEquals((long) (DENSITY * N_IN * N_OUT), weights.length());
    double mean = weights.meanNumber().doubleValue();
    double expected = variance(init);
    if (expected == 0) {
      assertEquals(init == WeightInit.ONES ? 1 : 0, mean);
      assertTrue(init == WeightInit.ONES || init == WeightInit.ZERO, () -> "formula of " + init);
      return;
    }
    double variance = weights.mul(weights).meanNumber().doubleValue();
    assertEquals(0, mean, 4 * Math.sqrt(expected / weights.length()));
    // DL4J truncates some normal distributions at two standard deviations: variance times 0.774.
    boolean truncated = init.name().startsWith("VAR_SCALING_NORMAL");
    assertEquals(truncated ? 0.774 : 1, variance / expected, 0.05);
  }

  @Test
  void thePapersDistribution() {
    MultiLayerNetwork network =
        network(
            Networks.conf(DataType.FLOAT).weightInit(new NormalDistribution(0, 0.05)),
            new IterativeMapLayer.Builder()
                .nIn(N_IN)
                .nOut(N_OUT)
                .density(DENSITY)
                .steps(2)
                .build());
    for (String block : List.of("0_W[x->h]", "0_W[h->h]")) {
      INDArray weights = network.getParam(block);
      assertEquals(0, weights.meanNumber().doubleValue(), 0.002);
      assertEquals(0.05, weights.stdNumber().doubleValue(), 0.002);
    }
  }

  @Test
  void aBlockCanHaveItsOwn() {
    MultiLayerNetwork network =
        network(
            Networks.conf(DataType.FLOAT),
            new IterativeMapLayer.Builder()
                .map(threeSlots())
                .steps(2)
                .weightInit(WeightInit.ZERO)
                .weightInit("h", "h", WeightInit.ONES)
                .weightInit("h", "y", new WeightInitDistribution(new NormalDistribution(3, 1e-6)))
                .biasInit(0.25)
                .build());
    assertEquals(0, Magnitude.maximum(network.getParam("0_W[x->h]")));
    assertEquals(1, Magnitude.minimum(network.getParam("0_W[h->h]")));
    assertEquals(3, network.getParam("0_W[h->y]").meanNumber().doubleValue(), 1e-3);
    for (String bias : List.of("0_b[h]", "0_b[y]")) {
      assertEquals(0.25, Magnitude.minimum(network.getParam(bias)));
      assertEquals(0.25, Magnitude.maximum(network.getParam(bias)));
    }
    String message =
        assertThrows(
                IllegalArgumentException.class,
                () ->
                    new IterativeMapLayer.Builder()
                        .map(threeSlots())
                        .steps(2)
                        .weightInit("y", "h", WeightInit.ONES)
                        .build())
            .getMessage();
    assertTrue(message.contains("y->h") && message.contains("h->y"), message);
  }

  private static BlockMap threeSlots() {
    return BlockMap.builder()
        .input("x", 6)
        .state("h", 6)
        .state("y", 4)
        .connect("x", "h", Sparsity.density(0.5))
        .connect("h", "h", Sparsity.density(0.5))
        .connect("h", "y", Sparsity.density(0.5))
        .output("y")
        .build();
  }

  /**
   * Blocks between state slots take weightInitRecurrent; without it, and from x, the general one.
   */
  @Test
  void recurrentBlocksHaveTheirOwnInitialiser() {
    MultiLayerNetwork network =
        sequence(
            new IterativeMapRecurrentLayer.Builder()
                .map(threeSlots())
                .weightInit(WeightInit.ZERO)
                .weightInitRecurrent(WeightInit.ONES)
                .weightInit("h", "y", new WeightInitDistribution(new NormalDistribution(3, 1e-6)))
                .build());
    assertEquals(0, Magnitude.maximum(network.getParam("0_W[x->h]")));
    assertEquals(1, Magnitude.minimum(network.getParam("0_W[h->h]")));
    assertEquals(3, network.getParam("0_W[h->y]").meanNumber().doubleValue(), 1e-3);
    MultiLayerNetwork general =
        sequence(
            new IterativeMapRecurrentLayer.Builder()
                .map(threeSlots())
                .weightInit(WeightInit.ONES)
                .build());
    assertEquals(1, Magnitude.minimum(general.getParam("0_W[h->h]")));
  }

  @ParameterizedTest
  @CsvSource({"1.0,1", "0.3,2"})
  void identityIsTheDiagonalWhereItExists(double density, double scale) {
    IterativeMapRecurrentLayer layer =
        new IterativeMapRecurrentLayer.Builder()
            .nIn(4)
            .nOut(20)
            .density(density)
            .weightInitRecurrent(new WeightInitIdentity(scale))
            .build();
    INDArray weights = sequence(layer).getParam("0_W[h->h]");
    RealizedBlock block = layer.getSettings().realized().blocks().get(1);
    int diagonal = 0;
    for (int to = 0; to < 20; to++) {
      for (int e = block.mask().targetStart(to); e < block.mask().targetStart(to + 1); e++) {
        boolean onDiagonal = block.mask().source(e) == to;
        assertEquals(onDiagonal ? scale : 0, weights.getDouble(e));
        diagonal += onDiagonal ? 1 : 0;
      }
    }
    assertTrue(density == 1 ? diagonal == 20 : diagonal > 0 && diagonal < 20, "" + diagonal);
  }

  @Test
  void identityOfARectangleIsRefused() {
    String message =
        assertThrows(
                IllegalArgumentException.class,
                () ->
                    network(
                        Networks.conf(DataType.FLOAT),
                        new IterativeMapLayer.Builder()
                            .nIn(4)
                            .nOut(6)
                            .weightInit(WeightInit.IDENTITY)
                            .build()))
            .getMessage();
    assertTrue(message.contains("x->h") && message.contains("4 and 6"), message);
  }

  @Test
  void orthogonalNeedsADenseBlock() {
    IWeightInit orthogonal = new WeightInitDistribution(new OrthogonalDistribution(1.0));
    INDArray weights =
        sequence(
                new IterativeMapRecurrentLayer.Builder()
                    .nIn(4)
                    .nOut(8)
                    .weightInitRecurrent(orthogonal)
                    .build())
            .getParam("0_W[h->h]")
            .reshape('c', 8, 8)
            .castTo(DataType.DOUBLE);
    assertClose(Nd4j.eye(8).castTo(DataType.DOUBLE), weights.mmul(weights.transpose()), 1e-5);
    String message =
        assertThrows(
                IllegalArgumentException.class,
                () ->
                    sequence(
                        new IterativeMapRecurrentLayer.Builder()
                            .nIn(4)
                            .nOut(8)
                            .density(0.5)
                            .weightInitRecurrent(orthogonal)
                            .build()))
            .getMessage();
    assertTrue(message.contains("h->h") && message.contains("Sparsity.dense()"), message);
  }

  @Test
  void truncatedNormalStaysInItsBounds() {
    INDArray weights =
        network(
                Networks.conf(DataType.FLOAT),
                new IterativeMapLayer.Builder()
                    .nIn(100)
                    .nOut(50)
                    .density(0.5)
                    .weightInit(new TruncatedNormalDistribution(0, 0.1))
                    .build())
            .getParam("0_W[x->h]");
    assertTrue(Magnitude.largest(weights) <= 0.2 + 1e-6);
    assertTrue(Magnitude.largest(weights) > 0.15);
  }

  @Test
  void theSeedOfTheNetworkDecides() {
    INDArray one = Networks.network(Networks.conf(DataType.FLOAT).seed(3), true).params();
    assertEquals(one, Networks.network(Networks.conf(DataType.FLOAT).seed(3), true).params());
    assertDifferent(one, Networks.network(Networks.conf(DataType.FLOAT).seed(4), true).params());
  }

  private static MultiLayerNetwork network(
      NeuralNetConfiguration.Builder conf, IterativeMapLayer layer) {
    return Networks.feedForward(conf, layer, (int) layer.getNOut());
  }

  private static MultiLayerNetwork sequence(IterativeMapRecurrentLayer layer) {
    return Networks.recurrent(Networks.conf(DataType.FLOAT), layer, (int) layer.getNOut());
  }
}
