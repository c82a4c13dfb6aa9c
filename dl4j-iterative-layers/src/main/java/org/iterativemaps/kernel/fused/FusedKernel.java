package org.iterativemaps.kernel.fused;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.function.IntConsumer;
import org.iterativemaps.iterate.MapProgram;
import org.iterativemaps.kernel.HeapCopy;
import org.iterativemaps.kernel.KernelPasses;
import org.iterativemaps.kernel.MapKernel;
import org.iterativemaps.kernel.MeasuredChoice;
import org.iterativemaps.kernel.SegmentLength;
import org.iterativemaps.kernel.fused.CallWays.Way;
import org.iterativemaps.kernel.reference.ReferenceKernel;
import org.iterativemaps.lanes.LaneBlock;
import org.iterativemaps.lanes.LaneKernels;
import org.iterativemaps.lanes.OuterTerms;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.memory.MemoryWorkspace;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * The map in one pass over float arrays, for FLOAT networks on the CPU.
 *
 * <p>A call copies the parameters to the heap, and the input tile by tile; it runs all time steps
 * and all steps of the map with the batch along the vector lanes, and writes the result to ND4J's
 * memory. No arrays are allocated per step, but for activations that the lane kernels do not know,
 * which run on ND4J. Threads take tiles of the batch, each through the whole sequence, so they
 * never wait for each other; on the way back they meet at the end of every segment, share the
 * weights, and each sums the gradients of its own over all tiles ({@link ParameterGradients}).
 * Where the batch is one tile (with AVX-512 16 floats or less; of a sparse map as many for every
 * thread, up to 64) and the map not small, they take parts of its units, and wait for each other
 * after every phase. Results agree with {@link ReferenceKernel} to rounding, and are the same from
 * run to run for one number of threads, where nothing is measured ({@link Measuring}).
 *
 * <p>Memory for back-propagation is two records of all cells per time step; with segments of n time
 * steps ({@value SegmentLength#PROPERTY}) two per time step of one segment, and the states are
 * computed a second time: with n near the root of the sequence's length the memory grows as that
 * root.
 *
 * <p>Arrays are kept from call to call: those that only follow from the map, and for as long as
 * they are of use ({@link KeptWorkers} has the rule) those that grow with batch and time. {@link
 * #rest} leaves the latter to the garbage collector.
 */
final class FusedKernel implements MapKernel {
  private final MapProgram program;
  private final FusedPlan plan;
  final LaneKernels kernels;
  private final int segment;
  private final WorkDivision division;
  final CallWays ways;
  private final FusedBlocks blocks;
  private final Pass training;
  private final Pass inference;
  private final ParameterGradients parameterGradients;
  private Pass last; // whose state is the last forward pass's; null before the first
  private Pass tape; // the training pass while backward may follow it; else null

  /** What one kind of pass reuses from call to call. */
  private final class Pass {
    final KeptWorkers kept = new KeptWorkers(() -> new FusedWorker(plan, kernels));
    FusedWorker[] workers; // of the last call
    final ParameterCopies parameters = new ParameterCopies(program.realized());
    FusedCall call;
    LaneBlock[] laid;
    float[][] lastState = new float[program.slots().size()][];
    float[][] stateGradient = new float[program.slots().size()][];
    Integer gradientBatch; // of the last backward pass; null before the first
    MeasuredChoice<Way> choice; // of the call, as long as its time is not told
    long nanos; // of the call so far

    void begin(FusedCall newCall, RecordLayout layout, LaneBlock[] newLaid) {
      call = newCall;
      workers = null; // those of the call before may go
      long tiles = 0;
      for (int w = 0; w < call.workers; w++) {
        tiles += call.shape.tilesAtATime(w);
      }
      workers = kept.forCall(call.workers, tiles * call.shape.tileLength(layout));
      laid = newLaid;
    }

    /** Tells the choice what the whole call took. */
    void tellTime() {
      if (choice != null && choice.took(nanos)) {
        List<LaneBlock[]> inUse = new ArrayList<>();
        Collections.addAll(inUse, training.laid, inference.laid);
        blocks.keepOnly(inUse);
      }
      choice = null;
    }

    void passOver() {
      workers = null;
      kept.passOver();
    }

    void rest() {
      workers = null;
      kept.rest();
    }
  }

  /**
   * A kernel for one layer.
   *
   * @param segment time steps between kept states; 0 keeps all
   * @param leastShare see {@link WorkDivision}
   */
  FusedKernel(
      MapProgram program, LaneKernels kernels, int segment, long leastShare, Measuring measuring) {
    if (segment < 0) {
      throw new IllegalArgumentException(
          "segment: found " + segment + ", expected time steps, or 0 for none");
    }
    this.program = program;
    this.plan = new FusedPlan(program);
    this.kernels = kernels;
    this.segment = segment;
    this.division = new WorkDivision(plan, kernels, leastShare);
    this.ways = new CallWays(program, kernels, division, measuring);
    this.blocks = new FusedBlocks(program, kernels);
    this.parameterGradients = new ParameterGradients(plan);
    this.training = new Pass();
    this.inference = new Pass();
  }

  @Override
  public void forward(
      INDArray[] newParameters,
      INDArray input,
      INDArray mask,
      INDArray[] initial,
      INDArray output,
      boolean isTraining) {
    long start = System.nanoTime();
    int batch = Math.toIntExact(input.size(0));
    int time = input.rank() == 2 ? 1 : Math.toIntExact(input.size(2));
    MeasuredChoice<Way> choice = ways.of(batch, time, mask != null, isTraining);
    Way way = choice.next();
    CallShape shape =
        CallShape.of(plan, division, way.threads(), segment, batch, time, mask != null, isTraining);
    RecordLayout layout = plan.layout(shape.lanes(), shape.isMasked());
    FusedCall call = new FusedCall(kernels, shape);
    // Before the team is gathered, whose helpers would keep the threads for it.
    LaneBlock[] laid =
        blocks.laidOut(new FusedBlocks.Shape(way.leastDenseDensity(), call.lanes, call.parts));
    LaneTeam team = call.team = LaneTeam.gather(Math.max(call.workers, call.parts));
    try (MemoryWorkspace none = Nd4j.getMemoryManager().scopeOutOfWorkspaces()) {
      Pass pass = isTraining ? training : inference;
      if (isTraining) {
        tape = null; // until it is whole
      }
      if (tape == null) { // else its workers are in use
        (isTraining ? inference : training).passOver();
      }
      pass.begin(call, layout, laid);
      if (newParameters == null) {
        blocks.load(pass.parameters, team, pass.laid);
      } else {
        blocks.read(pass.parameters, team, newParameters, pass.laid);
      }
      call.input = StridedFloats.of(input);
      call.mask = mask == null ? null : StridedFloats.ofMask(mask);
      if (isTraining && call.segments() > 1) { // then they are read a second time
        call.input = StridedFloats.copyOf(input);
        call.mask = mask == null ? null : StridedFloats.copyOfMask(mask);
      }
      call.initial = states(initial);
      INDArray writable = writable(output);
      call.output = StridedFloats.of(writable);
      call.lastState = stateArrays(pass.lastState, batch);
      run(
          call,
          w -> {
            int end = shape.tileEnd(w);
            int group = shape.tilesAtATime(w);
            for (int tile = shape.tileBegin(w); tile < end; tile += group) {
              int count = Math.min(group, end - tile);
              pass.workers[w].prepare(call, layout, pass.laid, pass.parameters.values, tile, count);
              pass.workers[w].forward();
            }
          });
      if (writable != output) {
        output.assign(writable);
      }
      last = pass;
      tape = isTraining ? pass : tape;
      pass.choice = choice;
      pass.nanos = System.nanoTime() - start;
      if (!isTraining) {
        pass.tellTime();
      }
    } finally {
      team.dismiss();
      call.forget();
    }
  }

  private static INDArray writable(INDArray array) {
    return StridedFloats.isInPlace(array)
        ? array
        : Nd4j.createUninitialized(DataType.FLOAT, array.shape(), 'f');
  }

  /** The workers side by side, or the one worker, which calls the team for its parts itself. */
  private static void run(FusedCall call, IntConsumer worker) {
    if (call.parts > 1) {
      worker.accept(0);
    } else {
      call.team.run(worker);
    }
  }

  @Override
  public INDArray[] lastState() {
    return lastState(null);
  }

  @Override
  public INDArray[] lastState(INDArray[] reuse) {
    Pass pass = KernelPasses.required(last, "forward");
    return stateMatrices(pass.lastState, pass.call.batch, reuse);
  }

  @Override
  public boolean keepsParameters() {
    return true;
  }

  @Override
  public boolean runsBesideOthers() {
    return true;
  }

  @Override
  public boolean takesMatrices() {
    return true;
  }

  @Override
  public void backward(
      INDArray outputGradient,
      INDArray[] lastStateGradient,
      int firstTimeStep,
      INDArray[] gradients,
      INDArray inputGradient) {
    long start = System.nanoTime();
    Pass pass = KernelPasses.requiredTape(tape);
    FusedCall call = pass.call;
    blocks.layOutBackward(pass.laid); // before the team, as in forward
    LaneTeam team = call.team = LaneTeam.gather(Math.max(call.workers, call.parts));
    try (MemoryWorkspace none = Nd4j.getMemoryManager().scopeOutOfWorkspaces()) {
      blocks.load(pass.parameters, team, pass.laid);
      call.firstTimeStep = firstTimeStep;
      call.outputGradient = StridedFloats.of(outputGradient);
      call.lastStateGradient = states(lastStateGradient);
      boolean isWhole = gradients != null;
      INDArray writable = isWhole ? writable(inputGradient) : null;
      call.inputGradient = isWhole ? StridedFloats.of(writable) : null;
      if (isWhole && firstTimeStep > 0) {
        writable.assign(0);
      }
      call.stateGradient = stateArrays(pass.stateGradient, call.batch);
      blocks.turn(team, pass.laid);
      if (isWhole) {
        parameterGradients.prepare(pass.laid, call.workers);
        team.run(share -> parameterGradients.clear(share, team.parts()));
      }
      List<FusedWorker> workers = List.of(pass.workers).subList(0, call.workers);
      for (int s = call.segments() - 1; s >= call.firstSegment(); s--) {
        int segment = s;
        run(call, w -> workers.get(w).backward(segment));
        if (isWhole) {
          addOuter(pass, workers);
        }
      }
      if (writable != inputGradient) {
        inputGradient.assign(writable);
      }
      if (isWhole) {
        List<SlotGradients> slots = workers.stream().map(FusedWorker::slots).toList();
        parameterGradients.write(team, pass.laid, slots, gradients);
      }
      pass.gradientBatch = call.batch;
      pass.nanos += System.nanoTime() - start;
      pass.tellTime();
    } finally {
      team.dismiss();
      call.forget();
    }
  }

  /** The gradients of weights from a segment of all workers: every thread some of the weights. */
  private void addOuter(Pass pass, List<FusedWorker> workers) {
    FusedCall call = pass.call;
    int shares = call.team.parts();
    List<OuterTerms[]> terms = workers.stream().map(FusedWorker::terms).toList();
    call.team.run(
        share -> {
          FusedWorker own = workers.get(call.parts > 1 ? 0 : share);
          int at = own.scratchAt(call.parts > 1 ? share : 0);
          parameterGradients.addOuter(pass.laid, share, shares, terms, own.scratch(), at);
        });
    workers.forEach(FusedWorker::forgetTerms);
  }

  @Override
  public INDArray[] stateGradient() {
    return stateGradient(null);
  }

  @Override
  public INDArray[] stateGradient(INDArray[] reuse) {
    int batch = KernelPasses.required(training.gradientBatch, "backward");
    return stateMatrices(training.stateGradient, batch, reuse);
  }

  @Override
  public boolean hasTape() {
    return tape != null;
  }

  @Override
  public void dropTape() {
    tape = null;
    if (training.call != null) {
      training.call.forgetInput();
    }
  }

  @Override
  public void rest() {
    dropTape();
    training.rest();
    inference.rest();
  }

  /**
   * Bytes of arrays held, but for what every object has and what the garbage collector may take.
   */
  long bytes() {
    long bytes = bytesOfMap();
    for (Pass pass : new Pass[] {training, inference}) {
      bytes += Float.BYTES * (length(pass.lastState) + length(pass.stateGradient));
      bytes += pass.kept.bytes() + (pass.call == null ? 0 : pass.call.bytes());
    }
    return bytes;
  }

  /** Of them those that follow from the map: layouts, parameters' copies and gradients. */
  long bytesOfMap() {
    long floats =
        parameterGradients.length() + training.parameters.length() + inference.parameters.length();
    return Float.BYTES * floats + blocks.bytes();
  }

  KeptWorkers workers(boolean isTraining) {
    return (isTraining ? training : inference).kept;
  }

  private static long length(float[]... arrays) {
    long length = 0;
    for (float[] array : arrays) {
      length += array == null ? 0 : array.length;
    }
    return length;
  }

  /** States given by the caller, by slot; null for zeros. */
  private StridedFloats[] states(INDArray[] given) {
    StridedFloats[] state = new StridedFloats[program.slots().size()];
    for (int slot : plan.carried) {
      boolean isGiven = given != null && given[slot] != null;
      state[slot] = isGiven ? StridedFloats.ofState(given[slot]) : null;
    }
    return state;
  }

  private StridedFloats[] stateArrays(float[][] reuse, int batch) {
    StridedFloats[] state = new StridedFloats[program.slots().size()];
    for (int slot : plan.carried) {
      int length = Math.multiplyExact(plan.sizes[slot], batch);
      if (reuse[slot] == null || reuse[slot].length != length) {
        reuse[slot] = new float[length];
      }
      state[slot] = StridedFloats.onHeap(reuse[slot], batch, plan.sizes[slot]);
    }
    return state;
  }

  private INDArray[] stateMatrices(float[][] state, int batch, INDArray[] reuse) {
    INDArray[] matrices = new INDArray[state.length];
    try (MemoryWorkspace none = Nd4j.getMemoryManager().scopeOutOfWorkspaces()) {
      for (int slot : plan.carried) { // null where nothing is carried
        INDArray old = reuse == null ? null : reuse[slot];
        if (old == null || old.size(0) != batch) {
          matrices[slot] = HeapCopy.matrix(state[slot], batch, plan.sizes[slot]);
        } else {
          HeapCopy.write(state[slot], old);
          matrices[slot] = old;
        }
      }
    }
    return matrices;
  }
}
