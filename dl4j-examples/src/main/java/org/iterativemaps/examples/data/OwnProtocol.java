package org.iterativemaps.examples.data;

import java.util.List;
import java.util.Random;
import java.util.stream.Stream;

/**
 * Sequences with this project's own families: the usual change is a rotation, the odd one any other
 * of {@link TransformFamily}, and all frames of a sequence show one image.
 */
final class OwnProtocol implements AnomalyProtocol {

  private static final int DIGIT_SIDE = 28;
  private static final TransformFamily USUAL = TransformFamily.ROTATION;
  private static final List<TransformFamily> ODD =
      Stream.of(TransformFamily.values()).filter(family -> family != USUAL).toList();

  private final DigitImages images;
  private final int side;

  OwnProtocol(DigitImages images, int side) {
    if (side < 8) {
      throw new IllegalArgumentException(
          "side: found " + side + ", expected at least 8; the task's own is " + RandomAnomaly.SIDE);
    }
    if (images != null && images.count() == 0) {
      throw new IllegalArgumentException("images: found none, expected at least one");
    }
    this.images = images;
    this.side = side;
  }

  @Override
  public int side() {
    return side;
  }

  @Override
  public RandomAnomaly.Sample draw(Random random) {
    int digit;
    float[] image;
    int from;
    if (images == null) {
      from = DIGIT_SIDE;
      digit = random.nextInt(DigitImages.CLASSES);
      image = DrawnDigits.draw(digit, from, random);
    } else {
      from = images.side();
      int number = random.nextInt(images.count());
      digit = images.labels()[number];
      image = images.pixels().get(number);
    }
    TransformFamily odd = ODD.get(random.nextInt(ODD.size()));
    int anomaly = random.nextInt(RandomAnomaly.POSITIONS);
    double zoom = (double) side / RandomAnomaly.SIDE * DIGIT_SIDE / from;
    float[][] frames = new float[RandomAnomaly.FRAMES][];
    for (int t = 0; t < RandomAnomaly.POSITIONS; t++) {
      Affine transform = (t == anomaly ? odd : USUAL).draw(random);
      frames[t] = transform.apply(image, from, side, zoom);
    }
    frames[RandomAnomaly.POSITIONS] = new float[side * side];
    return new RandomAnomaly.Sample(List.of(frames), digit, anomaly, USUAL, odd);
  }
}
