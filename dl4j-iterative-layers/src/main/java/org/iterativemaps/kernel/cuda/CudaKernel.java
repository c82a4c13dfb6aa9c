package org.iterativemaps.kernel.cuda;

import java.lang.ref.Reference;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.iterativemaps.iterate.MapProgram;
import org.iterativemaps.kernel.HeapCopy;
import org.iterativemaps.kernel.KernelPasses;
import org.iterativemaps.kernel.MapKernel;
import org.iterativemaps.kernel.cuda.CallRecords.Sweep;
import org.iterativemaps.kernel.plan.BlockMatrix;
import org.iterativemaps.map.Parameter;
import org.nd4j.linalg.api.memory.MemoryWorkspace;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;

/**
 * A program on a GPU: parameters and input go up, all time steps and steps of the map run in a
 * handful of launches, and output or gradients come back. {@code iterative_map.cu} has the
 * mathematics, {@link CudaPlan} the order.
 */
final class CudaKernel implements MapKernel {
  private static final int WARP = 32;

  private final MapProgram program;
  private final Precision precision;
  private final CudaDevice device;
  private final DeviceStream stream;
  private final List<GrowingArray> growing = new ArrayList<>(); // all there are
  private final CudaDivision.Rule rule;
  private final List<BlockMatrix> matrices;
  private final List<Parameter> parameters;
  private final int[] places; // of parameters in the flat array; one more
  private final int largestSlot;
  private final DeviceArray[] fixed; // weights by matrix; null where they are trained
  private final Map<Integer, DeviceBlocks> layouts = new HashMap<>(); // by lanes
  private final Map<Boolean, DevicePlan> plans = new HashMap<>(); // by whether there is a mask
  private final GrowingArray gradients;
  private final GrowingArray parameterGradients;
  private final GrowingArray matrixTable;
  private final GrowingArray transposed;
  private final GrowingArray staging;
  private final GrowingArray arrivals;
  private final Pass training;
  private final Pass inference;
  private Pass last; // of the last forward pass; null before it
  private Pass tape; // null without one
  private INDArray[] stateGradient; // null before the first way back

  /** What a forward pass leaves. */
  private static final class Pass {
    final GrowingArray values;
    final GrowingArray parameters;
    final GrowingArray mask;
    DevicePlan plan;
    CallRecords call;
    INDArray[] lastState;

    Pass(CudaKernel kernel) {
      this.values = kernel.growing();
      this.parameters = kernel.growing();
      this.mask = kernel.growing();
    }
  }

  CudaKernel(MapProgram program, Precision precision, CudaDevice device, CudaDivision.Rule rule) {
    this.precision = precision;
    this.program = program;
    this.device = device;
    this.stream = new DeviceStream(device, precision);
    this.rule = rule;
    this.matrices = BlockMatrix.of(program.realized());
    this.parameters = program.realized().parameters();
    this.places = new int[parameters.size() + 1];
    for (int p = 0; p < parameters.size(); p++) {
      places[p + 1] = Math.addExact(places[p], parameters.get(p).length());
    }
    this.largestSlot = new CudaPlan(program, precision.type, false).largestSlot();
    this.fixed = matrices.stream().map(this::fixedWeights).toArray(DeviceArray[]::new);
    this.gradients = growing();
    this.parameterGradients = growing();
    this.matrixTable = growing();
    this.transposed = growing();
    this.staging = growing();
    this.arrivals = growing();
    this.training = new Pass(this);
    this.inference = new Pass(this);
  }

  private GrowingArray growing() {
    GrowingArray array = new GrowingArray(device);
    growing.add(array);
    return array;
  }

  private DeviceArray fixedWeights(BlockMatrix matrix) {
    if (matrix.fixedValues() == null) {
      return null;
    }
    return device.copy(matrix.fixedValues(), precision);
  }

  @Override
  public void forward(
      INDArray[] newParameters,
      INDArray input,
      INDArray mask,
      INDArray[] initial,
      INDArray output,
      boolean isTraining) {
    for (int p = 0; p < newParameters.length; p++) {
      HeapCopy.requireLength("parameter", p, newParameters[p], parameters.get(p).length());
    }
    Pass pass = isTraining ? training : inference;
    if (isTraining) {
      tape = null; // until it is whole
    }
    try (MemoryWorkspace none = Nd4j.getMemoryManager().scopeOutOfWorkspaces()) {
      CallRecords call = begin(pass, input, mask);
      upload(newParameters, pass.parameters.bytes(bytes(places[parameters.size()])));
      long values = pass.values.bytes(call.bytes());
      stream.zero(values, call.recordBytes()); // the state before the first time step
      CudaPlan plan = call.plan();
      call.toRows(
          CallRecords.LAST_SAMPLE,
          values,
          plan.rows.count,
          plan.rows.token,
          1,
          input,
          size(program.inputSlot()),
          staging);
      for (int slot : plan.plan.carried) {
        if (initial != null && initial[slot] != null) {
          call.toRows(
              CallRecords.LAST_SAMPLE,
              values,
              plan.rows.count,
              plan.rows.handed[slot],
              0,
              initial[slot],
              size(slot),
              staging);
        }
      }
      Sweep sweep = sweep(call, pass, values, 0, matrices(call, true, pass.parameters.pointer()));
      call.sideBySide(sweep, pass.plan.drives, 0);
      call.inTurn(sweep, pass.plan.forward, 0, 1, call.time());
      int units = size(program.outputSlot());
      call.fromRows(values, plan.output(), 1, output, units, staging, call.mask());
      pass.lastState = states(call, values, call.time());
    }
    Reference.reachabilityFence(this); // else its memory may go before its last launch
    last = pass;
    tape = isTraining ? pass : tape;
  }

