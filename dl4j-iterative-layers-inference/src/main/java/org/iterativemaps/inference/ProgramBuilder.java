package org.iterativemaps.inference;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import org.iterativemaps.inference.Program.State;
import org.iterativemaps.lanes.LaneActivation;

/**
 * Writes a program down. Every method checks registers and sizes at once, so that a program that
 * was built can be run.
 */
public final class ProgramBuilder {
  final List<Integer> sizes = new ArrayList<>();
  private final BitSet written = new BitSet(); // registers
  private final BitSet kept = new BitSet(); // those of the token and of states
  final List<State> states = new ArrayList<>();
  final List<Matrix> matrices = new ArrayList<>();
  final List<float[]> vectors = new ArrayList<>();
  final List<Instruction> instructions = new ArrayList<>();
  final int input;
  boolean isSequence;
  boolean isLastOnly;
  String card = "";

  ProgramBuilder(int inputSize) {
    this.input = register(inputSize);
    written.set(input);
    kept.set(input);
  }

  /** The register of the token. */
  public int input() {
    return input;
  }

  /** Units of a register. */
  public int size(int register) {
    return sizes.get(checked("register", register, sizes.size()));
  }

  /**
   * A register that the instructions write.
   *
   * @return its number
   * @throws IllegalArgumentException if the size is below 1 or above {@link Program#MOST_UNITS}
   */
  public int register(int size) {
    if (size < 1 || size > Program.MOST_UNITS) {
      throw new IllegalArgumentException(
          "register: found " + size + " units, expected 1 to " + Program.MOST_UNITS);
    }
    sizes.add(size);
    return sizes.size() - 1;
  }

  /**
   * A register that keeps its value from token to token.
   *
   * @return its number
   */
  public int state(String name, int size) {
    int register = register(size);
    written.set(register);
    kept.set(register);
    states.add(new State(name, register, register));
    return register;
  }

  /**
   * Says what a state is for the next token; without that it stays as it is. Another state is taken
   * as it is before any is handed on.
   *
   * @throws IllegalArgumentException if it is no state, or its next value has another size or is
   *     not computed
   */
  public void carry(int state, int next) {
    read("next", next);
    sameSize("next", next, state);
    for (int i = 0; i < states.size(); i++) {
      if (states.get(i).register() == state) {
        states.set(i, new State(states.get(i).name(), state, next));
        return;
      }
    }
    throw new IllegalArgumentException("state: register " + state + " is none");
  }

  /** Adds a matrix and returns its number. */
  public int matrix(Matrix matrix) {
    matrices.add(matrix);
    return matrices.size() - 1;
  }

  /**
   * Adds a vector of constants and returns its number.
   *
   * @throws IllegalArgumentException if a value is not finite
   */
  public int vector(float[] values) {
    for (int i = 0; i < values.length; i++) {
      if (Float.isNaN(values[i]) || Float.isInfinite(values[i])) {
        throw new IllegalArgumentException(
            "vector: found " + values[i] + " at unit " + i + ", expected a number");
      }
    }
    vectors.add(values.clone());
    return vectors.size() - 1;
  }

  /** target = v; with -1 zeros. */
  public void fill(int target, int vector) {
    if (vector != Instruction.NONE) {
      units("vector", vector, target);
    }
    write(target, Instruction.fill(target, vector));
  }

  /** target = a. */
  public void copy(int target, int a) {
    read("a", a);
    sameSize("a", a, target);
    write(target, Instruction.copy(target, a));
  }

  /** target[at …] = a; target was written before. */
  public void put(int target, int at, int a) {
    read("a", a);
    read("target", target);
    if (at < 0 || at > size(target) - size(a)) {
      throw new IllegalArgumentException(
          "at: found "
              + at
              + ", expected "
              + size(a)
              + " units to find room among "
              + size(target));
    }
    write(target, Instruction.put(target, at, a));
  }

  /** target += W a; target was written before. */
  public void multiplyAdd(int target, int matrix, int a) {
    read("a", a);
    read("target", target);
    Matrix w = matrices.get(checked("matrix", matrix, matrices.size()));
    if (w.fromSize() != size(a) || w.toSize() != size(target)) {
      throw new IllegalArgumentException(
          "matrix: found "
              + w
              + ", expected one from "
              + size(a)
              + " to "
              + size(target)
              + " units");
    }
    distinct(target, a);
    write(target, Instruction.multiplyAdd(target, matrix, a));
  }

  /** target += a; target was written before. */
  public void add(int target, int a) {
    read("a", a);
    read("target", target);
    sameSize("a", a, target);
    write(target, Instruction.add(target, a));
  }

