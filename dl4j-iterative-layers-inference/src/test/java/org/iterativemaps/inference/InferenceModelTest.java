package org.iterativemaps.inference;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.EnumSet;
import java.util.Random;
import java.util.Set;
import java.util.stream.IntStream;
import org.iterativemaps.inference.Instruction.Operation;
import org.iterativemaps.lanes.LaneActivation;
import org.iterativemaps.lanes.LaneKernelSelection;
import org.iterativemaps.lanes.LaneKernels;
import org.iterativemaps.lanes.ScalarLaneKernels;
import org.junit.jupiter.api.Test;

/** Answers beside an independent computation. */
class InferenceModelTest {
  private static final int SEEDS = 200;
  private static final double TOLERANCE = 3e-6;

  @Test
  void randomProgramsOnSequences() {
    Set<Operation> met = EnumSet.noneOf(Operation.class);
    for (long seed = 0; seed < SEEDS; seed++) {
      Program program = RandomProgram.of(seed);
      program.instructions().forEach(instruction -> met.add(instruction.operation()));
      InferenceModel model = InferenceModel.of(program);
      PlainProgram plain = new PlainProgram(program);
      Random random = new Random(seed);
      float[][] tokens =
          IntStream.range(0, 8)
              .mapToObj(t -> RandomProgram.token(random, program.inputSize()))
              .toArray(float[][]::new);
      float[][] answers = model.sequence(tokens);
      for (int t = 0; t < tokens.length; t++) {
        assertClose(plain.next(tokens[t]), answers[t], "seed " + seed + ", time step " + t);
      }
    }
    assertEquals(EnumSet.allOf(Operation.class), met);
  }

  @Test
  void everyKernelAndTile() {
    LaneKernels[] all = {new ScalarLaneKernels(), LaneKernelSelection.selected()};
    for (long seed = 0; seed < 40; seed++) {
      Program program = RandomProgram.of(seed);
      for (LaneKernels kernels : all) {
        for (int samples : new int[] {1, 2, 9, 64}) {
          TokenStream stream = new TokenStream(Machine.of(program, kernels, samples), samples);
          PlainProgram[] plain = new PlainProgram[samples];
          Arrays.setAll(plain, s -> new PlainProgram(program));
          Random random = new Random(seed);
          for (int t = 0; t < 3; t++) {
            float[] tokens = RandomProgram.token(random, samples * program.inputSize());
            float[] answers = stream.next(tokens);
            for (int s = 0; s < samples; s++) {
              assertClose(
                  plain[s].next(part(tokens, s, program.inputSize())),
                  part(answers, s, program.outputSize()),
                  kernels.description() + ", seed " + seed + ", sample " + s + " of " + samples);
            }
          }
        }
      }
    }
  }

  private static float[] part(float[] all, int sample, int size) {
    return Arrays.copyOfRange(all, sample * size, (sample + 1) * size);
  }

  private static void assertClose(double[] expected, float[] actual, String where) {
    assertEquals(expected.length, actual.length, where);
    for (int i = 0; i < expected.length; i++) {
      assertEquals(expected[i], actual[i], TOLERANCE, where + ", unit " + i);
    }
  }

  /** h' = tanh(0.5 h + x), y = h'. */
  private static Program recurrence() {
    ProgramBuilder into = Program.builder(2);
    int h = into.state("h", 2);
    int sum = into.register(2);
    into.scale(sum, 0.5f, h);
    into.add(sum, into.input());
    into.activate(sum, new LaneActivation(LaneActivation.Kind.TANH, 0), sum);
    into.carry(h, sum);
    return into.build(sum);
  }

  @Test
  void streamsGoOn() {
    InferenceModel model = InferenceModel.of(recurrence());
    TokenStream stream = model.stream();
    float[] first = stream.next(new float[] {0.1f, -0.2f});
    assertArrayEquals(first, stream.state());
    assertArrayEquals(first, model.answer(new float[] {0.1f, -0.2f}));
    float[] second = stream.next(new float[] {1, 1});
    assertEquals(Math.tanh(0.5 * first[0] + 1), second[0], 1e-6);

    TokenStream later = model.stream();
    later.setState(first);
    assertArrayEquals(second, later.next(new float[] {1, 1}));
    later.reset();
    assertArrayEquals(first, later.next(new float[] {0.1f, -0.2f}));
    assertEquals("h: r1 <- r2", model.program().states().get(0).toString());
    assertTrue(model.isRecurrent());
  }

