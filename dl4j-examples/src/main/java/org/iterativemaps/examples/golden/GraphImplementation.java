package org.iterativemaps.examples.golden;

import java.util.Map;
import org.iterativemaps.map.BlockMap;
import org.iterativemaps.samediff.SDIterative;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.learning.config.IUpdater;

/** {@link SDIterative}'s operations in SameDiff graphs. */
record GraphImplementation() implements Implementation {
  @Override
  public String name() {
    return "samediff";
  }

  @Override
  public DataType dataType() {
    return DataType.DOUBLE;
  }

  @Override
  public double tolerance() {
    return 1e-10;
  }

  @Override
  public Map<String, String> doesNotApplyTo() {
    return Map.of("author_configs", "planning sizes and densities runs no graph");
  }

  @Override
  public MapNetwork oneInput(GoldenModel model, String output, int steps) {
    return new OneToken(sequences(model, output, steps));
  }

  @Override
  public SequenceNetwork sequences(GoldenModel model, String output, int steps) {
    return network(model, output, steps);
  }

  @Override
  public SequenceNetwork sequences(GoldenModel model, BlockMap map, int steps) {
    return new GraphNetwork(model, map, steps);
  }

  @Override
  public TrainableNetwork trainable(
      GoldenModel model, String output, int steps, IUpdater updater, IUpdater biasUpdater) {
    return network(model, output, steps).trained(updater, biasUpdater);
  }

  private static GraphNetwork network(GoldenModel model, String output, int steps) {
    return new GraphNetwork(model, GoldenMaps.blockMap(model, output), steps);
  }
}
