package org.iterativemaps.examples.data;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.zip.CRC32;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class HandwrittenDigitsTest {

  private static final long ALL = 3_889_732_259L;
  private static final long TRAIN = 3_084_956_012L;
  private static final long TEST = 389_467_594L;
  private static final String BLANK = "0,".repeat(64);

  /** The reading of images given as text. */
  private static DigitImages read(String lines) throws IOException {
    return HandwrittenDigits.read(new ByteArrayInputStream(gzip(lines)), "some.csv.gz");
  }

  private static byte[] gzip(String text) throws IOException {
    ByteArrayOutputStream packed = new ByteArrayOutputStream();
    try (GZIPOutputStream out = new GZIPOutputStream(packed)) {
      out.write(text.getBytes(StandardCharsets.US_ASCII));
    }
    return packed.toByteArray();
  }

  private static int[] counts(DigitImages images) {
    int[] counts = new int[DigitImages.CLASSES];
    Arrays.stream(images.labels()).forEach(label -> counts[label]++);
    return counts;
  }

  private static long hash(DigitImages images) {
    CRC32 crc = new CRC32();
    for (int i = 0; i < images.count(); i++) {
      for (float pixel : images.pixels().get(i)) {
        crc.update(Math.round(pixel * 16));
      }
      crc.update(images.labels()[i]);
    }
    return crc.getValue();
  }

  @Test
  void theFileIsWhole() throws IOException {
    DigitImages all = HandwrittenDigits.all();
    assertEquals(1797, all.count());
    assertEquals(8, all.side());
    assertArrayEquals(new int[] {178, 182, 177, 183, 181, 182, 181, 179, 174, 180}, counts(all));
    assertEquals(ALL, hash(all));
    float[] first = all.pixels().get(0); // a zero: its second row starts 0, 0, 13, 15
    assertEquals(0, all.labels()[0]);
    assertArrayEquals(new float[] {0, 0, 13 / 16f, 15 / 16f}, Arrays.copyOfRange(first, 8, 12));
  }

  @Test
  void aFifthOfEveryClassIsForTesting() throws IOException {
    DigitImages train = HandwrittenDigits.train();
    DigitImages test = HandwrittenDigits.test();
    assertEquals(1438, train.count());
    assertEquals(359, test.count());
    int[] all = counts(HandwrittenDigits.all());
    for (int digit = 0; digit < DigitImages.CLASSES; digit++) {
      assertEquals(all[digit] / 5.0, counts(test)[digit], 0.5, "digit " + digit);
      assertEquals(all[digit], counts(test)[digit] + counts(train)[digit], "digit " + digit);
    }
  }

  /** Each image is in one part, and as often as in the file: two may well look the same. */
  @Test
  void thePartsAreTheFile() throws IOException {
    Map<String, Integer> images = new HashMap<>();
    for (DigitImages part :
        new DigitImages[] {HandwrittenDigits.train(), HandwrittenDigits.test()}) {
      IntStream.range(0, part.count()).forEach(i -> images.merge(image(part, i), 1, Integer::sum));
    }
    DigitImages all = HandwrittenDigits.all();
    IntStream.range(0, all.count()).forEach(i -> images.merge(image(all, i), -1, Integer::sum));
    assertTrue(images.values().stream().allMatch(left -> left == 0));
    assertEquals(1797, images.size());
  }

  private static String image(DigitImages images, int i) {
    return images.labels()[i] + Arrays.toString(images.pixels().get(i));
  }

  @Test
  void thePartsAreTheSameOnEveryJvmAndMixed() throws IOException {
    assertEquals(TRAIN, hash(HandwrittenDigits.train()));
    assertEquals(TEST, hash(HandwrittenDigits.test()));
    for (DigitImages part :
        new DigitImages[] {HandwrittenDigits.train(), HandwrittenDigits.test()}) {
      for (int count : counts(part.range(0, 200))) {
        assertTrue(count > 5 && count < 40, Arrays.toString(counts(part.range(0, 200))));
      }
    }
  }

  @Test
  void valuesAreSharesOfBlack() throws IOException {
    DigitImages two = read("16,1," + "0,".repeat(62) + "7\n" + BLANK + "9\n");
    assertArrayEquals(new int[] {7, 9}, two.labels());
    assertArrayEquals(new float[] {1, 1 / 16f, 0}, Arrays.copyOf(two.pixels().get(0), 3));
  }

  @ParameterizedTest(name = "{0}")
  @CsvSource(
      delimiter = '|',
      value = {
        "0,0,0|found 3 columns, expected 65",
        "BLANK0,0|found 66 columns, expected 65",
        "17|found 1 columns, expected 65",
        "BLANK10|column 65: found '10', expected 0 to 9",
        "BLANK|column 65: found '', expected 0 to 9",
        "-BLANK1|column 1: found '-0', expected 0 to 16",
        "xBLANK1|column 1: found 'x0', expected 0 to 16",
        "2BLANK1|column 1: found '20', expected 0 to 16",
      })
  void whatIsWrongIsNamed(String line, String reason) {
    String text = BLANK + "3\n" + line.replace("BLANK", BLANK) + "\n";
    String message = assertThrows(IOException.class, () -> read(text)).getMessage();
    assertTrue(message.startsWith("some.csv.gz line 2"), message);
    assertTrue(message.contains(reason), message);
  }

  @Test
  void aFileThatIsCutOffOrNoGzipIsNamed() throws IOException {
    byte[] whole = gzip((BLANK + "3\n").repeat(50));
    byte[] text = (BLANK + "3\n").getBytes(StandardCharsets.US_ASCII);
    for (byte[] damaged : new byte[][] {Arrays.copyOf(whole, whole.length - 12), text, {}}) {
      String message =
          assertThrows(
                  IOException.class,
                  () -> HandwrittenDigits.read(new ByteArrayInputStream(damaged), "some.csv.gz"))
              .getMessage();
      assertTrue(message.startsWith("some.csv.gz: found no complete gzip file"), message);
      assertFalse(message.endsWith("null"), message);
    }
  }

  @Test
  void whatTheLicenceAsksForIsSaid() {
    for (String word : new String[] {"Alpaydin", "Kaynak", "UCI", "CC BY 4.0"}) {
      assertTrue(HandwrittenDigits.ATTRIBUTION.contains(word), word);
    }
  }
}
