package org.iterativemaps.inference;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Random;
import java.util.zip.CRC32;
import org.iterativemaps.lanes.LaneActivation;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Files as they are written, and as they come. */
class ProgramFileTest {
  @TempDir private Path folder;

  private static byte[] bytes(Program program) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try {
      InferenceModel.of(program).write(out);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return out.toByteArray();
  }

  private static Program read(byte[] bytes) throws IOException {
    return InferenceModel.read(new ByteArrayInputStream(bytes)).program();
  }

  private static void assertRefused(String part, byte[] bytes) {
    String message = assertThrows(ProgramFormatException.class, () -> read(bytes)).getMessage();
    assertTrue(message.contains(part), message);
  }

  @Test
  void whatIsReadIsWhatWasWritten() throws IOException {
    for (long seed = 0; seed < 100; seed++) {
      Program program = RandomProgram.of(seed);
      Program back = read(bytes(program));
      assertEquals(program.toString(), back.toString());
      assertEquals(program.instructions(), back.instructions());
      assertEquals(program.matrices(), back.matrices());
      assertEquals(program.states(), back.states());
      assertEquals(program.card(), back.card());
      assertEquals(program.output(), back.output());
      assertEquals(program.isSequence(), back.isSequence());
      assertEquals(program.isLastOnly(), back.isLastOnly());
      for (int vector = 0; vector < program.vectors(); vector++) {
        assertArrayEquals(program.vector(vector), back.vector(vector));
      }
      assertArrayEquals(bytes(program), bytes(back));
    }
  }

  @Test
  void aFileOfThisVersionStaysReadable() throws IOException {
    try (InputStream in = ProgramFileTest.class.getResourceAsStream("version-1.maps")) {
      InferenceModel model = InferenceModel.read(in);
      assertEquals(RandomProgram.of(42).instructions(), model.program().instructions());
      assertEquals(RandomProgram.of(42).matrices(), model.program().matrices());
    }
  }

  @Test
  void aFileCutShortIsRefused() {
    byte[] whole = bytes(RandomProgram.of(1));
    for (int length = 0; length < whole.length; length++) {
      byte[] cut = Arrays.copyOf(whole, length);
      assertThrows(ProgramFormatException.class, () -> read(cut), "at " + length);
    }
    assertRefused("something was added", Arrays.copyOf(whole, whole.length + 1));
    assertRefused("does not begin as one", new byte[100]);
  }

  @Test
  void aChangedByteIsRefused() {
    byte[] whole = bytes(RandomProgram.of(2));
    for (int at = 0; at < whole.length; at++) {
      byte[] changed = whole.clone();
      changed[at] ^= 0x10;
      assertThrows(ProgramFormatException.class, () -> read(changed), "at " + at);
    }
  }

  /** Whoever changes a file on purpose can mend the checksum: no such file may do harm. */
  @Test
  void nonsenseWithARightChecksumIsRefusedOrRuns() {
    Random random = new Random(5);
    int refused = 0;
    for (int trial = 0; trial < 3_000; trial++) {
      byte[] changed = bytes(RandomProgram.of(trial % 20));
      int at = 12 + random.nextInt(changed.length - 16);
      changed[at] = (byte) random.nextInt(256);
      CRC32 sum = new CRC32();
      sum.update(changed, 12, changed.length - 16);
      ByteBuffer.wrap(changed).putInt(changed.length - 4, (int) sum.getValue());
      try {
        Program program = read(changed);
        if (program.inputSize() < 1_000) {
          InferenceModel.of(program).stream().next(new float[program.inputSize()]);
        }
      } catch (ProgramFormatException e) {
        refused++;
      } catch (IllegalStateException e) {
        assertTrue(e.getMessage().contains("NaN"), e.getMessage());
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
    assertTrue(refused > 300, refused + " of 3000");
  }

  /** What a header and 70 bytes can ask for. */
  @Test
  void moreUnitsThanThereAreBytesForAreRefused() {
    ProgramBuilder into = Program.builder(1);
    int large = into.register(Program.MOST_UNITS);
    into.fill(large, -1);
    assertRefused("more than a file of", bytes(into.build(into.input())));
  }

  /** Files have the numbers of operations and the names of activations: both must stay. */
  @Test
  void whatFilesAreMadeOfStays() {
    assertEquals(
        "[FILL, COPY, PUT, MULTIPLY_ADD, ADD, ADD_PRODUCT, SUBTRACT_PRODUCT, SCALE, SCALE_UNITS,"
            + " NORMALISE, ACTIVATE, SOFTMAX]",
        Arrays.toString(Instruction.Operation.values()));
    assertEquals(
        "[IDENTITY, TANH, SIGMOID, RELU, LEAKY_RELU, BENT_RELU, ELU, ANY_ELU, SELU, HARD_TANH,"
            + " HARD_SIGMOID, RECTIFIED_TANH, RATIONAL_TANH, SOFTSIGN, CUBE, SOFTPLUS, GELU,"
            + " TANH_GELU, SWISH, MISH]",
        Arrays.toString(LaneActivation.Kind.values()));
  }

  @Test
  void aVersionFromTheFutureIsRefused() {
    byte[] later = bytes(RandomProgram.of(3));
    ByteBuffer.wrap(later).putInt(4, 2);
    assertRefused("found version 2, expected 1 to 1", later);
  }

  @Test
  void theFileIsNamed() throws IOException {
    Path file = folder.resolve("nothing.maps");
    Files.write(file, new byte[3]);
    String message =
        assertThrows(ProgramFormatException.class, () -> InferenceModel.read(file)).getMessage();
    assertTrue(message.startsWith(file.toString()), message);
    message =
        assertThrows(ProgramFormatException.class, () -> InferenceModel.read(folder)).getMessage();
    assertTrue(message.startsWith(folder + ": is a folder"), message);
    assertThrows(
        NoSuchFileException.class, () -> InferenceModel.read(folder.resolve("missing.maps")));
  }
}
