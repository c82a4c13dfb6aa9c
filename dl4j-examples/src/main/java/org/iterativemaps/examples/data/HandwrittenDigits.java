package org.iterativemaps.examples.data;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.stream.IntStream;
import java.util.zip.GZIPInputStream;

/**
 * Real digits, bundled: 1797 of 8 by 8 pixels, written by 13 people. They are the test part of E.
 * Alpaydin, C. Kaynak, "Optical Recognition of Handwritten Digits", UCI Machine Learning
 * Repository, 1998, doi:10.24432/C50P49, used under CC BY 4.0; the values are unchanged, the file
 * is packed by gzip.
 *
 * <p>Here a fifth of every class, chosen once and for all, is for testing. Everybody wrote in both
 * parts, so that accuracies say how well digits of known hands are read; those of strangers are
 * read less well.
 */
public final class HandwrittenDigits {

  /** Height and width in pixels. */
  public static final int SIDE = 8;

  /** What the licence asks to be said wherever the digits are shown; Markdown. */
  public static final String ATTRIBUTION =
      "Digits: E. Alpaydin, C. Kaynak, [Optical Recognition of Handwritten Digits]"
          + "(https://doi.org/10.24432/C50P49) (test part), UCI Machine Learning Repository, 1998,"
          + " [CC BY 4.0](https://creativecommons.org/licenses/by/4.0/).";

  private static final String RESOURCE = "optdigits.csv.gz";
  private static final int PIXELS = SIDE * SIDE;
  private static final int BLACK = 16;
  private static final int TEST_PART = 5;
  private static final long SPLIT_SEED = 1998;

  private HandwrittenDigits() {}

  /**
   * All of them, in the order of the file, which is that of the writers.
   *
   * @return 1797 images, 174 to 183 of every class
   * @throws IOException if the resource is missing or damaged
   */
  public static DigitImages all() throws IOException {
    try (InputStream in = HandwrittenDigits.class.getResourceAsStream(RESOURCE)) {
      if (in == null) {
        throw new IOException(
            RESOURCE + " is not on the class path beside " + HandwrittenDigits.class.getName());
      }
      return read(in, RESOURCE);
    }
  }

  /**
   * Those to train with, in an order that says nothing about class or writer.
   *
   * @return 1438 images, the same in every call
   * @throws IOException if the resource is missing or damaged
   */
  public static DigitImages train() throws IOException {
    return part(false);
  }

  /**
   * Those to test with: a fifth of every class.
   *
   * @return 359 images, none of them in {@link #train()}, the same in every call
   * @throws IOException if the resource is missing or damaged
   */
  public static DigitImages test() throws IOException {
    return part(true);
  }

  private static DigitImages part(boolean test) throws IOException {
    DigitImages all = all();
    List<Integer> chosen = new ArrayList<>();
    for (int digit = 0; digit < DigitImages.CLASSES; digit++) {
      int wanted = digit;
      List<Integer> own =
          new ArrayList<>(
              IntStream.range(0, all.count())
                  .filter(i -> all.labels()[i] == wanted)
                  .boxed()
                  .toList());
      Collections.shuffle(own, Seeds.of(SPLIT_SEED, digit));
      int tested = Math.round((float) own.size() / TEST_PART);
      chosen.addAll(test ? own.subList(0, tested) : own.subList(tested, own.size()));
    }
    Collections.shuffle(chosen, Seeds.of(SPLIT_SEED, DigitImages.CLASSES));
    return new DigitImages(
        SIDE,
        chosen.stream().map(all.pixels()::get).toList(),
        chosen.stream().mapToInt(i -> all.labels()[i]).toArray());
  }

  /** Lines of 64 levels of grey, 0 to 16, row by row from the top, and the digit. */
  static DigitImages read(InputStream packed, String name) throws IOException {
    List<float[]> pixels = new ArrayList<>();
    List<Integer> labels = new ArrayList<>();
    try (BufferedReader lines =
        new BufferedReader(
            new InputStreamReader(new GZIPInputStream(packed), StandardCharsets.US_ASCII))) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        String place = name + " line " + (labels.size() + 1);
        String[] words = line.split(",", -1);
        if (words.length != PIXELS + 1) {
          throw new IOException(
              place + ": found " + words.length + " columns, expected " + (PIXELS + 1));
        }
        float[] image = new float[PIXELS];
        for (int p = 0; p < PIXELS; p++) {
          image[p] = number(words[p], BLACK, place, p + 1) / (float) BLACK;
        }
        pixels.add(image);
        labels.add(number(words[PIXELS], DigitImages.CLASSES - 1, place, PIXELS + 1));
      }
    } catch (IOException e) {
      throw e.getMessage() != null && e.getMessage().startsWith(name)
          ? e
          : new IOException(name + ": found no complete gzip file (" + e + ")", e);
    }
    return new DigitImages(SIDE, pixels, labels.stream().mapToInt(Integer::intValue).toArray());
  }

  private static int number(String word, int most, String place, int column) throws IOException {
    if (!word.matches("[0-9]{1,2}") || Integer.parseInt(word) > most) {
      throw new IOException(
          place + ", column " + column + ": found '" + word + "', expected 0 to " + most);
    }
    return Integer.parseInt(word);
  }
}
