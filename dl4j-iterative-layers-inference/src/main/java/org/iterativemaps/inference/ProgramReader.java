package org.iterativemaps.inference;

import java.io.IOException;
import java.io.InputStream;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.zip.CRC32;
import org.iterativemaps.inference.Instruction.Operation;
import org.iterativemaps.lanes.LaneActivation;

/** Reads what {@link ProgramWriter} writes, and believes nothing that it has not checked. */
final class ProgramReader {
  private static final int HEADER = 3 * Integer.BYTES;

  private final ByteBuffer in;

  private ProgramReader(ByteBuffer in) {
    this.in = in;
  }

  static Program read(InputStream from) throws IOException {
    ByteBuffer bytes = ByteBuffer.wrap(from.readAllBytes());
    if (bytes.remaining() < HEADER || bytes.getInt() != ProgramWriter.MAGIC) {
      throw new ProgramFormatException(
          "this is no file of a network for inference: it does not begin as one; write one with"
              + " InferenceExport of dl4j-iterative-layers");
    }
    int version = bytes.getInt();
    if (version < 1 || version > ProgramWriter.VERSION) {
      throw new ProgramFormatException(
          "found version "
              + version
              + ", expected 1 to "
              + ProgramWriter.VERSION
              + "; read the file with the version of dl4j-iterative-layers-inference that wrote it,"
              + " or a newer one");
    }
    int length = bytes.getInt();
    int found = bytes.remaining() - Integer.BYTES;
    if (length < 0 || found != length) {
      throw new ProgramFormatException(
          "found "
              + found
              + " bytes of content, expected "
              + length
              + ": the file is cut short or something was added; copy it again");
    }
    CRC32 sum = new CRC32();
    sum.update(bytes.array(), bytes.position(), length);
    if ((int) sum.getValue() != bytes.getInt(bytes.position() + length)) {
      throw new ProgramFormatException(
          "the content is damaged: its checksum differs; copy it again");
    }
    ByteBuffer content = ByteBuffer.wrap(bytes.array(), bytes.position(), length);
    try {
      return new ProgramReader(content).program();
    } catch (BufferUnderflowException | IllegalArgumentException e) {
      String reason = e.getMessage() == null ? "it ends too early" : e.getMessage();
      throw new ProgramFormatException("the content does not make a network: " + reason, e);
    }
  }

  private Program program() throws IOException {
    String card = text();
    int registers = count("registers", 1);
    int[] sizes = new int[registers];
    for (int register = 0; register < registers; register++) {
      sizes[register] = number();
    }
    int input = number();
    if (input != 0) {
      throw new ProgramFormatException("input: found register " + input + ", expected 0");
    }
    ProgramBuilder builder = Program.builder(sizes[0]).card(card);
    int output = number();
    if (flag()) {
      builder.sequence();
    }
    if (flag()) {
      builder.lastOnly();
    }
    int states = count("states", 3);
    String[] names = new String[registers];
    int[][] carried = new int[states][];
    for (int s = 0; s < states; s++) {
      String name = text();
      carried[s] = new int[] {number(), number()};
      if (carried[s][0] < 1 || carried[s][0] >= registers) {
        throw new ProgramFormatException("state '" + name + "': found register " + carried[s][0]);
      }
      names[carried[s][0]] = name;
    }
    for (int register = 1; register < registers; register++) {
      if (names[register] == null) {
        builder.register(sizes[register]);
      } else {
        builder.state(names[register], sizes[register]);
      }
    }
    int vectors = count("vectors", 1);
    for (int vector = 0; vector < vectors; vector++) {
      builder.vector(floats());
    }
    int matrices = count("matrices", 4);
    for (int matrix = 0; matrix < matrices; matrix++) {
      builder.matrix(matrix());
    }
    int instructions = count("instructions", 6);
    for (int i = 0; i < instructions; i++) {
      instruction(builder);
    }
    for (int[] state : carried) {
      builder.carry(state[0], state[1]);
    }
    if (in.hasRemaining()) {
      throw new ProgramFormatException(in.remaining() + " bytes follow the last instruction");
    }
    return builder.build(output);
  }

