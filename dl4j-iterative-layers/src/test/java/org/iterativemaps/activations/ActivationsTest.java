package org.iterativemaps.activations;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.DoubleStream;
import org.deeplearning4j.nn.conf.MultiLayerConfiguration;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.activations.IActivation;
import org.nd4j.linalg.activations.impl.ActivationGELU;
import org.nd4j.linalg.activations.impl.ActivationSoftPlus;
import org.nd4j.linalg.activations.impl.ActivationTanH;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;

public class ActivationsTest {
  private static final DataType[] TYPES = {DataType.FLOAT, DataType.DOUBLE};

  /** Ours, with their formulas. */
  public static Map<IActivation, Formula> ours() {
    Map<IActivation, Formula> ours = new LinkedHashMap<>();
    ours.put(new Gelu(), Formula.GELU);
    ours.put(new TanhGelu(), Formula.TANH_GELU);
    ours.put(new Mish(), Formula.MISH);
    for (double beta : new double[] {1, 0.3, 1.702, 5}) {
      ours.put(beta == 1 ? new Swish() : new Swish(beta), Formula.swish(beta));
      ours.put(beta == 1 ? new Softplus() : new Softplus(beta), Formula.softplus(beta));
    }
    return ours;
  }

  /** ND4J's elementwise ones. RReLU draws its slopes, softmax is none of single numbers. */
  private static Map<Activation, Formula> nd4js() {
    Map<Activation, Formula> formulas = new TreeMap<>();
    formulas.put(Activation.CUBE, Formula.CUBE);
    formulas.put(Activation.ELU, Formula.ELU);
    formulas.put(Activation.GELU, Formula.swish(1.702));
    formulas.put(Activation.HARDSIGMOID, Formula.HARD_SIGMOID);
    formulas.put(Activation.HARDTANH, Formula.HARD_TANH);
    formulas.put(Activation.IDENTITY, Formula.IDENTITY);
    formulas.put(Activation.LEAKYRELU, Formula.LEAKY_RELU);
    formulas.put(Activation.MISH, Formula.MISH);
    formulas.put(Activation.RATIONALTANH, Formula.RATIONAL_TANH);
    formulas.put(Activation.RECTIFIEDTANH, Formula.RECTIFIED_TANH);
    formulas.put(Activation.RELU, Formula.RELU);
    formulas.put(Activation.RELU6, Formula.RELU6);
    formulas.put(Activation.SELU, Formula.SELU);
    formulas.put(Activation.SIGMOID, Formula.SIGMOID);
    formulas.put(Activation.SOFTPLUS, Formula.softplus(1));
    formulas.put(Activation.SOFTSIGN, Formula.SOFTSIGN);
    formulas.put(Activation.SWISH, Formula.swish(1));
    formulas.put(Activation.TANH, Formula.TANH);
    formulas.put(Activation.THRESHOLDEDRELU, Formula.THRESHOLDED_RELU);
    return formulas;
  }

  private static double[] arguments() {
    DoubleStream dense = DoubleStream.iterate(0.0173, z -> z < 30, z -> z + 0.0371);
    DoubleStream wide = DoubleStream.iterate(1e-6, z -> z < 1e4, z -> z * 1.07);
    DoubleStream named = DoubleStream.of(0, 0.5, 1, 2, 12.5, 25, 45, 88.8, 90, 710, 1e4);
    return DoubleStream.concat(dense, DoubleStream.concat(wide, named))
        .flatMap(z -> DoubleStream.of(z, -z))
        .toArray();
  }

  /** The largest error of values and of slopes, relative where they are above 1. */
  private static double[] errors(IActivation activation, Formula formula, DataType type) {
    INDArray z = Nd4j.createFromArray(arguments()).castTo(type).reshape(2, -1);
    INDArray before = z.dup();
    double[] rounded = numbers(z);
    INDArray epsilon = Nd4j.valueArrayOf(z.shape(), 3.0, type);
    double[] values = numbers(activation.getActivation(z.dup('f'), true));
    double[] slopes = numbers(activation.backprop(z.dup('f'), epsilon).getFirst());
    assertEquals(before, z);
    double[] errors = new double[2];
    for (int i = 0; i < rounded.length; i++) {
      double value = formula.value().applyAsDouble(rounded[i]);
      double slope = 3 * formula.slope().applyAsDouble(rounded[i]);
      errors[0] = Math.max(errors[0], Math.abs(values[i] - value) / Math.max(1, Math.abs(value)));
      errors[1] = Math.max(errors[1], Math.abs(slopes[i] - slope) / Math.max(1, Math.abs(slope)));
    }
    return errors;
  }