  @Test
  void aWrongTokenLeavesTheStateAsItWas() {
    InferenceModel model = InferenceModel.of(recurrence());
    TokenStream stream = model.stream();
    float[] state = stream.next(new float[] {1, 2});
    assertMessage("found 3 numbers, expected 2", () -> stream.next(new float[3]));
    assertMessage("found none", () -> stream.next(null));
    assertMessage("NaN at unit 1", () -> stream.next(new float[] {0, Float.NaN}));
    assertMessage("-Infinity at unit 0", () -> stream.next(new float[] {-1f / 0, 0}));
    assertMessage("answers: found 1", () -> stream.next(new float[2], new float[1]));
    assertMessage("state: found 1", () -> stream.setState(new float[1]));
    assertMessage("state: found NaN", () -> stream.setState(new float[] {Float.NaN, 0}));
    assertArrayEquals(state, stream.state());
    assertMessage("token 1: found 1", () -> model.answers(new float[][] {{1, 2}, {1}}));
    assertMessage("token 0: found null", () -> model.answers(new float[][] {null}));
    assertMessage("tokens: found null", () -> model.answers(null));
    assertMessage("tokens: found null", () -> model.sequence(null));
    assertMessage("tokens: found none", () -> model.lastAnswer(new float[0][]));
    assertMessage("samples: found 0", () -> model.streams(0));
    assertMessage("program: found none", () -> InferenceModel.of(null));
    assertEquals(0, model.answers(new float[0][]).length);
  }

  @Test
  void whatHasGrownPastAFloatIsSaid() {
    ProgramBuilder into = Program.builder(1);
    int h = into.state("h", 1);
    int sum = into.register(1);
    into.scale(sum, -1e30f, h);
    into.add(sum, h);
    into.add(sum, into.input());
    into.carry(h, sum);
    TokenStream stream = InferenceModel.of(into.build(sum)).stream();
    IllegalStateException e =
        assertThrows(
            IllegalStateException.class,
            () -> {
              for (int t = 0; t < 10; t++) {
                stream.next(new float[] {1e30f});
              }
            });
    assertTrue(e.getMessage().contains("reset()"), e.getMessage());
    stream.reset();
    assertEquals(2, stream.next(new float[] {2})[0]);
  }

  @Test
  void statesAreHandedOnAtOnce() {
    ProgramBuilder into = Program.builder(1);
    int one = into.state("one", 1);
    int two = into.state("two", 1);
    int three = into.state("three", 1);
    into.carry(one, into.input());
    into.carry(two, one);
    into.carry(three, two);
    InferenceModel model = InferenceModel.of(into.build(three));
    float[][] answers = model.sequence(new float[][] {{1}, {2}, {3}, {4}, {5}});
    assertArrayEquals(new float[][] {{0}, {0}, {0}, {1}, {2}}, answers);
    assertArrayEquals(new float[] {1}, model.lastAnswer(new float[][] {{1}, {2}, {3}, {4}}));
  }

  @Test
  void manyTokensAreAnsweredTileByTile() {
    InferenceModel model = InferenceModel.of(recurrence());
    for (int count : new int[] {1, 2, 63, 64, 65, 200}) {
      float[][] tokens = new float[count][];
      Random random = new Random(count);
      Arrays.setAll(tokens, t -> RandomProgram.token(random, 2));
      float[][] answers = model.answers(tokens);
      for (int t = 0; t < count; t++) {
        assertArrayEquals(model.answer(tokens[t]), answers[t], 1e-6f, count + ", token " + t);
      }
    }
  }

  private static void assertMessage(String part, Runnable call) {
    String message = assertThrows(IllegalArgumentException.class, call::run).getMessage();
    assertTrue(message.contains(part), message);
  }
}
