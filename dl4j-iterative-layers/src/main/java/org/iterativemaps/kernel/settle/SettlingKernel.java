package org.iterativemaps.kernel.settle;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.iterativemaps.iterate.LoopGradient;
import org.iterativemaps.iterate.Start;
import org.iterativemaps.iterate.UntilSettled;
import org.iterativemaps.kernel.KernelPasses;
import org.iterativemaps.kernel.MapKernel;
import org.iterativemaps.map.Injection;
import org.iterativemaps.map.pattern.RandomSource;
import org.nd4j.linalg.api.memory.MemoryWorkspace;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * A loop that goes on {@link UntilSettled}, over another kernel that makes one step.
 *
 * <p>Every time step of every example that is not masked is a sample. Unless a time step starts
 * where the one before has settled, all samples are solved at once; on the way back they always
 * are, for no gradient goes from one to the other. Samples are taken a slice at a time, so that
 * what the solver keeps depends neither on the batch nor on the steps. Between the two ways tokens
 * and fixed points are kept, and the states that unrolled and phantom gradients go through.
 *
 * @param <A> float[] or double[]
 */
final class SettlingKernel<A> implements MapKernel {
  /** Samples in a slice: the solver's arrays of so many stay in a core's cache, or near it. */
  static final int SLICE = 64;

  private final Loop<A> loop;
  private final Columns<A> columns;
  private final Unsettled unsettledForward;
  private final Unsettled unsettledBackward;
  private long passes;
  private INDArray[] lastState; // null before the first pass
  private SettlingReport forward;
  private Pass tape; // null without a way back
  private INDArray[] stateGradient;
  private SettlingReport backward;

  SettlingKernel(Loop<A> loop) {
    this.loop = loop;
    this.columns = loop.columns;
    this.unsettledForward = new Unsettled(loop.until, "forward", loop.until.tolerance());
    this.unsettledBackward = new Unsettled(loop.until, "backward", loop.until.backwardTolerance());
  }

  /** How the last forward pass has settled. */
  Optional<SettlingReport> forwardReport() {
    return Optional.ofNullable(forward);
  }

  /** How the last way back has settled; empty where nothing has to. */
  Optional<SettlingReport> backwardReport() {
    return Optional.ofNullable(backward);
  }

  /** All samples of a forward pass: t batch + b is example b at time step t. */
  private final class Pass {
    final INDArray[] parameters;
    final int batch;
    final int time;
    final int samples;
    final boolean[] isMasked;
    final A tokens; // [nIn][samples], as the map sees them when it settles
    final A states; // [units][samples], zeros where masked
    final List<SettledSlice<A>> slices = new ArrayList<>();
    final RandomSource random = RandomSource.of(passes++, "settling");

    Pass(INDArray[] parameters, INDArray input, INDArray mask) {
      this.parameters = parameters;
      this.batch = Math.toIntExact(input.size(0));
      this.time = input.rank() == 2 ? 1 : Math.toIntExact(input.size(2));
      this.samples = Math.multiplyExact(batch, time);
      this.isMasked = new boolean[samples];
      double[] values = mask == null ? new double[0] : mask.dup('f').data().asDouble();
      for (int s = 0; s < values.length; s++) {
        isMasked[s] = values[s] == 0;
      }
      this.tokens = columns.make(Math.multiplyExact(loop.nIn, samples));
      columns.read(timeFirst(input), tokens, 0);
      this.states = columns.make(Math.multiplyExact(loop.layout.units, samples));
    }

    /** The samples of some time steps that are not masked, in slices. */
    List<int[]> live(int from, int to) {
      int[] live = IntStream.range(from * batch, to * batch).filter(s -> !isMasked[s]).toArray();
      int length = loop.isBySample ? SLICE : Math.max(1, live.length);
      List<int[]> parts = new ArrayList<>();
      for (int begin = 0; begin < live.length; begin += length) {
        parts.add(Arrays.copyOfRange(live, begin, Math.min(live.length, begin + length)));
      }
      return parts;
    }
  }

  /** [batch, units, time] with time before units; the view is written to as it is read. */
  private static INDArray timeFirst(INDArray array) {
    return array.rank() == 2 ? array : array.permute(0, 2, 1);
  }

