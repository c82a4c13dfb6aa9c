package org.iterativemaps.convert;

import static org.iterativemaps.convert.SameNetworks.assertClose;
import static org.iterativemaps.convert.UnrollingTest.assertRefused;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import org.deeplearning4j.nn.conf.GradientNormalization;
import org.deeplearning4j.nn.conf.MultiLayerConfiguration;
import org.deeplearning4j.nn.conf.constraint.NonNegativeConstraint;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.LSTM;
import org.deeplearning4j.nn.conf.weightnoise.DropConnect;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.iterativemaps.layers.IterativeMapRecurrentLayer;
import org.iterativemaps.map.Block;
import org.iterativemaps.map.BlockFunction;
import org.iterativemaps.map.BlockFunctions;
import org.iterativemaps.map.BlockMap;
import org.iterativemaps.map.GatedMaps;
import org.iterativemaps.map.Normalisation;
import org.iterativemaps.map.Slot;
import org.iterativemaps.map.Update;
import org.iterativemaps.map.pattern.Sparsity;
import org.iterativemaps.map.values.WeightValues;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.activations.IActivation;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Maps that are nearly those of LSTMs stay, and it is said why. */
class NearlyLstmTest {
  private static final int UNITS = 4;
  private static final BlockMap PLAIN = GatedMaps.lstm(UNITS).build();
  private static final BlockMap GRAVES = GatedMaps.gravesLstm(UNITS).build();
  private static final IActivation RELU = Activation.RELU.getActivationFunction();
  private static final WeightValues ONE = WeightValues.constant(1);

  @Test
  void slots() {
    differs("slot 'o': found activation relu, expected sigmoid as of slot 'f'", "o", RELU);
    differs("slot 'i': found activation sigmoid, expected relu as of slot 'f'", "f", RELU);
    differs("slot 'shown': found activation relu, expected tanh as of slot 'g'", "shown", RELU);
    differs("slot 'm': found activation relu, expected identity", "m", RELU);
    differs("slot 'c': found activation relu, expected identity", "c", RELU);
    differs(
        "slot 'm': found a bias, expected none",
        slot("m", m -> Slot.wire("m", UNITS, m.activation(), true)));
    differs(
        "slot 'h': found normalisation LAYER, expected NONE",
        slot("h", h -> h.with(Normalisation.LAYER)));
    differs(
        "slot 'c': found update RESIDUAL, expected REPLACE",
        slot("c", c -> c.with(Update.residual())));
    differs(
        "slot 'g': found role STATE, expected WIRE",
        slot("g", g -> Slot.state("g", UNITS, g.activation(), true)));
    differs("output: found slot 'c', expected 'h'", PLAIN.withOutput("c"));
    differs("slot 'e': expected none of this name", GatedMaps.coupled(UNITS).build());
    differs(
        "slot 'memory': expected none of this name",
        PLAIN.toBuilder()
            .state("memory", 2, RELU)
            .connect("x", "memory", Sparsity.dense())
            .build());
    differs("slot 'g': found none, expected one of 4 units", renamed("g", "value"));
    differs("slot 'x': found none, expected one of", renamed("x", "in"));
  }

  @Test
  void blocks() {
    BlockFunction full = BlockFunctions.linear(Sparsity.dense());
    differs(
        "block x->h: found trained weights, expected none",
        PLAIN.toBuilder().connect("x", "h", Sparsity.dense()).build());
    differs(
        "block h->f: found fixed weights, expected trained weights",
        block(PLAIN, "h->f", BlockFunctions.fixed(Sparsity.dense(), ONE)));
    differs(
        "block h->f: found fixed weights, expected trained weights",
        PLAIN.toBuilder().connectFixed("h", "f", Sparsity.dense(), ONE).build());
    differs(
        "block m->shown: found trained weights, expected Identity", block(PLAIN, "m->shown", full));
    differs(
        "block c->f: found weights beside the diagonal, expected none there",
        block(GRAVES, "c->f", full));
    differs(
        "block c->f: found fixed weights, expected trained weights",
        PLAIN.toBuilder().connectFixed("c", "f", Sparsity.diagonal(), ONE).build());
    differs(
        "block c->o: found trained weights, expected none",
        PLAIN.toBuilder().connect("c", "o", Sparsity.diagonal()).build());
    List<Block> withoutMemory = new ArrayList<>(PLAIN.blocks());
    withoutMemory.removeIf(block -> block.name().equals("f,c->m"));
    differs("block f,c->m: found none, expected Product", PLAIN.with(PLAIN.slots(), withoutMemory));
  }

