package org.iterativemaps.examples.data;

import org.iterativemaps.map.pattern.RandomSource;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * Bits with starting points among them; at every place the parity of the bits since the last start,
 * its own included. How far the answer has to be carried is the distance to that start.
 *
 * @param features [batch, 2 places]: bit (-1 or 1) and start (0 or 1) of each place in turn
 * @param labels [batch, places]: 0 or 1
 * @param distances [sample][place]: places since the last start; 1 at the start itself
 */
public record PrefixParity(INDArray features, INDArray labels, int[][] distances) {

  /**
   * Draws samples.
   *
   * @param batch how many
   * @param places bits of each
   * @param longest distance: from one start to the next it is 1 … longest, each equally likely
   * @param random where the numbers come from
   */
  public static PrefixParity make(int batch, int places, int longest, RandomSource random) {
    float[][] features = new float[batch][2 * places];
    float[][] labels = new float[batch][places];
    int[][] distances = new int[batch][places];
    for (int b = 0; b < batch; b++) {
      int left = 0;
      int parity = 0;
      int distance = 0;
      for (int i = 0; i < places; i++) {
        boolean isStart = left == 0;
        if (isStart) {
          left = 1 + (int) (random.nextDouble() * longest);
          parity = 0;
          distance = 0;
        }
        boolean bit = random.nextDouble() < 0.5;
        parity ^= bit ? 1 : 0;
        distance++;
        left--;
        features[b][2 * i] = bit ? 1 : -1;
        features[b][2 * i + 1] = isStart ? 1 : 0;
        labels[b][i] = parity;
        distances[b][i] = distance;
      }
    }
    return new PrefixParity(
        Nd4j.createFromArray(features), Nd4j.createFromArray(labels), distances);
  }
}
