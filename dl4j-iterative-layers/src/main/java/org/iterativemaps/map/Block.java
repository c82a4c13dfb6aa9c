package org.iterativemaps.map;

import java.io.Serializable;
import java.util.List;
import org.iterativemaps.map.pattern.Sparsity;
import org.iterativemaps.map.values.WeightValues;

/**
 * F_ij: what reaches slot {@code to} = i from slot j, or from several slots. Mostly linear, F(z) =
 * M_ij z with sparse weights; else another function that is plain data.
 *
 * @param sources names of the slots it reads, in the order the function takes them
 * @param to name of the target slot
 * @param function what it computes
 */
public record Block(List<String> sources, String to, BlockFunction function)
    implements Serializable {

  /** Checks that there is a function with as many sources, and copies the names. */
  public Block {
    sources = List.copyOf(sources);
    if (function == null) {
      throw new IllegalArgumentException(
          "block " + name(sources, to) + ": found no function; BlockFunctions has some");
    }
    if (sources.size() != function.sources()) {
      throw new IllegalArgumentException(
          "block "
              + name(sources, to)
              + ": found "
              + sources.size()
              + " sources, but the function takes "
              + function.sources());
    }
  }

  /**
   * Weights from one slot to another.
   *
   * @param values if they are never trained; null if they are trained
   */
  public Block(String from, String to, Sparsity sparsity, WeightValues values) {
    this(List.of(from), to, new BlockFunctions.Linear(sparsity, values));
  }

  /** The same function between other slots. */
  public Block between(List<String> newSources, String newTo) {
    return new Block(newSources, newTo, function);
  }

  /** "j->i", or "j,k->i" where it reads several. */
  public String name() {
    return name(sources, to);
  }

  static String name(List<String> sources, String to) {
    return String.join(",", sources) + "->" + to;
  }

  /** Whether it is M z with sparse weights, trained or fixed. */
  public boolean isLinear() {
    return function instanceof BlockFunctions.Linear;
  }

  /** Whether it is M z with trained weights: these are parameters. */
  public boolean isTrainable() {
    return function instanceof BlockFunctions.Linear linear && linear.values() == null;
  }

  /** Whether it is M z with weights that are never trained. */
  public boolean isFixed() {
    return isLinear() && !isTrainable();
  }

  /**
   * Name of the one slot it reads.
   *
   * @throws IllegalStateException if it reads several
   */
  public String from() {
    if (sources.size() != 1) {
      throw new IllegalStateException("block " + name() + " reads " + sources.size() + " slots");
    }
    return sources.get(0);
  }

  /**
   * Which weights of a linear block exist.
   *
   * @throws IllegalStateException if it is not linear
   */
  public Sparsity sparsity() {
    return linear().sparsity();
  }

  /**
   * Values of the weights of a linear block that are never trained; null if they are trained.
   *
   * @throws IllegalStateException if it is not linear
   */
  public WeightValues fixedValues() {
    return linear().values();
  }

  private BlockFunctions.Linear linear() {
    if (function instanceof BlockFunctions.Linear linear) {
      return linear;
    }
    throw new IllegalStateException("block " + name() + " is not linear: " + function);
  }
}
