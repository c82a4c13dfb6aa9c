package org.iterativemaps.inference;

import java.util.Objects;
import org.iterativemaps.lanes.LaneActivation;
import org.iterativemaps.lanes.SlotKernels;

/**
 * One step of a {@link Program}: what it does to a register. Immutable.
 *
 * <p>With t the target, a and b sources, W a matrix [to, from], v and w vectors of constants:
 *
 * <pre>
 *   FILL              t = v                 or zeros
 *   COPY              t = a
 *   PUT               t[at …] = a           the other units of t stay
 *   MULTIPLY_ADD      t += W a
 *   ADD               t += a
 *   ADD_PRODUCT       t += a b              element by element
 *   SUBTRACT_PRODUCT  t -= a b
 *   SCALE             t = s a
 *   SCALE_UNITS       t = v a + w           element by element; w may be left out
 *   NORMALISE         t = (a - mean) / sqrt(mean((a - mean)^2) + epsilon)
 *   ACTIVATE          t = A(a)              element by element; t may be a
 *   SOFTMAX           t = exp(a) / sum(exp(a)); t may be a
 * </pre>
 *
 * Of NORMALISE, which is not centred the mean counts as 0; epsilon is {@link SlotKernels#EPSILON}.
 */
public final class Instruction {
  /** Where an operand is not used. */
  static final int NONE = -1;

  /** What is done. Their order is that of the numbers in files: new ones go to the end. */
  public enum Operation {
    /** t = v, or zeros. */
    FILL,
    /** t = a. */
    COPY,
    /** t[at …] = a. */
    PUT,
    /** t += W a. */
    MULTIPLY_ADD,
    /** t += a. */
    ADD,
    /** t += a b. */
    ADD_PRODUCT,
    /** t -= a b. */
    SUBTRACT_PRODUCT,
    /** t = s a. */
    SCALE,
    /** t = v a + w. */
    SCALE_UNITS,
    /** t = a over its root mean square, with the mean taken off or not. */
    NORMALISE,
    /** t = A(a). */
    ACTIVATE,
    /** t = softmax(a). */
    SOFTMAX;

    /** Whether the target's old value is of no account. */
    boolean overwrites() {
      switch (this) {
        case PUT:
        case MULTIPLY_ADD:
        case ADD:
        case ADD_PRODUCT:
        case SUBTRACT_PRODUCT:
          return false;
        default:
          return true;
      }
    }
  }

  private final Operation operation;
  private final int target;
  private final int a;
  private final int b;
  private final int index;
  private final int second;
  private final float scale;
  private final LaneActivation activation;

  private Instruction(
      Operation operation,
      int target,
      int a,
      int b,
      int index,
      int second,
      float scale,
      LaneActivation activation) {
    this.operation = operation;
    this.target = target;
    this.a = a;
    this.b = b;
    this.index = index;
    this.second = second;
    this.scale = scale;
    this.activation = activation;
  }

  private static Instruction of(Operation operation, int target, int a, int b, int index) {
    return new Instruction(operation, target, a, b, index, NONE, 1, null);
  }

  static Instruction fill(int target, int vector) {
    return of(Operation.FILL, target, NONE, NONE, vector);
  }

  static Instruction copy(int target, int a) {
    return of(Operation.COPY, target, a, NONE, NONE);
  }

  static Instruction put(int target, int at, int a) {
    return of(Operation.PUT, target, a, NONE, at);
  }

  static Instruction multiplyAdd(int target, int matrix, int a) {
    return of(Operation.MULTIPLY_ADD, target, a, NONE, matrix);
  }

  static Instruction add(int target, int a) {
    return of(Operation.ADD, target, a, NONE, NONE);
  }

  static Instruction addProduct(int target, int a, int b) {
    return of(Operation.ADD_PRODUCT, target, a, b, NONE);
  }

  static Instruction subtractProduct(int target, int a, int b) {
    return of(Operation.SUBTRACT_PRODUCT, target, a, b, NONE);
  }

  static Instruction scale(int target, float scale, int a) {
    return new Instruction(Operation.SCALE, target, a, NONE, NONE, NONE, scale, null);
  }

  static Instruction scaleUnits(int target, int factors, int shifts, int a) {
    return new Instruction(Operation.SCALE_UNITS, target, a, NONE, factors, shifts, 1, null);
  }

  static Instruction normalise(int target, boolean isCentred, int a) {
    return of(Operation.NORMALISE, target, a, NONE, isCentred ? 1 : 0);
  }

  static Instruction activate(int target, LaneActivation activation, int a) {
    return new Instruction(Operation.ACTIVATE, target, a, NONE, NONE, NONE, 1, activation);
  }

  static Instruction softmax(int target, int a) {
    return of(Operation.SOFTMAX, target, a, NONE, NONE);
  }

  /** What is done. */
  public Operation operation() {
    return operation;
  }

  /** The register that is written. */
  public int target() {
    return target;
  }

  /** The register that is read; -1 for FILL. */
  public int a() {
    return a;
  }

  /** The other one of a product; else -1. */
  public int b() {
    return b;
  }

  /** Of MULTIPLY_ADD, which matrix. */
  public int matrix() {
    return index;
  }

  /** Of FILL and SCALE_UNITS, v: which vector; -1 for zeros. */
  public int vector() {
    return index;
  }

  /** Of SCALE_UNITS, w: which vector; -1 for none. */
  public int shift() {
    return second;
  }

  /** Of PUT, the first unit of the target that is written. */
  public int at() {
    return index;
  }

  /** Of SCALE, s. */
  public float scale() {
    return scale;
  }

  /** Of NORMALISE, whether the mean is taken off. */
  public boolean isCentred() {
    return index == 1;
  }

  /** Of ACTIVATE, A; else null. */
  public LaneActivation activation() {
    return activation;
  }

  @Override
  public boolean equals(Object other) {
    if (!(other instanceof Instruction)) {
      return false;
    }
    Instruction that = (Instruction) other;
    return operation == that.operation
        && target == that.target
        && a == that.a
        && b == that.b
        && index == that.index
        && second == that.second
        && Float.compare(scale, that.scale) == 0
        && Objects.equals(activation, that.activation);
  }

  @Override
  public int hashCode() {
    return Objects.hash(operation, target, a, b, index, second, scale, activation);
  }

  @Override
  public String toString() {
    StringBuilder text = new StringBuilder(operation.name()).append(" r").append(target);
    for (int source : new int[] {a, b}) {
      if (source != NONE) {
        text.append(", r").append(source);
      }
    }
    if (operation == Operation.SCALE) {
      text.append(", ").append(scale);
    } else if (activation != null) {
      text.append(", ").append(activation.kind());
    } else if (index != NONE) {
      text.append(", ").append(index);
    }
    return text.toString();
  }
}