  /** target += a b; target was written before. */
  public void addProduct(int target, int a, int b) {
    product(target, a, b);
    write(target, Instruction.addProduct(target, a, b));
  }

  /** target -= a b; target was written before. */
  public void subtractProduct(int target, int a, int b) {
    product(target, a, b);
    write(target, Instruction.subtractProduct(target, a, b));
  }

  private void product(int target, int a, int b) {
    read("a", a);
    read("b", b);
    read("target", target);
    sameSize("a", a, target);
    sameSize("b", b, target);
  }

  /** target = s a. */
  public void scale(int target, float s, int a) {
    read("a", a);
    sameSize("a", a, target);
    if (Float.isNaN(s) || Float.isInfinite(s)) {
      throw new IllegalArgumentException("scale: found " + s + ", expected a number");
    }
    write(target, Instruction.scale(target, s, a));
  }

  /** target = v a + w; with w -1 nothing is added. */
  public void scaleUnits(int target, int factors, int shifts, int a) {
    read("a", a);
    sameSize("a", a, target);
    units("factors", factors, target);
    if (shifts != Instruction.NONE) {
      units("shifts", shifts, target);
    }
    write(target, Instruction.scaleUnits(target, factors, shifts, a));
  }

  /** target = a over its root mean square; another register than a. */
  public void normalise(int target, boolean isCentred, int a) {
    read("a", a);
    sameSize("a", a, target);
    distinct(target, a);
    write(target, Instruction.normalise(target, isCentred, a));
  }

  /** target = A(a). */
  public void activate(int target, LaneActivation activation, int a) {
    read("a", a);
    sameSize("a", a, target);
    if (activation == null) {
      throw new IllegalArgumentException("activation: found none");
    }
    write(target, Instruction.activate(target, activation, a));
  }

  /** target = softmax(a). */
  public void softmax(int target, int a) {
    read("a", a);
    sameSize("a", a, target);
    write(target, Instruction.softmax(target, a));
  }

  /** The network is one of sequences. */
  public ProgramBuilder sequence() {
    isSequence = true;
    return this;
  }

  /** Of a sequence the answer to the last token is the network's. */
  public ProgramBuilder lastOnly() {
    isLastOnly = true;
    return this;
  }

  /** Where the network comes from, in JSON. */
  public ProgramBuilder card(String json) {
    if (json == null) {
      throw new IllegalArgumentException("card: found null; leave it out where there is none");
    }
    card = json;
    return this;
  }

  /**
   * The program.
   *
   * @param answer the register that it is read from
   */
  public Program build(int answer) {
    read("output", answer);
    // States may be handed on before what reads them: these have their old values in registers.
    for (int i = 0; i < states.size(); i++) {
      State state = states.get(i);
      if (state.next() != state.register()) {
        states.set(i, new State(state.name(), state.register(), outlasting(state.next())));
      }
    }
    return new Program(this, outlasting(answer));
  }

  /** A register that has the value when states have been handed on. */
  private int outlasting(int register) {
    if (register == input || !kept.get(register)) {
      return register;
    }
    int copy = register(size(register));
    copy(copy, register);
    return copy;
  }

  private void write(int target, Instruction instruction) {
    checked("target", target, sizes.size());
    if (kept.get(target)) {
      throw new IllegalArgumentException(
          "target: register " + target + " is the token or a state, which nothing may write");
    }
    written.set(target);
    instructions.add(instruction);
  }

  private void read(String what, int register) {
    if (!written.get(checked(what, register, sizes.size()))) {
      throw new IllegalArgumentException(
          what + ": register " + register + " is read before anything is written to it");
    }
  }

  private void sameSize(String what, int register, int target) {
    if (size(register) != size(target)) {
      throw new IllegalArgumentException(
          what + ": found " + size(register) + " units, expected the target's " + size(target));
    }
  }

  private void units(String what, int vector, int target) {
    int length = vectors.get(checked(what, vector, vectors.size())).length;
    if (length != size(target)) {
      throw new IllegalArgumentException(
          what + ": found " + length + " units, expected the target's " + size(target));
    }
  }

  private static void distinct(int target, int a) {
    if (target == a) {
      throw new IllegalArgumentException("a: found the target itself, expected another register");
    }
  }

  private static int checked(String what, int index, int count) {
    if (index < 0 || index >= count) {
      throw new IllegalArgumentException(
          what + ": found number " + index + ", expected 0 to " + (count - 1));
    }
    return index;
  }
}
