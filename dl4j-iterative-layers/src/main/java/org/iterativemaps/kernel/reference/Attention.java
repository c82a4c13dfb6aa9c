package org.iterativemaps.kernel.reference;

import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * Scaled dot-product attention, softmax(q k^T / sqrt(d)) v within each head of d units, on [batch *
 * time, size] with the tokens of an example one after the other.
 */
final class Attention {
  private final int heads;
  private final int time;

  Attention(int heads, int time) {
    this.heads = heads;
    this.time = time;
  }

  /** Forward, with the way back. */
  BlockArithmetic.Value value(INDArray queries, INDArray keys, INDArray values) {
    INDArray q = perHead(queries);
    INDArray k = perHead(keys);
    INDArray v = perHead(values);
    double scale = 1 / Math.sqrt(q.size(2));
    INDArray weights = Nd4j.nn.softmax(product(q, k, false, true).muli(scale), 2);
    return new BlockArithmetic.Value(
        perRow(product(weights, v, false, false)),
        way -> {
          INDArray g = perHead(way.ofFunction());
          INDArray ofWeights = product(g, v, false, true);
          INDArray mean = ofWeights.mul(weights).sum(true, 2);
          INDArray ofScores = ofWeights.sub(mean).muli(weights).muli(scale);
          return new INDArray[] {
            perRow(product(ofScores, k, false, false)),
            perRow(product(ofScores, q, true, false)),
            perRow(product(weights, g, true, false))
          };
        });
  }

  private static INDArray product(INDArray a, INDArray b, boolean transposeA, boolean transposeB) {
    return Nd4j.matmul(a, b, transposeA, transposeB, false);
  }

  /** [batch * time, size] to [batch * heads, time, d]. */
  private INDArray perHead(INDArray rows) {
    long d = rows.size(1) / heads;
    return rows.dup('c')
        .reshape('c', -1, time, heads, d)
        .permute(0, 2, 1, 3)
        .dup('c')
        .reshape('c', -1, time, d);
  }

  private INDArray perRow(INDArray perHead) {
    long d = perHead.size(2);
    return perHead
        .dup('c')
        .reshape('c', -1, heads, time, d)
        .permute(0, 2, 1, 3)
        .dup('c')
        .reshape('c', -1, heads * d)
        .dup('f');
  }
}
