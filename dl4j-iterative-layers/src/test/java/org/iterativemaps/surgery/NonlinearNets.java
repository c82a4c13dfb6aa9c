package org.iterativemaps.surgery;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.FeedForwardLayer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.conf.layers.RnnOutputLayer;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.deeplearning4j.util.ModelSerializer;
import org.iterativemaps.kernel.RandomPrograms;
import org.iterativemaps.layers.IterativeMapLayer;
import org.iterativemaps.layers.IterativeMapRecurrentLayer;
import org.iterativemaps.map.BlockMap;
import org.iterativemaps.map.BlockMapBuilder;
import org.iterativemaps.map.Normalisation;
import org.iterativemaps.map.Slot;
import org.iterativemaps.map.Update;
import org.iterativemaps.map.pattern.Sparsity;
import org.junit.jupiter.api.function.Executable;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.activations.IActivation;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;

/**
 * Trained networks around random maps of every function, wires, normalisations, gates and residual
 * slots, with a hidden slot {@value #HIDDEN} that may grow unless it is normalised.
 *
 * @param seed of the map
 * @param network with the layer "map"
 * @param map of that layer
 * @param isRecurrent whether it is for sequences
 */
public record NonlinearNets(
    long seed, MultiLayerNetwork network, BlockMap map, boolean isRecurrent) {
  /** A slot of linear blocks alone. */
  public static final String HIDDEN = "l";

  private static final int SIZE = 4;
  private static final int BATCH = 6; // tokens of attention come in pairs
  private static final int TIME = 3;

  /** For some seeds; those left out whose map cannot run. */
  public static List<NonlinearNets> some(boolean isRecurrent, int seeds) {
    List<NonlinearNets> nets = new ArrayList<>();
    for (long seed = 0; seed < seeds; seed++) {
      BlockMap map = map(seed);
      try {
        MultiLayerNetwork network = network(map, isRecurrent, isRecurrent ? 1 : 3);
        for (int i = 0; i < 2; i++) {
          network.fit(data(seed + i, isRecurrent));
        }
        nets.add(new NonlinearNets(seed, network, map, isRecurrent));
      } catch (IllegalArgumentException e) {
        assertTrue(e.getMessage().contains("cannot be reached"), e.getMessage());
      }
    }
    assertTrue(nets.size() > seeds / 2, "networks: " + nets.size());
    return nets;
  }

  private static BlockMap map(long seed) {
    Random random = new Random(seed);
    BlockMap programs = new RandomPrograms(seed).nonlinearMap();
    List<Slot> slots = programs.slots().stream().map(slot -> bounded(slot, programs)).toList();
    BlockMapBuilder builder = programs.with(slots, programs.blocks()).toBuilder();
    builder
        .state(HIDDEN, 3, Activation.SIGMOID)
        .connect("x", HIDDEN, Sparsity.density(0.8))
        .connect(HIDDEN, "s0", Sparsity.density(0.6));
    if (random.nextBoolean()) {
      builder.connect(HIDDEN, HIDDEN, Sparsity.dense());
    }
    if (random.nextInt(3) == 0) {
      builder.normalise(HIDDEN, Normalisation.values()[1 + random.nextInt(2)]);
    }
    if (random.nextInt(3) == 0) {
      builder.update(HIDDEN, Update.residual(0.5));
    }
    return builder.build();
  }

  /** Squares of squares, as of a slot that gates itself, would leave the numbers there are. */
  private static Slot bounded(Slot slot, BlockMap map) {
    IActivation identity = Activation.IDENTITY.getActivationFunction();
    boolean isGatedByState =
        slot.gates().stream().anyMatch(gate -> map.slot(gate).update().readsOldValue());
    Slot steady = isGatedByState ? slot.with(Update.residual(0.5)) : slot;
    return identity.equals(slot.activation())
        ? steady.with(Activation.TANH.getActivationFunction())
        : steady;
  }

  /** Not trained. */
  public static MultiLayerNetwork network(BlockMap map, boolean isRecurrent, int steps) {
    FeedForwardLayer layer =
        isRecurrent
            ? new IterativeMapRecurrentLayer.Builder().name("map").map(map).steps(steps).build()
            : new IterativeMapLayer.Builder().name("map").map(map).steps(steps).build();
    MultiLayerNetwork network =
        new MultiLayerNetwork(
            Nets.adam()
                .list()
                .layer(layer)
                .layer(
                    isRecurrent
                        ? new RnnOutputLayer.Builder(LossFunction.MSE)
                            .activation(Activation.IDENTITY)
                            .nOut(2)
                            .build()
                        : new OutputLayer.Builder(LossFunction.MSE)
                            .activation(Activation.IDENTITY)
                            .nOut(2)
                            .build())
                .setInputType(isRecurrent ? InputType.recurrent(SIZE) : InputType.feedForward(SIZE))
                .build());
    network.init();
    return network;
  }

  private static DataSet data(long seed, boolean isRecurrent) {
    RandomPrograms random = new RandomPrograms(seed);
    return isRecurrent
        ? new DataSet(
            random.normal(DataType.DOUBLE, BATCH, SIZE, TIME),
            random.normal(DataType.DOUBLE, BATCH, 2, TIME))
        : new DataSet(
            random.normal(DataType.DOUBLE, BATCH, SIZE), random.normal(DataType.DOUBLE, BATCH, 2));
  }

  /** Something to fit. */
  public DataSet data() {
    return data(seed, isRecurrent);
  }

  /** Of the network or one like it. */
  public INDArray output(MultiLayerNetwork other) {
    return other.output(data().getFeatures());
  }

  /** The same, to be changed. */
  public MultiLayerNetwork copy() {
    MultiLayerNetwork copy = network.clone();
    assertEquals(network.params(), copy.params());
    return copy;
  }

  /** What a call of which nothing may be seen afterwards says: that this network stays, and why. */
  public static void refused(NonlinearNets net, Executable call, String... parts) {
    INDArray params = net.network.params().dup();
    INDArray state = net.network.getUpdater().getStateViewArray().dup();
    String conf = net.network.getLayerWiseConfigurations().toJson();
    INDArray output = net.output(net.network);
    String message =
        assertThrows(IllegalArgumentException.class, call, () -> "seed " + net.seed).getMessage();
    for (String part : parts) {
      assertTrue(message.contains(part), () -> "seed " + net.seed + ", " + part + ": " + message);
    }
    assertEquals(params, net.network.params(), message);
    assertEquals(state, net.network.getUpdater().getStateViewArray(), message);
    assertEquals(conf, net.network.getLayerWiseConfigurations().toJson(), message);
    assertEquals(output, net.output(net.network), message);
  }

  /** A changed network is the same when it has been saved, and trains on. */
  public void assertSaved(MultiLayerNetwork changed, String what) {
    try {
      ByteArrayOutputStream bytes = new ByteArrayOutputStream();
      ModelSerializer.writeModel(changed, bytes, true);
      MultiLayerNetwork loaded =
          ModelSerializer.restoreMultiLayerNetwork(
              new ByteArrayInputStream(bytes.toByteArray()), true);
      assertEquals(changed.params(), loaded.params(), what);
      assertEquals(output(changed), output(loaded), what);
      changed.fit(data());
      loaded.fit(data());
      assertTrue(Double.isFinite(changed.params().sumNumber().doubleValue()), what);
      assertEquals(changed.params(), loaded.params(), what);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public String toString() {
    return "seed " + seed + ", " + map;
  }
}
