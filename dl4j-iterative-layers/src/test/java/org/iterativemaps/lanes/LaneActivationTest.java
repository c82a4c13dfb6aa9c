package org.iterativemaps.lanes;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.JarURLConnection;
import java.net.URL;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.stream.Collectors;
import java.util.stream.DoubleStream;
import java.util.stream.Stream;
import org.iterativemaps.activations.Formula;
import org.iterativemaps.activations.Gelu;
import org.iterativemaps.activations.Mish;
import org.iterativemaps.activations.Softplus;
import org.iterativemaps.activations.Swish;
import org.iterativemaps.activations.TanhGelu;
import org.iterativemaps.kernel.fused.LaneActivations;
import org.iterativemaps.lanes.LaneActivation.Kind;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.activations.IActivation;
import org.nd4j.linalg.activations.impl.ActivationCube;
import org.nd4j.linalg.activations.impl.ActivationELU;
import org.nd4j.linalg.activations.impl.ActivationGELU;
import org.nd4j.linalg.activations.impl.ActivationHardSigmoid;
import org.nd4j.linalg.activations.impl.ActivationHardTanH;
import org.nd4j.linalg.activations.impl.ActivationIdentity;
import org.nd4j.linalg.activations.impl.ActivationLReLU;
import org.nd4j.linalg.activations.impl.ActivationMish;
import org.nd4j.linalg.activations.impl.ActivationPReLU;
import org.nd4j.linalg.activations.impl.ActivationRationalTanh;
import org.nd4j.linalg.activations.impl.ActivationReLU;
import org.nd4j.linalg.activations.impl.ActivationReLU6;
import org.nd4j.linalg.activations.impl.ActivationRectifiedTanh;
import org.nd4j.linalg.activations.impl.ActivationSELU;
import org.nd4j.linalg.activations.impl.ActivationSigmoid;
import org.nd4j.linalg.activations.impl.ActivationSoftPlus;
import org.nd4j.linalg.activations.impl.ActivationSoftSign;
import org.nd4j.linalg.activations.impl.ActivationSwish;
import org.nd4j.linalg.activations.impl.ActivationTanH;
import org.nd4j.linalg.activations.impl.ActivationThresholdedReLU;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

class LaneActivationTest {
  private static final double ULP = Math.ulp(1f);
  // What tanh of doubles, a quotient of longer polynomials, is off by in ULPs, of that of floats.
  private static final double TANH = Float.BYTES == 4 ? 1 : 2.4;

  private final LaneKernels kernels = LaneKernelSelection.selected();

  /**
   * A function with its formula.
   *
   * @param nd4jSlope whether ND4J's derivative is that of ND4J's function
   * @param scale what errors are relative to where the value is smaller
   */
  record Case(IActivation activation, Formula formula, boolean nd4jSlope, double scale) {
    Case(IActivation activation, Formula formula) {
      this(activation, formula, true, 1);
    }

    LaneActivation lanes() {
      return LaneActivations.of(activation).orElseThrow();
    }

    @Override
    public String toString() {
      return activation + " " + lanes();
    }
  }

