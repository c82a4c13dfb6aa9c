package org.iterativemaps.kernel.settle;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import org.iterativemaps.iterate.LoopGradient;
import org.iterativemaps.iterate.Start;
import org.iterativemaps.iterate.UntilSettled;
import org.iterativemaps.kernel.KernelPasses;
import org.iterativemaps.kernel.MapKernel;
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
  /** Samples in a slice, at most: the solver's arrays of so many stay near a core. */
  static final int SLICE = 128;

  // Of which slices are multiples: the widest vector has as many floats.
  private static final int LANES = 16;

  private final Loop<A> loop;
  private final Supplier<MapKernel> kernels; // of one step, for other threads
  private final List<Loop<A>> loops = new ArrayList<>(); // by thread, the first the loop itself
  private final Columns<A> columns;
  private final Unsettled unsettledForward;
  private final Unsettled unsettledBackward;
  private long passes;
  private INDArray[] lastState; // null before the first pass
  private SettlingReport forward;
  private Pass tape; // null without a way back
  private INDArray[] stateGradient;
  private SettlingReport backward;

  /**
   * A loop over its kernel and others like it.
   *
   * @param kernels makes more of them
   */
  SettlingKernel(Loop<A> loop, Supplier<MapKernel> kernels) {
    this.loop = loop;
    this.kernels = kernels;
    this.loops.add(loop);
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
    final List<SettledSlice<A>> slices = new ArrayList<>(); // that gradients go through
    final List<SettlingReport> reports = new ArrayList<>();
    final long number; // of the passes in training

    Pass(INDArray[] parameters, INDArray input, INDArray mask, boolean isTraining) {
      this.number = isTraining ? passes++ : 0;
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
      int length = sliceLength(live.length);
      List<int[]> parts = new ArrayList<>();
      for (int begin = 0; begin < live.length; begin += length) {
        parts.add(Arrays.copyOfRange(live, begin, Math.min(live.length, begin + length)));
      }
      return parts;
    }
  }

  /** So many that every thread has some. */
  private int sliceLength(int samples) {
    int threads = loop.oneStep.runsBesideOthers() ? columns.threads() : 1;
    int own = (samples + threads - 1) / threads;
    return Math.min(SLICE, (own + LANES - 1) / LANES * LANES);
  }

  /** Work on a slice, by a thread's own loop. */
  private interface SliceWork<A> {
    void run(Loop<A> own, int worker, int slice);
  }

  /** Does the work on so many slices, side by side where the kernel allows that. */
  private void forEach(int slices, SliceWork<A> work) {
    int threads = loop.oneStep.runsBesideOthers() ? Math.min(slices, columns.threads()) : 1;
    if (threads <= 1) {
      for (int slice = 0; slice < slices; slice++) {
        work.run(loop, 0, slice);
      }
      return;
    }
    while (loops.size() < threads) {
      loops.add(loop.another(kernels.get()));
    }
    IntStream.range(0, threads)
        .parallel()
        .forEach(
            worker ->
                columns.alone(
                    () -> {
                      for (int slice = worker; slice < slices; slice += threads) {
                        work.run(loops.get(worker), worker, slice);
                      }
                    }));
  }

  /** Random numbers that depend on the map, the pass and the samples alone. */
  private RandomSource random(long pass, String what, int[] samples) {
    long seed = loop.program.realized().map().seed();
    return RandomSource.of(seed, what, Long.toString(pass), Integer.toString(samples[0]));
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
    int mark = columns.arena().mark();
    try (MemoryWorkspace none = Nd4j.getMemoryManager().scopeOutOfWorkspaces()) {
      lastState = null; // until it is whole
      tape = isTraining ? null : tape;
      Pass pass = new Pass(parameters, input, mask, isTraining);
      A state = columns.make(loop.layout.units * pass.batch);
      boolean isCarried = loop.until.start() instanceof Start.Carried;
      if (isCarried) {
        loop.layout.read(columns, initial, pass.batch, state);
      }
      int together = isCarried ? 1 : pass.time;
      for (int t = 0; t < pass.time; t += together) {
        settle(pass, pass.live(t, t + together), isCarried ? state : null, isTraining);
        if (isCarried) {
          int first = t * pass.batch;
          int[] present = IntStream.range(first, first + pass.batch).toArray();
          columns.keep(pass.states, loop.layout.units, pass.samples, present, state);
        }
      }
      forward = SettlingReport.join(pass.reports.toArray(SettlingReport[]::new));
      if (loop.outputAt >= 0) {
        columns.write(pass.states, loop.outputAt * pass.samples, timeFirst(output));
      } else {
        columns.write(readOut(pass), 0, timeFirst(output));
      }
      lastState = lastState(pass);
      tape = isTraining ? pass : tape;
      unsettledForward.check(forward);
    } finally {
      columns.arena().keep(mark);
    }
  }

  /**
   * Some samples of a pass, in slices.
   *
   * @param before the states of the time step before, [units][batch]; null to start from zeros
   */
  private void settle(Pass pass, List<int[]> parts, A before, boolean isTraining) {
    List<SettledSlice<A>> settled = new ArrayList<>(Collections.nCopies(parts.size(), null));
    forEach(
        parts.size(),
        (own, worker, slice) ->
            settled.set(slice, settle(pass, own, parts.get(slice), before, isTraining)));
    for (SettledSlice<A> slice : settled) {
      pass.reports.add(slice.report);
      if (!slice.visited.isEmpty()) {
        pass.slices.add(slice);
      }
    }
  }

  private SettledSlice<A> settle(
      Pass pass, Loop<A> own, int[] samples, A before, boolean isTraining) {
    int mark = own.columns.arena().mark();
    A tokens = own.some(pass.tokens, own.nIn, pass.samples, samples);
    A start = own.columns.make(own.layout.units * samples.length);
    if (before != null) {
      int[] examples = Arrays.stream(samples).map(s -> s % pass.batch).toArray();
      own.columns.keep(before, own.layout.units, pass.batch, examples, start);
    } else if (isTraining && own.until.start() instanceof Start.Random random) {
      RandomSource source = random(pass.number, "start", samples);
      own.columns.fill(
          start,
          own.layout.units * samples.length,
          () -> random.spread() * (2 * source.nextDouble() - 1));
    }
    SettledSlice<A> slice =
        new SettledSlice<>(own, pass.parameters, samples, tokens, start, isTraining);
    own.putBack(slice.takeStates(), own.layout.units, samples, pass.states, pass.samples);
    if (slice.visited.isEmpty()) {
      own.columns.arena().release(mark);
    } else {
      own.columns.arena().keep(mark);
    }
    return slice;
  }

  /** What an output slot makes of the state that is no part of it, zeros where masked. */
  private A readOut(Pass pass) {
    A outputs = columns.make(Math.multiplyExact(loop.nOut, pass.samples));
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
    int mark = columns.arena().mark();
    try (MemoryWorkspace none = Nd4j.getMemoryManager().scopeOutOfWorkspaces()) {
      int before = firstTimeStep * pass.batch; // samples that are given no gradient
      A e = ofStates(pass, outputGradient, lastStateGradient);
      clear(e, loop.layout.units, pass.samples, before);
      A v = null; // of a read-out
      if (loop.outputAt < 0) {
        v = columns.make(loop.nOut * pass.samples);
        columns.read(timeFirst(outputGradient), v, 0);
        clear(v, loop.nOut, pass.samples, before);
      }
      A ofReadOut = v;
      A ofTokens = columns.make(loop.nIn * pass.samples);
      List<Piece> pieces = pieces(pass, firstTimeStep);
      SettlingReport[] reports = new SettlingReport[pieces.size()];
      List<WayBack<A>> ways = new ArrayList<>(Collections.nCopies(columns.threads(), null));
      ways.set(0, new WayBack<>(loop, pass.parameters, gradients));
      forEach(
          pieces.size(),
          (own, worker, index) -> {
            if (ways.get(worker) == null) {
              ways.set(worker, new WayBack<>(own, pass.parameters, own.like(gradients)));
            }
            Piece piece = pieces.get(index);
            int ownMark = own.columns.arena().mark();
            A some = own.columns.make(own.nIn * piece.samples.length);
            reports[index] = piece.back(pass, own, ways.get(worker), ofReadOut, e, some);
            own.putBack(some, own.nIn, piece.samples, ofTokens, pass.samples);
            own.columns.arena().release(ownMark);
          });
      ways.get(0).finish();
      for (WayBack<A> way : ways.subList(1, ways.size())) {
        if (way != null) {
          INDArray[] more = way.finish();
          for (int p = 0; p < more.length; p++) {
            gradients[p].addi(more[p]);
          }
        }
      }
      columns.write(ofTokens, 0, timeFirst(inputGradient));
      stateGradient = loop.layout.matrices(loop.type, pass.batch);
      for (int slot : loop.layout.slots) {
        stateGradient[slot].assign(0);
      }
      boolean hasSettled = loop.until.gradient() instanceof LoopGradient.Implicit;
      backward = hasSettled ? SettlingReport.join(reports) : null;
      if (backward != null) {
        unsettledBackward.check(backward);
      }
    } finally {
      columns.arena().release(mark);
    }
  }

  /** Zeros for the first samples. */
  private void clear(A array, int units, int samples, int count) {
    for (int unit = 0; unit < units && count > 0; unit++) {
      columns.clear(array, unit * samples, unit * samples + count);
    }
  }

  /** dL/dz*, but for what a read-out makes of it. */
  private A ofStates(Pass pass, INDArray outputGradient, INDArray[] lastStateGradient) {
    A e = columns.make(loop.layout.units * pass.samples);
    if (loop.outputAt >= 0) {
      columns.read(timeFirst(outputGradient), e, loop.outputAt * pass.samples);
    }
    if (lastStateGradient != null) {
      A ofLast = columns.make(loop.layout.units * pass.batch);
      loop.layout.read(columns, lastStateGradient, pass.batch, ofLast);
      int first = (pass.time - 1) * pass.batch;
      for (int unit = 0; unit < loop.layout.units; unit++) {
        int at = unit * pass.batch;
        columns.add(ofLast, at, e, unit * pass.samples + first, pass.batch);
      }
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

    /**
     * Goes back.
     *
     * @param ofTokens [nIn][samples], zeros; their gradient
     * @return how the adjoint has settled; null where nothing has to
     */
    SettlingReport back(Pass pass, Loop<A> own, WayBack<A> way, A v, A e, A ofTokens) {
      int count = samples.length;
      A tokens = own.some(pass.tokens, own.nIn, pass.samples, samples);
      A states = own.some(pass.states, own.layout.units, pass.samples, samples);
      A ofOutput = v == null ? null : own.some(v, own.nOut, pass.samples, samples);
      A ofState = own.some(e, own.layout.units, pass.samples, samples);
      SettlingReport report = null;
      if (slice == null) {
        report = way.implicit(tokens, states, ofOutput, ofState, count, ofTokens);
      } else {
        way.throughSteps(slice, tokens, states, ofOutput, ofState, ofTokens);
      }
      if (own.until.jacobianPenalty() > 0) {
        A signs = own.columns.make(own.layout.units * count);
        RandomSource source = random(pass.number, "signs", samples);
        own.columns.fill(signs, own.layout.units * count, () -> source.nextDouble() < 0.5 ? -1 : 1);
        way.penalty(own.until.jacobianPenalty(), tokens, states, signs, count, ofTokens);
      }
      return report;
    }
  }

  private List<Piece> pieces(Pass pass, int firstTimeStep) {
    if (loop.until.gradient() instanceof LoopGradient.Implicit) {
      return pass.live(firstTimeStep, pass.time).stream().map(s -> new Piece(s, null)).toList();
    }
    List<Piece> pieces = new ArrayList<>();
    for (SettledSlice<A> slice : pass.slices) {
      if (slice.samples[slice.samples.length - 1] >= firstTimeStep * pass.batch) {
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
    loops.forEach(own -> own.oneStep.dropTape());
  }

  @Override
  public void rest() {
    dropTape();
    loops.forEach(Loop::rest);
  }
}
