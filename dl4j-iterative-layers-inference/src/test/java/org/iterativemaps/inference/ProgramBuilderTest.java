package org.iterativemaps.inference;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.iterativemaps.lanes.LaneActivation;
import org.junit.jupiter.api.Test;

/** What does not fit is refused where it is written. */
class ProgramBuilderTest {
  private final ProgramBuilder into = Program.builder(3);
  private final int two = into.register(2);
  private final int three = into.register(3);
  private final int state = into.state("h", 3);

  private static void assertMessage(String part, Runnable call) {
    String message = assertThrows(IllegalArgumentException.class, call::run).getMessage();
    assertTrue(message.contains(part), message);
  }

  @Test
  void sizesAreChecked() {
    assertMessage("found 0 units", () -> into.register(0));
    assertMessage("expected 1 to", () -> Program.builder(Program.MOST_UNITS + 1));
    assertMessage("expected the target's 2", () -> into.copy(two, into.input()));
    assertMessage("expected the target's 2", () -> into.fill(two, into.vector(new float[3])));
    assertMessage("find room", () -> into.put(filled(two), 0, into.input()));
    assertMessage("find room", () -> into.put(filled(three), 1, into.input()));
    int matrix = into.matrix(Matrix.dense(2, 3, new float[6]));
    assertMessage("expected one from 3 to 3", () -> into.multiplyAdd(filled(three), matrix, 0));
    assertMessage("expected the target's 3", () -> into.carry(state, filled(two)));
  }

  private int filled(int register) {
    into.fill(register, -1);
    return register;
  }

  @Test
  void nothingIsReadBeforeItIsWritten() {
    assertMessage("before anything is written", () -> into.copy(three, two));
    assertMessage("before anything is written", () -> into.add(three, into.input()));
    assertMessage("before anything is written", () -> into.build(two));
    assertMessage("before anything is written", () -> into.carry(state, three));
  }

  @Test
  void numbersAreChecked() {
    assertMessage("found number 9, expected 0 to 3", () -> into.copy(three, 9));
    assertMessage("found number -1", () -> into.copy(three, -1));
    assertMessage("found number 0, expected 0 to -1", () -> into.fill(three, 0));
    assertMessage("found NaN at unit 1", () -> into.vector(new float[] {0, Float.NaN}));
    assertMessage("found Infinity", () -> into.scale(three, Float.POSITIVE_INFINITY, 0));
    assertMessage("activation: found none", () -> into.activate(three, null, 0));
    assertMessage("register 1 is none", () -> into.carry(two, filled(two)));
    assertMessage("token or a state", () -> into.copy(state, 0));
    assertMessage("token or a state", () -> into.scale(0, 1, 0));
    assertMessage("another register", () -> into.normalise(filled(three), true, three));
  }

  @Test
  void matricesAreChecked() {
    float[] one = {1};
    assertMessage("found 5 weights", () -> Matrix.dense(2, 3, new float[5]));
    assertMessage("expected at least 1", () -> Matrix.dense(0, 3, new float[0]));
    assertMessage("found 2 starts", () -> Matrix.sparse(2, 3, new int[2], new int[1], one));
    assertMessage(
        "found source unit 2", () -> Matrix.sparse(2, 1, new int[] {0, 1}, new int[] {2}, one));
    assertMessage(
        "found source unit 0",
        () -> Matrix.sparse(2, 1, new int[] {0, 2}, new int[] {1, 0}, new float[2]));
    assertMessage(
        "to end at entry 2, expected 0 to 1",
        () -> Matrix.sparse(2, 2, new int[] {0, 2, 1}, new int[] {0}, one));
    assertMessage("found the weight NaN", () -> Matrix.dense(1, 1, new float[] {Float.NaN}));
  }

  @Test
  void aProgramSaysWhatItIs() {
    into.activate(three, new LaneActivation(LaneActivation.Kind.TANH, 0), into.input());
    Program program = into.build(three);
    assertEquals("3 -> 3, 1 instructions, 0 constants, states [h: r3 <- r3]", program.toString());
    assertEquals("ACTIVATE r2, r0, TANH", program.instructions().get(0).toString());
  }
}
