package org.iterativemaps.layers;

import java.util.function.Function;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.memory.LayerMemoryReport;
import org.deeplearning4j.nn.conf.memory.MemoryReport;
import org.iterativemaps.iterate.MapProgram;
import org.iterativemaps.kernel.KernelMemory;
import org.iterativemaps.kernel.settle.LoopKernels;
import org.iterativemaps.map.Parameter;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.learning.config.IUpdater;

/**
 * The memory of a map layer, for DL4J's memory report: parameters, updater state, and what the
 * kernel that runs a FLOAT network here holds; see {@link KernelMemory}.
 */
final class MapMemory {
  private MapMemory() {}

  /**
   * A report.
   *
   * @param name of the layer or vertex
   * @param type its class
   * @param updaters by key of a parameter; may give null
   * @param dropout whether a training pass drops some of the input, in a copy
   */
  static LayerMemoryReport report(
      String name,
      Class<?> type,
      Function<String, IUpdater> updaters,
      MapProgram program,
      InputType inputType,
      InputType outputType,
      boolean dropout) {
    long parameters = 0;
    long updaterState = 0;
    for (Parameter parameter : program.realized().parameters()) {
      IUpdater updater = updaters.apply(parameter.key());
      parameters += parameter.length();
      updaterState += updater == null ? 0 : updater.stateSize(parameter.length());
    }
    // Nothing tells a layer's configuration its network's floating type: FLOAT is the default.
    KernelMemory kernel = LoopKernels.memory(program, DataType.FLOAT, timeSteps(inputType));
    return new LayerMemoryReport.Builder(name, type, inputType, outputType)
        .standardMemory(parameters, updaterState)
        .workingMemory(
            kernel.fixedInference(),
            kernel.perExampleInference(),
            kernel.fixedTraining(),
            kernel.perExampleTraining() + (dropout ? inputType.arrayElementsPerExample() : 0))
        .cacheMemory(MemoryReport.CACHE_MODE_ALL_ZEROS, MemoryReport.CACHE_MODE_ALL_ZEROS)
        .build();
  }

  /** Of a sequence; 1 for a single token and where the length is not known. */
  private static long timeSteps(InputType input) {
    return input instanceof InputType.InputTypeRecurrent sequence
        ? Math.max(1, sequence.getTimeSeriesLength())
        : 1;
  }
}
