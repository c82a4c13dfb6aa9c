package org.iterativemaps.surgery;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.util.Arrays;
import java.util.List;
import java.util.stream.DoubleStream;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.deeplearning4j.util.ModelSerializer;
import org.iterativemaps.kernel.Magnitude;
import org.iterativemaps.layers.IterativeMapRecurrentLayer;
import org.iterativemaps.map.BlockFunctions;
import org.iterativemaps.map.BlockMap;
import org.iterativemaps.map.GatedMaps;
import org.iterativemaps.map.MapWeights;
import org.iterativemaps.map.Parameter;
import org.iterativemaps.map.RealizedMap;
import org.iterativemaps.map.change.MapChange;
import org.iterativemaps.map.change.Resizing;
import org.iterativemaps.map.pattern.Sparsity;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.learning.config.Adam;

/** The memory of a live LSTM grows and shrinks while it is trained. */
class GatedSurgeryTest {
  private static final int UNITS = 6;

  /** An LSTM whose output is read as soon as it is there. */
  private static BlockMap lstm(double density) {
    return GatedMaps.lstm(UNITS).nIn(5).density(density).build().toBuilder()
        .wireWithoutBias("now", UNITS, Activation.IDENTITY)
        .connect(List.of("o", "shown"), "now", BlockFunctions.product())
        .state("y", 5, Activation.TANH)
        .connect("now", "y", Sparsity.dense())
        .output("y")
        .build();
  }

  private static MultiLayerNetwork trained(DataType type, double density) {
    MultiLayerNetwork network =
        Nets.stack(
            Nets.conf(type, new Adam(0.01)),
            new IterativeMapRecurrentLayer.Builder()
                .name("map")
                .map(lstm(density))
                .biasInit("f", 1)
                .build(),
            true);
    Nets.fit(network, 0, 4, true);
    return network;
  }

  private static RealizedMap map(MultiLayerNetwork network) {
    return LiveMaps.settings(network, "map").realized();
  }

  @ParameterizedTest
  @CsvSource({"FLOAT,1", "FLOAT,0.5", "DOUBLE,1", "DOUBLE,0.5"})
  void growingLeavesOutputsAndThenLearns(DataType type, double density) throws Exception {
    MultiLayerNetwork network = trained(type, density);
    INDArray features = Nets.data(9, true).getFeatures().castTo(type);
    INDArray before = network.output(features).dup();
    Surgery.grow(network, "map", "c", 4, 1);
    double off = Magnitude.largestDifference(before, network.output(features));
    assertTrue(off <= (type == DataType.FLOAT ? 1e-6 : 1e-12), "off by " + off);
    for (String slot : List.of("g", "f", "i", "o", "m", "shown", "c", "h", "now")) {
      assertEquals(UNITS + 4, map(network).map().slot(slot).size());
    }
    MapWeights grown = LiveMaps.weights(network, "map");
    assertEquals(1, grown.bias("f")[UNITS]); // as the layer has it for this slot
    assertEquals(0, grown.bias("i")[UNITS]);
    assertTrue(out(grown).allMatch(weight -> weight == 0));
    Nets.fit(network, 4, 5, true);
    assertTrue(out(LiveMaps.weights(network, "map")).allMatch(weight -> weight != 0));
    Nets.fit(network, 5, 6, true);
    MapWeights learned = LiveMaps.weights(network, "map");
    for (int unit = UNITS; unit < UNITS + 4; unit++) {
      for (String slot : List.of("g", "f", "i", "o")) {
        assertNotEquals(grown.bias(slot)[unit], learned.bias(slot)[unit], slot);
      }
    }
    ByteArrayOutputStream file = new ByteArrayOutputStream();
    ModelSerializer.writeModel(network, file, true);
    MultiLayerNetwork loaded =
        ModelSerializer.restoreMultiLayerNetwork(
            new ByteArrayInputStream(file.toByteArray()), true);
    assertEquals(network.output(features), loaded.output(features));
  }

  /** now->y is dense: the weights out of new units. */
  private static DoubleStream out(MapWeights weights) {
    return Arrays.stream(weights.matrix("now", "y"))
        .flatMapToDouble(row -> Arrays.stream(row).skip(UNITS));
  }

  /** Adam's two moments, at the place of every weight and bias. */
  @Test
  void updaterStateIsCarriedOver() {
    MultiLayerNetwork network = trained(DataType.DOUBLE, 0.5);
    MapWeights weights = LiveMaps.weights(network, "map");
    MapChange change = Resizing.grow(weights.realized(), "h", 3, 1, 0);
    INDArray state = Nets.updaterState(network).dup();
    long size = network.numParams();
    LiveMaps.replaceMap(network, "map", change);
    INDArray after = Nets.updaterState(network);
    int carried = 0;
    long place = 25; // behind the dense layer
    for (int p = 0; p < change.after().parameters().size(); p++) {
      int[] origins = change.origins(p);
      long start = 25 + start(change.before(), change.parameterBefore(p));
      for (int i = 0; i < origins.length; i++) {
        for (int moment = 0; moment < 2; moment++) {
          double found = after.getDouble(moment * network.numParams() + place + i);
          double expected =
              origins[i] == MapChange.NEW ? 0 : state.getDouble(moment * size + start + origins[i]);
          assertEquals(expected, found);
          carried += found != 0 ? 1 : 0;
        }
      }
      place += origins.length;
    }
    assertTrue(carried > 200, "carried " + carried);
  }

  private static long start(RealizedMap map, int parameter) {
    return map.parameters().stream().limit(parameter).mapToLong(Parameter::length).sum();
  }

  @Test
  void shrinkingUndoesGrowingAndTrainsOn() {
    MultiLayerNetwork network = trained(DataType.DOUBLE, 1);
    INDArray parameters = network.params().dup();
    INDArray state = Nets.updaterState(network).dup();
    Surgery.grow(network, "map", "o", 4, 1);
    Surgery.shrink(network, "map", "i", 4); // those that nobody reads yet
    LiveMaps.weights(network, "map").on(lstm(1).realize()); // refuses other masks
    assertEquals(parameters, network.params());
    assertEquals(state, Nets.updaterState(network));
    Surgery.shrinkBy(network, "map", "c", 0, 5);
    assertEquals(4, map(network).map().slot("f").size());
    Nets.fit(network, 4, 8, true);
    assertTrue(Magnitude.isFinite(network.params()));
  }

  /** In the middle of a sequence the memory is kept; that of new units begins with zeros. */
  @ParameterizedTest
  @EnumSource(
      value = DataType.class,
      names = {"FLOAT", "DOUBLE"})
  void timeStepsGoOnAfterGrowing(DataType type) {
    MultiLayerNetwork network = trained(type, 1);
    MultiLayerNetwork larger = network.clone();
    INDArray first = Nets.data(1, true).getFeatures().castTo(type);
    INDArray second = Nets.data(2, true).getFeatures().castTo(type);
    network.rnnTimeStep(first);
    larger.rnnTimeStep(first);
    Surgery.grow(larger, "map", "m", 3, 1);
    double off =
        Magnitude.largestDifference(network.rnnTimeStep(second), larger.rnnTimeStep(second));
    assertTrue(off <= (type == DataType.FLOAT ? 1e-6 : 1e-12), "off by " + off);
  }
}
