package org.iterativemaps.kernel.cuda;

import java.util.ArrayList;
import java.util.List;
import org.iterativemaps.iterate.MapProgram;
import org.iterativemaps.map.Parameter;

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

  /** By slot; null where the input contributes nothing. */
  final DeviceArray[] driveTerms;

  DevicePlan(CudaDevice device, MapProgram program, boolean isMasked) {
    this.plan = new CudaPlan(program, isMasked);
    this.drives = DeviceUpdates.of(device, plan.drives());
    this.forward = DeviceUpdates.of(device, plan.forward());
    this.backward = DeviceUpdates.of(device, plan.backward());
    this.stateGradients = DeviceUpdates.of(device, plan.stateGradients());
    this.inputGradients = DeviceUpdates.of(device, plan.inputGradients());
    for (Parameter parameter : program.realized().parameters()) {
      terms.add(
          device.copy(
              parameter.isBias()
                  ? plan.biasTerms(parameter.slot())
                  : plan.weightTerms(parameter.block())));
    }
    this.driveTerms = new DeviceArray[program.slots().size()];
    for (int slot = 0; slot < driveTerms.length; slot++) {
      driveTerms[slot] = plan.drive(slot) < 0 ? null : device.copy(plan.driveTerms(slot));
    }
  }
}
