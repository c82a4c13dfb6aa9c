package org.iterativemaps.kernel.cuda;

import org.iterativemaps.kernel.cuda.CallRecords.Sweep;
import org.nd4j.linalg.api.ndarray.INDArray;

/** The way back through a {@link CudaPass}, segment by segment from the last. */
final class CudaBackward {
  private final DeviceStream stream;
  private final DeviceParameters parameters;
  private final GrowingArray gradients; // records
  private final GrowingArray outputGradient; // [batch, nOut, time]
  private final GrowingArray inputGradient; // [batch, nIn, time]
  private final GrowingArray between; // dL/d(state) from a segment to the one before
  private final GrowingArray staging;

  CudaBackward(
      DeviceStream stream, DeviceParameters parameters, Memories memories, GrowingArray staging) {
    this.stream = stream;
    this.parameters = parameters;
    this.staging = staging;
    this.gradients = memories.make();
    this.outputGradient = memories.make();
    this.inputGradient = memories.make();
    this.between = memories.make();
  }

  /**
   * Back-propagates.
   *
   * @param first time step after which it stops
   * @param ofLastState dL/d(state after the last time step) by slot; null, and null entries, for
   *     zeros
   * @param ofInput overwritten
   * @return where dL/d(state before the first time step) is
   */
  StateGradient run(
      CudaPass pass,
      int first,
      INDArray ofOutput,
      INDArray[] ofLastState,
      long matrices,
      long transposes,
      INDArray ofInput) {
    DevicePlan plan = pass.plan;
    RecordRows rows = plan.rows;
    int inputs = plan.program.sizes[plan.program.program.inputSlot()];
    int outputs = plan.program.sizes[plan.program.program.outputSlot()];
    int numberBytes = stream.kernels.precision.bytes;
    long fromOutside = outputGradient.bytes(numberBytes * ofOutput.length());
    HostCopies.upload(stream, ofOutput, fromOutside);
    long toOutside = inputGradient.bytes(numberBytes * ofInput.length());
    stream.zero(toOutside, numberBytes * ofInput.length()); // of time steps before the first
    long grads = gradients.bytes(pass.records(0).bytes());
    between.bytes(pass.records(0).stateBytes());
    int last = pass.segments() - 1;
    StateGradient ofState = null;
    for (int s = last; s >= pass.segmentOf(first); s--) {
      pass.require(s, matrices);
      CallRecords call = pass.records(s);
      stream.zero(grads, call.bytes());
      long from = pass.place(fromOutside, outputs, s);
      call.toRows(
          CallRecords.ZEROS, grads, call.rows(), rows.output, 1, from, outputs, call.time());
      if (s == last) {
        fromLastState(call, grads, ofLastState);
      } else {
        call.putStates(between.pointer(), rows.outer, grads, call.time());
      }
      int firstHere = Math.max(0, first - pass.first(s));
      Sweep sweep = pass.sweep(grads, pass.values.pointer(), transposes);
      call.inTurn(sweep, plan.backward, call.time() - 1, -1, call.time() - firstHere);
      call.sumDrives(plan, sweep, firstHere);
      call.sideBySide(sweep, plan.inputGradients, firstHere);
      call.inTurn(sweep, plan.stateGradients, firstHere - 1, 1, 1);
      parameters.sum(call, plan, sweep, firstHere, s != last);
      long to = pass.place(toOutside, inputs, s);
      call.fromRows(grads, rows.token, 1, to, inputs, call.time(), 0);
      call.keepStates(rows.handed, grads, firstHere, between.pointer());
      ofState = new StateGradient(call, grads, firstHere);
    }
    HostCopies.download(stream, toOutside, ofInput);
    return ofState;
  }

  /** The records of gradients with those of a state. */
  record StateGradient(CallRecords call, long records, int record) {}

  private void fromLastState(CallRecords call, long grads, INDArray[] ofLastState) {
    RecordRows rows = call.plan().rows;
    for (int slot : call.plan().program.carried) {
      if (ofLastState != null && ofLastState[slot] != null) {
        call.toRows(
            CallRecords.ZEROS,
            grads,
            call.rows(),
            rows.outer[slot],
            call.time(),
            ofLastState[slot],
            call.plan().program.sizes[slot],
            staging);
      }
    }
  }
}
