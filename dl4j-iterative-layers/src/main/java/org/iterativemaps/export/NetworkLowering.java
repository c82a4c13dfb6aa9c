package org.iterativemaps.export;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.deeplearning4j.nn.api.Layer;
import org.deeplearning4j.nn.api.Model;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.layers.AbstractLSTM;
import org.deeplearning4j.nn.conf.layers.BaseRecurrentLayer;
import org.deeplearning4j.nn.conf.layers.BatchNormalization;
import org.deeplearning4j.nn.conf.layers.FeedForwardLayer;
import org.deeplearning4j.nn.conf.layers.RnnLossLayer;
import org.deeplearning4j.nn.conf.layers.RnnOutputLayer;
import org.deeplearning4j.nn.conf.layers.recurrent.SimpleRnn;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.iterativemaps.card.ModelCard;
import org.iterativemaps.convert.IterativeMaps;
import org.iterativemaps.inference.Program;
import org.iterativemaps.inference.ProgramBuilder;
import org.iterativemaps.layers.MapPlace;
import org.nd4j.linalg.dataset.api.preprocessor.DataNormalization;

/**
 * A network as a program: its steps one after the other, each from registers to a register. What
 * cannot be written is found before anything is.
 */
final class NetworkLowering {
  /** Writes a step's instructions. */
  interface Step {
    /** From the registers of its inputs to that of what it gives. */
    int lower(ProgramBuilder into, int[] inputs);
  }

  /**
   * A layer or vertex.
   *
   * @param name what others call it
   * @param inputs names of what it reads
   * @param step writes it
   */
  record Node(String name, List<String> inputs, Step step) {}

  /** What a network consists of. */
  static final class Outline {
    final String input;
    final String output;
    final List<Node> nodes = new ArrayList<>();
    final List<String> obstacles = new ArrayList<>();
    int inputSize; // 0 while unknown
    boolean isSequence;

    Outline(String input, String output) {
      this.input = input;
      this.output = output;
    }

    /** Adds a layer with its configuration. */
    void add(
        String name,
        List<String> inputs,
        String label,
        NeuralNetConfiguration around,
        Layer layer) {
      LayerLowering lowering = new LayerLowering(name, label, around.getLayer(), layer);
      lowering.obstacle().ifPresent(obstacles::add);
      org.deeplearning4j.nn.conf.layers.Layer conf = MapPlace.innermost(around.getLayer());
      if (inputSize == 0 && inputs.contains(input) && conf instanceof FeedForwardLayer sized) {
        inputSize = Math.toIntExact(sized.getNIn());
      }
      boolean isOfSequences =
          conf instanceof BaseRecurrentLayer
              || conf instanceof RnnOutputLayer
              || conf instanceof RnnLossLayer;
      isSequence |= isOfSequences;
      if (conf instanceof BatchNormalization && isSequence) {
        obstacles.add(
            label + ": DL4J normalises no sequences; take it out, or normalise in the map");
      }
      nodes.add(new Node(name, inputs, (into, registers) -> lowering.lower(into, registers[0])));
    }
  }

  private NetworkLowering() {}

  /**
   * The program of a network.
   *
   * @param normalizer of the tokens; null for none
   * @param card null for the network's own
   * @throws IllegalArgumentException if something cannot be written, which the message names, or a
   *     parameter is not finite
   */
  static Program of(Model network, DataNormalization normalizer, ModelCard card) {
    Outline outline = outline(withMaps(network));
    if (outline.obstacles.isEmpty() && outline.inputSize < 1) {
      outline.obstacles.add("no layer behind the input says its size; set nIn, or setInputType(…)");
    }
    NormalizerLowering.obstacle(normalizer, outline.inputSize).ifPresent(outline.obstacles::add);
    if (!outline.obstacles.isEmpty()) {
      throw new IllegalArgumentException(
          "the network cannot be written: " + String.join("; ", outline.obstacles));
    }
    ModelCard described = card == null ? ModelCard.of(network) : card;
    ProgramBuilder into = Program.builder(outline.inputSize).card(described.toJson());
    if (outline.isSequence) {
      into.sequence();
    }
    Map<String, Integer> registers = new HashMap<>();
    registers.put(outline.input, NormalizerLowering.lower(normalizer, into, into.input()));
    for (Node node : outline.nodes) {
      int[] inputs = node.inputs().stream().mapToInt(registers::get).toArray();
      registers.put(node.name(), node.step().lower(into, inputs));
    }
    return into.build(registers.get(outline.output));
  }

  /**
   * With DL4J's own recurrent layers as maps that compute the same. What cannot be one stays, and
   * is named later.
   */
  private static Model withMaps(Model network) {
    try {
      if (network instanceof MultiLayerNetwork layers && hasRecurrentLayer(layers.getLayers())) {
        return IterativeMaps.fromRnn(layers).network();
      }
      if (network instanceof ComputationGraph graph && hasRecurrentLayer(graph.getLayers())) {
        return IterativeMaps.fromRnn(graph).network();
      }
    } catch (IllegalArgumentException noneCanBe) {
      return network;
    }
    return network;
  }

  private static boolean hasRecurrentLayer(Layer[] layers) {
    return Arrays.stream(layers)
        .map(layer -> MapPlace.innermost(layer.conf().getLayer()))
        .anyMatch(conf -> conf instanceof AbstractLSTM || conf instanceof SimpleRnn);
  }

  private static Outline outline(Model network) {
    if (network instanceof MultiLayerNetwork layers) {
      return outline(layers);
    }
    if (network instanceof ComputationGraph graph) {
      return GraphOutline.of(graph);
    }
    throw new IllegalArgumentException(
        "network: found "
            + (network == null ? "null" : network.getClass().getName())
            + ", expected a MultiLayerNetwork or a ComputationGraph");
  }

  private static Outline outline(MultiLayerNetwork network) {
    network.init(); // does nothing if it was called before
    int count = network.getnLayers();
    Outline outline = new Outline("input", Integer.toString(count - 1));
    for (int i = 0; i < count; i++) {
      NeuralNetConfiguration conf = network.getLayerWiseConfigurations().getConf(i);
      String name = MapPlace.nameOf(conf.getLayer());
      String label = name == null ? "layer " + i : "layer " + i + " '" + name + "'";
      LayerLowering.obstacle(label, network.getLayerWiseConfigurations().getInputPreProcess(i))
          .ifPresent(outline.obstacles::add);
      String before = i == 0 ? outline.input : Integer.toString(i - 1);
      outline.add(Integer.toString(i), List.of(before), label, conf, network.getLayer(i));
    }
    return outline;
  }
}