  private long bytes(long numbers) {
    return Math.multiplyExact(numbers, precision.bytes);
  }

  private int size(int slot) {
    return program.size(slot);
  }

  private CallRecords begin(Pass pass, INDArray input, INDArray mask) {
    int batch = Math.toIntExact(input.size(0));
    int time = Math.toIntExact(input.size(2));
    CudaDivision division =
        rule.of(
            batch,
            largestSlot,
            (lanes, threads) ->
                stream.kernels.residentBlocks("sweep" + lanes, threads, blocks(lanes).sharedBytes));
    pass.plan =
        plans.computeIfAbsent(mask != null, key -> new DevicePlan(device, program, precision, key));
    int stride = division.tiles(batch) * division.lanes();
    long maskRows = mask == null ? 0 : pass.mask.bytes(bytes((long) time * stride));
    pass.call =
        new CallRecords(
            stream, pass.plan.plan, blocks(division.lanes()), division, batch, time, maskRows);
    if (mask != null) {
      pass.call.toRows(CallRecords.LAST_SAMPLE, maskRows, 1, 0, 0, mask, 1, staging);
    }
    return pass.call;
  }

  private DeviceBlocks blocks(int lanes) {
    return layouts.computeIfAbsent(
        lanes, key -> new DeviceBlocks(device, precision, matrices, largestSlot, lanes));
  }

  private void upload(INDArray[] arrays, long to) {
    for (int p = 0; p < arrays.length; p++) {
      HostCopies.upload(stream, arrays[p], to + bytes(places[p]));
    }
  }

  /** The structures of the blocks' matrices, or of their transposes. */
  private long matrices(CallRecords call, boolean isForward, long trained) {
    long[] weights = new long[matrices.size()];
    long at = isForward ? 0 : transposed.bytes(bytes(entries()));
    for (int b = 0; b < weights.length; b++) {
      weights[b] =
          fixed[b] != null
              ? fixed[b].pointer
              : trained + bytes(places[matrices.get(b).parameter()]);
      if (!isForward) {
        int count = matrices.get(b).mask().entryCount();
        stream.launch(
            "permute",
            count,
            new KernelArguments()
                .argument(weights[b])
                .argument(call.blocks().permutation(b))
                .argument(count)
                .argument(at));
        weights[b] = at;
        at += bytes(count);
      }
    }
    long[] words = call.blocks().matrices(isForward, weights);
    long place = matrixTable.bytes((long) Long.BYTES * words.length);
    stream.upload(place, words);
    return place;
  }

  private long entries() {
    return matrices.stream().mapToLong(matrix -> matrix.mask().entryCount()).sum();
  }

  private Sweep sweep(CallRecords call, Pass pass, long sums, long values, long blockMatrices) {
    return new Sweep(
        sums,
        values,
        blockMatrices,
        pass.parameters.pointer(),
        arrivals.bytes((long) Integer.BYTES * call.division().tiles(call.batch())));
  }

  /** What is handed on from a record, by slot. */
  private INDArray[] states(CallRecords call, long records, int record) {
    INDArray[] states = new INDArray[program.slots().size()];
    for (int slot : call.plan().plan.carried) {
      long[] shape = {call.batch(), size(slot)};
      states[slot] = Nd4j.createUninitialized(precision.type, shape, 'f');
      int row = call.plan().rows.handed[slot];
      call.fromRows(records, row, record, states[slot], size(slot), staging, 0);
    }
    return states;
  }

