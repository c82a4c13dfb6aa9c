package org.iterativemaps.convert.numpy;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import org.iterativemaps.activations.StableActivations;
import org.iterativemaps.map.BlockMap;
import org.iterativemaps.map.BlockMapBuilder;
import org.iterativemaps.map.MapWeights;
import org.iterativemaps.map.Parameter;
import org.iterativemaps.map.Slot;
import org.iterativemaps.map.pattern.Sparsity;
import org.iterativemaps.map.pattern.WeightMask;
import org.iterativemaps.map.values.WeightValues;
import org.nd4j.linalg.activations.IActivation;

/** A map from the modules of a {@code state_dict}: blocks and numbers while they are collected. */
final class StateMap {
  private final BlockMapBuilder map = BlockMap.builder();
  private final Map<String, double[]> values = new LinkedHashMap<>(); // by key

  /** A slot, with the activation that PyTorch means by its name. */
  void addSlot(Slot slot) {
    IActivation activation = slot.activation();
    map.add(activation == null ? slot : slot.with(StableActivations.asInPyTorch(activation)));
  }

  /** Trained weights on the mask, fixed ones off it; none at all leave the block out. */
  void add(Slot from, Slot to, double[][] weight, double[][] mask) {
    WeightMask trained = Masks.nonZero(mask);
    double[][] off = new double[weight.length][from.size()];
    for (int t = 0; t < off.length; t++) {
      for (int f = 0; f < from.size(); f++) {
        off[t][f] = mask[t][f] == 0 ? weight[t][f] : 0;
      }
    }
    WeightMask fixed = Masks.nonZero(off);
    if (to.isInput()) {
      if (trained.entryCount() > 0 || !(fixed.entryCount() == 0 || isWire(from, off))) {
        throw new IllegalArgumentException(
            "block "
                + from.name()
                + "->"
                + to.name()
                + ": the input slot takes nothing but tokens and a wire to itself");
      }
      return;
    }
    if (trained.entryCount() > 0) {
      map.connect(from.name(), to.name(), Sparsity.explicit(trained));
      values.put(Parameter.weightKey(from.name(), to.name()), Masks.entries(weight, trained));
    }
    if (fixed.entryCount() > 0) {
      map.connectFixed(
          from.name(),
          to.name(),
          Sparsity.explicit(fixed),
          WeightValues.explicit(Masks.entries(off, fixed)));
    }
  }

  private static boolean isWire(Slot from, double[][] off) {
    double[][] identity = new double[off.length][off.length];
    for (int i = 0; i < identity.length; i++) {
      identity[i][i] = 1;
    }
    return from.isInput() && Arrays.deepEquals(identity, off);
  }

  /** Adds up where several reach a slot; null adds nothing. */
  void addBias(Slot slot, double[] bias) {
    if (bias == null) {
      return;
    }
    if (slot.hasBias()) {
      String key = Parameter.biasKey(slot.name());
      double[] sum = values.computeIfAbsent(key, k -> new double[slot.size()]);
      Arrays.setAll(sum, i -> sum[i] + bias[i]);
    } else if (Arrays.stream(bias).anyMatch(value -> value != 0)) {
      throw new IllegalArgumentException(
          "slot '"
              + slot.name()
              + "': it has no bias, but that in the file is not zero; give the slot one");
    }
  }

  MapWeights build(String output) {
    BlockMap whole = map.output(output).build();
    for (Slot slot : whole.slots()) {
      if (slot.hasBias()) {
        values.putIfAbsent(Parameter.biasKey(slot.name()), new double[slot.size()]);
      }
    }
    return new MapWeights(whole.realize(), values);
  }
}
