package org.iterativemaps.export;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.deeplearning4j.nn.api.Model;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.iterativemaps.card.ModelCard;
import org.iterativemaps.inference.Program;
import org.iterativemaps.inference.ProgramBuilder;
import org.nd4j.linalg.dataset.api.preprocessor.DataNormalization;

/**
 * A network as a program: its nodes one after the other, each from registers to a register. What
 * cannot be written is found before anything is.
 */
final class NetworkLowering {
  private final NetworkNodes network;
  private final Map<String, Form> forms = new HashMap<>(); // of what the input and the nodes give
  private final List<String> obstacles = new ArrayList<>();
  private final int inputSize; // 0 if nobody knows
  private final boolean isSequence;

  private NetworkLowering(NetworkNodes network) {
    this.network = network;
    this.obstacles.addAll(network.obstacles());
    this.inputSize = findInputSize();
    this.isSequence = network.nodes().stream().anyMatch(Node::needsSequences);
    forms.put(network.input(), isSequence ? Form.SEQUENCES : Form.TOKENS);
  }

  /**
   * The program of a network.
   *
   * @param normalizer of the tokens; null for none
   * @param card null for the network's own
   * @throws IllegalArgumentException if something cannot be written, which the message names, or a
   *     parameter is not finite
   * @throws IllegalStateException if the network is not initialised
   */
  static Program of(Model network, DataNormalization normalizer, ModelCard card) {
    ModelCard described = card == null ? ModelCard.of(network) : card; // refuses other models
    NetworkLowering lowering = new NetworkLowering(nodes(RecurrentLayers.asMaps(network)));
    lowering.check(normalizer);
    return lowering.lower(normalizer, described);
  }

  private static NetworkNodes nodes(Model network) {
    return network instanceof MultiLayerNetwork layers
        ? NetworkNodes.of(layers)
        : NetworkNodes.of((ComputationGraph) network);
  }

  /** Through the nodes that keep it. */
  private int findInputSize() {
    Set<String> asLarge = new HashSet<>(Set.of(network.input()));
    for (Node node : network.nodes()) {
      if (asLarge.containsAll(node.inputs())) {
        if (node.inputSize() > 0) {
          return node.inputSize();
        }
        if (node.keepsSize()) {
          asLarge.add(node.name());
        }
      }
    }
    return 0;
  }

  private void check(DataNormalization normalizer) {
    for (Node node : network.nodes()) {
      node.obstacle().map(node::says).ifPresent(obstacles::add);
    }
    if (inputSize < 1) {
      obstacles.add("no layer behind the input says how large it is; set its nIn");
    }
    Scaling.obstacle(normalizer, inputSize).ifPresent(obstacles::add);
    if (obstacles.isEmpty()) {
      network.nodes().forEach(this::findForm);
    }
    if (!obstacles.isEmpty()) {
      throw new IllegalArgumentException(
          "the network cannot be written: " + String.join("; ", obstacles));
    }
  }

  private void findForm(Node node) {
    List<Form> given = given(node);
    if (given.contains(null)) {
      return; // behind one that has been refused
    }
    try {
      forms.put(node.name(), node.form(given));
    } catch (IllegalArgumentException e) {
      obstacles.add(node.says(e.getMessage()));
    }
  }

  private List<Form> given(Node node) {
    return node.inputs().stream().map(forms::get).toList();
  }

  private Program lower(DataNormalization normalizer, ModelCard card) {
    ProgramBuilder into = Program.builder(inputSize).card(card.toJson());
    if (isSequence) {
      into.sequence();
    }
    if (isSequence && forms.get(network.output()) == Form.TOKENS) {
      into.lastOnly();
    }
    Map<String, Integer> registers = new HashMap<>();
    registers.put(network.input(), Scaling.lower(normalizer, into, into.input()));
    for (Node node : network.nodes()) {
      int[] read = node.inputs().stream().mapToInt(registers::get).toArray();
      try {
        registers.put(node.name(), node.lower(into, read, given(node)));
      } catch (IllegalArgumentException e) {
        throw new IllegalArgumentException(
            "the network cannot be written: " + node.says(e.getMessage()), e);
      }
    }
    return into.build(registers.get(network.output()));
  }
}
