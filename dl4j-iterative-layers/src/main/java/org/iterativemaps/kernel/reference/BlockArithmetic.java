package org.iterativemaps.kernel.reference;

import java.util.HashMap;
import java.util.Map;
import java.util.function.Function;
import org.iterativemaps.iterate.MapProgram;
import org.iterativemaps.iterate.Schedule.Cell;
import org.iterativemaps.map.BlockFunction;
import org.iterativemaps.map.BlockFunctions;
import org.nd4j.linalg.api.ndarray.INDArray;

/** The functions of {@link BlockFunctions} on arrays [rows, size], and back. */
final class BlockArithmetic {
  private final MapProgram program;
  private final MapValues values;
  private final ArrayPool pool;
  private final boolean isTraining;

  BlockArithmetic(MapProgram program, MapValues values, ArrayPool pool, boolean isTraining) {
    this.program = program;
    this.values = values;
    this.pool = pool;
    this.isTraining = isTraining;
  }

  /**
   * What a block computed.
   *
   * @param value F(z, …); may be one of the sources
   * @param backward from the gradient of the value to those of the sources, in new arrays or the
   *     gradient itself; adds to the gradients of the block's parameters
   */
  record Value(INDArray value, Function<TokenPass.WayBack, INDArray[]> backward) {}

  /** Forward. */
  Value value(int block, INDArray... z) {
    BlockFunction function = program.realized().blocks().get(block).block().function();
    if (function instanceof BlockFunctions.Linear) {
      return linear(block, z[0]);
    }
    if (function instanceof BlockFunctions.Identity) {
      return new Value(z[0], way -> new INDArray[] {way.ofFunction()});
    }
    if (function instanceof BlockFunctions.Product) {
      return product(z[0], z[1]);
    }
    if (function instanceof BlockFunctions.LinearProduct) {
      return linearProduct(block, z[0], z[1]);
    }
    if (function instanceof BlockFunctions.Attention attention) {
      return new Attention(attention.heads(), attention.time()).value(z[0], z[1], z[2]);
    }
    if (function instanceof BlockFunctions.Nested) {
      return nested(block, z[0]);
    }
    throw new IllegalArgumentException("the reference kernel has no arithmetic for " + function);
  }

  private Value linear(int block, INDArray z) {
    INDArray weights = values.weights(block);
    return new Value(
        z.mmul(weights),
        way -> {
          way.gradients().addWeights(block, 0, z, way.ofFunction());
          return new INDArray[] {way.ofFunction().mmul(weights.transpose())};
        });
  }

  private static Value product(INDArray u, INDArray v) {
    return new Value(
        u.mul(v), way -> new INDArray[] {way.ofFunction().mul(v), way.ofFunction().mul(u)});
  }

  private Value linearProduct(int block, INDArray u, INDArray v) {
    INDArray left = values.weights(block, 0);
    INDArray right = values.weights(block, 1);
    INDArray l = u.mmul(left);
    INDArray r = v.mmul(right);
    return new Value(
        l.mul(r),
        way -> {
          INDArray ofL = way.ofFunction().mul(r);
          INDArray ofR = way.ofFunction().mul(l);
          way.gradients().addWeights(block, 0, u, ofL);
          way.gradients().addWeights(block, 1, v, ofR);
          return new INDArray[] {ofL.mmul(left.transpose()), ofR.mmul(right.transpose())};
        });
  }

  /** All steps of the other map on the rows as one token each. */
  private Value nested(int block, INDArray z) {
    MapProgram inner = program.nested(block);
    MapValues innerValues = values.nested(block);
    Tokens tokens = new Tokens(inner, innerValues, z, z.size(0), pool);
    INDArray[] none = new INDArray[inner.slots().size()];
    TokenPass pass = new TokenPass(inner, innerValues, tokens, 0, none, pool, isTraining);
    INDArray output = pass.end(inner.outputSlot());
    if (!isTraining) {
      pass.release(output);
      tokens.release(pool);
    }
    return new Value(
        output,
        way -> {
          MapGradients gradients = way.gradients().nested(block);
          TokenPass.WayBack innerWay =
              new TokenPass.WayBack(gradients, tokens.wayBack(way.pool()), way.pool(), null);
          Map<Cell, INDArray> ofCells = new HashMap<>();
          Cell end = inner.schedule().end(inner.outputSlot());
          pass.gradient(end, ofCells, innerWay).addi(way.ofFunction());
          pass.back(ofCells, innerWay);
          return new INDArray[] {innerWay.tokens().finish(gradients)};
        });
  }
}
