package org.iterativemaps.kernel.cuda;

import java.util.ArrayList;
import java.util.List;
import org.iterativemaps.iterate.MapProgram;
import org.iterativemaps.kernel.plan.ProgramPlan;

/** What follows from a program alone, on the device: sweeps, and the terms of every gradient. */
final class DevicePlan {
  /** What is computed. */
  final CudaPlan plan;

  /** The same. */
  final ProgramPlan program;

  /** Where it lies. */
  final RecordRows rows;

  final DeviceUpdates drives;
  final DeviceUpdates forward;
  final DeviceUpdates backward;
  final DeviceUpdates stateGradients;
  final DeviceUpdates inputGradients;

  /** By parameter. */
  final List<DeviceArray> terms = new ArrayList<>();

  /** By slot, images too; null where the input contributes nothing. */
  final DeviceArray[] driveTerms;

  DevicePlan(CudaDevice device, MapProgram of, Precision precision, boolean isMasked) {
    this.plan = new CudaPlan(of, precision.type, isMasked);
    this.program = plan.program;
    this.rows = plan.rows;
    this.drives = DeviceUpdates.of(device, plan.drives());
    this.forward = DeviceUpdates.of(device, plan.forward());
    this.backward = DeviceUpdates.of(device, plan.backward());
    this.stateGradients = DeviceUpdates.of(device, plan.stateGradients());
    this.inputGradients = DeviceUpdates.of(device, plan.inputGradients());
    for (int parameter = 0; parameter < program.parameters.size(); parameter++) {
      terms.add(device.copy(plan.terms(parameter)));
    }
    this.driveTerms = new DeviceArray[rows.drives.length];
    for (int slot = 0; slot < driveTerms.length; slot++) {
      driveTerms[slot] = rows.drives[slot] < 0 ? null : device.copy(plan.driveTerms(slot));
    }
  }
}
