package org.iterativemaps.examples.golden;

import static org.iterativemaps.iterate.Iteration.untilSettled;

import java.util.Map;
import java.util.OptionalInt;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.iterativemaps.iterate.Iteration;
import org.iterativemaps.iterate.Solver;
import org.iterativemaps.layers.IterativeMapLayer;
import org.iterativemaps.layers.impl.RunningMap;
import org.iterativemaps.map.BlockMap;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.learning.config.IUpdater;

/**
 * The DL4J layers, and where a fixed point is asked for a layer that goes on until it has settled,
 * by Anderson's method and with implicit gradients.
 *
 * @param layers what makes all other networks
 */
record EquilibriumImplementation(LayerImplementation layers) implements Implementation {
  private static final String FIXED_STEPS = "its numbers are those of fixed steps";
  private static final Iteration FINE = untilSettled(1e-13).absolute().atMost(10_000).orFail();

  @Override
  public String name() {
    return "equilibrium";
  }

  @Override
  public DataType dataType() {
    return layers.dataType();
  }

  @Override
  public double tolerance() {
    return layers.tolerance();
  }

  @Override
  public Map<String, String> doesNotApplyTo() {
    return Map.of(
        "author_configs", "planning sizes and densities settles nothing",
        "ff_map_K", FIXED_STEPS,
        "rnn_seq", FIXED_STEPS,
        "torch_rnn", FIXED_STEPS,
        "torch_gated", FIXED_STEPS,
        "mlp_map", FIXED_STEPS,
        "masked_linear_training", FIXED_STEPS,
        "adam_training", FIXED_STEPS);
  }

  @Override
  public MapNetwork oneInput(GoldenModel model, String output, int steps) {
    return network(model, output, FINE);
  }

  private LayerNetwork network(GoldenModel model, String output, Iteration iteration) {
    BlockMap map = GoldenMaps.blockMap(model, output);
    MultiLayerNetwork network =
        layers.network(new IterativeMapLayer.Builder().map(map).steps(iteration).build());
    return LayerNetwork.filled(new LayerNetwork(network, map, dataType(), model));
  }

  @Override
  public OptionalInt stepsToSettle(
      GoldenModel model, String output, INDArray input, double tolerance) {
    LayerNetwork network =
        network(model, output, untilSettled(tolerance).absolute().solver(Solver.picard()).orFail());
    network.output(input);
    RunningMap map = (RunningMap) network.network.getLayer(0);
    return OptionalInt.of(map.settlingForward().orElseThrow().mostSteps());
  }

  @Override
  public SequenceNetwork sequences(GoldenModel model, String output, int steps) {
    return layers.sequences(model, output, steps);
  }

  @Override
  public SequenceNetwork sequences(GoldenModel model, BlockMap map, int steps) {
    return layers.sequences(model, map, steps);
  }

  @Override
  public TrainableNetwork trainable(
      GoldenModel model, String output, int steps, IUpdater updater, IUpdater biasUpdater) {
    return layers.trainable(model, output, steps, updater, biasUpdater);
  }
}
