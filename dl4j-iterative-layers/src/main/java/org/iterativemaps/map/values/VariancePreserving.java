package org.iterativemaps.map.values;

import org.iterativemaps.map.pattern.RandomSource;
import org.iterativemaps.map.pattern.WeightMask;

/**
 * Normally distributed weights whose variance depends on the connections that exist:
 *
 * <pre>    w_ij ~ N(0, gain² / fanIn_i)                     by fan-in
 *    w_ij ~ N(0, gain² 2 / (fanIn_i + fanOut_j))      by the average of fan-in and fan-out</pre>
 *
 * <p>fanIn_i counts the block's weights into target unit i, fanOut_j those out of source unit j:
 * unit by unit, so that units of very different numbers of weights start with signals of one
 * variance. Sources: LeCun, Bottou, Orr, Müller, "Efficient BackProp" (1998), eq. 16 (gain 1); He,
 * Zhang, Ren, Sun, arXiv:1502.01852 (2015), eq. 10 (gain sqrt(2)); Glorot, Bengio, "Understanding
 * the difficulty of training deep feedforward neural networks" (2010), eq. 12 (average); with
 * actual fan-in per unit, Evci, Ioannou, Keskin, Dauphin, "Gradient Flow in Sparse Neural Networks
 * and How Lottery Tickets Win", arXiv:2010.03533 (2022), section 3.1.
 *
 * @param gain finite, at least 0
 * @param average whether fan-out counts as well
 */
public record VariancePreserving(double gain, boolean average) implements WeightValues {
  /** Checks the numbers. */
  public VariancePreserving {
    WeightValues.checkNotNegative("gain", gain);
  }

  @Override
  public double[] draw(WeightMask mask, RandomSource random) {
    int[] fanOut = new int[mask.fromSize()];
    for (int entry = 0; entry < mask.entryCount(); entry++) {
      fanOut[mask.source(entry)]++;
    }
    double[] values = new double[mask.entryCount()];
    for (int to = 0; to < mask.toSize(); to++) {
      int end = mask.targetStart(to + 1);
      int fanIn = end - mask.targetStart(to);
      for (int entry = mask.targetStart(to); entry < end; entry++) {
        double fan = average ? (fanIn + fanOut[mask.source(entry)]) / 2.0 : fanIn;
        values[entry] = gain / Math.sqrt(fan) * random.nextGaussian();
      }
    }
    return values;
  }
}
