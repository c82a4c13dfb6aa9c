package org.iterativemaps.kernel.fused;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.iterativemaps.iterate.MapProgram;
import org.iterativemaps.kernel.Magnitude;
import org.iterativemaps.kernel.MapKernel;
import org.iterativemaps.kernel.RandomPrograms;
import org.iterativemaps.map.BlockMap;
import org.iterativemaps.map.RealizedMap;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** A random map with random data, to be run by one kernel and another. */
final class KernelCase {
  final MapProgram program;
  final INDArray[] parameters;
  final INDArray input;
  final INDArray mask;
  final INDArray[] initial;
  final INDArray outputGradient;
  final INDArray[] lastGradient; // of the last state; null entries are zeros
  final int first;

  KernelCase(long seed, boolean areIntegers, int largestBatch, Activation... activations) {
    this(new RandomPrograms(seed), seed % 2 == 0, areIntegers, largestBatch, activations);
  }

  private KernelCase(
      RandomPrograms random,
      boolean isLinear,
      boolean areIntegers,
      int largestBatch,
      Activation... activations) {
    this(
        random,
        isLinear ? random.map(activations) : random.gatedMap(!areIntegers, activations),
        areIntegers,
        largestBatch);
  }

  KernelCase(RandomPrograms random, BlockMap map, boolean areIntegers, int largestBatch) {
    RealizedMap realized = map.realize();
    int batch = 1 + random.below(largestBatch);
    int time = 1 + random.below(4);
    program = MapProgram.sequence(realized, 1 + random.below(3), null);
    parameters = random.parameters(realized, DataType.DOUBLE);
    input = random.normal(DataType.DOUBLE, batch, realized.map().input().size(), time);
    mask = random.below(2) == 0 ? null : random.mask(DataType.FLOAT, batch, time);
    outputGradient = random.normal(DataType.DOUBLE, batch, realized.map().output().size(), time);
    initial = new INDArray[realized.map().slots().size()];
    for (int slot : program.schedule().carried()) {
      if (random.below(3) > 0) {
        initial[slot] = random.normal(DataType.DOUBLE, batch, program.size(slot));
      }
    }
    first = random.below(3) == 0 ? random.below(time) : 0;
    lastGradient = new INDArray[initial.length];
    for (int slot : program.schedule().carried()) {
      if (random.below(3) == 0) {
        lastGradient[slot] = random.normal(DataType.DOUBLE, batch, program.size(slot));
      }
    }
    if (areIntegers) {
      round(input);
      round(outputGradient);
      for (INDArray parameter : parameters) {
        round(parameter);
      }
      Stream.of(initial, lastGradient)
          .flatMap(Stream::of)
          .filter(Objects::nonNull)
          .forEach(KernelCase::round);
    } else {
      for (INDArray parameter : parameters) {
        parameter.muli(0.5);
      }
    }
  }

  /** Products of slots grow faster, and their rounding errors with them. */
  double largest() {
    return program.realized().map().isLinear() ? 1e6 : 100;
  }

  private static void round(INDArray array) {
    for (long i = 0; i < array.length(); i++) {
      array.putScalar(i, Math.max(-1, Math.min(1, Math.rint(0.8 * array.getDouble(i)))));
    }
  }

  /** Everything that goes into a call and comes out of it, in one floating type. */
  static final class Run {
    final INDArray output;
    final INDArray[] last;
    final INDArray[] gradients;
    final INDArray inputGradient;
    final INDArray[] stateGradient;

    Run(MapKernel kernel, KernelCase c, DataType type) {
      INDArray[] parameters = cast(c.parameters, type);
      output = Nd4j.create(type, c.outputGradient.shape());
      gradients = new INDArray[parameters.length];
      for (int p = 0; p < parameters.length; p++) {
        gradients[p] = parameters[p].like();
      }
      inputGradient = Nd4j.valueArrayOf(c.input.shape(), 77.0, type);
      kernel.forward(parameters, c.input.castTo(type), c.mask, cast(c.initial, type), output, true);
      INDArray outputGradient = c.outputGradient.castTo(type);
      INDArray[] lastGradient = cast(c.lastGradient, type);
      kernel.backward(outputGradient, lastGradient, c.first, gradients, inputGradient);
      last = kernel.lastState();
      stateGradient = kernel.stateGradient();
      goBackAgain(kernel, c, outputGradient, lastGradient);
      kernel.dropTape();
    }

    /** The tape is still there, and gives the same once more after another way back. */
    private void goBackAgain(
        MapKernel kernel, KernelCase c, INDArray outputGradient, INDArray[] lastGradient) {
      INDArray[] again = Stream.of(gradients).map(INDArray::like).toArray(INDArray[]::new);
      INDArray inputAgain = inputGradient.like();
      kernel.backward(outputGradient.mul(2), null, 0, again, inputAgain);
      kernel.backward(outputGradient, lastGradient, c.first, again, inputAgain);
      assertSameBits(inputGradient, inputAgain);
      for (int p = 0; p < again.length; p++) {
        assertSameBits(gradients[p], again[p]);
      }
    }

    private static void assertSameBits(INDArray expected, INDArray found) {
      assertArrayEquals(expected.dup('c').data().asDouble(), found.dup('c').data().asDouble());
    }

    /** Everything in one order; a state without a gradient counts as one of zeros. */
    List<INDArray> all() {
      List<INDArray> all = new ArrayList<>(List.of(output, inputGradient));
      all.addAll(List.of(gradients));
      for (int slot = 0; slot < last.length; slot++) {
        if (last[slot] != null) {
          INDArray gradient = stateGradient[slot];
          all.add(last[slot]);
          all.add(gradient == null ? last[slot].like() : gradient);
        } else {
          assertTrue(stateGradient[slot] == null);
        }
      }
      return all;
    }

    static double largest(List<INDArray> arrays) {
      return arrays.stream().mapToDouble(Magnitude::largest).max().orElseThrow();
    }

    static INDArray[] cast(INDArray[] arrays, DataType type) {
      INDArray[] cast = new INDArray[arrays.length];
      for (int i = 0; i < cast.length; i++) {
        cast[i] = arrays[i] == null ? null : arrays[i].castTo(type);
      }
      return cast;
    }
  }
}