  private static BlockMap slot(String name, UnaryOperator<Slot> change) {
    return PLAIN.with(
        PLAIN.slots().stream().map(s -> s.name().equals(name) ? change.apply(s) : s).toList(),
        PLAIN.blocks());
  }

  private static BlockMap block(BlockMap of, String name, BlockFunction function) {
    return of.with(
        of.slots(),
        of.blocks().stream()
            .map(b -> b.name().equals(name) ? new Block(b.sources(), b.to(), function) : b)
            .toList());
  }

  private static BlockMap renamed(String name, String other) {
    Function<String, String> rename = slot -> slot.equals(name) ? other : slot;
    return PLAIN.with(
        PLAIN.slots().stream().map(s -> s.withName(rename.apply(s.name()))).toList(),
        PLAIN.blocks().stream()
            .map(b -> b.between(b.sources().stream().map(rename).toList(), rename.apply(b.to())))
            .toList());
  }

  private static void differs(String expected, String slot, IActivation activation) {
    differs(expected, slot(slot, s -> s.with(activation)));
  }

  private static void differs(String expected, BlockMap map) {
    refused(
        "'memory' (IterativeMapRecurrentLayer): it is not quite the map of an LSTM: " + expected,
        layer().map(map));
  }

  private static IterativeMapRecurrentLayer.Builder layer() {
    return new IterativeMapRecurrentLayer.Builder().name("memory");
  }

  private static void refused(String expected, IterativeMapRecurrentLayer.Builder layer) {
    assertRefused(expected, () -> IterativeMaps.toRnn(conf(layer)));
  }

  private static MultiLayerConfiguration conf(IterativeMapRecurrentLayer.Builder... layers) {
    var list = FromMlpTest.conf(DataType.DOUBLE).list();
    for (IterativeMapRecurrentLayer.Builder layer : layers) {
      list.layer(layer.build());
    }
    return list.setInputType(InputType.recurrent(3)).build();
  }

  @Test
  void whatIsTrainedOtherwise() {
    String isOne = "it is the map of an LSTM, but it ";
    refused(isOne + "takes K = 2 steps per token, expected 1", layer().map(PLAIN).steps(2));
    refused(
        isOne + "has ClipL2PerParamType, and the map keeps the weights of every gate apart",
        layer().map(PLAIN).gradientNormalization(GradientNormalization.ClipL2PerParamType));
    refused(isOne + "has weight noise", layer().map(PLAIN).weightNoise(new DropConnect(0.5)));
    refused(
        isOne + "has constraints",
        layer().map(PLAIN).constrainWeights(new NonNegativeConstraint()));
  }

  @Test
  void otherCellsAreNotHeldAgainstAnLstm() {
    for (BlockMap map :
        List.of(
            GatedMaps.gru(4).build(), GatedMaps.minGru(4).build(), GatedMaps.minLstm(4).build())) {
      String message =
          assertThrows(
                  IllegalArgumentException.class, () -> IterativeMaps.toRnn(conf(layer().map(map))))
              .getMessage();
      assertTrue(message.contains("a SimpleRnn is a map of linear blocks"), message);
      assertFalse(message.contains("LSTM"), message);
    }
  }

  /** What is beside it becomes what it can, and the network computes the same. */
  @Test
  void oneOfTwoStays() {
    MultiLayerNetwork maps =
        new MultiLayerNetwork(
            conf(
                layer().map(slot("o", o -> o.with(RELU))),
                layer().name("other").lstm(3).density(0.5)));
    maps.init();
    Conversion<MultiLayerNetwork> back = IterativeMaps.toRnn(maps);
    assertEquals(
        "'memory' (IterativeMapRecurrentLayer) stays as it is: it is not quite the map of an LSTM:"
            + " slot 'o': found activation relu, expected sigmoid as of slot 'f'",
        back.report().notes().get(0));
    assertEquals("stays", back.report().entries().get(0).became());
    assertEquals("LSTM", back.report().entries().get(1).became());
    assertEquals(LSTM.class, back.network().getLayer(1).conf().getLayer().getClass());
    INDArray input = SameNetworks.normal(new Random(1), DataType.DOUBLE, 2, 3, 5);
    assertClose(maps.output(input), back.network().output(input), 1e-12);
  }
}
