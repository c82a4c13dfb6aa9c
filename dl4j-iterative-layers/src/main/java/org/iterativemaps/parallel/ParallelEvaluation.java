package org.iterativemaps.parallel;

import java.util.Arrays;
import java.util.List;
import org.iterativemaps.iterate.MapProgram;
import org.iterativemaps.kernel.KernelSelection;
import org.iterativemaps.kernel.MapKernel;
import org.iterativemaps.map.Injection;
import org.iterativemaps.map.MapWeights;
import org.nd4j.linalg.activations.IActivation;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;

/**
 * All states of a sequence as the solution of one system of equations, instead of one after the
 * other:
 *
 * <pre>    s_t  =  F( s_(t-1), x_t ),    t = 1 … T</pre>
 *
 * Every iteration computes all time steps at once, from the states that the last one left: time is
 * folded into the batch of one kernel call. After n of them the first n states are what they are in
 * turn, whatever was guessed, so that as many iterations as there are states (or blocks of them)
 * give the sequential answer; a tolerance ends earlier. Nothing loops for ever, and what does not
 * converge, or is not a number, ends as the sequential answer and says so.
 *
 * <p>Sources: Song, Meng, Liao, Ermon, "Accelerating Feedforward Computation via Parallel Nonlinear
 * Equation Solving" (2021): sweeps; Danieli and others, "ParaRNN: Unlocking Parallel Training of
 * Nonlinear RNNs for Large Language Models" (2025): Newton's method.
 *
 * <p>It is for inference, without time masks. Like its kernel, not thread-safe.
 */
public final class ParallelEvaluation {
  private final MapProgram program;
  private final MapKernel kernel;
  private final INDArray[] parameters;

  /**
   * Evaluates one map.
   *
   * @param program {@link MapProgram#sequence}, with any K steps per token
   * @param kernel runs that program
   * @param parameters as in {@link MapKernel#forward}; not copied
   */
  public ParallelEvaluation(MapProgram program, MapKernel kernel, INDArray... parameters) {
    this.program = program;
    this.kernel = kernel;
    this.parameters = parameters;
  }

  /**
   * Evaluates one map with one step per time step, on the kernel that suits it best.
   *
   * @param weights the map with its numbers; {@code layers.LayerWeights} reads a layer's
   * @param defaultActivation of slots that name none; may be null if all do
   * @param type to compute in: FLOAT or DOUBLE
   */
  public static ParallelEvaluation of(
      MapWeights weights, IActivation defaultActivation, DataType type) {
    MapProgram program = MapProgram.sequence(weights.realized(), 1, defaultActivation);
    INDArray[] parameters =
        weights.realized().parameters().stream()
            .map(parameter -> Nd4j.createFromArray(weights.values(parameter.key())).castTo(type))
            .toArray(INDArray[]::new);
    return new ParallelEvaluation(program, KernelSelection.of(program, type), parameters);
  }

  /**
   * How to sweep: inside of a block the time steps are computed in turn, each from the one before
   * (Gauss-Seidel); every block begins with the state that the block before it ended with in the
   * last sweep (Jacobi).
   *
   * @param block time steps in a block, at least 1
   * @param most sweeps, at least 1; what has not converged then is computed in turn
   * @param tolerance largest change of a state between blocks that ends the sweeps, at least 0: 0
   *     for the sequential answer itself
   */
  public record Sweeps(int block, int most, double tolerance) {

    /**
     * Checks the ranges.
     *
     * @throws IllegalArgumentException if one is out of range
     */
    public Sweeps {
      if (block < 1 || most < 1 || !(tolerance >= 0)) {
        throw new IllegalArgumentException(
            "sweeps: found block "
                + block
                + ", most "
                + most
                + ", tolerance "
                + tolerance
                + "; expected at least 1, 1 and 0");
      }
    }

    /** Every time step a block of its own, until nothing changes. */
    public static Sweeps jacobi() {
      return blocks(1);
    }

    /** Blocks of so many time steps, until nothing changes. */
    public static Sweeps blocks(int length) {
      return new Sweeps(length, Integer.MAX_VALUE, 0);
    }

    /** The same up to a tolerance. */
    public Sweeps within(double largestChange) {
      return new Sweeps(block, most, largestChange);
    }

    /** The same with at most so many sweeps. */
    public Sweeps atMost(int sweeps) {
      return new Sweeps(block, sweeps, tolerance);
    }
  }

  /**
   * An answer and what it took.
   *
   * @param output [batch, nOut, time]
   * @param lastState after the last time step, by slot; null where none is carried
   * @param iterations sweeps or Newton steps
   * @param changes largest change of a state in each of them
   * @param timeSteps computed in all, of one sequence; a way back counts as one
   * @param fellBack whether it did not converge, and the rest was computed in turn
   */
  public record Result(
      INDArray output,
      INDArray[] lastState,
      int iterations,
      List<Double> changes,
      long timeSteps,
      boolean fellBack) {

    /** Copies the list. */
    public Result {
      changes = List.copyOf(changes);
    }
  }

  /**
   * The K steps on tokens as a sequence, so that they can be evaluated side by side, by {@link
   * MapProgram#withOneStep()}: its last output is the one after K steps.
   *
   * @param tokens [batch, nIn]
   * @param injection the map's
   * @return [batch, nIn, steps]: the token again and again, or once and then zeros
   */
  public static INDArray stepsAsTime(INDArray tokens, int steps, Injection injection) {
    INDArray token = tokens.reshape(tokens.size(0), tokens.size(1), 1);
    if (injection == Injection.HOLD || steps == 1) {
      return Nd4j.tile(token, 1, 1, steps);
    }
    INDArray rest = Nd4j.zeros(tokens.dataType(), tokens.size(0), tokens.size(1), steps - 1);
    return Nd4j.concat(2, token, rest);
  }