  static Stream<Case> cases() {
    Stream<Case> fixed =
        Stream.of(
            new Case(new ActivationIdentity(), Formula.IDENTITY),
            new Case(new ActivationTanH(), Formula.TANH),
            new Case(new ActivationSigmoid(), Formula.SIGMOID),
            new Case(new ActivationSELU(), Formula.SELU),
            new Case(new ActivationHardTanH(), Formula.HARD_TANH),
            new Case(new ActivationHardSigmoid(), Formula.HARD_SIGMOID),
            new Case(new ActivationRectifiedTanh(), Formula.RECTIFIED_TANH),
            new Case(new ActivationRationalTanh(), Formula.RATIONAL_TANH),
            new Case(new ActivationSoftSign(), Formula.SOFTSIGN),
            new Case(new ActivationCube(), Formula.CUBE),
            new Case(new ActivationSoftPlus(), Formula.softplus(1)),
            new Case(new ActivationMish(), Formula.MISH),
            new Case(new Mish(), Formula.MISH),
            new Case(new Gelu(), Formula.GELU),
            new Case(new TanhGelu(), Formula.TANH_GELU),
            new Case(new ActivationGELU(), Formula.swish(1.702f)),
            new Case(new ActivationGELU(true), Formula.tanhGelu(Math.pow(0.044715, 3)), false, 1));
    Stream<Case> bent =
        Stream.of(
            new Case(new ActivationReLU(), Formula.RELU),
            new Case(new ActivationReLU6(), Formula.RELU6),
            new Case(new ActivationThresholdedReLU(), Formula.THRESHOLDED_RELU),
            new Case(new ActivationThresholdedReLU(0), Formula.thresholdedRelu(0)),
            new Case(new ActivationThresholdedReLU(-1.5), Formula.thresholdedRelu(-1.5)),
            new Case(new ActivationReLU(6.0, null, null), Formula.RELU6),
            bent(null, null, 0.0, true),
            bent(null, null, 0.25, true),
            bent(null, 0.0, null, true),
            bent(null, 1.5, null, true),
            bent(null, -1.0, 0.5, true),
            bent(3.0, 1.0, 0.25, true),
            bent(3.0, null, 0.0, true),
            bent(0.0, null, 0.5, false),
            bent(2.0, 5.0, 0.5, false),
            bent(1.0, null, -0.5, false));
    Stream<Case> withNumber =
        DoubleStream.of(0.01, 1, 0, -0.5, 1e-9, 1e7)
            .boxed()
            .flatMap(
                x ->
                    Stream.of(
                        new Case(new ActivationLReLU(x), Formula.leakyRelu((float) (double) x)),
                        elu((float) (double) x)));
    Stream<Case> withBeta =
        DoubleStream.of(1, 0.01, 0.3, 1.702, 5, 40, 1e-9, 1e-36, 1e9, 1e36)
            .boxed()
            .flatMap(
                beta ->
                    Stream.of(
                        new Case(
                            new Softplus(beta),
                            Formula.softplus((float) (double) beta),
                            true,
                            1 / Math.min(1, beta)),
                        new Case(
                            new Swish(beta),
                            Formula.swish((float) (double) beta),
                            true,
                            1 / Math.min(1, beta))));
    return Stream.of(fixed, bent, withNumber, withBeta).flatMap(part -> part);
  }

  private static Case bent(Double max, Double threshold, Double slope, boolean nd4jSlope) {
    return new Case(
        new ActivationReLU(max, threshold, slope),
        Formula.bentRelu(
            slope == null ? 0 : slope,
            threshold == null ? 0 : threshold,
            max == null ? Double.POSITIVE_INFINITY : max),
        nd4jSlope,
        1);
  }

  private static Case elu(float alpha) {
    return new Case(
        new ActivationELU(alpha), Formula.elu(alpha), alpha == 1, Math.max(1, Math.abs(alpha)));
  }

  /** A multiple of every vector's length. */
  private static float[] arguments() {
    DoubleStream dense = DoubleStream.iterate(0, z -> z < 12, z -> z + 0.0137);
    DoubleStream corners = DoubleStream.iterate(0, z -> z < 8, z -> z + 0.25);
    DoubleStream wide = DoubleStream.iterate(1e-37, z -> z < 1.1e4, z -> z * 1.9);
    DoubleStream named =
        DoubleStream.of(87, 87.3, 88, 89, 100, 708, 709, 750, 1e4, 1e12, 1e30, 3.4e38);
    double[] all =
        Stream.of(dense, corners, wide, named)
            .flatMapToDouble(part -> part)
            .flatMap(z -> DoubleStream.of(z, -z))
            .toArray();
    float[] padded = new float[(all.length + 63) / 64 * 64];
    for (int i = 0; i < all.length; i++) {
      padded[i] = (float) all[i];
    }
    return padded;
  }

  private float[] values(LaneActivation activation, float[] z) {
    float[] a = new float[z.length + 3];
    kernels.activate(activation, z.length, z, 0, a, 3);
    return Arrays.copyOfRange(a, 3, a.length);
  }

