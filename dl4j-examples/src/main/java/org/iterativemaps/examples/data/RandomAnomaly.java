package org.iterativemaps.examples.data;

import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.dataset.api.iterator.DataSetIterator;
import org.nd4j.linalg.factory.Nd4j;

/**
 * The Random Anomaly task (RAD; Q. Hershey, R. Paffenroth, arXiv:2509.15057, 2025): ten images of
 * one digit, nine of them changed by random members of one {@link TransformFamily}, one by a member
 * of another; then a blank frame, at which the place of the odd one is asked for.
 *
 * <p>The families are this project's choice: the usual change is a rotation in every sequence, the
 * odd one is any other. (With the usual family drawn anew for every sequence, networks of 100 000
 * weights stayed at chance after 10 000 sequences.) A digit of 28 by 28 pixels stands in the middle
 * of a frame of 50 by 50; smaller frames show the same, smaller. Each sequence draws its digit, the
 * place and family of the anomaly, and every transform.
 *
 * <p>Sequences are made when they are asked for, each from its number alone. Those to train and to
 * test with come from disjoint numbers, and from different images where images are given.
 */
public final class RandomAnomaly {

  /** Places at which the anomaly can be, and number of classes. */
  public static final int POSITIONS = 10;

  /** Time steps: the images and the blank frame. */
  public static final int FRAMES = POSITIONS + 1;

  /** Height and width of the task's frames. */
  public static final int SIDE = 50;

  private static final int DIGIT_SIDE = 28;
  private static final TransformFamily USUAL = TransformFamily.ROTATION;
  private static final List<TransformFamily> ODD =
      Stream.of(TransformFamily.values()).filter(family -> family != USUAL).toList();

  private final DigitImages images;
  private final int side;
  private final long seed;
  private final boolean forTest;

  private RandomAnomaly(DigitImages images, int side, long seed, boolean forTest) {
    if (side < 8) {
      throw new IllegalArgumentException(
          "side: found " + side + ", expected at least 8; the task's own is " + SIDE);
    }
    if (images != null && images.count() == 0) {
      throw new IllegalArgumentException("images: found none, expected at least one");
    }
    this.images = images;
    this.side = side;
    this.seed = seed;
    this.forTest = forTest;
  }

  /**
   * One sequence.
   *
   * @param frames {@link #FRAMES} images of side · side values, row by row, 0 (paper) to 1 (ink)
   * @param anomaly place of the odd one, from 0
   * @param odd family of the odd one; that of the others is {@link TransformFamily#ROTATION}
   */
  public record Sample(List<float[]> frames, int anomaly, TransformFamily odd) {}

  /**
   * Sequences to train with.
   *
   * @param images digits to take, or null to draw them by {@link DrawnDigits}
   * @param side height and width of the frames, at least 8
   * @param seed of all that is random
   * @return the task
   */
  public static RandomAnomaly train(DigitImages images, int side, long seed) {
    return new RandomAnomaly(images, side, seed, false);
  }

  /**
   * Sequences to test with: none of them is one to train with.
   *
   * @param images digits to take, others than to train with, or null to draw them
   * @param side height and width of the frames, at least 8
   * @param seed of all that is random; may be that of the training
   * @return the task
   */
  public static RandomAnomaly test(DigitImages images, int side, long seed) {
    return new RandomAnomaly(images, side, seed, true);
  }

  /**
   * Numbers per time step.
   *
   * @return side · side
   */
  public int inputs() {
    return side * side;
  }

  /**
   * Makes one sequence, always the same for the same number.
   *
   * @param number from 0
   * @return the sequence
   */
  public Sample sample(int number) {
    if (number < 0) {
      throw new IllegalArgumentException("number: found " + number + ", expected at least 0");
    }
    Random random = Seeds.of(seed, 2L * number + (forTest ? 1 : 0));
    float[] digit;
    int from;
    if (images == null) {
      from = DIGIT_SIDE;
      digit = DrawnDigits.draw(random.nextInt(DigitImages.CLASSES), from, random);
    } else {
      from = images.side();
      digit = images.pixels().get(random.nextInt(images.count()));
    }
    TransformFamily odd = ODD.get(random.nextInt(ODD.size()));
    int anomaly = random.nextInt(POSITIONS);
    double zoom = (double) side / SIDE * DIGIT_SIDE / from;
    float[][] frames = new float[FRAMES][];
    for (int t = 0; t < POSITIONS; t++) {
      Affine transform = (t == anomaly ? odd : USUAL).draw(random);
      frames[t] = transform.apply(digit, from, side, zoom);
    }
    frames[POSITIONS] = new float[side * side];
    return new Sample(List.of(frames), anomaly, odd);
  }

  /**
   * Batches in the order of their numbers: features [batch, side · side, {@link #FRAMES}], labels
   * one-hot [batch, {@link #POSITIONS}], as {@code LastTimeStep} before an output layer wants them.
   * A reset begins again with the same batches. At most one batch is held at a time, however many
   * sequences there are.
   *
   * @param count how many sequences, the first ones
   * @param batch size of the batches; the last one may be smaller
   * @return an iterator
   */
  public DataSetIterator iterator(int count, int batch) {
    return SampleIterator.inOrder(count, batch, inputs(), POSITIONS, this::batch);
  }

  private DataSet batch(int[] numbers) {
    int pixels = inputs();
    float[] values = new float[numbers.length * pixels * FRAMES];
    float[][] labels = new float[numbers.length][POSITIONS];
    for (int i = 0; i < numbers.length; i++) {
      Sample sample = sample(numbers[i]);
      labels[i][sample.anomaly()] = 1;
      for (int t = 0; t < POSITIONS; t++) {
        float[] frame = sample.frames().get(t);
        // [time][pixel][sample], the order in which recurrent layers want them
        for (int p = 0; p < pixels; p++) {
          values[(t * pixels + p) * numbers.length + i] = frame[p];
        }
      }
    }
    INDArray features = Nd4j.create(values, new int[] {numbers.length, pixels, FRAMES}, 'f');
    return new DataSet(features, Nd4j.create(labels));
  }
}
