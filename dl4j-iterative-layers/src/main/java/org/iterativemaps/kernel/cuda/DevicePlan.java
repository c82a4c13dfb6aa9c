package org.iterativemaps.kernel.cuda;

import java.util.ArrayList;
import java.util.List;
import org.iterativemaps.iterate.MapProgram;

/** What follows from a program alone, on the device: sweeps, and the terms of every gradient. */
final class DevicePlan {
  final CudaPlan plan;
  final DeviceUpdates drives;
  final DeviceUpdates forward;
  final DeviceUpdates backward;
  final DeviceUpdates stateGradients;
  final DeviceUpdates inputGradients;

  /** By parameter. */
  final List<DeviceArray> terms = new ArrayList<>();

  /** By slot, images too; null where the input contributes nothing. */
  final DeviceArray[] driveTerms;

  DevicePlan(CudaDevice device, MapProgram program, Precision precision, boolean isMasked) {
    this.plan = new CudaPlan(program, precision.type, isMasked);
    this.drives = DeviceUpdates.of(device, plan.drives());
    this.forward = DeviceUpdates.of(device, plan.forward());
    this.backward = DeviceUpdates.of(device, plan.backward());
    this.stateGradients = DeviceUpdates.of(device, plan.stateGradients());
    this.inputGradients = DeviceUpdates.of(device, plan.inputGradients());
    for (int parameter = 0; parameter < plan.plan.parameters.size(); parameter++) {
      terms.add(device.copy(plan.terms(parameter)));
    }
    this.driveTerms = new DeviceArray[plan.rows.drives.length];
    for (int slot = 0; slot < driveTerms.length; slot++) {
      driveTerms[slot] = plan.rows.drives[slot] < 0 ? null : device.copy(plan.driveTerms(slot));
    }
  }
}
