package org.iterativemaps.layers;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
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
 * {@link GradientCheckTest} at float tolerance: a FLOAT network, which runs on the fused kernel,
 * against the same network in DOUBLE, which runs on the reference kernel that the numerical check
 * vouches for.
 */
class FusedGradientTest {
  private static final int N_IN = GradientCheckTest.N_IN;
  private static final double TOLERANCE = 2e-5;

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
    var map = GradientCheckTest.map(injection, activation, density, feedback);
    Layer single = new IterativeMapLayer.Builder().map(map).steps(steps).build();
    for (int batch : new int[] {1, 5, 37}) {
      INDArray labels = Networks.oneHot(2, batch, 3);
      compare(single, false, new DataSet(Networks.normal(1, batch, N_IN), labels));
    }
    Layer recurrent = new IterativeMapRecurrentLayer.Builder().map(map).steps(steps).build();
    INDArray input = Networks.normal(1, 19, N_IN, 4);
    INDArray labels = Networks.oneHotSequence(2, 19, 3, 4);
    INDArray mask = Networks.raggedMask(19, 4);
    compare(recurrent, true, new DataSet(input, labels));
    compare(recurrent, true, new DataSet(input, labels, mask, mask));
  }

  private static void compare(Layer layer, boolean isRecurrent, DataSet data) {
    MultiLayerNetwork reference = network(DataType.DOUBLE, layer, isRecurrent);
    MultiLayerNetwork fused = network(DataType.FLOAT, layer, isRecurrent);
    fused.setParams(reference.params().castTo(DataType.FLOAT));
    INDArray expected = Networks.gradient(reference, data);
    INDArray found = Networks.gradient(fused, cast(data)).castTo(DataType.DOUBLE);
    double scale = Math.max(1, Magnitude.largest(expected));
    double difference = Magnitude.largestDifference(expected, found);
    assertTrue(difference <= TOLERANCE * scale, () -> difference + " of " + scale);
  }

  private static MultiLayerNetwork network(DataType type, Layer layer, boolean isRecurrent) {
    return isRecurrent
        ? Networks.recurrent(Networks.conf(type), layer.clone(), 3)
        : Networks.feedForward(Networks.conf(type), layer.clone(), 3);
  }

  private static DataSet cast(DataSet data) {
    INDArray mask = data.getFeaturesMaskArray();
    INDArray maskOfFloats = mask == null ? null : mask.castTo(DataType.FLOAT);
    return new DataSet(
        data.getFeatures().castTo(DataType.FLOAT),
        data.getLabels().castTo(DataType.FLOAT),
        maskOfFloats,
        maskOfFloats);
  }
}
