package org.iterativemaps.describe;

import java.util.Map;
import java.util.TreeMap;
import org.iterativemaps.map.Slot;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.activations.IActivation;

/** The authors' names of activations, which are PyTorch's; Tanh is one more than they list. */
final class ActivationNames {
  private static final Map<String, Activation> BY_NAME =
      new TreeMap<>(
          Map.of(
              "Identity", Activation.IDENTITY,
              "ReLU", Activation.RELU,
              "Sigmoid", Activation.SIGMOID,
              "ELU", Activation.ELU,
              "Tanh", Activation.TANH));

  private ActivationNames() {}

  static IActivation activation(String name) {
    if (!BY_NAME.containsKey(name)) {
      throw new IllegalArgumentException(
          "activation: found '" + name + "', expected one of " + BY_NAME.keySet());
    }
    return BY_NAME.get(name).getActivationFunction();
  }

  static String name(Slot slot) {
    for (Map.Entry<String, Activation> entry : BY_NAME.entrySet()) {
      if (entry.getValue().getActivationFunction().equals(slot.activation())) {
        return entry.getKey();
      }
    }
    throw new IllegalArgumentException(
        "activation of slot '"
            + slot.name()
            + "': the language has no word for "
            + slot.activation()
            + ", only for "
            + BY_NAME.keySet());
  }
}
