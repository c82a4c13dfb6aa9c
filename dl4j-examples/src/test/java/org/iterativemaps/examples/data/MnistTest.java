package org.iterativemaps.examples.data;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MnistTest {

  private static final String IMAGES = "train-images-idx3-ubyte";
  private static final String LABELS = "train-labels-idx1-ubyte.gz";

  @TempDir Path folder;
  private byte[] images;
  private byte[] labels;

  @BeforeEach
  void twoGoodFiles() throws IOException {
    images = idx(0x803, new int[] {3, 2, 2}, 0, 255, 51, 0, 1, 2, 3, 4, 5, 6, 7, 8);
    labels = idx(0x801, new int[] {3}, 7, 0, 9);
    write();
  }

  private void write() throws IOException {
    Files.write(folder.resolve(IMAGES), images);
    Files.write(folder.resolve(LABELS), gzip(labels));
  }

  static byte[] idx(int magic, int[] sizes, int... values) {
    ByteBuffer buffer = ByteBuffer.allocate(4 + 4 * sizes.length + values.length).putInt(magic);
    Arrays.stream(sizes).forEach(buffer::putInt);
    Arrays.stream(values).forEach(value -> buffer.put((byte) value));
    return buffer.array();
  }

  private static byte[] gzip(byte[] plain) throws IOException {
    ByteArrayOutputStream packed = new ByteArrayOutputStream();
    try (GZIPOutputStream out = new GZIPOutputStream(packed)) {
      out.write(plain);
    }
    return packed.toByteArray();
  }

  private void assertRefused(String... reasons) {
    String message = assertThrows(IOException.class, () -> Mnist.train(folder)).getMessage();
    for (String reason : reasons) {
      assertTrue(message.contains(reason), message + " should say " + reason);
    }
  }

  @Test
  void readsPlainAndPackedFiles() throws IOException {
    DigitImages read = Mnist.train(folder);
    assertEquals(3, read.count());
    assertEquals(2, read.side());
    assertArrayEquals(new float[] {0, 1, 0.2f, 0}, read.pixels().get(0));
    assertArrayEquals(new int[] {7, 0, 9}, read.labels());
  }

  @Test
  void namesTheMissingFile() throws IOException {
    Files.delete(folder.resolve(LABELS));
    assertRefused("train-labels-idx1-ubyte", ".gz");
    String noFolder =
        assertThrows(IOException.class, () -> Mnist.test(folder.resolve("absent"))).getMessage();
    assertTrue(noFolder.contains("No folder"), noFolder);
    assertTrue(noFolder.contains("t10k-images"), noFolder);
  }

  @Test
  void refusesAWrongMagicNumber() throws IOException {
    images[3] = 1;
    write();
    assertRefused(IMAGES, "0x00000801", "0x00000803");
  }

  @Test
  void refusesAFileThatIsCutOff() throws IOException {
    images = Arrays.copyOf(images, images.length - 1);
    write();
    assertRefused(IMAGES, "found 11 values, expected 12");
    images = Arrays.copyOf(images, 9);
    write();
    assertRefused(IMAGES, "ends too early");
  }

  @Test
  void refusesAFileThatIsTooLong() throws IOException {
    images = Arrays.copyOf(images, images.length + 1);
    write();
    assertRefused(IMAGES, "more data");
  }

  @Test
  void refusesNegativeAndHugeSizes() throws IOException {
    images[4] = -1;
    write();
    assertRefused(IMAGES, "dimension 0");
    images[4] = 127;
    write();
    assertRefused(IMAGES, "dimension 0");
  }

  @Test
  void refusesDamagedGzip() throws IOException {
    Files.writeString(folder.resolve(LABELS), "this is not gzip data");
    assertRefused(LABELS, "gzip");
    byte[] packed = gzip(labels);
    Files.write(folder.resolve(LABELS), Arrays.copyOf(packed, packed.length - 10));
    assertRefused(LABELS);
  }

  @Test
  void refusesLabelsThatDoNotBelong() throws IOException {
    labels = idx(0x801, new int[] {2}, 7, 0);
    write();
    assertRefused("found 2 labels, expected 3");
    labels = idx(0x801, new int[] {3}, 7, 0, 10);
    write();
    assertRefused("label 2 is 10");
  }
}
