package org.iterativemaps.layers;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.iterativemaps.activations.Formula;
import org.iterativemaps.kernel.Magnitude;
import org.iterativemaps.map.Injection;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;

/**
 * The cases of {@link GradientCheckTest} and every activation: networks in FLOAT and DOUBLE, which
 * run on the fused kernel, against the same network in DOUBLE on the reference kernel, which the
 * numerical check vouches for.
 */
class FusedGradientTest {
  private static final int N_IN = GradientCheckTest.N_IN;
  private static final double FLOATS = 2e-5;
  private static final double DOUBLES = 1e-12;

  static List<Arguments> activations() {
    List<Arguments> cases = new ArrayList<>();
    for (Activation activation : Activation.values()) {
      for (int steps : new int[] {1, 3}) {
        boolean blowsUp = activation == Activation.CUBE && steps == 3;
        if (activation != Activation.RRELU && !blowsUp) { // RReLU is refused
          cases.add(Arguments.of(steps, Injection.HOLD, activation, 0.5, true));
        }
      }
    }
    return cases;
  }

  @ParameterizedTest
  @MethodSource({"activations", "org.iterativemaps.layers.GradientCheckTest#cases"})
  void everyCaseOfTheGradientCheck(
      int steps, Injection injection, Activation activation, double density, boolean feedback) {
    boolean isRough = Formula.isRoughInNd4j(activation.getActivationFunction());
    double bound = isRough ? FLOATS : DOUBLES;
    var map = GradientCheckTest.map(injection, activation, density, feedback);
    Layer single = new IterativeMapLayer.Builder().map(map).steps(steps).build();
    for (int batch : new int[] {1, 5, 37}) {
      INDArray labels = Networks.oneHot(2, batch, 3);
      compare(single, false, new DataSet(Networks.normal(1, batch, N_IN), labels), bound);
    }
    Layer recurrent = new IterativeMapRecurrentLayer.Builder().map(map).steps(steps).build();
    INDArray input = Networks.normal(1, 19, N_IN, 4);
    INDArray labels = Networks.oneHotSequence(2, 19, 3, 4);
    INDArray mask = Networks.raggedMask(19, 4);
    compare(recurrent, true, new DataSet(input, labels), bound);
    compare(recurrent, true, new DataSet(input, labels, mask, mask), bound);
  }

  private static void compare(Layer layer, boolean isRecurrent, DataSet data, double bound) {
    MultiLayerNetwork reference =
        Networks.onKernel("reference", () -> network(DataType.DOUBLE, layer, isRecurrent));
    INDArray expected = Networks.gradient(reference, data);
    double scale = Math.max(1, Magnitude.largest(expected));
    for (DataType type : new DataType[] {DataType.FLOAT, DataType.DOUBLE}) {
      MultiLayerNetwork fused = network(type, layer, isRecurrent);
      fused.setParams(reference.params().castTo(type));
      assertTrue(MapSummary.of(fused).contains("runs on the fused kernel"));
      INDArray found = Networks.gradient(fused, cast(data, type)).castTo(DataType.DOUBLE);
      double difference = Magnitude.largestDifference(expected, found);
      double tolerance = type == DataType.FLOAT ? FLOATS : bound;
      assertTrue(difference <= tolerance * scale, () -> difference + " of " + scale);
    }
  }

  private static MultiLayerNetwork network(DataType type, Layer layer, boolean isRecurrent) {
    return isRecurrent
        ? Networks.recurrent(Networks.conf(type), layer.clone(), 3)
        : Networks.feedForward(Networks.conf(type), layer.clone(), 3);
  }

  private static DataSet cast(DataSet data, DataType type) {
    INDArray mask = data.getFeaturesMaskArray();
    INDArray castMask = mask == null ? null : mask.castTo(type);
    return new DataSet(
        data.getFeatures().castTo(type), data.getLabels().castTo(type), castMask, castMask);
  }
}