  /** ND4J has constants of FLOAT in some functions of DOUBLE: 0.2, 0.01. */
  private static boolean isRight(IActivation activation, Formula formula) {
    return Arrays.stream(TYPES)
        .allMatch(
            type ->
                Arrays.stream(errors(activation, formula, type))
                    .allMatch(error -> error <= (type == DataType.FLOAT ? 3e-6 : 1e-7)));
  }

  private static double[] numbers(INDArray array) {
    return array.castTo(DataType.DOUBLE).dup('c').data().asDouble();
  }

  @Test
  void valuesAndDerivatives() {
    ours()
        .forEach(
            (activation, formula) -> {
              for (DataType type : TYPES) {
                double bound = type == DataType.FLOAT ? 6e-7 : 2e-15;
                double[] errors = errors(activation, formula, type);
                String message = activation + " " + type + ": errors " + Arrays.toString(errors);
                assertTrue(errors[0] <= bound && errors[1] <= 3 * bound, message);
              }
            });
  }

  /** Rounded as the tables of the papers and PyTorch have them. */
  @Test
  void knownValues() {
    assertEquals(0.8413447460685429, at(new Gelu(), 1), 1e-15);
    assertEquals(-0.15865525393145707, at(new Gelu(), -1), 1e-15);
    assertEquals(0.8411919906082768, at(new TanhGelu(), 1), 1e-15);
    assertEquals(0.7310585786300049, at(new Swish(), 1), 1e-15);
    assertEquals(1.3132616875182228, at(new Softplus(), 1), 1e-15);
    assertEquals(0.8650983882673103, at(new Mish(), 1), 1e-15);
  }

  private static double at(IActivation activation, double z) {
    return activation.getActivation(Nd4j.createFromArray(new double[][] {{z}}), false).getDouble(0);
  }

  /** This list is why the package is there; where ND4J mends one, it goes from it. */
  @Test
  void theseOfNd4jAreWrong() {
    Set<Activation> wrong = new TreeSet<>();
    nd4js()
        .forEach(
            (activation, formula) -> {
              if (!isRight(activation.getActivationFunction(), formula)) {
                wrong.add(activation);
              }
            });
    assertEquals(
        Set.of(Activation.SOFTPLUS, Activation.SWISH, Activation.GELU, Activation.MISH), wrong);
    assertFalse(isRight(new ActivationGELU(true), Formula.TANH_GELU));
    assertFalse(isRight(new ActivationGELU(true), Formula.GELU));
    assertFalse(isRight(new ActivationGELU(false), Formula.GELU));
  }

  @Test
  void everyStandInIsTheSameFunctionAndRight() {
    nd4js()
        .forEach(
            (activation, formula) ->
                assertTrue(
                    isRight(
                        StableActivations.sameFunction(activation.getActivationFunction()),
                        formula),
                    activation::name));
  }

  @Test
  void whatIsRightStaysAsItIs() {
    ActivationTanH tanh = new ActivationTanH();
    assertSame(tanh, StableActivations.sameFunction(tanh));
    ActivationGELU precise = new ActivationGELU(true); // wrong, but a saved network computes so
    assertSame(precise, StableActivations.sameFunction(precise));
    ActivationSoftPlus subclass = new ActivationSoftPlus() {};
    assertSame(subclass, StableActivations.sameFunction(subclass));
    assertEquals(new Gelu(), StableActivations.asInPyTorch(precise));
    assertEquals(new Gelu(), StableActivations.asInPyTorch(new ActivationGELU()));
    assertEquals(new Softplus(), StableActivations.asInPyTorch(new ActivationSoftPlus()));
  }

  @Test
  void numbersAsLargeAsFloatsGet() {
    ours()
        .keySet()
        .forEach(
            activation -> {
              for (float size : new float[] {1e6f, 1e12f, 1e19f, 1e25f, Float.MAX_VALUE}) {
                double scale = activation instanceof Swish swish ? swish.beta() : 1;
                if (size * scale > Float.MAX_VALUE) {
                  continue;
                }
                float[] z = {size, -size};
                float[] a = activation.getActivation(row(z), true).toFloatVector();
                assertEquals(size, a[0], 1e-6f * size, activation.toString());
                assertEquals(0, a[1], 0f, activation.toString());
                float[] slope = activation.backprop(row(z), row(1, 1)).getFirst().toFloatVector();
                assertEquals(1, slope[0], activation.toString());
                assertEquals(0, slope[1], 0f, activation.toString());
              }
            });
  }

