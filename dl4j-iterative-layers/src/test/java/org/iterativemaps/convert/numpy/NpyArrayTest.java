package org.iterativemaps.convert.numpy;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import java.util.zip.ZipOutputStream;
import org.iterativemaps.convert.numpy.NpyArray.Precision;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.activations.IActivation;
import org.nd4j.linalg.activations.impl.ActivationTanH;

class NpyArrayTest {
  @TempDir private Path folder;

  /** Files that NumPy 2.4 wrote. */
  @ParameterizedTest
  @ValueSource(strings = {"stored.npz", "compressed.npz"})
  void readsWhatNumpyWrites(String file) throws Exception {
    Map<String, NpyArray> arrays = Npz.read(resource(file));
    double[] quarters = {0, 0.25, 0.5, 0.75, 1, 1.25};
    for (String name : new String[] {"c8", "f8", "big", "f4"}) {
      assertEquals(new NpyArray(new int[] {2, 3}, quarters), arrays.get(name), name);
    }
    double[] fromMinusTwo = {-2, -1, 0, 1, 2, 3};
    assertEquals(new NpyArray(new int[] {2, 3}, fromMinusTwo), arrays.get("i8"));
    assertEquals(new NpyArray(new int[] {2, 3}, fromMinusTwo), arrays.get("i4"));
    assertArrayEquals(
        Arrays.stream(fromMinusTwo).map(v -> v / 4).toArray(), arrays.get("f2").values());
    assertArrayEquals(new double[] {0, 1, 2, 3, 4, 5}, arrays.get("u1").values());
    assertArrayEquals(new double[] {1, 0, 1, 0, 1, 0}, arrays.get("bool").values());
    double[] cube = new double[24];
    Arrays.setAll(cube, i -> i / 8.0);
    assertEquals(new NpyArray(new int[] {2, 3, 4}, cube), arrays.get("cube"));
    assertEquals(NpyArray.vector(0.5, -1.5), arrays.get("vector"));
    assertEquals(new NpyArray(new int[0], new double[] {2.5}), arrays.get("scalar"));
    assertEquals(12, arrays.size());
    assertArrayEquals(quarters, NpyArray.read(resource("fortran.npy")).values());
  }

  @ParameterizedTest
  @EnumSource(Precision.class)
  void writesWhatItReads(Precision precision) throws IOException {
    double[] values = {0, 1, 0, 1, 1, 0};
    for (int[] shape : new int[][] {{6}, {2, 3}, {1, 6, 1}, {3, 2}}) {
      NpyArray array = new NpyArray(shape, values);
      byte[] bytes = array.format(precision);
      assertEquals(0, (bytes.length - values.length * width(precision)) % 64);
      assertEquals(array, NpyArray.parse(bytes));
    }
    Path file = folder.resolve("one.npy");
    NpyArray matrix = NpyArray.matrix(new double[][] {{0.1, 0.2}, {0.3, 0.4}});
    matrix.write(file, Precision.DOUBLE);
    assertEquals(matrix, NpyArray.read(file));
    Map<String, NpyArray> arrays = new LinkedHashMap<>();
    arrays.put("weight[h<-x]", matrix);
    Path npz = folder.resolve("some.npz");
    Npz.write(npz, arrays, Precision.DOUBLE);
    assertEquals(arrays, Npz.read(npz));
  }

