package org.iterativemaps.examples.golden;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.iterativemaps.map.Injection;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * A block map as a golden case gives it: full matrices [target, source], masks of 0 and 1.
 *
 * @param input the input slot
 * @param states all other slots in their order
 * @param blocks by key {@code target<-source}
 * @param injection how long a token stays
 */
record GoldenModel(
    State input, List<State> states, Map<String, Connection> blocks, Injection injection) {

  /**
   * A slot.
   *
   * @param activation null where the map that the model's numbers are for has its own
   * @param bias null if it has none
   */
  record State(String name, int size, Activation activation, INDArray bias) {}

  /**
   * A block.
   *
   * @param mask 1 where a weight is trained
   * @param weight all weights; those off the mask are never trained
   */
  record Connection(String source, String target, INDArray mask, INDArray weight) {

    /** All weights are trained. */
    static Connection dense(String source, String target, INDArray weight) {
      return new Connection(source, target, Nd4j.onesLike(weight), weight);
    }
  }

  /** The model of a case; hold where it names no injection. */
  static GoldenModel of(GoldenNode node) {
    String inputName = node.text("input_slot");
    State input = null;
    List<State> states = new ArrayList<>();
    for (GoldenNode slot : node.get("slots").elements()) {
      State state = state(slot, node.get("bias"));
      if (state.name.equals(inputName)) {
        input = state;
      } else {
        states.add(state);
      }
    }
    if (input == null) {
      throw new GoldenFormatException(
          node.path() + ".input_slot: found '" + inputName + "', which is not among the slots");
    }
    Map<String, Connection> blocks = new LinkedHashMap<>();
    for (String key : node.get("blocks").fields()) {
      blocks.put(key, connection(node.get("blocks").get(key)));
    }
    String injection = node.has("injection") ? node.text("injection") : "hold";
    return new GoldenModel(
        input, List.copyOf(states), blocks, enumValue(Injection.class, injection, node));
  }

  static String key(String target, String source) {
    return target + "<-" + source;
  }

  /** One of DL4J's activations by its name in a golden file. */
  static Activation activation(GoldenNode node) {
    return enumValue(Activation.class, node.text("activation"), node);
  }

  GoldenModel withInjection(Injection other) {
    return new GoldenModel(input, states, blocks, other);
  }

  private static State state(GoldenNode slot, GoldenNode biases) {
    String name = slot.text("name");
    INDArray bias = biases.has(name) ? biases.array(name) : null;
    return new State(name, slot.integer("size"), activation(slot), bias);
  }

  private static Connection connection(GoldenNode block) {
    INDArray mask = block.array("mask");
    int nnz = block.integer("nnz");
    long ones = 0;
    for (double cell : mask.dup('c').data().asDouble()) {
      if (cell != 0 && cell != 1) {
        throw new GoldenFormatException(
            block.path() + ".mask: found " + cell + ", expected 0 or 1");
      }
      ones += (long) cell;
    }
    if (ones != nnz) {
      throw new GoldenFormatException(
          block.path() + ".nnz: found " + nnz + ", but the mask has " + ones + " ones");
    }
    return new Connection(block.text("source"), block.text("target"), mask, block.array("weight"));
  }

  /** A constant by its name in a golden file, whatever the case of its letters. */
  static <E extends Enum<E>> E enumValue(Class<E> type, String name, GoldenNode node) {
    try {
      return Enum.valueOf(type, name.toUpperCase(java.util.Locale.ROOT));
    } catch (IllegalArgumentException e) {
      throw new GoldenFormatException(
          node.path()
              + ": unknown "
              + type.getSimpleName().toLowerCase(java.util.Locale.ROOT)
              + " '"
              + name
              + "'; there are "
              + List.of(type.getEnumConstants()));
    }
  }
}
