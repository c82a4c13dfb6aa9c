package org.iterativemaps.examples;

import java.util.Locale;
import java.util.function.LongFunction;
import org.iterativemaps.examples.data.DigitImages;
import org.iterativemaps.examples.data.PublishedAnomaly;
import org.iterativemaps.examples.data.RandomAnomaly;
import org.nd4j.linalg.dataset.api.iterator.DataSetIterator;

/**
 * A task of {@link HiddenProportionStudy}: sequences with a class to tell at the end; or of {@link
 * ControlStudy}: with numbers to tell at every time step.
 *
 * @param name of the task
 * @param file start of its pictures' names
 * @param inputs numbers per time step
 * @param outputs classes, or numbers to tell
 * @param timeSteps per sequence
 * @param weights budget: trainable weights, biases not counted
 * @param sequences to train with, per epoch
 * @param epochs how long to train
 * @param batch sequences per update
 * @param tested sequences to test with
 * @param rates learning rates to choose from, for every plan
 * @param recipe how the networks are made and trained
 * @param score how they are judged
 * @param source in words, where the data come from; part of what identifies a result
 * @param train batches to train with, by seed
 * @param validation batches to choose a learning rate by, by seed
 * @param test batches to test with, by seed
 */
record ProportionTask(
    String name,
    String file,
    int inputs,
    int outputs,
    int timeSteps,
    int weights,
    int sequences,
    int epochs,
    int batch,
    int tested,
    double[] rates,
    ProportionRecipe recipe,
    ProportionScore score,
    String source,
    LongFunction<DataSetIterator> train,
    LongFunction<DataSetIterator> validation,
    LongFunction<DataSetIterator> test) {

  private static final int BATCH = 50;
  private static final double[] RATES = {0.0015, 0.003, 0.006};

  /** Random Anomaly: many inputs, few outputs. */
  static ProportionTask anomaly(DigitSets digits, String source, boolean quick) {
    int side = quick ? 20 : RandomAnomaly.SIDE;
    int sequences = quick ? 4000 : 15_000;
    int tested = quick ? 500 : 2000;
    DigitImages train = digits == null ? null : digits.train();
    DigitImages validation = digits == null ? null : digits.validation();
    DigitImages test = digits == null ? null : digits.test();
    return new ProportionTask(
        "Random Anomaly",
        "anomaly",
        side * side,
        RandomAnomaly.POSITIONS,
        RandomAnomaly.FRAMES,
        quick ? 16_000 : 100_000,
        sequences,
        1,
        BATCH,
        tested,
        quick ? new double[] {0.006} : RATES,
        new OwnRecipe(),
        new AccuracyScore(),
        source,
        seed -> RandomAnomaly.train(train, side, seed).iterator(sequences, BATCH),
        seed -> RandomAnomaly.test(validation, side, seed).iterator(tested, BATCH),
        seed -> RandomAnomaly.test(test, side, seed).iterator(tested, BATCH));
  }

  /** Digits row by row: about as many inputs as outputs. */
  static ProportionTask rows(DigitSets digits, String source, boolean quick) {
    DigitSets some = digits.atMost(10_000, 2000); // MNIST has more than the time allows
    DigitImages train = some.train();
    int batches = (train.count() + BATCH - 1) / BATCH;
    return new ProportionTask(
        "Digits, row by row",
        "rows",
        train.side(),
        DigitImages.CLASSES,
        train.side(),
        10_000,
        train.count(),
        Math.max(1, Math.round((quick ? 120f : 400f) / batches)),
        BATCH,
        some.test().count(),
        quick ? new double[] {0.004} : RATES,
        new OwnRecipe(),
        new AccuracyScore(),
        source,
        seed -> train.asRows(BATCH, seed),
        seed -> some.validation().asRows(BATCH, seed),
        seed -> some.test().asRows(BATCH, seed));
  }

  /**
   * Random Anomaly as its authors made and learned it.
   *
   * @param anomaly the sequences
   * @param source of the digits
   * @param size how many sequences, how long
   * @param weights of the networks
   */
  static ProportionTask published(
      PublishedAnomaly anomaly, String source, PublishedSize size, int weights) {
    return new ProportionTask(
        "Random Anomaly as published",
        "published",
        RandomAnomaly.SIDE * RandomAnomaly.SIDE,
        RandomAnomaly.POSITIONS,
        RandomAnomaly.FRAMES,
        weights,
        size.sequences(),
        size.epochs(),
        PublishedRecipe.BATCH,
        size.tested(),
        new double[] {PublishedRecipe.RATE},
        new PublishedRecipe(),
        new AccuracyScore(),
        source + ", " + size.tested() + " to test with",
        seed -> anomaly.train(seed).iterator(size.sequences(), PublishedRecipe.BATCH),
        seed -> anomaly.validation(seed).iterator(size.tested(), PublishedRecipe.BATCH),
        seed -> anomaly.test(seed).iterator(size.tested(), PublishedRecipe.BATCH));
  }

  /** How many batches a training takes. */
  int batches() {
    return epochs * ((sequences + batch - 1) / batch);
  }

  /** All that decides a result besides plan and seed, in one line. */
  String settings() {
    return String.format(
        Locale.ROOT,
        "%s, %s, x %d, y %d, time %d, weights %d, sequences %d, epochs %d, batch %d",
        name,
        source,
        inputs,
        outputs,
        timeSteps,
        weights,
        sequences,
        epochs,
        batch);
  }
}
