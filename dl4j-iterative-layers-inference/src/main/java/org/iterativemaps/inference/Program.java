package org.iterativemaps.inference;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/**
 * What a trained network computes of a token, as a list of instructions over <b>registers</b>,
 * vectors of floats. Immutable.
 *
 * <p>A <b>state</b> is a register that keeps its value from token to token, zeros before the first:
 * after all instructions it takes the value of another register, if it has one to take. A program
 * without states computes every token for itself.
 *
 * <p>Instructions run in their order. A register is written before it is read, and has one size.
 */
public final class Program {
  /** The most units of a register. */
  public static final int MOST_UNITS = 100_000_000;

  private final int[] sizes;
  private final int input;
  private final int output;
  private final boolean isSequence;
  private final boolean isLastOnly;
  private final List<State> states;
  private final List<Matrix> matrices;
  private final List<float[]> vectors;
  private final List<Instruction> instructions;
  private final String card;

  /** A register that keeps its value. */
  public static final class State {
    private final String name;
    private final int register;
    private final int next;

    State(String name, int register, int next) {
      this.name = name;
      this.register = register;
      this.next = next;
    }

    /** What it is the state of. */
    public String name() {
      return name;
    }

    /** The register. */
    public int register() {
      return register;
    }

    /** The register whose value it has for the next token. */
    public int next() {
      return next;
    }

    @Override
    public boolean equals(Object other) {
      return other instanceof State
          && name.equals(((State) other).name)
          && register == ((State) other).register
          && next == ((State) other).next;
    }

    @Override
    public int hashCode() {
      return 31 * (31 * name.hashCode() + register) + next;
    }

    @Override
    public String toString() {
      return name + ": r" + register + " <- r" + next;
    }
  }

  Program(ProgramBuilder builder, int output) {
    this.sizes = builder.sizes.stream().mapToInt(Integer::intValue).toArray();
    this.input = builder.input;
    this.output = output;
    this.isSequence = builder.isSequence;
    this.isLastOnly = builder.isLastOnly;
    this.states = List.copyOf(builder.states);
    this.matrices = List.copyOf(builder.matrices);
    List<float[]> copies = new ArrayList<>();
    builder.vectors.forEach(vector -> copies.add(vector.clone()));
    this.vectors = Collections.unmodifiableList(copies);
    this.instructions = List.copyOf(builder.instructions);
    this.card = builder.card;
  }

  /**
   * A program to be.
   *
   * @param inputSize units of a token
   * @throws IllegalArgumentException if below 1
   */
  public static ProgramBuilder builder(int inputSize) {
    return new ProgramBuilder(inputSize);
  }

  /** How many registers there are. */
  public int registers() {
    return sizes.length;
  }

  /** Units of a register. */
  public int size(int register) {
    return sizes[register];
  }

  /** The register that a token is written to. */
  public int input() {
    return input;
  }

  /** Units of a token. */
  public int inputSize() {
    return sizes[input];
  }

  /** The register that the answer is read from. */
  public int output() {
    return output;
  }

  /** Units of an answer. */
  public int outputSize() {
    return sizes[output];
  }

  /** Whether the network is one of sequences, though it may have no memory. */
  public boolean isSequence() {
    return isSequence;
  }

  /** Whether of a sequence the answer to the last token is the network's: as with LastTimeStep. */
  public boolean isLastOnly() {
    return isLastOnly;
  }

  /** What goes on from token to token; empty for a network without memory. */
  public List<State> states() {
    return states;
  }

  /** All matrices. */
  public List<Matrix> matrices() {
    return matrices;
  }

  /** How many vectors of constants there are. */
  public int vectors() {
    return vectors.size();
  }

  /** A copy of a vector of constants. */
  public float[] vector(int index) {
    return vectors.get(index).clone();
  }

  /** A vector of constants itself. */
  float[] sharedVector(int index) {
    return vectors.get(index);
  }

  /** What is computed, in this order. */
  public List<Instruction> instructions() {
    return instructions;
  }

  /** Where the network comes from, in JSON; empty if nobody said. */
  public String card() {
    return card;
  }

  /** How many constants there are: weights, biases and the like. */
  public long constants() {
    long count = 0;
    for (Matrix matrix : matrices) {
      count += matrix.entryCount();
    }
    for (float[] vector : vectors) {
      count += vector.length;
    }
    return count;
  }

  @Override
  public String toString() {
    return inputSize()
        + " -> "
        + outputSize()
        + ", "
        + instructions.size()
        + " instructions, "
        + constants()
        + " constants"
        + (states.isEmpty() ? "" : ", states " + states);
  }
}