  @Override
  public void forward(
      INDArray[] parameters,
      INDArray input,
      INDArray mask,
      INDArray[] initial,
      INDArray output,
      boolean isTraining) {
    try (MemoryWorkspace none = Nd4j.getMemoryManager().scopeOutOfWorkspaces()) {
      lastState = null; // until it is whole
      tape = isTraining ? null : tape;
      Pass pass = new Pass(parameters, input, mask);
      A state = columns.make(loop.layout.units * pass.batch);
      boolean isCarried = loop.until.start() instanceof Start.Carried;
      if (isCarried) {
        loop.layout.read(columns, initial, pass.batch, state);
      }
      int together = isCarried ? 1 : pass.time;
      for (int t = 0; t < pass.time; t += together) {
        for (int[] samples : pass.live(t, t + together)) {
          settle(pass, samples, isCarried ? state : null, isTraining);
        }
        if (isCarried) {
          int first = t * pass.batch;
          int[] present = IntStream.range(first, first + pass.batch).toArray();
          columns.keep(pass.states, loop.layout.units, pass.samples, present, state);
        }
      }
      forward =
          SettlingReport.join(
              pass.slices.stream().map(slice -> slice.report).toArray(SettlingReport[]::new));
      columns.write(outputs(pass), 0, timeFirst(output));
      lastState = lastState(pass);
      tape = isTraining ? pass : tape;
      unsettledForward.check(forward);
    }
  }

  /**
   * Some samples of a pass.
   *
   * @param before the states of the time step before, [units][batch]; null to start from zeros
   */
  private void settle(Pass pass, int[] samples, A before, boolean isTraining) {
    A tokens = loop.some(pass.tokens, loop.nIn, pass.samples, samples);
    A start = columns.make(loop.layout.units * samples.length);
    if (before != null) {
      int[] examples = Arrays.stream(samples).map(s -> s % pass.batch).toArray();
      columns.keep(before, loop.layout.units, pass.batch, examples, start);
    } else if (isTraining && loop.until.start() instanceof Start.Random random) {
      columns.fill(
          start,
          loop.layout.units * samples.length,
          () -> random.spread() * (2 * pass.random.nextDouble() - 1));
    }
    SettledSlice<A> slice =
        new SettledSlice<>(loop, pass.parameters, samples, tokens, start, isTraining);
    loop.putBack(tokens, loop.nIn, samples, pass.tokens, pass.samples);
    loop.putBack(slice.states, loop.layout.units, samples, pass.states, pass.samples);
    pass.slices.add(slice);
  }

  /** The output slot's values, [nOut][samples], zeros where masked. */
  private A outputs(Pass pass) {
    A outputs = columns.make(Math.multiplyExact(loop.nOut, pass.samples));
    if (loop.outputAt >= 0) {
      columns.add(pass.states, loop.outputAt * pass.samples, outputs, 0, loop.nOut * pass.samples);
      return outputs;
    }
    StepCalls<A> calls = loop.calls(pass.parameters);
    for (int[] samples : pass.live(0, pass.time)) {
      calls.tokens(loop.some(pass.tokens, loop.nIn, pass.samples, samples), samples.length);
      calls.forward(loop.some(pass.states, loop.layout.units, pass.samples, samples), null, false);
      A some = columns.make(loop.nOut * samples.length);
      calls.output(some);
      loop.putBack(some, loop.nOut, samples, outputs, pass.samples);
    }
    return outputs;
  }

  private INDArray[] lastState(Pass pass) {
    int first = (pass.time - 1) * pass.batch;
    int[] samples = IntStream.range(first, first + pass.batch).toArray();
    INDArray[] matrices = loop.layout.matrices(loop.type, pass.batch);
    A state = loop.some(pass.states, loop.layout.units, pass.samples, samples);
    loop.layout.write(columns, state, pass.batch, matrices);
    return matrices;
  }

  @Override
  public INDArray[] lastState() {
    return KernelPasses.copies(KernelPasses.required(lastState, "forward"), loop.layout.slots);
  }

