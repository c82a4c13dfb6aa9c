package org.iterativemaps.inference;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import org.iterativemaps.lanes.LaneKernelSelection;
import org.iterativemaps.lanes.LaneKernels;

/**
 * A trained network that answers, over arrays of floats: no DL4J, no ND4J, no native code.
 *
 * <pre>{@code
 * InferenceModel model = InferenceModel.read(Path.of("model.maps"));
 * float[] answer = model.answer(token);
 * }</pre>
 *
 * <p>A network without memory answers one token; a recurrent one also sequences, and with {@link
 * #stream} one token after the other as they come. Products, activations and gates are computed by
 * the loops that train maps in DL4J: on the Vector API where the JVM has it ({@code --add-modules
 * jdk.incubator.vector}), else in plain Java. Answers are those of DL4J's {@code output} to
 * rounding.
 *
 * <p>Thread-safe: threads may share a model. A {@link TokenStream} is for one thread at a time.
 */
public final class InferenceModel {
  private final Program program;
  private final LaneKernels kernels;
  private final Map<Integer, Machine> machines = new HashMap<>(); // by lanes: one, and a few more

  private InferenceModel(Program program, LaneKernels kernels) {
    this.program = program;
    this.kernels = kernels;
  }

  /** A model that computes a program. */
  public static InferenceModel of(Program program) {
    if (program == null) {
      throw new IllegalArgumentException("program: found none");
    }
    return new InferenceModel(program, LaneKernelSelection.selected());
  }

  /**
   * Reads a file that {@code InferenceExport} of dl4j-iterative-layers wrote.
   *
   * @throws ProgramFormatException if it is no such file, damaged, cut short or too new
   * @throws IOException if it cannot be read
   */
  public static InferenceModel read(Path file) throws IOException {
    if (Files.isDirectory(file)) {
      throw new ProgramFormatException(file + ": is a folder, expected a file");
    }
    try (InputStream in = Files.newInputStream(file)) {
      return read(in);
    } catch (ProgramFormatException e) {
      throw new ProgramFormatException(file + ": " + e.getMessage(), e);
    }
  }

  /** As {@link #read(Path)}, all of a stream, which is left open: a resource, an asset. */
  public static InferenceModel read(InputStream in) throws IOException {
    return of(ProgramReader.read(in));
  }

  /** Writes the model as {@link #read(InputStream)} reads it; the stream is left open. */
  public void write(OutputStream out) throws IOException {
    ProgramWriter.write(program, out);
  }

  /** What is computed. */
  public Program program() {
    return program;
  }

  /** Units of a token. */
  public int inputSize() {
    return program.inputSize();
  }

  /** Units of an answer. */
  public int outputSize() {
    return program.outputSize();
  }

  /** Whether answers depend on the tokens before. */
  public boolean isRecurrent() {
    return !program.states().isEmpty();
  }

  /** Which loops run: on vectors of how many bits, or in plain Java. */
  public String kernel() {
    return kernels.description();
  }

  /**
   * The answer to a token, of a recurrent network to a sequence of this one alone.
   *
   * @param token [inputSize]
   * @return [outputSize]
   * @throws IllegalArgumentException if the token has another length, or a number is not finite
   */
  public float[] answer(float[] token) {
    return stream().next(token);
  }

  /**
   * The answers to tokens of which none knows of the others, or to one-token sequences.
   *
   * @param tokens [sample][inputSize]
   * @return [sample][outputSize]
   * @throws IllegalArgumentException if a token has another length, or a number is not finite
   */
  public float[][] answers(float[][] tokens) {
    require("tokens", tokens);
    float[][] answers = new float[tokens.length][];
    if (tokens.length == 0) {
      return answers;
    }
    // All in the registers of one tile: those of every tile would be many.
    int tile = Math.min(tokens.length, kernels.tileLanes(tokens.length));
    TokenStream stream = streams(tile);
    for (int at = 0; at < tokens.length; at += tile) {
      float[] all = stream.next(joined(tokens, at, tile));
      for (int s = 0; s < tile && at + s < tokens.length; s++) {
        answers[at + s] = Arrays.copyOfRange(all, s * outputSize(), (s + 1) * outputSize());
      }
      stream.reset();
    }
    return answers;
  }

  /**
   * The answers to a sequence, one for every token, from the initial state.
   *
   * @param tokens [time][inputSize]
   * @return [time][outputSize]
   * @throws IllegalArgumentException if a token has another length, or a number is not finite
   */
  public float[][] sequence(float[][] tokens) {
    require("tokens", tokens);
    TokenStream stream = stream();
    float[][] answers = new float[tokens.length][];
    for (int t = 0; t < tokens.length; t++) {
      answers[t] = stream.next(tokens[t]);
    }
    return answers;
  }

  /**
   * The answer to the last token of a sequence: DL4J's answer of a network with LastTimeStep.
   *
   * @param tokens [time][inputSize], at least one
   * @return [outputSize]
   * @throws IllegalArgumentException as {@link #sequence}, or if there is no token
   */
  public float[] lastAnswer(float[][] tokens) {
    require("tokens", tokens);
    if (tokens.length == 0) {
      throw new IllegalArgumentException("tokens: found none, expected at least one");
    }
    TokenStream stream = stream();
    float[] answer = new float[outputSize()];
    for (float[] token : tokens) {
      stream.next(token, answer);
    }
    return answer;
  }

  private static void require(String what, Object given) {
    if (given == null) {
      throw new IllegalArgumentException(what + ": found null");
    }
  }

  /** A stream of tokens from the initial state. */
  public TokenStream stream() {
    return streams(1);
  }

  /**
   * Several streams side by side, each with a state of its own: what one costs, a tile of them
   * costs little more.
   *
   * @param samples at least 1
   * @throws IllegalArgumentException if below 1
   */
  public TokenStream streams(int samples) {
    if (samples < 1) {
      throw new IllegalArgumentException("samples: found " + samples + ", expected at least 1");
    }
    return new TokenStream(machine(samples), samples);
  }

  private synchronized Machine machine(int samples) {
    int lanes = samples == 1 ? 1 : kernels.tileLanes(samples);
    Machine machine = machines.get(lanes);
    if (machine == null) {
      machine = Machine.of(program, kernels, samples);
      machines.put(lanes, machine);
    }
    return machine;
  }

  /** Some tokens, one after the other; behind the last it is repeated. */
  private float[] joined(float[][] tokens, int begin, int samples) {
    float[] all = new float[Math.multiplyExact(samples, inputSize())];
    for (int s = 0; s < samples; s++) {
      int index = Math.min(begin + s, tokens.length - 1);
      float[] token = tokens[index];
      if (token == null || token.length != inputSize()) {
        throw new IllegalArgumentException(
            "token "
                + index
                + ": found "
                + (token == null ? "null" : token.length + " numbers")
                + ", expected "
                + inputSize());
      }
      System.arraycopy(token, 0, all, s * inputSize(), inputSize());
    }
    return all;
  }

  @Override
  public String toString() {
    return "InferenceModel[" + program + "]";
  }
}
