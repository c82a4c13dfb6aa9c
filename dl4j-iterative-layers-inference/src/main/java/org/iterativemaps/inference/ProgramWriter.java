package org.iterativemaps.inference;

import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.zip.CRC32;
import org.iterativemaps.lanes.LaneActivation;

/**
 * A program in bytes, big end first:
 *
 * <pre>
 *   int      {@link #MAGIC}
 *   int      {@link #VERSION}
 *   int      bytes of what follows but the last four
 *   card     text
 *   registers, input, output, whether it is of sequences, whether the last answer is its
 *   states   name, register, next
 *   vectors, matrices, instructions
 *   int      CRC-32 of all from the card on
 * </pre>
 *
 * Counts and numbers of registers are unsigned in groups of seven bits, the lowest first (LEB128);
 * every list begins with its length. Of a sparse matrix the row lengths and the gaps between the
 * sources of a row are written, not the places: most take a byte.
 */
final class ProgramWriter {
  /** How a file begins: "ItMp". */
  static final int MAGIC = 0x49744d70;

  /** Goes up when older readers cannot read what is written. */
  static final int VERSION = 1;

  private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
  private final DataOutputStream out = new DataOutputStream(bytes);

  private ProgramWriter() {}

  static void write(Program program, OutputStream into) throws IOException {
    ProgramWriter writer = new ProgramWriter();
    writer.program(program);
    byte[] content = writer.bytes.toByteArray();
    CRC32 sum = new CRC32();
    sum.update(content);
    DataOutputStream file = new DataOutputStream(into);
    file.writeInt(MAGIC);
    file.writeInt(VERSION);
    file.writeInt(content.length);
    file.write(content);
    file.writeInt((int) sum.getValue());
    file.flush();
  }

  private void program(Program program) throws IOException {
    text(program.card());
    count(program.registers());
    for (int register = 0; register < program.registers(); register++) {
      count(program.size(register));
    }
    count(program.input());
    count(program.output());
    out.writeBoolean(program.isSequence());
    out.writeBoolean(program.isLastOnly());
    count(program.states().size());
    for (Program.State state : program.states()) {
      text(state.name());
      count(state.register());
      count(state.next());
    }
    count(program.vectors());
    for (int vector = 0; vector < program.vectors(); vector++) {
      floats(program.sharedVector(vector));
    }
    count(program.matrices().size());
    for (Matrix matrix : program.matrices()) {
      matrix(matrix);
    }
    count(program.instructions().size());
    for (Instruction instruction : program.instructions()) {
      instruction(instruction);
    }
  }

  private void matrix(Matrix matrix) throws IOException {
    count(matrix.fromSize());
    count(matrix.toSize());
    out.writeBoolean(matrix.isDense());
    if (!matrix.isDense()) {
      for (int to = 0; to < matrix.toSize(); to++) {
        int end = matrix.targetStart(to + 1);
        count(end - matrix.targetStart(to));
        int next = 0;
        for (int entry = matrix.targetStart(to); entry < end; entry++) {
          count(matrix.source(entry) - next);
          next = matrix.source(entry) + 1;
        }
      }
    }
    floats(matrix.copyValues());
  }

  private void instruction(Instruction instruction) throws IOException {
    out.writeByte(instruction.operation().ordinal());
    count(instruction.target());
    count(instruction.a() + 1);
    count(instruction.b() + 1);
    count(instruction.vector() + 1);
    count(instruction.shift() + 1);
    if (instruction.operation() == Instruction.Operation.SCALE) {
      out.writeFloat(instruction.scale());
    }
    LaneActivation activation = instruction.activation();
    if (activation != null) {
      text(activation.kind().name());
      out.writeFloat(activation.alpha());
      out.writeFloat(activation.threshold());
      out.writeFloat(activation.max());
    }
  }

  private void text(String text) throws IOException {
    byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
    count(utf8.length);
    out.write(utf8);
  }

  private void floats(float[] values) throws IOException {
    count(values.length);
    for (float value : values) {
      out.writeFloat(value);
    }
  }

  private void count(int value) throws IOException {
    int rest = value;
    while (rest > 0x7f) {
      out.writeByte(rest & 0x7f | 0x80);
      rest >>>= 7;
    }
    out.writeByte(rest);
  }
}
