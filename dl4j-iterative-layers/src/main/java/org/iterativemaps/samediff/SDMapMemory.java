package org.iterativemaps.samediff;

import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.FeedForwardLayer;
import org.deeplearning4j.nn.conf.memory.LayerMemoryReport;
import org.deeplearning4j.nn.conf.memory.MemoryReport;

/**
 * The memory of a SameDiff layer, for DL4J's memory report: matrices of all blocks and, in
 * training, two arrays for every slot, step and time step and as many for the gradients.
 */
final class SDMapMemory {
  private SDMapMemory() {}

  static LayerMemoryReport report(
      FeedForwardLayer layer, SDMapSettings settings, InputType type, long timeSteps) {
    long parameters = layer.initializer().numParams(layer);
    long updaterState = layer.getIUpdater() == null ? 0 : layer.getIUpdater().stateSize(parameters);
    long matrices = 0;
    for (SDParameter parameter : settings.parameters()) {
      if (parameter.isWeight()) {
        matrices += (long) parameter.mask().toSize() * parameter.mask().fromSize();
      }
    }
    long perToken =
        2L * settings.steps() * settings.map().slots().stream().mapToLong(SDSlot::size).sum();
    InputType output = layer.getOutputType(-1, type);
    return new LayerMemoryReport.Builder(layer.getLayerName(), layer.getClass(), type, output)
        .standardMemory(parameters, updaterState)
        .workingMemory(matrices, perToken, 2 * matrices, 2 * perToken * Math.max(1, timeSteps))
        .cacheMemory(MemoryReport.CACHE_MODE_ALL_ZEROS, MemoryReport.CACHE_MODE_ALL_ZEROS)
        .build();
  }
}