  @Override
  public void backward(
      INDArray outputGradient,
      INDArray[] lastStateGradient,
      int firstTimeStep,
      INDArray[] gradients,
      INDArray inputGradient) {
    Pass pass = KernelPasses.requiredTape(tape);
    try (MemoryWorkspace none = Nd4j.getMemoryManager().scopeOutOfWorkspaces()) {
      A v = columns.make(loop.nOut * pass.samples);
      columns.read(timeFirst(outputGradient), v, 0);
      A e = ofStates(pass, v, lastStateGradient);
      A ofTokens = columns.make(loop.nIn * pass.samples);
      WayBack<A> way = new WayBack<>(loop, pass.parameters, gradients);
      List<SettlingReport> reports = new ArrayList<>();
      List<Piece> pieces = pieces(pass, firstTimeStep);
      for (Piece piece : pieces) {
        A some = piece.back(pass, way, loop.outputAt < 0 ? v : null, e, reports);
        loop.putBack(some, loop.nIn, piece.samples, ofTokens, pass.samples);
      }
      way.finish();
      if (loop.program.realized().map().injection() == Injection.IMPULSE) {
        columns.clear(ofTokens, 0, loop.nIn * pass.samples); // the start is taken for given
      }
      columns.write(ofTokens, 0, timeFirst(inputGradient));
      stateGradient = loop.layout.matrices(loop.type, pass.batch);
      for (int slot : loop.layout.slots) {
        stateGradient[slot].assign(0);
      }
      backward =
          reports.isEmpty() ? null : SettlingReport.join(reports.toArray(SettlingReport[]::new));
      if (backward != null) {
        unsettledBackward.check(backward);
      }
    }
  }

  /** dL/dz*, but for what a read-out makes of it. */
  private A ofStates(Pass pass, A v, INDArray[] lastStateGradient) {
    A e = columns.make(loop.layout.units * pass.samples);
    if (lastStateGradient != null) {
      A ofLast = columns.make(loop.layout.units * pass.batch);
      loop.layout.read(columns, lastStateGradient, pass.batch, ofLast);
      int first = (pass.time - 1) * pass.batch;
      int[] places = IntStream.range(first, first + pass.batch).toArray();
      loop.putBack(ofLast, loop.layout.units, places, e, pass.samples);
    }
    if (loop.outputAt >= 0) {
      columns.add(v, 0, e, loop.outputAt * pass.samples, loop.nOut * pass.samples);
    }
    return e;
  }

  /**
   * Samples that go back together.
   *
   * @param slice with the steps that they go through; null at fixed points
   */
  private final class Piece {
    final int[] samples;
    final SettledSlice<A> slice;

    Piece(int[] samples, SettledSlice<A> slice) {
      this.samples = samples;
      this.slice = slice;
    }

    /** The gradient of the tokens. */
    A back(Pass pass, WayBack<A> way, A v, A e, List<SettlingReport> reports) {
      int count = samples.length;
      A tokens = loop.some(pass.tokens, loop.nIn, pass.samples, samples);
      A states = loop.some(pass.states, loop.layout.units, pass.samples, samples);
      A ofOutput = v == null ? null : loop.some(v, loop.nOut, pass.samples, samples);
      A ofState = loop.some(e, loop.layout.units, pass.samples, samples);
      A ofTokens = columns.make(loop.nIn * count);
      if (slice == null) {
        reports.add(way.implicit(tokens, states, ofOutput, ofState, count, ofTokens));
      } else {
        way.throughSteps(slice, tokens, ofOutput, ofState, ofTokens);
      }
      if (loop.until.jacobianPenalty() > 0) {
        A signs = columns.make(loop.layout.units * count);
        columns.fill(
            signs, loop.layout.units * count, () -> pass.random.nextDouble() < 0.5 ? -1 : 1);
        way.penalty(loop.until.jacobianPenalty(), tokens, states, signs, count, ofTokens);
      }
      return ofTokens;
    }
  }

  private List<Piece> pieces(Pass pass, int firstTimeStep) {
    if (loop.until.gradient() instanceof LoopGradient.Implicit) {
      return pass.live(firstTimeStep, pass.time).stream().map(s -> new Piece(s, null)).toList();
    }
    List<Piece> pieces = new ArrayList<>();
    for (SettledSlice<A> slice : pass.slices) {
      if (slice.samples[0] >= firstTimeStep * pass.batch) {
        pieces.add(new Piece(slice.samples, slice));
      }
    }
    return pieces;
  }

  @Override
  public INDArray[] stateGradient() {
    return KernelPasses.copies(KernelPasses.required(stateGradient, "backward"), loop.layout.slots);
  }

  @Override
  public boolean hasTape() {
    return tape != null;
  }

  @Override
  public void dropTape() {
    tape = null;
    loop.oneStep.dropTape();
  }

  @Override
  public void rest() {
    dropTape();
    loop.rest();
  }
}
