package org.iterativemaps.examples.data;

import java.io.IOException;
import java.util.List;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.dataset.api.iterator.DataSetIterator;
import org.nd4j.linalg.factory.Nd4j;

/**
 * The Random Anomaly task (RAD; Q. Hershey, R. Paffenroth, arXiv:2509.15057, 2025): ten images of
 * one digit, nine of them changed by random members of one {@link AnomalyFamily}, one by a member
 * of another; then a blank frame, at which the place of the odd one is asked for.
 *
 * <p>{@link #asPublished()} is the task of the paper. {@link #train(DigitImages, int, long)} and
 * {@link #test(DigitImages, int, long)} are an easier one with this project's own families: the
 * usual change is a rotation in every sequence, the odd one is any other of {@link
 * TransformFamily}. (With the usual family drawn anew for every sequence, networks of 100 000
 * weights stayed at chance after 10 000 sequences.) A digit of 28 by 28 pixels stands in the middle
 * of a frame of 50 by 50; smaller frames show the same, smaller. Each sequence draws its digit, the
 * place and family of the anomaly, and every transform.
 *
 * <p>Sequences are made when they are asked for, each from its number and the seed alone. Those to
 * train, to validate and to test with are made of disjoint random numbers, and of different images
 * where images are given.
 */
public final class RandomAnomaly {

  /** Places at which the anomaly can be, and number of classes. */
  public static final int POSITIONS = 10;

  /** Time steps: the images and the blank frame. */
  public static final int FRAMES = POSITIONS + 1;

  /** Height and width of the task's frames. */
  public static final int SIDE = 50;

  private static final int VALIDATION_PART = 5;

  /** Which sequences: none is in two of them. */
  private enum Part {
    TRAIN,
    VALIDATION,
    TEST
  }

  private final AnomalyProtocol protocol;
  private final long seed;
  private final Part part;

  private RandomAnomaly(AnomalyProtocol protocol, long seed, Part part) {
    this.protocol = protocol;
    this.seed = seed;
    this.part = part;
  }

  /**
   * One sequence.
   *
   * @param frames {@link #FRAMES} images of side · side values, row by row: 0 (paper) to 1 (ink),
   *     or these values normalised
   * @param digit what all of them show, 0 to 9
   * @param anomaly place of the odd one, from 0
   * @param usual family of the others
   * @param odd family of the odd one
   */
  public record Sample(
      List<float[]> frames, int digit, int anomaly, AnomalyFamily usual, AnomalyFamily odd) {}

  /**
   * The task exactly as its authors made it, from what they published: the real {@link
   * HandwrittenDigits} in place of MNIST, which {@link PublishedAnomaly#of} takes.
   *
   * <p>For every sequence a class is drawn with the image at hand, and two different ones of the
   * eight {@link PublishedFamily families}, the usual and the odd one, 56 ordered pairs alike. Each
   * of the ten frames is another image of the class, drawn with replacement, resized to 50 by 50
   * pixels, changed by a random member of the family, normalised with mean 0.1307 and deviation
   * 0.3081, and clamped to the least and the greatest value that the image has unchanged. The
   * eleventh frame is all zeros. Where the authors' images are 8 bits deep, these are, too.
   *
   * <p>Of their sequences 2 in 56 have baseline and noise as their pair, which hardly differ.
   *
   * @return its three parts
   * @throws IOException if the digits are missing or damaged
   */
  public static PublishedAnomaly asPublished() throws IOException {
    DigitImages all = HandwrittenDigits.train();
    int kept = all.count() - all.count() / VALIDATION_PART;
    return PublishedAnomaly.of(
        all.range(0, kept), all.range(kept, all.count()), HandwrittenDigits.test());
  }

  /**
   * Sequences to train with.
   *
   * @param images digits to take, or null to draw them by {@link DrawnDigits}
   * @param side height and width of the frames, at least 8
   * @param seed of all that is random
   * @return the task
   */
  public static RandomAnomaly train(DigitImages images, int side, long seed) {
    return train(new OwnProtocol(images, side), seed);
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
    return test(new OwnProtocol(images, side), seed);
  }

  static RandomAnomaly train(AnomalyProtocol protocol, long seed) {
    return new RandomAnomaly(protocol, seed, Part.TRAIN);
  }

  static RandomAnomaly validation(AnomalyProtocol protocol, long seed) {
    return new RandomAnomaly(protocol, seed, Part.VALIDATION);
  }

  static RandomAnomaly test(AnomalyProtocol protocol, long seed) {
    return new RandomAnomaly(protocol, seed, Part.TEST);
  }

  /**
   * Numbers per time step.
   *
   * @return side · side
   */
  public int inputs() {
    return protocol.side() * protocol.side();
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
    long item =
        switch (part) {
          case TRAIN -> 2L * number;
          case TEST -> 2L * number + 1;
          case VALIDATION -> -1L - number;
        };
    return protocol.draw(Seeds.of(seed, item));
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
    Sample[] samples = new Sample[numbers.length];
    for (int i = 0; i < numbers.length; i++) {
      samples[i] = sample(numbers[i]);
      labels[i][samples[i].anomaly()] = 1;
    }
    float[][] frames = new float[numbers.length][];
    int next = 0;
    for (int t = 0; t < POSITIONS; t++) { // the blank frame is there already
      for (int i = 0; i < numbers.length; i++) {
        frames[i] = samples[i].frames().get(t);
      }
      // [time][pixel][sample], the order in which recurrent layers want them
      for (int p = 0; p < pixels; p++) {
        for (float[] frame : frames) {
          values[next++] = frame[p];
        }
      }
    }
    INDArray features = Nd4j.create(values, new int[] {numbers.length, pixels, FRAMES}, 'f');
    return new DataSet(features, Nd4j.create(labels));
  }
}
