package org.iterativemaps.samediff;

import java.util.function.Supplier;
import org.iterativemaps.map.BlockFunction;
import org.iterativemaps.map.BlockFunctions;
import org.iterativemaps.map.BlockMap;
import org.iterativemaps.map.BlockSite;
import org.iterativemaps.map.Parameter;
import org.iterativemaps.map.pattern.WeightMask;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** Writes evaluations of the functions of {@link BlockFunctions} into a graph. */
final class GraphFunctions {
  private GraphFunctions() {}

  /**
   * Writes one evaluation.
   *
   * @param scope the graph and the parameters; the same in every step
   * @param from values of the sources, [rows, size] each
   * @return F(from), [rows, size of the target]
   */
  static SDVariable apply(BlockFunction function, BlockScope scope, SDVariable... from) {
    if (function instanceof BlockFunctions.Linear linear) {
      return scope.image(from[0], weights(linear, scope));
    }
    if (function instanceof BlockFunctions.Identity) {
      return from[0];
    }
    if (function instanceof BlockFunctions.Product) {
      return from[0].mul(from[1]);
    }
    if (function instanceof BlockFunctions.LinearProduct) {
      SDVariable left = scope.image(from[0], scope.parameter(scope.site().key("L")));
      return left.mul(scope.image(from[1], scope.parameter(scope.site().key("R"))));
    }
    if (function instanceof BlockFunctions.Attention attention) {
      return attention(attention, scope, from);
    }
    if (function instanceof BlockFunctions.Nested nested) {
      return nested(nested, scope, from[0]);
    }
    if (function instanceof SDFunction code) {
      return code.code().apply(scope.graph(), from);
    }
    throw new IllegalArgumentException("no SameDiff operations for " + function);
  }

  private static SDVariable weights(BlockFunctions.Linear linear, BlockScope scope) {
    BlockSite site = scope.site();
    return linear.values() == null
        ? scope.parameter(site.key("W"))
        : scope.constant(site.key("F"), () -> fixedMatrix(linear, site));
  }

  private static INDArray fixedMatrix(BlockFunctions.Linear linear, BlockSite site) {
    WeightMask mask = linear.mask(site);
    return Spread.matrix(mask, Nd4j.createFromArray(linear.values(site, mask)));
  }

  private static SDVariable attention(
      BlockFunctions.Attention attention, BlockScope scope, SDVariable... from) {
    SameDiff graph = scope.graph();
    int size = scope.site().to().size();
    double d = size / (double) attention.heads();
    SDVariable q = perHead(attention, graph, from[0], size, 0, 2, 1, 3);
    SDVariable k = perHead(attention, graph, from[1], size, 0, 2, 3, 1); // transposed
    SDVariable v = perHead(attention, graph, from[2], size, 0, 2, 1, 3);
    SDVariable weights = graph.nn().softmax(q.mmul(k).div(Math.sqrt(d)), -1);
    return graph.reshape(graph.permute(weights.mmul(v), 0, 2, 1, 3), -1, size);
  }

  /** [batch * time, size] to [batch, heads, time, size / heads], or another order of these. */
  private static SDVariable perHead(
      BlockFunctions.Attention attention, SameDiff graph, SDVariable z, int size, int... order) {
    int heads = attention.heads();
    return graph.permute(graph.reshape(z, -1, attention.time(), heads, size / heads), order);
  }

  private static SDVariable nested(
      BlockFunctions.Nested nested, BlockScope scope, SDVariable from) {
    BlockSite site = scope.site();
    BlockMap map = nested.map().withInputSize(site.from().get(0).size());
    MapGraph.Values values =
        new MapGraph.Values() {
          @Override
          public SDVariable parameter(Parameter parameter) {
            return scope.parameter(site.key(parameter.key()));
          }

          @Override
          public SDVariable constant(String key, Supplier<INDArray> value) {
            return scope.constant(site.key(key), value);
          }
        };
    MapGraph steps = new MapGraph(map.realize(), scope.graph(), scope.dataType(), values);
    return steps.iterate(steps.start(from), nested.steps(), null).get(map.output().name());
  }
}