  @Override
  public void backward(
      INDArray outputGradient,
      INDArray[] lastStateGradient,
      int firstTimeStep,
      INDArray[] newGradients,
      INDArray inputGradient) {
    Pass pass = KernelPasses.requiredTape(tape);
    CallRecords call = pass.call;
    DevicePlan plan = pass.plan;
    try (MemoryWorkspace none = Nd4j.getMemoryManager().scopeOutOfWorkspaces()) {
      long values = pass.values.pointer();
      long grads = gradients.bytes(call.bytes());
      stream.zero(grads, call.bytes());
      fromOutside(call, grads, outputGradient, lastStateGradient);
      Sweep sweep =
          sweep(call, pass, grads, values, matrices(call, false, pass.parameters.pointer()));
      int count = call.time() - firstTimeStep;
      call.inTurn(sweep, plan.backward, call.time() - 1, -1, count);
      sumDrives(call, plan, grads, values, firstTimeStep);
      call.sideBySide(sweep, plan.inputGradients, firstTimeStep);
      call.inTurn(sweep, plan.stateGradients, firstTimeStep - 1, 1, 1);
      sumParameters(call, plan, grads, values, firstTimeStep);
      stateGradient = states(call, grads, firstTimeStep);
      int units = size(program.inputSlot());
      call.fromRows(grads, call.plan().rows.token, 1, inputGradient, units, staging, 0);
      for (int p = 0; p < newGradients.length; p++) {
        HostCopies.download(stream, gradientPlace(p), newGradients[p]);
      }
    }
    Reference.reachabilityFence(this);
  }

  /** dL/d(output) of every time step, and dL/d(state after the last). */
  private void fromOutside(
      CallRecords call, long grads, INDArray outputGradient, INDArray[] lastStateGradient) {
    INDArray ofOutput = outputGradient;
    for (int slot : call.plan().plan.carried) {
      INDArray ofState = lastStateGradient == null ? null : lastStateGradient[slot];
      if (ofState != null && slot == program.outputSlot()) {
        ofOutput = outputGradient.dup('f');
        INDArray lastOutput =
            ofOutput.get(
                NDArrayIndex.all(), NDArrayIndex.all(), NDArrayIndex.point(call.time() - 1));
        lastOutput.addi(ofState.castTo(ofOutput.dataType()));
      } else if (ofState != null) {
        int row = call.plan().rows.outer[slot];
        call.toRows(
            CallRecords.ZEROS,
            grads,
            call.plan().rows.count,
            row,
            call.time(),
            ofState,
            size(slot),
            staging);
      }
    }
    int row = call.plan().rows.outer[program.outputSlot()];
    int units = size(program.outputSlot());
    call.toRows(CallRecords.ZEROS, grads, call.plan().rows.count, row, 1, ofOutput, units, staging);
  }

  private void sumDrives(CallRecords call, DevicePlan plan, long grads, long values, int first) {
    for (int slot = 0; slot < plan.driveTerms.length; slot++) {
      if (plan.driveTerms[slot] != null) {
        stream.launch(
            "addRows",
            (long) (call.time() - first) * plan.plan.plan.sizes[slot] * call.stride(),
            call.samples(plan.driveTerms[slot], grads, values, first, false)
                .argument(call.plan().rows.drives[slot])
                .argument(plan.plan.plan.sizes[slot])
                .argument(grads));
      }
    }
  }

  private void sumParameters(
      CallRecords call, DevicePlan plan, long grads, long values, int first) {
    parameterGradients.bytes(bytes(places[parameters.size()]));
    for (int p = 0; p < parameters.size(); p++) {
      Parameter parameter = parameters.get(p);
      long result = gradientPlace(p);
      KernelArguments samples = call.samples(plan.terms.get(p), grads, values, first, false);
      int matrix = plan.plan.plan.matrixOfParameter[p];
      if (matrix < 0) {
        samples.argument(parameter.length()).argument(result);
        stream.launch("ofUnits", (long) WARP * parameter.length(), samples);
      } else {
        samples
            .argument(call.blocks().chunks(matrix))
            .argument(call.blocks().chunkCount(matrix))
            .argument(call.blocks().sources(matrix))
            .argument(result);
        stream.launch("outer", (long) WARP * call.blocks().chunkCount(matrix), samples);
      }
    }
  }

  private long gradientPlace(int parameter) {
    return parameterGradients.pointer() + bytes(places[parameter]);
  }

  @Override
  public INDArray[] lastState() {
    Pass pass = KernelPasses.required(last, "forward");
    return KernelPasses.copies(pass.lastState, program.schedule().carried());
  }

  @Override
  public INDArray[] stateGradient() {
    INDArray[] gradient = KernelPasses.required(stateGradient, "backward");
    return KernelPasses.copies(gradient, program.schedule().carried());
  }

  @Override
  public boolean hasTape() {
    return tape != null;
  }

  @Override
  public void dropTape() {
    tape = null;
  }

  /**
   * DL4J has a layer rest after every step, and to allocate takes long: so device memory whose size
   * follows from the calls stays until the garbage collector comes.
   */
  @Override
  public void rest() {
    dropTape();
    growing.forEach(GrowingArray::rest);
  }
}
