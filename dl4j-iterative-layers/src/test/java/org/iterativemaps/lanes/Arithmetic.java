package org.iterativemaps.lanes;

import java.util.Random;
import org.iterativemaps.map.pattern.WeightMask;

/**
 * Tells fused multiply-adds from products that are rounded before they are added: of factors 0 and
 * &plusmn;(1 + 2^-12) the rounded product is 0 or &plusmn;(1 + 2^-11), whose small multiples are
 * exact in floats and so are their sums in any order, while a fused multiply-add keeps a 2^-24 as
 * soon as a sum comes near zero.
 */
final class Arithmetic {
  private static final float FACTOR = 1 + 0x1p-12f;
  private static final float[] FACTORS = {FACTOR, -FACTOR, 0, 0, 0, 0, 0, 0, 0, 0};
  private static final float PRODUCT = FACTOR * FACTOR;
  // More than the loops take at a time, and no multiple of it.
  private static final int TILES = 5;

  private final Random random;
  private final LaneBlock block;
  private final int lanes;
  private final WeightMask mask;

  private Arithmetic(LaneKernels kernels, WeightMask mask, int lanes, Random random) {
    this.random = random;
    this.lanes = lanes;
    this.mask = mask;
    this.block =
        LaneBlock.of(kernels, LaneCase.rows(mask), kernels.leastDenseDensity(false), lanes, 1);
  }

  /** Which loops round every product: the product, the gradient by the input, by the weights. */
  record Rounding(boolean y, boolean dx, boolean dw) {}

  /** Of a block on so many lanes. */
  static Rounding of(LaneKernels kernels, WeightMask mask, int lanes) {
    return new Arithmetic(kernels, mask, lanes, new Random(lanes)).rounding();
  }

  private Rounding rounding() {
    int xStride = mask.fromSize() * lanes;
    int yStride = mask.toSize() * lanes;
    float[] x = factors(TILES * xStride);
    float[] dy = factors(TILES * yStride);
    float[] y = multiples(TILES * yStride);
    float[] dx = multiples(TILES * xStride);
    block.layOut();
    block.load(factors(mask.entryCount()), 0, 1);
    block.multiplyAdd(0, TILES, x, 0, xStride, y, 0, yStride);
    block.layOutBackward();
    block.prepareBackward(0, 1);
    block.multiplyTransposedAdd(0, TILES, dy, 0, yStride, dx, 0, xStride);
    OuterTerms terms = new OuterTerms();
    terms.clear(dy, x);
    for (int tile = 0; tile < TILES; tile++) {
      terms.add(tile * yStride, tile * xStride);
    }
    float[] dw = new float[block.gradientLength()];
    block.outerAdd(0, 1, terms, dw, new float[block.scratchLength()], 0);
    return new Rounding(areMultiples(y), areMultiples(dx), areMultiples(dw));
  }

  private float[] factors(int length) {
    // Mostly zeros, or sums over many lanes would hardly ever be near zero.
    return LaneCase.draw(length, () -> FACTORS[random.nextInt(FACTORS.length)]);
  }

  private float[] multiples(int length) {
    return LaneCase.draw(length, () -> (random.nextInt(5) - 2) * PRODUCT);
  }

  private static boolean areMultiples(float[] sums) {
    for (float sum : sums) {
      if (sum != Math.round(sum) * PRODUCT) {
        return false;
      }
    }
    return true;
  }
}
