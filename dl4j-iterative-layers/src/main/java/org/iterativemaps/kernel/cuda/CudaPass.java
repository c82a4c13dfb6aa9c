package org.iterativemaps.kernel.cuda;

import org.iterativemaps.kernel.cuda.CallRecords.Sweep;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * A forward pass on the device and what it leaves: parameters, input, mask, and the records of one
 * segment. A <b>segment</b> is as many time steps as records are kept of; where a call is longer,
 * the states before its segments are kept, too, and back-propagation computes their records anew.
 */
final class CudaPass {
  private static final int NONE = -1;

  /** Records of values, of the segment that {@link #require} was asked for. */
  final GrowingArray values;

  /** Parameters of the call. */
  final GrowingArray parameters;

  /** What is computed. */
  DevicePlan plan;

  /** Samples. */
  int batch;

  /** Time steps. */
  int time;

  /** The state after the last time step, by slot; null where none is handed on. */
  INDArray[] lastState;

  private final DeviceStream stream;
  private final GrowingArray staging;
  private final GrowingArray input; // [batch, nIn, time]
  private final GrowingArray mask; // [time][stride]
  private final GrowingArray states; // before each segment, where there are several
  private final GrowingArray arrivals;
  private CudaDivision division;
  private DeviceBlocks blocks;
  private int segment;
  private int present = NONE; // the segment whose records there are
  private boolean isMasked;

  /**
   * One that has not run.
   *
   * @param staging room for arrays that are copied into records
   */
  CudaPass(DeviceStream stream, Memories memories, GrowingArray staging) {
    this.stream = stream;
    this.staging = staging;
    this.values = memories.make();
    this.parameters = memories.make();
    this.input = memories.make();
    this.mask = memories.make();
    this.states = memories.make();
    this.arrivals = memories.make();
  }

  /**
   * Begins anew: what is computed, how it is divided, and what from.
   *
   * @param steps time steps of a segment, at most; 0 for no bound
   */
  void begin(
      DevicePlan newPlan,
      CudaDivision newDivision,
      DeviceBlocks newBlocks,
      int steps,
      INDArray newInput,
      INDArray newMask,
      INDArray[] initial) {
    plan = newPlan;
    division = newDivision;
    blocks = newBlocks;
    batch = Math.toIntExact(newInput.size(0));
    time = Math.toIntExact(newInput.size(2));
    segment = steps == 0 ? time : Math.min(steps, time);
    isMasked = false; // until its rows are there
    arrivals.bytes((long) Integer.BYTES * division.tiles(batch));
    HostCopies.upload(stream, newInput, input.bytes(bytes(newInput.length())));
    CallRecords call = records(0);
    if (newMask != null) {
      long rows = mask.bytes(bytes((long) time * call.stride()));
      call.toRows(CallRecords.LAST_SAMPLE, rows, 1, 0, 0, newMask, 1, staging);
      isMasked = true;
    }
    long begin = values.bytes(call.bytes());
    stream.zero(begin, call.recordBytes()); // the state before the first time step
    for (int slot : plan.program.carried) {
      if (initial != null && initial[slot] != null) {
        int row = plan.rows.handed[slot];
        INDArray state = initial[slot];
        call.toRows(
            CallRecords.LAST_SAMPLE, begin, call.rows(), row, 0, state, size(slot), staging);
      }
    }
    if (segments() > 1) {
      states.bytes(segments() * call.stateBytes());
      keepState(0, call, 0);
    }
  }

  private long bytes(long numbers) {
    return Math.multiplyExact(numbers, stream.kernels.precision.bytes);
  }

  private int size(int slot) {
    return plan.program.sizes[slot];
  }

  /** How many there are. */
  int segments() {
    return (time + segment - 1) / segment;
  }

  /** The first time step of a segment. */
  int first(int ofSegment) {
    return ofSegment * segment;
  }

  /** The segment that a time step is in. */
  int segmentOf(int timeStep) {
    return timeStep / segment;
  }

  /** A segment's records; the first are as many as any. */
  CallRecords records(int ofSegment) {
    int first = first(ofSegment);
    int count = Math.min(segment, time - first);
    long stride = (long) division.tiles(batch) * division.lanes();
    long rows = isMasked ? mask.pointer() + bytes(first * stride) : 0;
    return new CallRecords(stream, plan.plan, blocks, division, batch, count, rows);
  }

  /** Where a segment begins in an array [batch, units, time] on the device. */
  long place(long array, int units, int ofSegment) {
    return array + bytes((long) first(ofSegment) * units * batch);
  }

  private void keepState(int before, CallRecords call, int record) {
    long to = states.pointer() + before * call.stateBytes();
    call.keepStates(plan.rows.handed, values.pointer(), record, to);
  }

  /**
   * Runs all segments.
   *
   * @param matrices the structures of the matrices
   * @param output [batch, nOut, time] on the device
   */
  void run(long matrices, long output) {
    int units = size(plan.program.program.outputSlot());
    for (int s = 0; s < segments(); s++) {
      CallRecords call = records(s);
      run(s, call, matrices);
      long to = place(output, units, s);
      call.fromRows(values.pointer(), plan.plan.output(), 1, to, units, call.time(), call.mask());
      if (s + 1 < segments()) {
        keepState(s + 1, call, call.time());
      }
    }
  }

  /** Has the records of a segment, computed anew if others are there. */
  void require(int ofSegment, long matrices) {
    if (present != ofSegment) {
      run(ofSegment, records(ofSegment), matrices);
    }
  }

  private void run(int s, CallRecords call, long matrices) {
    present = NONE; // until all of them are there
    if (segments() > 1) {
      long from = states.pointer() + s * call.stateBytes();
      call.putStates(from, plan.rows.handed, values.pointer(), 0);
    }
    int units = size(plan.program.program.inputSlot());
    long from = place(input.pointer(), units, s);
    call.toRows(
        CallRecords.LAST_SAMPLE,
        values.pointer(),
        call.rows(),
        plan.rows.token,
        1,
        from,
        units,
        call.time());
    Sweep sweep = sweep(values.pointer(), 0, matrices);
    call.sideBySide(sweep, plan.drives, 0);
    call.inTurn(sweep, plan.forward, 0, 1, call.time());
    present = s;
  }

  /** What a sweep with the parameters of this pass goes over. */
  Sweep sweep(long sums, long valuesBack, long matrices) {
    return new Sweep(sums, valuesBack, matrices, parameters.pointer(), arrivals.pointer());
  }
}
