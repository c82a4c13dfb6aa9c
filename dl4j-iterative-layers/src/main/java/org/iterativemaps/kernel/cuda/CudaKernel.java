package org.iterativemaps.kernel.cuda;

import java.lang.ref.Reference;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.iterativemaps.iterate.MapProgram;
import org.iterativemaps.kernel.KernelPasses;
import org.iterativemaps.kernel.MapKernel;
import org.iterativemaps.kernel.cuda.CudaBackward.StateGradient;
import org.iterativemaps.kernel.plan.BlockMatrix;
import org.iterativemaps.kernel.plan.ProgramPlan;
import org.nd4j.linalg.api.memory.MemoryWorkspace;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * A program on a GPU: parameters and input go up, all time steps and steps of the map run in a
 * handful of launches, and output or gradients come back. {@code iterative_map.cu} has the
 * mathematics, {@link CudaPlan} the order.
 */
final class CudaKernel implements MapKernel {
  private final MapProgram program;
  private final CudaDevice device;
  private final DeviceStream stream;
  private final CudaDivision.Rule rule;
  private final int segment;
  private final int largestSlot;
  private final List<BlockMatrix> matrices;
  private final DevicePatterns patterns;
  private final Map<Integer, DeviceBlocks> layouts = new HashMap<>(); // by lanes
  private final Map<Boolean, DevicePlan> plans = new HashMap<>(); // by whether there is a mask
  private final Memories memories;
  private final DeviceParameters parameters;
  private final GrowingArray staging;
  private final GrowingArray output; // [batch, nOut, time]
  private final CudaPass training;
  private final CudaPass inference;
  private final CudaBackward backward;
  private CudaPass last; // of the last forward pass; null before it
  private CudaPass tape; // null without one
  private INDArray[] stateGradient; // null before the first way back

  /**
   * A kernel that has not run.
   *
   * @param segment time steps whose values are kept; 0 for all
   */
  CudaKernel(
      MapProgram program,
      Precision precision,
      CudaDevice device,
      CudaDivision.Rule rule,
      int segment) {
    this.program = program;
    this.device = device;
    this.stream = new DeviceStream(device, precision);
    this.rule = rule;
    this.segment = segment;
    this.matrices = BlockMatrix.of(program.realized());
    int[] sizes = new ProgramPlan(program, activation -> true).sizes;
    this.largestSlot = Arrays.stream(sizes).max().orElse(1);
    this.patterns = new DevicePatterns(device, matrices);
    this.memories = new Memories(device);
    this.parameters = new DeviceParameters(device, stream, program.realized(), memories);
    this.staging = memories.make();
    this.output = memories.make();
    this.training = new CudaPass(stream, memories, staging);
    this.inference = new CudaPass(stream, memories, staging);
    this.backward = new CudaBackward(stream, parameters, memories, staging);
  }

  @Override
  public void forward(
      INDArray[] newParameters,
      INDArray input,
      INDArray mask,
      INDArray[] initial,
      INDArray newOutput,
      boolean isTraining) {
    parameters.requireLengths(newParameters);
    CudaPass pass = isTraining ? training : inference;
    if (isTraining) {
      tape = null; // until it is whole
    }
    try (MemoryWorkspace none = Nd4j.getMemoryManager().scopeOutOfWorkspaces()) {
      CudaDivision division = division(Math.toIntExact(input.size(0)));
      DeviceBlocks blocks = blocks(division.lanes());
      pass.begin(plan(mask != null), division, blocks, segment, input, mask, initial);
      parameters.upload(newParameters, pass.parameters);
      long onDevice = output.bytes(stream.kernels.precision.bytes * newOutput.length());
      pass.run(parameters.matrices(blocks, pass.parameters.pointer()), onDevice);
      HostCopies.download(stream, onDevice, newOutput);
      CallRecords call = pass.records(pass.segments() - 1);
      pass.lastState = states(call, pass.values.pointer(), call.time());
    }
    Reference.reachabilityFence(this); // else its memory may go before its last launch
    last = pass;
    tape = isTraining ? pass : tape;
  }

  private CudaDivision division(int batch) {
    return rule.of(
        batch,
        largestSlot,
        (lanes, threads) ->
            stream.kernels.residentBlocks("sweep" + lanes, threads, blocks(lanes).sharedBytes));
  }

  private DeviceBlocks blocks(int lanes) {
    return layouts.computeIfAbsent(
        lanes,
        key ->
            new DeviceBlocks(
                device, stream.kernels.precision, matrices, patterns, largestSlot, lanes));
  }

  private DevicePlan plan(boolean isMasked) {
    return plans.computeIfAbsent(
        isMasked, key -> new DevicePlan(device, program, stream.kernels.precision, key));
  }

  /** What is handed on from a record, by slot. */
  private INDArray[] states(CallRecords call, long records, int record) {
    INDArray[] states = new INDArray[program.slots().size()];
    for (int slot : call.plan().program.carried) {
      int units = program.size(slot);
      long[] shape = {call.batch(), units};
      states[slot] = Nd4j.createUninitialized(stream.kernels.precision.type, shape, 'f');
      int row = call.plan().rows.handed[slot];
      call.fromRows(records, row, record, states[slot], units, staging);
    }
    return states;
  }

  @Override
  public void backward(
      INDArray outputGradient,
      INDArray[] lastStateGradient,
      int firstTimeStep,
      INDArray[] gradients,
      INDArray inputGradient) {
    CudaPass pass = KernelPasses.requiredTape(tape);
    try (MemoryWorkspace none = Nd4j.getMemoryManager().scopeOutOfWorkspaces()) {
      DeviceBlocks blocks = pass.records(0).blocks();
      long weights = pass.parameters.pointer();
      StateGradient ofState =
          backward.run(
              pass,
              firstTimeStep,
              outputGradient,
              lastStateGradient,
              parameters.matrices(blocks, weights),
              parameters.transposes(blocks, weights),
              gradients == null ? unwanted(outputGradient) : inputGradient);
      if (gradients != null) {
        parameters.downloadGradients(gradients);
      }
      stateGradient = states(ofState.call(), ofState.records(), ofState.record());
    }
    Reference.reachabilityFence(this);
  }

  /** Where an input gradient goes that nobody wants. */
  private INDArray unwanted(INDArray outputGradient) {
    long[] shape = {
      outputGradient.size(0), program.size(program.inputSlot()), outputGradient.size(2)
    };
    return Nd4j.createUninitialized(stream.kernels.precision.type, shape, 'f');
  }

  @Override
  public INDArray[] lastState() {
    CudaPass pass = KernelPasses.required(last, "forward");
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
    memories.rest();
  }
}
