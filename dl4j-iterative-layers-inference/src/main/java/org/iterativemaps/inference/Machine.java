package org.iterativemaps.inference;

import java.util.Arrays;
import org.iterativemaps.lanes.LaneKernels;
import org.iterativemaps.lanes.SlotKernels;

/**
 * A program laid out to be run for a number of samples at a time: the places of its registers, and
 * in {@link LoneMachine} and {@link TileMachine} its weights as the loops want them. Shared by
 * threads: the values are not in here, but in arrays of {@link #registers}.
 */
abstract class Machine {
  final Program program;
  final LaneKernels kernels;
  final SlotKernels slots;

  /** The most samples that are computed at a time. */
  final int lanes;

  private final Instruction[] instructions;
  private final Program.State[] states;
  private final Places places;

  /**
   * Lays a program out.
   *
   * @param granule of which the units of a register are a multiple
   * @param workspace floats at the beginning of the array that registers are in
   */
  Machine(Program program, LaneKernels kernels, int lanes, int granule, int workspace) {
    this.program = program;
    this.kernels = kernels;
    this.slots = kernels.slots();
    this.lanes = lanes;
    this.instructions = program.instructions().toArray(new Instruction[0]);
    this.states = program.states().toArray(new Program.State[0]);
    this.places = new Places(program, lanes, granule, workspace);
  }

  /** For so many samples at a time, at most. */
  static Machine of(Program program, LaneKernels kernels, int samples) {
    return samples == 1
        ? LoneMachine.of(program, kernels)
        : new TileMachine(program, kernels, kernels.tileLanes(samples));
  }

  /** Workspace and registers of zeros. */
  final float[] registers() {
    return new float[places.length];
  }

  /** Where a register is. */
  final int at(int register) {
    return places.first[register];
  }

  /** Floats of a register's units, without what fills its place up. */
  final int used(int register) {
    return program.size(register) * lanes;
  }

  /** States back to zeros. */
  final void reset(float[] v) {
    for (Program.State state : states) {
      int begin = at(state.register());
      Arrays.fill(v, begin, begin + used(state.register()), 0);
    }
  }

  /**
   * Writes a register.
   *
   * @param samples how many there are, at most the lanes; the last one is repeated
   * @param from [samples][stride], of which a sample's units begin at {@code begin}
   */
  abstract void write(float[] v, int register, int samples, float[] from, int begin, int stride);

  /** Reads a register, as {@link #write} writes it. */
  final void read(float[] v, int register, int samples, float[] into, int begin, int stride) {
    int units = program.size(register);
    for (int l = 0; l < samples; l++) {
      int source = at(register) + l;
      int target = begin + l * stride;
      for (int u = 0; u < units; u++) {
        into[target + u] = v[source + u * lanes];
      }
    }
  }

  /** All instructions, and the states handed on. */
  final void run(float[] v, int samples) {
    for (Instruction instruction : instructions) {
      run(instruction, v, samples);
    }
    for (Program.State state : states) {
      if (state.next() != state.register()) {
        System.arraycopy(v, at(state.next()), v, at(state.register()), used(state.register()));
      }
    }
  }

  private void run(Instruction i, float[] v, int samples) {
    int target = i.target();
    int t = at(target);
    int a = i.a() < 0 ? -1 : at(i.a());
    int b = i.b() < 0 ? -1 : at(i.b());
    int length = places.floats(program.size(target));
    switch (i.operation()) {
      case FILL:
        fill(v, t, i.vector(), program.size(target));
        break;
      case COPY:
        System.arraycopy(v, a, v, t, length);
        break;
      case PUT:
        System.arraycopy(v, a, v, t + i.at() * lanes, used(i.a()));
        break;
      case MULTIPLY_ADD:
        multiplyAdd(i.matrix(), v, a, t);
        break;
      case ADD:
        kernels.add(length, v, a, v, t);
        break;
      case ADD_PRODUCT:
        slots.addProduct(length, v, a, v, b, v, t);
        break;
      case SUBTRACT_PRODUCT:
        slots.subtractProduct(length, v, a, v, b, v, t);
        break;
      case SCALE:
        slots.scale(length, i.scale(), v, a, v, t);
        break;
      case SCALE_UNITS:
        scaleUnits(i, v, a, t);
        break;
      case NORMALISE:
        normalise(i.isCentred(), program.size(target), v, a, t);
        break;
      case ACTIVATE:
        kernels.activate(i.activation(), length, v, a, v, t);
        break;
      case SOFTMAX:
        for (int lane = 0; lane < samples; lane++) {
          softmax(program.size(target), v, a + lane, t + lane);
        }
        break;
    }
  }

  /** t = v, or zeros. */
  abstract void fill(float[] v, int t, int vector, int units);

  /** t += W a. */
  abstract void multiplyAdd(int matrix, float[] v, int a, int t);

  /** t = v a + w. */
  abstract void scaleUnits(Instruction i, float[] v, int a, int t);

  /** t = (a - mean) / root. */
  abstract void normalise(boolean isCentred, int units, float[] v, int a, int t);

  private void softmax(int units, float[] v, int a, int t) {
    int end = units * lanes;
    float most = Float.NEGATIVE_INFINITY;
    for (int u = 0; u < end; u += lanes) {
      most = Math.max(most, v[a + u]);
    }
    double sum = 0;
    for (int u = 0; u < end; u += lanes) {
      double power = Math.exp(v[a + u] - most);
      v[t + u] = (float) power;
      sum += power;
    }
    for (int u = 0; u < end; u += lanes) {
      v[t + u] /= (float) sum;
    }
  }
}
