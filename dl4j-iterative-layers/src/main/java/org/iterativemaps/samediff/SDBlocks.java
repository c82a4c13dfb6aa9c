package org.iterativemaps.samediff;

import java.io.Serializable;
import java.util.List;
import java.util.Locale;
import org.iterativemaps.map.FixedValues;
import org.iterativemaps.map.Slot;
import org.iterativemaps.map.Sparsity;
import org.iterativemaps.map.WeightMask;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * The typed blocks, and Java code as a block.
 *
 * <pre>
 *   linear(s)                    F(z)       = M z                 M sparse, trained or fixed
 *   identity()                   F(z)       = z
 *   product()                    F(u, v)    = u * v               elementwise
 *   linearProduct(s, t)          F(u, v)    = (L u) * (R v)       two linear images, elementwise
 *   attention(heads, time)       F(q, k, v) = softmax(q k^T / sqrt(d)) v    within each head
 *   nested(map, K)               F(z)       = the output of another map after K steps on z
 *   function(name, n, code)      F(z, …)    = whatever the code builds
 * </pre>
 *
 * <p>Source of the product of two linear images as a step towards attention: arXiv:2404.00880,
 * section on transformers.
 */
public final class SDBlocks {
  private SDBlocks() {}

  /** Trained weights. */
  public static SDBlock linear(Sparsity sparsity) {
    return new Linear(sparsity, null);
  }

  /** Weights that are never trained. */
  public static SDBlock fixed(Sparsity sparsity, FixedValues values) {
    return new Linear(sparsity, values);
  }

  /** The slot as it is; both slots have one size. */
  public static SDBlock identity() {
    return new Identity();
  }

  /** Elementwise product of two slots of the target's size. */
  public static SDBlock product() {
    return new Product();
  }