  /**
   * Sweeps over the blocks until the states between them no longer change.
   *
   * <p>With tolerance 0 the answer is the sequential one of a kernel whose rows do not depend on
   * how many there are: the same numbers in exact arithmetic, and otherwise up to the order in
   * which matrix products sum.
   *
   * @param input [batch, nIn, time]
   * @param initial state before the first time step by slot, or null for zeros
   * @throws IllegalArgumentException if the input does not fit the map
   */
  public Result sweep(INDArray input, INDArray[] initial, Sweeps how) {
    return new SweepRun(call(input, initial), how).result();
  }

  /**
   * Newton's method. The linear equations of a step,
   *
   * <pre>    d_t  =  J_t d_(t-1)  +  F( s_(t-1), x_t ) - s_t,    J_t = dF/ds at s_(t-1),</pre>
   *
   * are a linear recurrence, solved in chunks side by side. That pays where J falls into small
   * blocks, as where h-&gt;h is diagonal: they come from as many ways back as the largest has
   * units. An activation that hides a unit's slope (a hard one) makes more steps, not a wrong
   * answer.
   *
   * @param input [batch, nIn, time]
   * @param initial state before the first time step by slot, or null for zeros
   * @param tolerance the correction of any state that ends it, above 0
   * @param most steps, at least 1; what has not converged then is computed in turn
   * @throws IllegalArgumentException if the state's units are coupled in blocks of more than
   *     {@value StateBlocks#MOST_UNITS}, a number is out of range, or the input does not fit the
   *     map
   */
  public Result newton(INDArray input, INDArray[] initial, double tolerance, int most) {
    if (!(tolerance > 0) || most < 1) {
      throw new IllegalArgumentException(
          "newton: found tolerance "
              + tolerance
              + ", most "
              + most
              + "; expected above 0 and at least 1");
    }
    StateBlocks blocks = StateBlocks.of(program);
    return new NewtonRun(call(input, initial), blocks, tolerance, most).result();
  }

  private Call call(INDArray input, INDArray[] initial) {
    int nIn = program.size(program.inputSlot());
    if (input.rank() != 3 || input.size(1) != nIn || input.size(2) < 1) {
      throw new IllegalArgumentException(
          "input: found shape "
              + Arrays.toString(input.shape())
              + ", expected [batch, "
              + nIn
              + ", time] with at least one time step");
    }
    return new Call(program, kernel, parameters, input, initial);
  }

  /** What is evaluated: sequences, in pieces of time that are rows of a batch. */
  record Call(
      MapProgram program,
      MapKernel kernel,
      INDArray[] parameters,
      INDArray input,
      INDArray[] initial) {

    int batch() {
      return (int) input.size(0);
    }

    int time() {
      return (int) input.size(2);
    }

    /** [batch, nIn, blocks * length] as [blocks * batch, nIn, length], a block's rows together. */
    INDArray pieces(int blocks, int length) {
      INDArray whole = time(input, 0, blocks * length).dup('c');
      return whole
          .reshape('c', input.size(0), input.size(1), blocks, length)
          .permute(2, 0, 1, 3)
          .dup('c')
          .reshape('c', blocks * input.size(0), input.size(1), length);
    }

    /** The way back of {@link #pieces}. */
    INDArray whole(INDArray pieces, int blocks) {
      long length = pieces.size(2);
      return pieces
          .dup('c')
          .reshape('c', blocks, input.size(0), pieces.size(1), length)
          .permute(1, 2, 0, 3)
          .dup('c')
          .reshape('c', input.size(0), pieces.size(1), blocks * length);
    }

    static INDArray time(INDArray sequence, int from, int to) {
      return sequence.get(NDArrayIndex.all(), NDArrayIndex.all(), NDArrayIndex.interval(from, to));
    }

    static INDArray rows(INDArray array, long from, long to) {
      return array.rank() == 2
          ? array.get(NDArrayIndex.interval(from, to), NDArrayIndex.all())
          : array.get(NDArrayIndex.interval(from, to), NDArrayIndex.all(), NDArrayIndex.all());
    }

    INDArray forward(INDArray pieces, INDArray[] states, boolean training) {
      INDArray output =
          Nd4j.create(
              input.dataType(),
              new long[] {pieces.size(0), program.size(program.outputSlot()), pieces.size(2)},
              'f');
      kernel.forward(parameters, pieces, null, states, output, training);
      return output;
    }

    /** By slot, zeros but for the first block's rows, which have the initial state. */
    INDArray[] guess(int blocks) {
      INDArray[] guess = new INDArray[program.slots().size()];
      for (int slot : program.schedule().carried()) {
        guess[slot] = Nd4j.zeros(input.dataType(), (long) blocks * batch(), program.size(slot));
        if (initial != null && initial[slot] != null) {
          rows(guess[slot], 0, batch()).assign(initial[slot]);
        }
      }
      return guess;
    }

    /** The rest of the time in turn, its output behind what there is (null for nothing). */
    Rest inTurn(INDArray before, int from, INDArray[] states) {
      if (from == time()) {
        return new Rest(before, states);
      }
      INDArray after = forward(time(input, from, time()).dup('f'), states, false);
      return new Rest(before == null ? after : Nd4j.concat(2, before, after), kernel.lastState());
    }
  }

  /** An output that is whole, and the state after it. */
  record Rest(INDArray output, INDArray[] lastState) {}
}
