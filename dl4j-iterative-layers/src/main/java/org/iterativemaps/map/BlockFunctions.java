package org.iterativemaps.map;

import java.util.List;
import java.util.Locale;
import org.iterativemaps.map.pattern.Sparsity;
import org.iterativemaps.map.pattern.WeightMask;
import org.iterativemaps.map.values.WeightValues;

/**
 * The functions a block can be.
 *
 * <pre>
 *   linear(s)                    F(z)       = M z                 M sparse, trained or fixed
 *   identity()                   F(z)       = z
 *   product()                    F(u, v)    = u * v               elementwise
 *   linearProduct(s, t)          F(u, v)    = (L u) * (R v)       two linear images, elementwise
 *   attention(heads, time)       F(q, k, v) = softmax(q k^T / sqrt(d)) v    within each head
 *   nested(map, K)               F(z)       = the output of another map after K steps on z
 * </pre>
 *
 * <p>Source of the product of two linear images as a step towards attention: arXiv:2404.00880,
 * section on transformers.
 */
public final class BlockFunctions {
  private BlockFunctions() {}

  /** Trained weights. */
  public static BlockFunction linear(Sparsity sparsity) {
    return new Linear(sparsity, null);
  }

  /** Weights that are never trained. */
  public static BlockFunction fixed(Sparsity sparsity, WeightValues values) {
    return new Linear(sparsity, values);
  }

  /** The slot as it is; both slots have one size. */
  public static BlockFunction identity() {
    return new Identity();
  }

  /** Elementwise product of two slots of the target's size. */
  public static BlockFunction product() {
    return new Product();
  }

  /**
   * Elementwise product of two linear images.
   *
   * @param left pattern of L, from the first slot
   * @param right pattern of R, from the second
   */
  public static BlockFunction linearProduct(Sparsity left, Sparsity right) {
    return new LinearProduct(left, right);
  }

  /**
   * Scaled dot-product attention of queries, keys and values: three slots of the target's size.
   *
   * <p>Rows are tokens, the {@code time} tokens of an example one after the other: [batch * time,
   * size]. Projections are linear blocks before and after it. It has no parameters. Source: Vaswani
   * and others, "Attention Is All You Need" (2017), equation 1.
   *
   * @param heads into which the size is divided, at least 1
   * @param time tokens per example, at least 1
   */
  public static BlockFunction attention(int heads, int time) {
    return new Attention(heads, time);
  }

  /**
   * Another map as a function: the source is written into its input slot, K steps are run from a
   * state of zeros, its output slot is the value.
   *
   * @param map its input has the source's size, or is open; its output has the target's; at most
   *     {@value BlockMap#MAX_DEPTH} maps lie in each other
   * @param steps K, at least 1
   */
  public static BlockFunction nested(BlockMap map, int steps) {
    return new Nested(map, steps);
  }

  /**
   * Whether a function is one of these, all the way down: plain data, which configurations can hold
   * and kernels know.
   */
  public static boolean contains(BlockFunction function) {
    return function instanceof Linear
        || function instanceof Identity
        || function instanceof Product
        || function instanceof LinearProduct
        || function instanceof Attention
        || function instanceof Nested nested
            && nested.map().blocks().stream().allMatch(block -> contains(block.function()));
  }