  /**
   * Elementwise product of two linear images.
   *
   * @param left pattern of L, from the first slot
   * @param right pattern of R, from the second
   */
  public static SDBlock linearProduct(Sparsity left, Sparsity right) {
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
  public static SDBlock attention(int heads, int time) {
    return new Attention(heads, time);
  }

  /**
   * Another map as a function: the source is written into its input slot, K steps are run from a
   * state of zeros, its output slot is the value.
   *
   * @param map its input has the source's size, or is open; its output has the target's; at most
   *     {@value SDBlockMap#MAX_DEPTH} maps lie in each other
   * @param steps K, at least 1
   */
  public static SDBlock nested(SDBlockMap map, int steps) {
    return new Nested(map, steps);
  }

  /**
   * Java code. Variables it trains are made outside of it, so that every step shares them. A map
   * with such a block cannot be saved in a DL4J configuration; the graph it is built into can.
   *
   * @param name for messages
   * @param sources how many slots it reads
   * @param code builds one evaluation, from [rows, size] each to [rows, size of the target]
   */
  public static SDBlock function(String name, int sources, Code code) {
    return new Function(name, sources, code);
  }

  /** A function in Java. */
  @FunctionalInterface
  public interface Code extends Serializable {
    /**
     * Builds one evaluation into a graph.
     *
     * @param graph the graph
     * @param from values of the sources
     */
    SDVariable apply(SameDiff graph, SDVariable... from);
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

  private static boolean any(boolean[] flags) {
    for (boolean flag : flags) {
      if (flag) {
        return true;
      }
    }
    return false;
  }

  record Linear(Sparsity sparsity, FixedValues values) implements SDBlock {
    @Override
    public void check(BlockSite site) {
      if (!site.from().get(0).isOpen()) {
        sparsity.check(site.from().get(0).size(), site.to().size());
      }
    }

    @Override
    public List<SDParameter> parameters(BlockSite site) {
      return values != null
          ? List.of()
          : List.of(SDParameter.weights(site.key("W"), site.mask(sparsity, 0, "trained")));
    }

    @Override
    public boolean vanishes(boolean[] isZero) {
      return isZero[0];
    }

    @Override
    public SDVariable apply(BlockScope scope, SDVariable... from) {
      BlockSite site = scope.site();
      SDVariable weights =
          values == null
              ? scope.parameter(site.key("W"))
              : scope.constant(site.key("F"), () -> fixedMatrix(site));
      return scope.image(from[0], weights);
    }

    private INDArray fixedMatrix(BlockSite site) {
      WeightMask mask = site.mask(sparsity, 0, "fixed");
      INDArray entries = Nd4j.createFromArray(site.values(values, mask));
      return Spread.matrix(mask, entries);
    }
  }

  record Identity() implements SDBlock {
    @Override
    public void check(BlockSite site) {
      sameSize(site.from().get(0), site.to());
    }

    @Override
    public boolean vanishes(boolean[] isZero) {
      return isZero[0];
    }

    @Override
    public SDVariable apply(BlockScope scope, SDVariable... from) {
      return from[0];
    }
  }

  record Product() implements SDBlock {
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

    @Override
    public SDVariable apply(BlockScope scope, SDVariable... from) {
      return from[0].mul(from[1]);
    }
  }

  record LinearProduct(Sparsity left, Sparsity right) implements SDBlock {
    @Override
    public int sources() {
      return 2;
    }

    @Override
    public List<SDParameter> parameters(BlockSite site) {
      return List.of(
          SDParameter.weights(site.key("L"), site.mask(left, 0, "left")),
          SDParameter.weights(site.key("R"), site.mask(right, 1, "right")));
    }

    @Override
    public boolean vanishes(boolean[] isZero) {
      return any(isZero);
    }

    @Override
    public SDVariable apply(BlockScope scope, SDVariable... from) {
      SDVariable l = scope.image(from[0], scope.parameter(scope.site().key("L")));
      return l.mul(scope.image(from[1], scope.parameter(scope.site().key("R"))));
    }
  }

  record Attention(int heads, int time) implements SDBlock {
    Attention {
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

    @Override
    public SDVariable apply(BlockScope scope, SDVariable... from) {
      SameDiff graph = scope.graph();
      int size = scope.site().to().size();
      SDVariable q = perHead(graph, from[0], size, 0, 2, 1, 3);
      SDVariable k = perHead(graph, from[1], size, 0, 2, 3, 1); // transposed
      SDVariable v = perHead(graph, from[2], size, 0, 2, 1, 3);
      SDVariable weights = graph.nn().softmax(q.mmul(k).div(Math.sqrt(size / (double) heads)), -1);
      return graph.reshape(graph.permute(weights.mmul(v), 0, 2, 1, 3), -1, size);
    }

    /** [batch * time, size] to [batch, heads, time, size / heads], or another order of these. */
    private SDVariable perHead(SameDiff graph, SDVariable z, int size, int... order) {
      return graph.permute(graph.reshape(z, -1, time, heads, size / heads), order);
    }
  }

  record Nested(SDBlockMap map, int steps) implements SDBlock {
    Nested {
      if (map == null) {
        throw new IllegalArgumentException("nested map: found null, expected a map");
      }
      if (steps < 1) {
        throw new IllegalArgumentException(
            "nested map: found steps " + steps + ", expected at least 1");
      }
    }

    private SDBlockMap inner(BlockSite site) {
      return map.withInputSize(site.from().get(0).size());
    }

    @Override
    public void check(BlockSite site) {
      Slot from = site.from().get(0);
      if (!from.isOpen() && !map.isOpen() && from.size() != map.input().size()) {
        throw new IllegalArgumentException(
            String.format(
                Locale.ROOT,
                "slot '%s' has %d units, the nested map's input %d; expected the same",
                from.name(),
                from.size(),
                map.input().size()));
      }
      if (map.output().size() != site.to().size()) {
        throw new IllegalArgumentException(
            String.format(
                Locale.ROOT,
                "slot '%s' has %d units, the nested map's output %d; expected the same",
                site.to().name(),
                site.to().size(),
                map.output().size()));
      }
    }

    @Override
    public List<SDParameter> parameters(BlockSite site) {
      return inner(site).parameters().stream()
          .map(p -> new SDParameter(site.key(p.key()), p.role(), p.mask(), p.length()))
          .toList();
    }

    @Override
    public SDVariable apply(BlockScope scope, SDVariable... from) {
      BlockSite site = scope.site();
      MapGraph nested =
          new MapGraph(
              inner(site),
              scope.graph(),
              scope.dataType(),
              new MapGraph.Values() {
                @Override
                public SDVariable parameter(SDParameter parameter) {
                  return scope.parameter(site.key(parameter.key()));
                }

                @Override
                public SDVariable constant(
                    String key, java.util.function.Supplier<INDArray> value) {
                  return scope.constant(site.key(key), value);
                }
              });
      return nested.iterate(nested.start(from[0]), steps, null).get(map.output().name());
    }
  }

  record Function(String name, int sources, Code code) implements SDBlock {
    Function {
      if (sources < 1) {
        throw new IllegalArgumentException(
            "function '" + name + "': found " + sources + " sources, expected at least 1");
      }
    }

    @Override
    public SDVariable apply(BlockScope scope, SDVariable... from) {
      return code.apply(scope.graph(), from);
    }
  }
}
