package org.iterativemaps.examples.data;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.List;
import java.util.NoSuchElementException;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;

class CharactersTest {
  private static final String TEXT = "the cat sat on the mat";

  private final Characters characters = Characters.of(TEXT, 1);

  @Test
  void whatIsEncodedComesBack() {
    int[] indices = TEXT.chars().map(c -> characters.indexOf((char) c)).toArray();
    assertEquals(TEXT, characters.text(indices));
    assertEquals(" ?acehmnost", characters.text(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10));
    assertEquals(11, characters.size());
  }

  @Test
  void rareCharactersAreSmallLettersOrUnknown() {
    Characters frequent = Characters.of("aaaAbbbBccZz\u0130", 2);
    assertEquals("?abc", frequent.text(0, 1, 2, 3));
    assertEquals(4, frequent.size());
    assertEquals("ab???", encodedAndBack(frequent, "ABzZ\u0130"));
    // One that is known itself is not unknown for being rare in this text.
    assertEquals("a?c", encodedAndBack(frequent, "a?C"));
  }

  private static String encodedAndBack(Characters characters, String text) {
    return characters.text(text.chars().map(c -> characters.indexOf((char) c)).toArray());
  }

  @Test
  void oneHotHasAOnePerTimeStep() {
    INDArray oneHot = characters.oneHot("cat?");
    assertArrayEquals(new long[] {1, 11, 4}, oneHot.shape());
    assertEquals("cat?", decoded(oneHot, 0));
  }

  @Test
  void labelsAreTheNextCharacters() {
    DataSet all = characters.all(TEXT, 5);
    assertArrayEquals(new long[] {4, 11, 5}, all.getFeatures().shape());
    assertArrayEquals(new long[] {4, 11, 5}, all.getLabels().shape());
    for (int i = 0; i < 4; i++) {
      assertEquals(TEXT.substring(5 * i, 5 * i + 5), decoded(all.getFeatures(), i));
      assertEquals(TEXT.substring(5 * i + 1, 5 * i + 6), decoded(all.getLabels(), i));
    }
    // The last label is the last character: 21 of 22 characters have a next one.
    assertEquals(3, characters.all(TEXT, 7).getFeatures().size(0));
    assertEquals(1, characters.all(TEXT, 21).getFeatures().size(0));
  }

  @Test
  void batchesHoldEverySequenceOnceInAnOrderByTheSeed() {
    SampleIterator batches = characters.sequences(TEXT, 3, 4, 9);
    String first = epoch(batches);
    batches.reset();
    String second = epoch(batches);
    assertNotEquals(first, second, "the order should change");
    assertEquals(first, epoch(characters.sequences(TEXT, 3, 4, 9)), "the seed should fix it");
    List<String> sorted = Arrays.stream(first.split("\\|")).sorted().toList();
    assertEquals(List.of(" ca", " ma", "at ", "on ", "t s", "the", "the"), sorted);
    assertEquals(11, batches.inputColumns());
    assertEquals(11, batches.totalOutcomes());
    assertThrows(NoSuchElementException.class, batches::next);
  }

  private static String epoch(SampleIterator batches) {
    StringBuilder order = new StringBuilder();
    while (batches.hasNext()) {
      INDArray features = batches.next().getFeatures();
      for (int i = 0; i < features.size(0); i++) {
        order.append(decoded(features, i)).append('|');
      }
    }
    return order.toString();
  }

  /** The text of a one-hot sequence; fails if anything but one 1 is in a time step. */
  private static String decoded(INDArray oneHot, int sequence) {
    Characters characters = Characters.of(TEXT, 1);
    int[] indices = new int[(int) oneHot.size(2)];
    for (int t = 0; t < indices.length; t++) {
      int ones = 0;
      for (int c = 0; c < oneHot.size(1); c++) {
        float value = oneHot.getFloat(sequence, c, t);
        assertTrue(value == 0 || value == 1, "found " + value);
        if (value == 1) {
          indices[t] = c;
          ones++;
        }
      }
      assertEquals(1, ones, "time step " + t);
    }
    return characters.text(indices);
  }

  @Test
  void whatCannotBeIsRefused() {
    assertRefused("text, atLeast", () -> Characters.of("", 1));
    assertRefused("text, atLeast", () -> Characters.of("a", 0));
    assertRefused("expected 0 to 10", () -> characters.text(11));
    assertRefused("expected 0 to 10", () -> characters.text(-1));
    assertRefused("a text of 22 characters", () -> characters.all(TEXT, 22));
    assertRefused("a text of 22 characters", () -> characters.sequences(TEXT, 0, 1, 1));
    assertRefused("batch", () -> characters.sequences(TEXT, 3, 0, 1));
  }

  private static void assertRefused(String reason, Runnable call) {
    String message = assertThrows(IllegalArgumentException.class, call::run).getMessage();
    assertTrue(message.contains(reason), message + " should say " + reason);
  }
}