  /** By hand, from the specification: version 2 and a header without blanks. */
  @Test
  void readsOtherVersionsOfTheHeader() throws IOException {
    String header = "{'fortran_order':False,'descr':'<i2','shape':(2L,)}\n";
    byte[] bytes = new byte[12 + header.length() + 4];
    byte[] magic = {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y', 2, 0, (byte) header.length(), 0, 0, 0};
    System.arraycopy(magic, 0, bytes, 0, 12);
    System.arraycopy(header.getBytes(StandardCharsets.US_ASCII), 0, bytes, 12, header.length());
    bytes[bytes.length - 4] = 5;
    bytes[bytes.length - 2] = (byte) 0xff;
    bytes[bytes.length - 1] = (byte) 0xff;
    assertEquals(NpyArray.vector(5, -1), NpyArray.parse(bytes));
  }

  @ParameterizedTest
  @CsvSource({
    "<f8,|O,type: found O",
    "<f8,<c16,type: found c16",
    "NUMPY,NUMPX,does not begin with",
    "(6,(9999999999,too large",
    "(6,(7,found 48 bytes",
    "'descr',[('a',a type such as"
  })
  void refusesWhatItDoesNotKnow(String from, String to, String expected) {
    byte[] bytes = new NpyArray(new int[] {6}, new double[6]).format(Precision.DOUBLE);
    String text = new String(bytes, StandardCharsets.ISO_8859_1).replace(from, to);
    int grown = text.length() - bytes.length;
    for (int i = 0; i < Math.abs(grown); i++) { // keep the length of the header
      text = grown > 0 ? text.replaceFirst(" \n", "\n") : text.replaceFirst("\n", " \n");
    }
    byte[] wrong = text.getBytes(StandardCharsets.ISO_8859_1);
    IOException refused = assertThrows(IOException.class, () -> NpyArray.parse(wrong));
    assertTrue(refused.getMessage().contains(expected), refused::getMessage);
  }

  @Test
  void refusesFilesThatAreCutOff() throws IOException {
    byte[] bytes = new NpyArray(new int[] {6}, new double[6]).format(Precision.DOUBLE);
    for (int length : new int[] {0, 5, 9, 20, bytes.length - 1}) {
      byte[] cut = Arrays.copyOf(bytes, length);
      assertThrows(IOException.class, () -> NpyArray.parse(cut));
    }
    for (byte version = 1; version <= 3; version++) {
      bytes[6] = version;
      for (int length : new int[] {10, 11, 12, 40}) {
        byte[] cut = Arrays.copyOf(bytes, length);
        IOException refused = assertThrows(IOException.class, () -> NpyArray.parse(cut));
        assertEquals("the file ends within its header", refused.getMessage(), "" + length);
      }
    }
    bytes[6] = 1;
    Path file = folder.resolve("cut.npy");
    Files.write(file, Arrays.copyOf(bytes, 100));
    IOException refused = assertThrows(IOException.class, () -> NpyArray.read(file));
    assertTrue(refused.getMessage().contains("cut.npy"), refused::getMessage);
  }

  /** One array that this class does not know, in the middle of others. */
  @Test
  void anArrayThatIsNotKnownIsNamedWhenItIsAskedFor() throws IOException {
    Map<String, NpyArray> arrays = new LinkedHashMap<>();
    for (String name : new String[] {"0.weight", "text", "0.bias"}) {
      arrays.put(name, NpyArray.vector(1, 2));
    }
    arrays.put("0.weight", NpyArray.matrix(new double[][] {{1, 2}, {3, 4}}));
    Path known = folder.resolve("known.npz");
    Npz.write(known, arrays, Precision.DOUBLE);
    Path file = folder.resolve("some.npz");
    try (ZipFile from = new ZipFile(known.toFile());
        ZipOutputStream to = new ZipOutputStream(Files.newOutputStream(file))) {
      for (ZipEntry entry : Collections.list(from.entries())) {
        String bytes = new String(from.getInputStream(entry).readAllBytes(), ISO_8859_1);
        to.putNextEntry(new ZipEntry(entry.getName()));
        boolean isText = entry.getName().startsWith("text");
        to.write((isText ? bytes.replace("<f8", "<U2") : bytes).getBytes(ISO_8859_1));
      }
    }
    assertEquals(arrays.get("0.weight"), Npz.read(file, "0.weight"));
    String unknown =
        assertThrows(NumpyFormatException.class, () -> Npz.read(file, "text")).getMessage();
    assertTrue(unknown.contains("some.npz, array 'text': type: found U2"), unknown);
    assertEquals(List.of("0.weight", "0.bias"), List.copyOf(Npz.read(file).keySet()));
    assertEquals(arrays.get("0.bias"), Npz.read(file).get("0.bias"));
    assertEquals(List.of("text"), List.copyOf(Npz.unknown(file).keySet()));
    assertTrue(Npz.unknown(file).get("text").startsWith("type: found U2"));
    assertEquals(Map.of(), Npz.unknown(known));
    String missing =
        assertThrows(IllegalArgumentException.class, () -> Npz.read(file, "1.weight")).getMessage();
    assertTrue(missing.contains("'1.weight'") && missing.contains("[0.weight, text"), missing);
    TorchState state = TorchState.read(file).allowUnused();
    assertEquals(List.of("0.weight", "text", "0.bias"), state.keys());
    List<IActivation> tanh = List.of(new ActivationTanH());
    assertArrayEquals(new double[] {1, 2}, state.sequential("", tanh).bias("y"));
    assertEquals(List.of("text"), state.unused());
    Files.move(file, folder.resolve("moved.npz")); // it is read already
    assertArrayEquals(new double[] {1, 2}, state.sequential("", tanh).bias("y"));
  }

  @Test
  void whatAMapNeedsIsNamedAsTheFileNamesIt() throws IOException {
    byte[] good = NpyArray.vector(1).format(Precision.DOUBLE);
    NamedArrays arrays = new NamedArrays("some.npz", Map.of("good", good, "bad", new byte[20]));
    assertEquals(NpyArray.vector(1), arrays.get("good"));
    String message =
        assertThrows(IllegalArgumentException.class, () -> arrays.get("bad")).getMessage();
    assertTrue(message.contains("some.npz, array 'bad': no .npy data"), message);
  }

  private static int width(Precision precision) {
    return precision == Precision.DOUBLE ? 8 : precision == Precision.FLOAT ? 4 : 1;
  }

  static Path resource(String name) throws URISyntaxException {
    return Path.of(NpyArrayTest.class.getResource(name).toURI());
  }
}
