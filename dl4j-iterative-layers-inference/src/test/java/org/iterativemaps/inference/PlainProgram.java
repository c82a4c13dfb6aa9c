package org.iterativemaps.inference;

import org.iterativemaps.lanes.LaneActivation;

/** A program computed in DOUBLE, one number after the other, in registers of their own. */
final class PlainProgram {
  private final Program program;
  private final double[][] registers;

  PlainProgram(Program program) {
    this.program = program;
    this.registers = new double[program.registers()][];
    for (int register = 0; register < registers.length; register++) {
      registers[register] = new double[program.size(register)];
    }
  }

  double[] next(float[] token) {
    for (int unit = 0; unit < token.length; unit++) {
      registers[program.input()][unit] = token[unit];
    }
    for (Instruction instruction : program.instructions()) {
      run(instruction);
    }
    double[][] next = new double[program.states().size()][];
    for (int s = 0; s < next.length; s++) {
      next[s] = registers[program.states().get(s).next()].clone();
    }
    for (int s = 0; s < next.length; s++) {
      registers[program.states().get(s).register()] = next[s];
    }
    return registers[program.output()].clone();
  }

  private void run(Instruction i) {
    double[] t = registers[i.target()];
    double[] a = i.a() < 0 ? null : registers[i.a()].clone();
    double[] b = i.b() < 0 ? null : registers[i.b()].clone();
    for (int u = 0; u < t.length; u++) {
      switch (i.operation()) {
        case FILL -> t[u] = i.vector() < 0 ? 0 : program.vector(i.vector())[u];
        case COPY -> t[u] = a[u];
        case PUT -> t[u] = u >= i.at() && u < i.at() + a.length ? a[u - i.at()] : t[u];
        case MULTIPLY_ADD -> t[u] += product(program.matrices().get(i.matrix()), u, a);
        case ADD -> t[u] += a[u];
        case ADD_PRODUCT -> t[u] += a[u] * b[u];
        case SUBTRACT_PRODUCT -> t[u] -= a[u] * b[u];
        case SCALE -> t[u] = i.scale() * a[u];
        case SCALE_UNITS ->
            t[u] =
                program.vector(i.vector())[u] * a[u]
                    + (i.shift() < 0 ? 0 : program.vector(i.shift())[u]);
        case NORMALISE -> t[u] = normalised(a, u, i.isCentred());
        case ACTIVATE -> t[u] = activated(i.activation(), a[u]);
        case SOFTMAX -> t[u] = softmax(a, u);
      }
    }
  }

  private static double product(Matrix matrix, int to, double[] a) {
    double sum = 0;
    for (int entry = matrix.targetStart(to); entry < matrix.targetStart(to + 1); entry++) {
      sum += matrix.value(entry) * a[matrix.source(entry)];
    }
    return sum;
  }

  private static double normalised(double[] a, int unit, boolean isCentred) {
    double mean = 0;
    for (double value : a) {
      mean += isCentred ? value / a.length : 0;
    }
    double squares = 0;
    for (double value : a) {
      squares += (value - mean) * (value - mean) / a.length;
    }
    return (a[unit] - mean) / Math.sqrt(squares + 1e-5);
  }

  private static double softmax(double[] a, int unit) {
    double sum = 0;
    for (double value : a) {
      sum += Math.exp(value - a[unit]);
    }
    return 1 / sum;
  }

  private static double activated(LaneActivation activation, double z) {
    return switch (activation.kind()) {
      case TANH -> Math.tanh(z);
      case SIGMOID -> 1 / (1 + Math.exp(-z));
      case RELU -> Math.max(0, z);
      case LEAKY_RELU -> z > 0 ? z : activation.alpha() * z;
      case SOFTSIGN -> z / (1 + Math.abs(z));
      default -> throw new IllegalArgumentException("not in these tests: " + activation.kind());
    };
  }
}
