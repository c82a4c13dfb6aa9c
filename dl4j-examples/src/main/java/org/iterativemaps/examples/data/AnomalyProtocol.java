package org.iterativemaps.examples.data;

import java.util.Random;

/** How a {@link RandomAnomaly} sequence is made. */
interface AnomalyProtocol {

  /**
   * Height and width of the frames.
   *
   * @return the same for all sequences
   */
  int side();

  /**
   * Makes a sequence.
   *
   * @param random decides everything
   * @return {@link RandomAnomaly#FRAMES} frames, the last one blank
   */
  RandomAnomaly.Sample draw(Random random);
}