  private static void sameSize(Slot from, Slot to) {
    if (!from.isOpen() && from.size() != to.size()) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "slot '%s' has %d units, slot '%s' %d; expected the same",
              from.name(),
              from.size(),
              to.name(),
              to.size()));
    }
  }

  private static double maskBytes(BlockSite site, Sparsity sparsity, int source) {
    boolean isDrawn =
        !(sparsity instanceof Sparsity.Dense || sparsity instanceof Sparsity.Explicit);
    return isDrawn ? WeightMask.bytes(site.to().size(), site.expectedEntries(sparsity, source)) : 0;
  }

  private static boolean any(boolean[] flags) {
    for (boolean flag : flags) {
      if (flag) {
        return true;
      }
    }
    return false;
  }

  /**
   * F(z) = M z.
   *
   * @param sparsity which weights exist
   * @param values if they are never trained; null if they are trained
   */
  public record Linear(Sparsity sparsity, WeightValues values) implements BlockFunction {
    /** Checks that there is a pattern. */
    public Linear {
      if (sparsity == null) {
        throw new IllegalArgumentException(
            "linear block: found no sparsity pattern; Sparsity.dense() has all weights");
      }
    }

    @Override
    public List<Parameter.Name> parameterNames(BlockSite site) {
      return values == null ? List.of(site.weights("W")) : List.of();
    }

    @Override
    public void check(BlockSite site) {
      if (!site.from().get(0).isOpen()) {
        sparsity.check(site.from().get(0).size(), site.to().size());
      }
    }

    /** The weights that exist. */
    public WeightMask mask(BlockSite site) {
      return site.mask(sparsity, 0, values == null ? "trained" : "fixed");
    }

    /** The values of weights that are never trained, by entry of their mask. */
    public double[] values(BlockSite site, WeightMask mask) {
      return values.draw(mask, site.random("values", "fixed"));
    }

    @Override
    public List<Parameter> parameters(BlockSite site) {
      return values != null ? List.of() : List.of(Parameter.weights(site.key("W"), mask(site)));
    }

    @Override
    public double bytes(BlockSite site) {
      double fixed = values == null ? 0 : Double.BYTES;
      return maskBytes(site, sparsity, 0) + fixed * site.expectedEntries(sparsity, 0);
    }

    @Override
    public boolean vanishes(boolean[] isZero) {
      return isZero[0];
    }
  }

  /** F(z) = z. */
  public record Identity() implements BlockFunction {
    @Override
    public boolean isElementwise() {
      return true;
    }

    @Override
    public void check(BlockSite site) {
      sameSize(site.from().get(0), site.to());
    }

    @Override
    public boolean vanishes(boolean[] isZero) {
      return isZero[0];
    }
  }

  /** F(u, v) = u * v. */
  public record Product() implements BlockFunction {
    @Override
    public boolean isElementwise() {
      return true;
    }

    @Override
    public int sources() {
      return 2;
    }

    @Override
    public void check(BlockSite site) {
      site.from().forEach(from -> sameSize(from, site.to()));
    }

    @Override
    public boolean vanishes(boolean[] isZero) {
      return any(isZero);
    }
  }

  /**
   * F(u, v) = (L u) * (R v).
   *
   * @param left pattern of L
   * @param right pattern of R
   */
  public record LinearProduct(Sparsity left, Sparsity right) implements BlockFunction {
    /** Checks that there are patterns. */
    public LinearProduct {
      if (left == null || right == null) {
        throw new IllegalArgumentException(
            "linear product: found no sparsity pattern; Sparsity.dense() has all weights");
      }
    }

    @Override
    public List<Parameter.Name> parameterNames(BlockSite site) {
      return List.of(site.weights("L"), site.weights("R"));
    }

    @Override
    public int sources() {
      return 2;
    }

    @Override
    public void check(BlockSite site) {
      Sparsity[] patterns = {left, right};
      for (int i = 0; i < patterns.length; i++) {
        if (!site.from().get(i).isOpen()) {
          patterns[i].check(site.from().get(i).size(), site.to().size());
        }
      }
    }

    @Override
    public List<Parameter> parameters(BlockSite site) {
      return List.of(
          Parameter.weights(site.key("L"), site.mask(left, 0, "left")),
          Parameter.weights(site.key("R"), site.mask(right, 1, "right")));
    }

    @Override
    public double bytes(BlockSite site) {
      return maskBytes(site, left, 0) + maskBytes(site, right, 1);
    }

    @Override
    public boolean vanishes(boolean[] isZero) {
      return any(isZero);
    }
  }

  /**
   * F(q, k, v) = softmax(q k^T / sqrt(d)) v within each head of d units.
   *
   * @param heads at least 1
   * @param time tokens per example, at least 1
   */
  public record Attention(int heads, int time) implements BlockFunction {
    /** Checks both. */
    public Attention {
      if (heads < 1 || time < 1) {
        throw new IllegalArgumentException(
            "attention: found heads " + heads + " and time " + time + ", expected at least 1");
      }
    }

    @Override
    public int sources() {
      return 3;
    }

    @Override
    public void check(BlockSite site) {
      site.from().forEach(from -> sameSize(from, site.to()));
      if (site.to().size() % heads != 0) {
        throw new IllegalArgumentException(
            "slot '"
                + site.to().name()
                + "' has "
                + site.to().size()
                + " units, which "
                + heads
                + " heads do not divide");
      }
    }
  }

  /**
   * F(z) = the output of another map after K steps on z.
   *
   * @param map the other map
   * @param steps K, at least 1
   */
  public record Nested(BlockMap map, int steps) implements BlockFunction {
    /** Evaluations of blocks and slots for one value, at most: all are kept in training. */
    public static final int MOST_OPERATIONS = 100_000;

    /** Checks map and K. */
    public Nested {
      if (map == null) {
        throw new IllegalArgumentException("nested map: found null, expected a map");
      }
      if (steps < 1) {
        throw new IllegalArgumentException(
            "nested map: found steps " + steps + ", expected at least 1");
      }
      if (map.operations() * steps > MOST_OPERATIONS) {
        throw new IllegalArgumentException(
            String.format(
                Locale.ROOT,
                "nested map: K = %d steps of %.0f blocks and slots are %.3g operations for a single"
                    + " value, expected at most %d; use fewer steps",
                steps,
                map.operations(),
                map.operations() * steps,
                MOST_OPERATIONS));
      }
    }

    /** The other map with its input at the size of the slot it reads, masks drawn. */
    public RealizedMap realized(BlockSite site) {
      return map.withInputSize(site.from().get(0).size()).realize();
    }

    @Override
    public List<Parameter.Name> parameterNames(BlockSite site) {
      return map.parameterNames().stream()
          .map(name -> new Parameter.Name(site.key(name.key()), name.role()))
          .toList();
    }

    @Override
    public void check(BlockSite site) {
      NestedChecks.check(map, steps, site);
    }

    @Override
    public List<Parameter> parameters(BlockSite site) {
      return parameters(site, realized(site));
    }

    /** What it trains, of masks that have been drawn. */
    static List<Parameter> parameters(BlockSite site, RealizedMap realized) {
      return realized.parameters().stream().map(p -> p.within(-1, site.key(p.key()))).toList();
    }

    @Override
    public double bytes(BlockSite site) {
      return RealizedMap.bytes(map.withInputSize(site.from().get(0).size()));
    }
  }
}