  private Matrix matrix() throws IOException {
    int from = number();
    int to = number();
    if (flag()) {
      return Matrix.dense(from, to, floats());
    }
    requireRoom("rows", to, 1);
    int[] starts = new int[to + 1];
    int[] sources = new int[in.remaining()];
    for (int row = 0; row < to; row++) {
      int length = count("entries", 1);
      starts[row + 1] = Math.addExact(starts[row], length);
      int next = 0;
      for (int entry = starts[row]; entry < starts[row + 1]; entry++) {
        sources[entry] = Math.addExact(next, number());
        next = Math.addExact(sources[entry], 1);
      }
    }
    return Matrix.sparse(from, to, starts, Arrays.copyOf(sources, starts[to]), floats());
  }

  private void instruction(ProgramBuilder builder) throws IOException {
    int code = in.get();
    if (code < 0 || code >= Operation.values().length) {
      throw new ProgramFormatException("instruction: found operation number " + code);
    }
    int target = number();
    int a = number() - 1;
    int b = number() - 1;
    int index = number() - 1;
    int second = number() - 1;
    switch (Operation.values()[code]) {
      case FILL:
        builder.fill(target, index);
        break;
      case COPY:
        builder.copy(target, a);
        break;
      case PUT:
        builder.put(target, index, a);
        break;
      case MULTIPLY_ADD:
        builder.multiplyAdd(target, index, a);
        break;
      case ADD:
        builder.add(target, a);
        break;
      case ADD_PRODUCT:
        builder.addProduct(target, a, b);
        break;
      case SUBTRACT_PRODUCT:
        builder.subtractProduct(target, a, b);
        break;
      case SCALE:
        builder.scale(target, in.getFloat(), a);
        break;
      case SCALE_UNITS:
        builder.scaleUnits(target, index, second, a);
        break;
      case NORMALISE:
        builder.normalise(target, index == 1, a);
        break;
      case ACTIVATE:
        builder.activate(target, activation(), a);
        break;
      case SOFTMAX:
        builder.softmax(target, a);
        break;
    }
  }

  private LaneActivation activation() throws IOException {
    String kind = text();
    float alpha = in.getFloat();
    float threshold = in.getFloat();
    float max = in.getFloat();
    for (LaneActivation.Kind known : LaneActivation.Kind.values()) {
      if (known.name().equals(kind)) {
        return new LaneActivation(known, alpha, threshold, max);
      }
    }
    throw new ProgramFormatException(
        "activation: found '" + kind + "', which this version does not know; use a newer one");
  }

  private String text() throws IOException {
    byte[] utf8 = new byte[count("bytes of text", 1)];
    in.get(utf8);
    return new String(utf8, StandardCharsets.UTF_8);
  }

  private float[] floats() throws IOException {
    float[] values = new float[count("numbers", Float.BYTES)];
    for (int i = 0; i < values.length; i++) {
      values[i] = in.getFloat();
    }
    return values;
  }

  private boolean flag() {
    return in.get() != 0;
  }

  /** A count of things that take so many bytes each, which must still be there. */
  private int count(String what, int bytes) throws IOException {
    int count = number();
    requireRoom(what, count, bytes);
    return count;
  }

  private void requireRoom(String what, int count, int bytes) throws IOException {
    if ((long) count * bytes > in.remaining()) {
      throw new ProgramFormatException(
          "found " + count + " " + what + " announced, more than the file has room for");
    }
  }

  private int number() throws IOException {
    long value = 0;
    for (int shift = 0; shift < 35; shift += 7) {
      int next = in.get();
      value |= (long) (next & 0x7f) << shift;
      if (next >= 0) {
        if (value <= Integer.MAX_VALUE) {
          return (int) value;
        }
        break;
      }
    }
    throw new ProgramFormatException("found a number above " + Integer.MAX_VALUE);
  }
}
