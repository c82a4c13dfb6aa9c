package org.iterativemaps.lanes;

import java.util.Optional;
import java.util.function.Function;

/**
 * What vectors of floats can do in this JVM beside adding and multiplying.
 *
 * <p>The Vector API can do all of it everywhere, but what the processor or the compiler lacks it
 * does in software, lane by lane and on objects: an exact multiply-add over a hundred times slower
 * than to multiply and to add.
 */
public final class VectorUnit {
  /** That of this JVM, the same all its life. */
  public static final VectorUnit HERE = of(JvmOption::value);

  private final boolean hasMultiplyAdd;
  private final boolean hasComparisons;
  private final String description;

  private VectorUnit(boolean hasMultiplyAdd, boolean hasComparisons, String description) {
    this.hasMultiplyAdd = hasMultiplyAdd;
    this.hasComparisons = hasComparisons;
    this.description = description;
  }

  /**
   * Whether y + w x is one instruction, rounded once; not with {@code -XX:-UseFMA} and {@code
   * -XX:UseAVX=0}, which older processors and emulated ones set by themselves.
   */
  public boolean hasMultiplyAdd() {
    return hasMultiplyAdd;
  }

  /**
   * Whether floats are compared, minimum and maximum among it; not with {@code -XX:UseAVX=0}, where
   * C2 knows of none.
   */
  public boolean hasComparisons() {
    return hasComparisons;
  }

  /** What is lacking, for the log. */
  public String description() {
    return description;
  }

  /**
   * As the JVM's options say.
   *
   * @param option value of an option by name; empty if it is not known, where multiply and add is
   *     the safe side
   */
  static VectorUnit of(Function<String, Optional<String>> option) {
    Optional<String> fma = option.apply("UseFMA");
    boolean hasMultiplyAdd = fma.filter("true"::equals).isPresent();
    boolean hasComparisons = option.apply("UseAVX").filter("0"::equals).isEmpty();
    String arithmetic =
        hasMultiplyAdd
            ? "fused multiply-add"
            : fma.isPresent()
                ? "multiply and add, there being no fused multiply-add"
                : "multiply and add, for without the module jdk.management it is not known whether"
                    + " there is a fused multiply-add";
    String activations = hasComparisons ? "" : "; activations in plain Java, there being no AVX";
    return new VectorUnit(hasMultiplyAdd, hasComparisons, arithmetic + activations);
  }
}
