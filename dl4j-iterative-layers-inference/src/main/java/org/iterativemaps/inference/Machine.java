package org.iterativemaps.inference;

import java.util.Arrays;
import java.util.List;
import org.iterativemaps.lanes.LaneBlock;
import org.iterativemaps.lanes.LaneKernels;
import org.iterativemaps.lanes.SlotKernels;

/**
 * A program laid out for tiles of so many samples: its weights as the loops want them, and the
 * places of its registers, [units][lanes] each. Shared by threads; the values are not in here.
 */
final class Machine {
  final Program program;
  final LaneKernels kernels;
  final int lanes;

  private final SlotKernels slots;
  private final Instruction[] instructions;
  private final LaneBlock[] blocks; // by matrix
  private final int[] at; // by register, its place in floats
  private final int root; // place of a workspace of one row
  private final int length;

  Machine(Program program, LaneKernels kernels, int lanes) {
    this.program = program;
    this.kernels = kernels;
    this.slots = kernels.slots();
    this.lanes = lanes;
    this.instructions = program.instructions().toArray(new Instruction[0]);
    List<Matrix> matrices = program.matrices();
    this.blocks = new LaneBlock[matrices.size()];
    for (int m = 0; m < blocks.length; m++) {
      Matrix matrix = matrices.get(m);
      blocks[m] = LaneBlock.of(kernels, matrix, kernels.leastDenseDensity(false), lanes, 1);
      blocks[m].layOut();
      blocks[m].load(matrix.copyValues(), 0, 1);
    }
    Places places = new Places(program);
    if ((places.length + 1L) * lanes > Integer.MAX_VALUE) {
      throw new IllegalArgumentException(
          "program: found "
              + places.length
              + " units in its registers, expected at most "
              + (Integer.MAX_VALUE / lanes - 1));
    }
    this.at = Arrays.stream(places.first).map(unit -> unit * lanes).toArray();
    this.root = places.length * lanes;
    this.length = root + lanes;
  }

  /** Registers of zeros. */
  float[] registers() {
    return new float[length];
  }

  /** States back to zeros. */
  void reset(float[] v) {
    for (Program.State state : program.states()) {
      int begin = at[state.register()];
      Arrays.fill(v, begin, begin + length(state.register()), 0);
    }
  }

  private int length(int register) {
    return program.size(register) * lanes;
  }

  /**
   * Writes a register.
   *
   * @param samples how many there are, at most the lanes; the last one is repeated
   * @param from [samples][stride], of which a sample's units begin at {@code begin}
   */
  void write(float[] v, int register, int samples, float[] from, int begin, int stride) {
    int place = at[register];
    int units = program.size(register);
    if (samples == 1) {
      kernels.fill(from, begin, units, lanes, v, place);
      return;
    }
    for (int u = 0; u < units; u++) {
      int row = place + u * lanes;
      for (int l = 0; l < lanes; l++) {
        v[row + l] = from[begin + Math.min(l, samples - 1) * stride + u];
      }
    }
  }

  /** Reads a register, as {@link #write} writes it. */
  void read(float[] v, int register, int samples, float[] into, int begin, int stride) {
    int place = at[register];
    int units = program.size(register);
    for (int l = 0; l < samples; l++) {
      int target = begin + l * stride;
      for (int u = 0; u < units; u++) {
        into[target + u] = v[place + u * lanes + l];
      }
    }
  }

  /** All instructions, and the states handed on. */
  void run(float[] v) {
    for (Instruction instruction : instructions) {
      run(instruction, v);
    }
    for (Program.State state : program.states()) {
      if (state.next() != state.register()) {
        System.arraycopy(v, at[state.next()], v, at[state.register()], length(state.register()));
      }
    }
  }

  private void run(Instruction i, float[] v) {
    int target = i.target();
    int units = program.size(target);
    int size = units * lanes;
    int t = at[target];
    int a = i.a() < 0 ? -1 : at[i.a()];
    int b = i.b() < 0 ? -1 : at[i.b()];
    switch (i.operation()) {
      case FILL:
        kernels.fill(constants(i.vector()), 0, units, lanes, v, t);
        break;
      case COPY:
        System.arraycopy(v, a, v, t, size);
        break;
      case PUT:
        System.arraycopy(v, a, v, t + i.at() * lanes, length(i.a()));
        break;
      case MULTIPLY_ADD:
        blocks[i.matrix()].multiplyAdd(0, 1, v, a, 0, v, t, 0);
        break;
      case ADD:
        kernels.add(size, v, a, v, t);
        break;
      case ADD_PRODUCT:
        slots.addProduct(size, v, a, v, b, v, t);
        break;
      case SUBTRACT_PRODUCT:
        slots.subtractProduct(size, v, a, v, b, v, t);
        break;
      case SCALE:
        slots.scale(size, i.scale(), v, a, v, t);
        break;
      case SCALE_UNITS:
        slots.scaleUnits(constants(i.vector()), constants(i.shift()), units, lanes, v, a, v, t);
        break;
      case NORMALISE:
        slots.normalise(i.isCentred(), units, lanes, v, a, v, t, v, root);
        break;
      case ACTIVATE:
        kernels.activate(i.activation(), size, v, a, v, t);
        break;
      case SOFTMAX:
        softmax(units, v, a, t);
        break;
    }
  }

  private float[] constants(int vector) {
    return vector < 0 ? null : program.sharedVector(vector);
  }

  private void softmax(int units, float[] v, int a, int t) {
    for (int lane = 0; lane < lanes; lane++) {
      float most = Float.NEGATIVE_INFINITY;
      for (int u = 0; u < units; u++) {
        most = Math.max(most, v[a + u * lanes + lane]);
      }
      double sum = 0;
      for (int u = 0; u < units; u++) {
        double power = Math.exp(v[a + u * lanes + lane] - most);
        v[t + u * lanes + lane] = (float) power;
        sum += power;
      }
      for (int u = 0; u < units; u++) {
        v[t + u * lanes + lane] /= (float) sum;
      }
    }
  }
}
