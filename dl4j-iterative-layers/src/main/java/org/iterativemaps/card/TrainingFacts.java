package org.iterativemaps.card;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.deeplearning4j.nn.api.Trainable;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.layers.BaseOutputLayer;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.layers.LossLayer;
import org.deeplearning4j.nn.conf.layers.RnnLossLayer;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.iterativemaps.layers.MapPlace;
import org.nd4j.linalg.learning.config.IUpdater;
import org.nd4j.linalg.lossfunctions.ILossFunction;
import org.nd4j.shade.jackson.databind.JsonNode;

/**
 * How a network was trained: what DL4J knows, and measures that were given.
 *
 * @param iterations parameter updates so far
 * @param epochs passes over the data so far
 * @param score the last batch's; null if nothing was trained since the network was made or loaded
 * @param updaters those of the layers, each once, with their numbers
 * @param losses those of the output layers, each once
 * @param metrics given ones by name, such as "accuracy on the test set"; finite
 */
public record TrainingFacts(
    int iterations,
    int epochs,
    Double score,
    List<String> updaters,
    List<String> losses,
    Map<String, Double> metrics) {

  /** Copies lists and map; checks that a score, if any, and the metrics are finite. */
  public TrainingFacts {
    updaters = List.copyOf(updaters);
    losses = List.copyOf(losses);
    metrics = Ordered.copy(metrics);
    if (score != null && !Double.isFinite(score)) {
      throw new IllegalArgumentException(
          "score: found " + score + ", expected a finite number, or null");
    }
    metrics.forEach(
        (name, value) -> {
          Headings.check("metric", name);
          if (!Double.isFinite(value)) {
            throw new IllegalArgumentException(
                "metric '" + name + "': found " + value + ", expected a finite number");
          }
        });
  }

  static TrainingFacts of(MultiLayerNetwork network) {
    List<Layer> layers = new ArrayList<>();
    for (NeuralNetConfiguration layer : network.getLayerWiseConfigurations().getConfs()) {
      layers.add(layer.getLayer());
    }
    return new TrainingFacts(
        network.getIterationCount(),
        network.getEpochCount(),
        score(network.score()),
        updaters(network.getLayers()),
        losses(layers),
        Map.of());
  }

  static TrainingFacts of(ComputationGraph network) {
    List<Layer> layers = new ArrayList<>();
    for (org.deeplearning4j.nn.api.Layer layer : network.getLayers()) {
      layers.add(layer.conf().getLayer());
    }
    return new TrainingFacts(
        network.getIterationCount(),
        network.getEpochCount(),
        score(network.score()),
        updaters(network.getVertices()),
        losses(layers),
        Map.of());
  }

  /** DL4J's score is 0 until a batch was trained, and it is not saved. */
  private static Double score(double score) {
    return score == 0 || !Double.isFinite(score) ? null : Double.valueOf(score);
  }

  private static List<String> updaters(Trainable[] layers) {
    Set<String> updaters = new LinkedHashSet<>();
    for (Trainable layer : layers) {
      Map<String, ?> table = layer.numParams() == 0 ? Map.of() : layer.paramTable(false);
      for (String key : table.keySet()) {
        IUpdater updater = layer.getConfig().getUpdaterByParam(key);
        if (updater != null) {
          updaters.add(text(updater));
        }
      }
    }
    return List.copyOf(updaters);
  }

  /** Its class and what its JSON has: not every updater or schedule has a text of its own. */
  private static String text(IUpdater updater) {
    JsonNode json = NeuralNetConfiguration.mapper().valueToTree(updater);
    List<String> fields = new ArrayList<>();
    Iterator<Map.Entry<String, JsonNode>> all = json.fields();
    while (all.hasNext()) {
      Map.Entry<String, JsonNode> field = all.next();
      if (!field.getKey().startsWith("@") && !field.getValue().isNull()) {
        fields.add(field.getKey() + " " + field.getValue());
      }
    }
    return updater.getClass().getSimpleName()
        + (fields.isEmpty() ? "" : "(" + String.join(", ", fields) + ")");
  }

  private static List<String> losses(List<Layer> layers) {
    Set<String> losses = new LinkedHashSet<>();
    for (Layer layer : layers) {
      Layer inner = MapPlace.innermost(layer);
      if (inner instanceof BaseOutputLayer output) {
        losses.add(name(output.getLossFn()));
      } else if (inner instanceof LossLayer loss) {
        losses.add(name(loss.getLossFn()));
      } else if (inner instanceof RnnLossLayer loss) {
        losses.add(name(loss.getLossFn()));
      }
    }
    return List.copyOf(losses);
  }

  /** Its own name has all its numbers behind it, those of weights by the thousand. */
  private static String name(ILossFunction loss) {
    return loss.getClass().getSimpleName();
  }

  TrainingFacts with(String metric, double value) {
    Map<String, Double> more = new LinkedHashMap<>(metrics);
    more.put(metric, value);
    return new TrainingFacts(iterations, epochs, score, updaters, losses, more);
  }
}