  private static INDArray row(float... numbers) {
    return Nd4j.createFromArray(numbers);
  }

  @Test
  void notANumberStaysNone() {
    ours()
        .keySet()
        .forEach(
            activation -> {
              float[] with = {1, Float.NaN, -40, 40};
              INDArray a = activation.getActivation(row(with), true);
              INDArray g = activation.backprop(row(with), row(1, 1, 1, 1)).getFirst();
              for (INDArray found : new INDArray[] {a, g}) {
                assertTrue(Float.isNaN(found.getFloat(1)), activation.toString());
                assertFalse(Float.isNaN(found.getFloat(0)), activation.toString());
              }
            });
  }

  @Test
  void activationsAreInPlaceAndOnViews() {
    ours()
        .forEach(
            (activation, formula) -> {
              INDArray whole = Nd4j.createFromArray(new double[][] {{1, 2, 3}, {-1, -2, -3}});
              INDArray view = whole.getColumn(1, true);
              assertSame(view, activation.getActivation(view, true));
              assertEquals(formula.value().applyAsDouble(2), whole.getDouble(0, 1), 1e-14);
              assertEquals(formula.value().applyAsDouble(-2), whole.getDouble(1, 1), 1e-14);
              assertEquals(3, whole.getDouble(0, 2));
            });
  }

  @Test
  void jsonAndYamlKeepThem() {
    for (IActivation activation : ours().keySet()) {
      MultiLayerConfiguration conf =
          new NeuralNetConfiguration.Builder()
              .list()
              .layer(new DenseLayer.Builder().nIn(3).nOut(4).activation(activation).build())
              .layer(
                  new OutputLayer.Builder(LossFunction.MSE)
                      .nIn(4)
                      .nOut(1)
                      .activation(Activation.IDENTITY)
                      .build())
              .build();
      for (MultiLayerConfiguration read :
          new MultiLayerConfiguration[] {
            MultiLayerConfiguration.fromJson(conf.toJson()),
            MultiLayerConfiguration.fromYaml(conf.toYaml())
          }) {
        assertEquals(activation, ((DenseLayer) read.getConf(0).getLayer()).getActivationFn());
        assertEquals(conf, read);
      }
    }
  }

  /** Saved models depend on it. */
  @Test
  void pinnedJson() throws Exception {
    String json = NeuralNetConfiguration.mapper().writeValueAsString(new Swish(1.5));
    assertEquals(
        "{\"@class\":\"org.iterativemaps.activations.Swish\",\"beta\":1.5}",
        json.replaceAll("\\s", ""));
    assertEquals(
        "{\"@class\":\"org.iterativemaps.activations.Gelu\"}",
        NeuralNetConfiguration.mapper().writeValueAsString(new Gelu()).replaceAll("\\s", ""));
  }

  @ParameterizedTest
  @ValueSource(strings = {"-1.0", "0", "\"NaN\"", "\"Infinity\""})
  void jsonOfNoSuchFunctionIsRefused(String beta) {
    for (String name : new String[] {"Swish", "Softplus"}) {
      String json =
          "{\"@class\":\"org.iterativemaps.activations." + name + "\",\"beta\":" + beta + "}";
      Exception refused =
          assertThrows(
              Exception.class,
              () -> NeuralNetConfiguration.mapper().readValue(json, IActivation.class));
      assertTrue(refused.getMessage().contains("beta: found "), refused::getMessage);
    }
  }

  @Test
  void betaIsPartOfWhatTheyAre() {
    assertNotEquals(new Swish(1), new Swish(2));
    assertEquals(new Softplus(2), new Softplus(2));
    assertEquals(new Softplus(2).hashCode(), new Softplus(2).hashCode());
    assertThrows(IllegalArgumentException.class, () -> new Swish(0));
    assertThrows(IllegalArgumentException.class, () -> new Softplus(Double.NaN));
    assertThrows(
        IllegalStateException.class, () -> new Gelu().backprop(Nd4j.ones(2, 3), Nd4j.ones(3, 2)));
  }
}
