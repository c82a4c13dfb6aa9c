package org.iterativemaps.samediff;

import org.deeplearning4j.nn.api.TrainingConfig;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.memory.LayerMemoryReport;
import org.deeplearning4j.nn.conf.memory.MemoryReport;
import org.nd4j.linalg.learning.config.IUpdater;

/**
 * The memory of a SameDiff layer or vertex, for DL4J's memory report.
 *
 * <p>Parameters and updater state are DL4J's. Working memory is that of a call's graph, of which
 * every array stays until the call is over: fixed are the matrices that the blocks are spread into;
 * for every example, step and time step two arrays of every slot, its sum and its value, and in
 * training those of the forward pass that is run again and the gradients, of matrices too. What
 * functions as blocks have inside is not known and not counted.
 */
final class SDMapMemory {
  private SDMapMemory() {}

  /**
   * The report.
   *
   * @param config tells the updater of a parameter
   */
  static LayerMemoryReport report(
      String name,
      Class<?> type,
      TrainingConfig config,
      SDMapSettings settings,
      InputType input,
      InputType output) {
    long parameters = 0;
    long updaterState = 0;
    long matrices = 0;
    for (SDParameter parameter : settings.parameters()) {
      IUpdater updater = config.getUpdaterByParam(parameter.key());
      parameters += parameter.length();
      updaterState += updater == null ? 0 : updater.stateSize(parameter.length());
      if (parameter.isWeight()) {
        matrices += (long) parameter.mask().toSize() * parameter.mask().fromSize();
      }
    }
    long perExample =
        2L
            * settings.steps()
            * timeSteps(input)
            * settings.map().slots().stream().mapToLong(SDSlot::size).sum();
    return new LayerMemoryReport.Builder(name, type, input, output)
        .standardMemory(parameters, updaterState)
        .workingMemory(matrices, perExample, 2 * matrices, 3 * perExample)
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
