package org.iterativemaps.benchmarks;

import java.util.Arrays;
import java.util.Locale;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.iterativemaps.layers.IterativeMapLayer;
import org.iterativemaps.layers.IterativeMapRecurrentLayer;
import org.iterativemaps.map.BlockMap;
import org.iterativemaps.map.pattern.Sparsity;
import org.nd4j.linalg.activations.Activation;

/**
 * What {@link CudaBenchmark} runs; {@code peers/cuda.py} has the same sizes.
 *
 * <p>A read-out reads the state of the time step before, as every slot does.
 */
enum CudaShape {
  /** The looped layer of {@link LoopedStack}. */
  LOOPED(LoopedStack.WIDTH, LoopedStack.WIDTH, 0, LoopedStack.STEPS, LoopedStack.BATCH, 1, "0.1"),
  /** A large recurrent map with its read-out in it. */
  SEQUENCE(100, 4096, 10, 1, 64, 128, "0.05");

  private final int inputs;
  private final int units;
  private final int outputs;
  private final int steps;
  private final int batch;
  private final int time;
  private final String density;

  CudaShape(int inputs, int units, int outputs, int steps, int batch, int time, String density) {
    this.inputs = inputs;
    this.units = units;
    this.outputs = outputs;
    this.steps = steps;
    this.batch = batch;
    this.time = time;
    this.density = density;
  }

  /** By its label. */
  static CudaShape named(String label) {
    return Arrays.stream(values())
        .filter(shape -> shape.label().equals(label))
        .findFirst()
        .orElseThrow(() -> new IllegalArgumentException("no shape '" + label + "'"));
  }

  /** Its value of the parameter "shape". */
  String label() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** Of x to h and h to h. */
  String density() {
    return density;
  }

  /** Of the input, [batch, inputs] or [batch, inputs, time]. */
  int[] inputShape() {
    return time == 1 ? new int[] {batch, inputs} : new int[] {batch, inputs, time};
  }

  /** A layer of this shape. */
  Layer layer() {
    Sparsity sparsity = Sparsity.density(Double.parseDouble(density));
    if (this == LOOPED) {
      return new IterativeMapLayer.Builder()
          .nIn(inputs)
          .nOut(units)
          .density(Double.parseDouble(density))
          .steps(steps)
          .build();
    }
    return new IterativeMapRecurrentLayer.Builder()
        .map(
            BlockMap.builder()
                .input("x", inputs)
                .state("h", units, Activation.TANH)
                .state("y", outputs, Activation.IDENTITY)
                .connect("x", "h", sparsity)
                .connect("h", "h", sparsity)
                .connect("h", "y", Sparsity.dense())
                .output("y")
                .build())
        .steps(steps)
        .build();
  }

  /**
   * Floating-point operations per second in the products with weights that exist, in 10^9: two per
   * weight, sample and evaluation forward, six in training. What the input contributes is computed
   * once per time step; the first evaluation reads a state of zeros, which costs nothing.
   */
  double gigaflops(Row row) {
    Sparsity sparsity = Sparsity.density(Double.parseDouble(density));
    double perTimeStep = sparsity.expectedEntries(inputs, units);
    double perEvaluation = sparsity.expectedEntries(units, units) + (double) units * outputs;
    double products = time * perTimeStep + ((double) time * steps - 1) * perEvaluation;
    double perWeight = row.measure().equals("forward") ? 2 : 6;
    return perWeight * products * batch / row.medianMicros() / 1e3;
  }
}
