package org.iterativemaps.layers;

import java.util.List;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.FeedForwardLayer;
import org.deeplearning4j.nn.conf.memory.LayerMemoryReport;
import org.deeplearning4j.nn.conf.memory.MemoryReport;
import org.iterativemaps.kernel.KernelMemory;
import org.iterativemaps.kernel.MapProgram;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.learning.config.IUpdater;

/**
 * The memory of a map layer, for DL4J's memory report: parameters, updater state, and what the
 * kernel that runs a FLOAT network here holds; see {@link KernelMemory}.
 */
final class MapMemory {
  private MapMemory() {}

  static LayerMemoryReport report(
      FeedForwardLayer layer,
      Class<?> type,
      MapProgram program,
      InputType inputType,
      long timeSteps) {
    long parameters = 0;
    long updaterState = 0;
    List<String> keys = layer.initializer().paramKeys(layer);
    for (int p = 0; p < keys.size(); p++) {
      IUpdater updater = layer.getUpdaterByParam(keys.get(p));
      long length = program.realized().parameters().get(p).length();
      parameters += length;
      updaterState += updater == null ? 0 : updater.stateSize(length);
    }
    // Nothing tells a layer's configuration its network's floating type: FLOAT is the default.
    KernelMemory kernel = KernelMemory.of(program, DataType.FLOAT, Math.max(1, timeSteps));
    InputType outputType = layer.getOutputType(-1, inputType);
    long dropout = layer.getIDropout() == null ? 0 : inputType.arrayElementsPerExample();
    return new LayerMemoryReport.Builder(layer.getLayerName(), type, inputType, outputType)
        .standardMemory(parameters, updaterState)
        .workingMemory(
            kernel.fixedInference(),
            kernel.perExampleInference(),
            kernel.fixedTraining(),
            dropout + kernel.perExampleTraining())
        .cacheMemory(MemoryReport.CACHE_MODE_ALL_ZEROS, MemoryReport.CACHE_MODE_ALL_ZEROS)
        .build();
  }
}
