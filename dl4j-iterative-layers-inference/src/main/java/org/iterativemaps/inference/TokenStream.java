package org.iterativemaps.inference;

/**
 * Tokens as they come, and the state between them; of one sequence, or of several side by side.
 *
 * <pre>{@code
 * TokenStream stream = model.stream();
 * while (sensor.hasNext()) {
 *   float[] answer = stream.next(sensor.read());
 * }
 * }</pre>
 *
 * <p>Of a network without memory every answer is to its token alone. For one thread at a time.
 */
public final class TokenStream {
  private final Machine machine;
  private final Program program;
  private final int samples;
  private final float[][] registers; // by tile

  TokenStream(Machine machine, int samples) {
    this.machine = machine;
    this.program = machine.program;
    this.samples = samples;
    this.registers = new float[(samples + machine.lanes - 1) / machine.lanes][];
    for (int tile = 0; tile < registers.length; tile++) {
      registers[tile] = machine.registers();
    }
  }

  /** Sequences side by side. */
  public int samples() {
    return samples;
  }

  /**
   * The answer to the next token, or of several streams to the next token of each.
   *
   * @param tokens [samples][inputSize], one sample after the other
   * @return [samples][outputSize]
   * @throws IllegalArgumentException if there are not as many numbers, or one is not finite; the
   *     state is then as before
   */
  public float[] next(float[] tokens) {
    float[] answers = new float[Math.multiplyExact(samples, program.outputSize())];
    next(tokens, answers);
    return answers;
  }

  /**
   * As {@link #next(float[])}, into an array of the caller's: nothing is allocated.
   *
   * @param answers [samples][outputSize]; overwritten
   * @throws IllegalStateException if the answer is not a number, because the state has grown past
   *     what a float holds; {@link #reset} begins anew
   */
  public void next(float[] tokens, float[] answers) {
    int in = program.inputSize();
    int out = program.outputSize();
    requireLength("tokens", tokens, in);
    requireLength("answers", answers, out);
    requireNumbers("tokens", tokens, in);
    for (int tile = 0; tile < registers.length; tile++) {
      float[] v = registers[tile];
      int first = tile * machine.lanes;
      int count = Math.min(machine.lanes, samples - first);
      machine.write(v, program.input(), count, tokens, first * in, in);
      machine.run(v, count);
      machine.read(v, program.output(), count, answers, first * out, out);
    }
    for (int i = 0; i < answers.length; i++) {
      if (Float.isNaN(answers[i])) {
        throw new IllegalStateException(
            "answers["
                + i
                + "]: the network's answer is NaN: a value has grown past what a float holds; scale"
                + " the tokens as in training, and begin anew with reset()");
      }
    }
  }

  /** Back to the initial state. */
  public void reset() {
    for (float[] tile : registers) {
      machine.reset(tile);
    }
  }

  /** How many numbers the state of a sample has. */
  public int stateSize() {
    int size = 0;
    for (Program.State state : program.states()) {
      size = Math.addExact(size, program.size(state.register()));
    }
    return size;
  }

  /**
   * A copy of the state: what {@link #setState} takes, to go on later, elsewhere.
   *
   * @return [samples][stateSize], in the order of {@link Program#states}
   */
  public float[] state() {
    int size = stateSize();
    float[] all = new float[Math.multiplyExact(samples, size)];
    for (int tile = 0; tile < registers.length; tile++) {
      int first = tile * machine.lanes;
      int count = Math.min(machine.lanes, samples - first);
      int at = first * size;
      for (Program.State state : program.states()) {
        machine.read(registers[tile], state.register(), count, all, at, size);
        at += program.size(state.register());
      }
    }
    return all;
  }

  /**
   * Goes on from a state.
   *
   * @param all [samples][stateSize], as {@link #state} gives it
   * @throws IllegalArgumentException if it has another length, or a number is not finite
   */
  public void setState(float[] all) {
    int size = stateSize();
    requireLength("state", all, size);
    requireNumbers("state", all, Math.max(1, size));
    for (int tile = 0; tile < registers.length; tile++) {
      int first = tile * machine.lanes;
      int count = Math.min(machine.lanes, samples - first);
      int at = first * size;
      for (Program.State state : program.states()) {
        machine.write(registers[tile], state.register(), count, all, at, size);
        at += program.size(state.register());
      }
    }
  }

  private void requireLength(String what, float[] array, int units) {
    if (array == null || array.length != (long) samples * units) {
      throw new IllegalArgumentException(
          what
              + ": found "
              + (array == null ? "none" : array.length + " numbers")
              + ", expected "
              + (samples == 1 ? "" : samples + " x ")
              + units);
    }
  }

  private static void requireNumbers(String what, float[] array, int units) {
    for (int i = 0; i < array.length; i++) {
      if (!Float.isFinite(array[i])) {
        throw new IllegalArgumentException(
            what
                + ": found "
                + array[i]
                + " at unit "
                + i % units
                + " of sample "
                + i / units
                + ", expected a number");
      }
    }
  }
}
