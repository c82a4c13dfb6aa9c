package org.iterativemaps.examples.data;

import java.util.Random;
import java.util.stream.IntStream;

/** Images of a wanted class, a fresh one each time; as {@link GreyLevels}. */
interface DigitSource {

  /**
   * Height and width of the images.
   *
   * @return in pixels
   */
  int side();

  /**
   * The class of an image at random.
   *
   * @param random decides
   * @return 0 to 9
   */
  int drawClass(Random random);

  /**
   * Any image of a class; one may come again.
   *
   * @param digit a class of which there are images
   * @param random decides
   * @return side · side levels, 0 to 255; not to be modified
   */
  float[] image(int digit, Random random);

  /** Images that are there. */
  static DigitSource of(DigitImages images) {
    if (images.count() == 0) {
      throw new IllegalArgumentException("images: found none, expected at least one");
    }
    int[][] ofClass = new int[DigitImages.CLASSES][];
    for (int digit = 0; digit < ofClass.length; digit++) {
      int wanted = digit;
      ofClass[digit] =
          IntStream.range(0, images.count()).filter(i -> images.labels()[i] == wanted).toArray();
    }
    return new DigitSource() {
      @Override
      public int side() {
        return images.side();
      }

      @Override
      public int drawClass(Random random) {
        return images.labels()[random.nextInt(images.count())];
      }

      @Override
      public float[] image(int digit, Random random) {
        int[] some = ofClass[digit];
        return GreyLevels.of(images.pixels().get(some[random.nextInt(some.length)]));
      }
    };
  }

  /** Images that {@link DrawnDigits} makes. */
  static DigitSource drawn(int side) {
    return new DigitSource() {
      @Override
      public int side() {
        return side;
      }

      @Override
      public int drawClass(Random random) {
        return random.nextInt(DigitImages.CLASSES);
      }

      @Override
      public float[] image(int digit, Random random) {
        return GreyLevels.of(DrawnDigits.draw(digit, side, random));
      }
    };
  }
}