  private float[] slopes(LaneActivation activation, float factor, float[] z) {
    float[] g = new float[z.length];
    Arrays.fill(g, factor);
    float[] from = activation.needsPreActivation() ? z : values(activation, z);
    kernels.multiplyByDerivative(activation, z.length, from, 0, g, 0);
    return g;
  }

  private static void assertNear(double expected, float found, double scale, String of) {
    if (Float.isInfinite((float) expected)) {
      assertEquals((float) expected, found, of);
    } else {
      assertEquals(expected, found, scale, of);
    }
  }

  @ParameterizedTest
  @MethodSource("cases")
  void valuesAndDerivatives(Case c) {
    float[] z = arguments();
    float[] a = values(c.lanes(), z);
    float[] g = slopes(c.lanes(), 1, z);
    for (int i = 0; i < z.length; i++) {
      double value = c.formula.value().applyAsDouble(z[i]);
      Kind kind = c.lanes().kind();
      double ulp = kind == Kind.TANH || kind == Kind.RECTIFIED_TANH ? TANH * ULP : ULP;
      double bound = 3.4 * ulp * Math.max(Math.abs(value), 0.1 * c.scale);
      assertNear(value, a[i], bound, c + "(" + z[i] + ")");
      double slope = c.formula.slope().applyAsDouble(z[i]);
      bound = 4.2 * ulp * Math.max(Math.abs(slope), kind == Kind.ELU ? c.scale : 1);
      assertNear(slope, g[i], bound, c + "'(" + z[i] + ")");
    }
  }

  @ParameterizedTest
  @MethodSource("cases")
  void everyKernelGivesTheSameBits(Case c) {
    float[] z = arguments();
    z[7] = Float.NaN;
    z[8] = Float.POSITIVE_INFINITY;
    z[9] = Float.NEGATIVE_INFINITY;
    z[10] = -0f;
    float[] a = z.clone();
    kernels.activate(c.lanes(), z.length, a, 0, a, 0);
    float[] g = slopes(c.lanes(), 3, z);
    for (int i = 0; i < z.length; i++) {
      float value = ScalarActivations.value(c.lanes(), z[i]);
      assertEquals(value, a[i], c + "(" + z[i] + ")");
      float from = c.lanes().needsPreActivation() ? z[i] : value;
      float slope = 3 * ScalarActivations.derivative(c.lanes(), from);
      assertEquals(slope, g[i], c + "'(" + z[i] + ")");
    }
  }

  @ParameterizedTest
  @MethodSource("cases")
  void notANumberAndInfinity(Case c) {
    float[] z = new float[4 * kernels.vectorLanes()];
    z[0] = Float.NaN;
    z[1] = Float.POSITIVE_INFINITY;
    z[2] = Float.NEGATIVE_INFINITY;
    float[] large = new float[z.length];
    large[1] = Float.MAX_VALUE;
    large[2] = -Float.MAX_VALUE;
    float[] a = values(c.lanes(), z);
    float[] g = slopes(c.lanes(), 1, z);
    assertTrue(Float.isNaN(a[0]), c + "(NaN) = " + a[0]);
    for (int i = 1; i <= 2; i++) {
      float limit = values(c.lanes(), large)[i];
      boolean isBounded = Math.abs(limit) < 1e28f;
      assertTrue(isBounded ? a[i] == limit : Math.abs(a[i]) >= 1e28f, c + ": " + a[i]);
      assertEquals(slopes(c.lanes(), 1, large)[i], g[i], 0f, c + "' of infinity");
    }
  }

