package org.iterativemaps.kernel;

import java.util.Random;
import org.iterativemaps.map.BlockMap;
import org.iterativemaps.map.FixedValues;
import org.iterativemaps.map.Injection;
import org.iterativemaps.map.RealizedMap;
import org.iterativemaps.map.RealizedMap.Parameter;
import org.iterativemaps.map.Sparsity;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** Random maps and data for kernel tests; everything follows from the seed. */
public final class RandomPrograms {
  private final Random random;

  public RandomPrograms(long seed) {
    this.random = new Random(seed);
  }

  /** One to four state slots, each connected to some others by some pattern, some blocks fixed. */
  public BlockMap map(Activation... activations) {
    int states = 1 + random.nextInt(4);
    BlockMap.Builder builder =
        BlockMap.builder()
            .input("x", 1 + random.nextInt(9))
            .injection(Injection.values()[random.nextInt(2)])
            .seed(random.nextLong());
    for (int s = 0; s < states; s++) {
      Activation activation = activations[random.nextInt(activations.length)];
      int size = 1 + random.nextInt(9);
      if (random.nextInt(4) == 0) {
        builder.stateWithoutBias("s" + s, size, activation.getActivationFunction());
      } else {
        builder.state("s" + s, size, activation);
      }
    }
    builder.connect("x", "s0", pattern());
    for (int to = 0; to < states; to++) {
      for (int from = 0; from < states; from++) {
        if (from == to - 1 || random.nextInt(3) == 0) {
          builder.connect("s" + from, "s" + to, pattern());
        }
        if (random.nextInt(8) == 0) {
          builder.connectFixed(
              "s" + from, "s" + to, Sparsity.diagonal(), FixedValues.constant(0.5));
        }
      }
      if (to > 0 && random.nextInt(3) == 0) {
        builder.connect("x", "s" + to, pattern());
      }
    }
    return builder.output("s" + random.nextInt(states)).build();
  }

  private Sparsity pattern() {
    return switch (random.nextInt(4)) {
      case 0 -> Sparsity.dense();
      case 1 -> Sparsity.fanIn(1);
      case 2 -> Sparsity.diagonal();
      default -> Sparsity.entries(1);
    };
  }

  public int below(int bound) {
    return random.nextInt(bound);
  }

  public INDArray[] parameters(RealizedMap realized, DataType type) {
    return realized.parameters().stream()
        .map(Parameter::length)
        .map(length -> normal(type, length))
        .toArray(INDArray[]::new);
  }

  public INDArray normal(DataType type, long... shape) {
    INDArray array = Nd4j.create(DataType.DOUBLE, shape);
    for (long i = 0; i < array.length(); i++) {
      array.putScalar(i, random.nextGaussian());
    }
    return array.castTo(type);
  }

  /** Ones and zeros, the first time step always there. */
  public INDArray mask(DataType type, long batch, long time) {
    INDArray mask = Nd4j.ones(type, batch, time);
    for (long b = 0; b < batch; b++) {
      for (long t = 1; t < time; t++) {
        mask.putScalar(b, t, random.nextInt(3) == 0 ? 0 : 1);
      }
    }
    return mask;
  }
}
