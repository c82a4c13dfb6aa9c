package org.iterativemaps.examples.data;

import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.factory.Nd4j;

/**
 * The characters that a model knows, numbered from 0 in the order of their codes, and texts as
 * one-hot sequences of them. A character that it does not know counts as its small letter if it
 * knows that, and as {@value #UNKNOWN} otherwise.
 */
public final class Characters {
  /** What stands for everything unknown; always one of the characters. */
  public static final char UNKNOWN = '?';

  private final String known;

  private Characters(String known) {
    this.known = known;
  }

  /**
   * The characters of a text that are not too rare to be learned.
   *
   * @param text to train with
   * @param atLeast how often a character has to occur, at least once
   * @return these characters and {@link #UNKNOWN}
   */
  public static Characters of(String text, int atLeast) {
    if (text.isEmpty() || atLeast < 1) {
      throw new IllegalArgumentException(
          "text, atLeast: found "
              + text.length()
              + " characters, "
              + atLeast
              + ", expected at least 1 each");
    }
    Map<Character, Long> counts =
        text.chars()
            .mapToObj(c -> (char) c)
            .collect(
                Collectors.groupingBy(Function.identity(), TreeMap::new, Collectors.counting()));
    counts.values().removeIf(count -> count < atLeast);
    counts.putIfAbsent(UNKNOWN, 0L);
    return new Characters(
        counts.keySet().stream().map(String::valueOf).collect(Collectors.joining()));
  }

  /**
   * How many there are.
   *
   * @return at least 1
   */
  public int size() {
    return known.length();
  }

  /**
   * The number of a character, or of what stands for it.
   *
   * @param character any
   * @return from 0 to size - 1
   */
  public int indexOf(char character) {
    int index = known.indexOf(character);
    if (index < 0) {
      index = known.indexOf(Character.toLowerCase(character));
    }
    return index < 0 ? known.indexOf(UNKNOWN) : index;
  }

  /**
   * Numbers as text.
   *
   * @param indices from 0 to size - 1
   * @return as many characters
   */
  public String text(int... indices) {
    StringBuilder text = new StringBuilder();
    for (int index : indices) {
      if (index < 0 || index >= size()) {
        throw new IllegalArgumentException(
            "indices: found " + index + ", expected 0 to " + (size() - 1));
      }
      text.append(known.charAt(index));
    }
    return text.toString();
  }

  /**
   * A text as a sequence.
   *
   * @param text at least one character
   * @return [1, size, length], 1 at the number of each character and 0 elsewhere
   */
  public INDArray oneHot(String text) {
    return Nd4j.create(new float[][][] {rows(text, 0, text.length())});
  }

  /**
   * Sequences that follow one another in a text, each with the characters that come next: features
   * and labels [batch, size, length], both one-hot; the labels are one character further. What is
   * left at the end is not used.
   *
   * @param text at least one character longer than a sequence
   * @param length of a sequence
   * @param batch how many sequences at once; the last batch may be smaller
   * @param seed of their order, which changes with every reset
   * @return an iterator
   */
  public SampleIterator sequences(String text, int length, int batch, long seed) {
    int count = count(text, length);
    return new SampleIterator(
        count, batch, seed, size(), size(), samples -> batch(text, length, samples));
  }

  /**
   * The same in the order of the text, all of them in one batch, to measure with.
   *
   * @param text at least one character longer than a sequence
   * @param length of a sequence
   * @return features and labels [sequences, size, length]
   */
  public DataSet all(String text, int length) {
    int count = count(text, length);
    return SampleIterator.inOrder(
            count, count, size(), size(), samples -> batch(text, length, samples))
        .next();
  }

  private static int count(String text, int length) {
    if (length < 1 || text.length() <= length) {
      throw new IllegalArgumentException(
          "length: found sequences of "
              + length
              + " in a text of "
              + text.length()
              + " characters, expected at least 1 and fewer than the text has; take a longer text");
    }
    return (text.length() - 1) / length;
  }

  private DataSet batch(String text, int length, int[] samples) {
    float[][][] features = new float[samples.length][][];
    float[][][] labels = new float[samples.length][][];
    for (int i = 0; i < samples.length; i++) {
      int start = samples[i] * length;
      features[i] = rows(text, start, length);
      labels[i] = rows(text, start + 1, length);
    }
    return new DataSet(Nd4j.create(features), Nd4j.create(labels));
  }

  /** rows[character][time]. */
  private float[][] rows(String text, int start, int length) {
    float[][] rows = new float[size()][length];
    for (int t = 0; t < length; t++) {
      rows[indexOf(text.charAt(start + t))][t] = 1;
    }
    return rows;
  }
}