  /** ND4J multiplies numbers that ours never makes. */
  @ParameterizedTest
  @MethodSource("cases")
  void agreesWithNd4j(Case c) {
    float[] z = new float[64];
    for (int i = 0; i < z.length; i++) {
      z[i] = (i - 32) / 4f;
    }
    float[] a = values(c.lanes(), z);
    float[] g = slopes(c.lanes(), 3, z);
    INDArray values = c.activation.getActivation(Nd4j.createFromArray(z.clone()), true);
    INDArray threes = Nd4j.createFromArray(z.clone()).assign(3);
    INDArray gradients = c.activation.backprop(Nd4j.createFromArray(z.clone()), threes).getFirst();
    double least = Formula.isRoughInNd4j(c.activation) ? 2e-7 : 0;
    boolean agree = true;
    for (int i = 0; i < z.length; i++) {
      double bound = Math.max(25 * ULP, least) * Math.max(c.scale, Math.abs(a[i]));
      assertEquals(values.getFloat(i), a[i], bound, c + "(" + z[i] + ")");
      bound = Math.max(50 * ULP, least) * Math.max(1, Math.abs(g[i]));
      agree &= Math.abs(gradients.getFloat(i) - g[i]) <= bound;
      if (c.nd4jSlope) {
        assertEquals(gradients.getFloat(i), g[i], bound, c + "'(" + z[i] + ")");
      }
    }
    assertEquals(c.nd4jSlope, agree, c + ": ND4J's derivative");
  }

  /** Every function here has a case. */
  @Test
  void noKindIsMissing() {
    Set<Kind> kinds = cases().map(c -> c.lanes().kind()).collect(Collectors.toSet());
    assertEquals(EnumSet.allOf(Kind.class), kinds);
  }

  /** Of names, all but two; of classes, all but three: the Javadoc has the reasons. */
  @Test
  void noElementwiseActivationIsLeftToNd4j() throws Exception {
    Set<Activation> left = EnumSet.noneOf(Activation.class);
    for (Activation activation : Activation.values()) {
      if (LaneActivations.of(activation.getActivationFunction()).isEmpty()) {
        left.add(activation);
      }
    }
    assertEquals(EnumSet.of(Activation.SOFTMAX, Activation.RRELU), left);

    Set<String> classes = new TreeSet<>();
    int asked = 0;
    for (Class<?> type : nd4jsClasses()) {
      asked++;
      IActivation one =
          type == ActivationPReLU.class
              ? new ActivationPReLU(Nd4j.ones(1, 3), null)
              : (IActivation) type.getDeclaredConstructor().newInstance();
      if (LaneActivations.of(one).isEmpty()) {
        classes.add(type.getSimpleName());
      }
    }
    assertTrue(asked >= 22, "asked " + asked);
    assertEquals(Set.of("ActivationSoftmax", "ActivationRReLU", "ActivationPReLU"), classes);
  }

  private static List<Class<?>> nd4jsClasses() throws IOException, ClassNotFoundException {
    String folder = "org/nd4j/linalg/activations/impl/";
    URL url = ActivationReLU.class.getResource("ActivationReLU.class");
    JarURLConnection connection = (JarURLConnection) url.openConnection();
    connection.setUseCaches(false);
    List<Class<?>> found = new ArrayList<>();
    try (JarFile jar = connection.getJarFile()) {
      for (JarEntry entry : Collections.list(jar.entries())) {
        String name = entry.getName();
        if (name.startsWith(folder) && name.endsWith(".class") && !name.contains("$")) {
          found.add(Class.forName(name.replace(".class", "").replace('/', '.')));
        }
      }
    }
    return found;
  }

  @Test
  void subclassesAndBetasThatNoFloatHoldsAreLeftToNd4j() {
    assertTrue(LaneActivations.of(new ActivationTanH() {}).isEmpty());
    assertTrue(LaneActivations.of(new ActivationReLU() {}).isEmpty());
    assertTrue(LaneActivations.of(new Softplus(1e-320)).isEmpty());
    assertTrue(LaneActivations.of(new Swish(1e308)).isEmpty());
  }

  @Test
  void nd4jsOwnAreTheSameFunctions() {
    assertEquals(
        Optional.of(new LaneActivation(Kind.SWISH, 1)), LaneActivations.of(new ActivationSwish()));
    assertEquals(
        Optional.of(new LaneActivation(Kind.SWISH, 1.702f)),
        LaneActivations.of(new ActivationGELU()));
    assertEquals(
        Optional.of(new LaneActivation(Kind.SOFTPLUS, 1)), LaneActivations.of(new Softplus()));
    assertEquals(
        LaneActivations.of(new ActivationReLU()),
        LaneActivations.of(new ActivationReLU(null, null, null)));
    assertFalse(new LaneActivation(Kind.LEAKY_RELU, 0.01f).needsPreActivation());
  }
}
