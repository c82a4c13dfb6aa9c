package org.iterativemaps.layers;

import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.FeedForwardLayer;
import org.deeplearning4j.nn.conf.memory.LayerMemoryReport;
import org.deeplearning4j.nn.conf.memory.MemoryReport;
import org.iterativemaps.kernel.MapProgram;
import org.iterativemaps.map.RealizedMap.RealizedBlock;
import org.iterativemaps.map.Schedule.Update;

/**
 * The memory of a map layer, for DL4J's memory report.
 *
 * <p>Training keeps, per example and time step, value and pre-activation of every scheduled cell;
 * inference keeps one time step. The reference kernel spreads every sparse block into a dense
 * matrix for the length of a call, and a gradient of that size.
 */
final class MapMemory {
  private MapMemory() {}

  static LayerMemoryReport report(
      FeedForwardLayer layer,
      Class<?> type,
      MapProgram program,
      InputType inputType,
      long timeSteps) {
    long parameters = layer.initializer().numParams(layer);
    long updaterState = layer.getIUpdater() == null ? 0 : layer.getIUpdater().stateSize(parameters);
    long perTimeStep = 0;
    for (Update update : program.schedule().updates()) {
      perTimeStep += 2L * program.size(update.target().slot());
    }
    long matrices = 0;
    for (RealizedBlock block : program.realized().blocks()) {
      matrices += (long) block.mask().fromSize() * block.mask().toSize();
    }
    InputType outputType = layer.getOutputType(-1, inputType);
    long dropout = layer.getIDropout() == null ? 0 : inputType.arrayElementsPerExample();
    return new LayerMemoryReport.Builder(layer.getLayerName(), type, inputType, outputType)
        .standardMemory(parameters, updaterState)
        .workingMemory(
            matrices, perTimeStep, 2 * matrices, dropout + perTimeStep * Math.max(1, timeSteps))
        .cacheMemory(MemoryReport.CACHE_MODE_ALL_ZEROS, MemoryReport.CACHE_MODE_ALL_ZEROS)
        .build();
  }
}
