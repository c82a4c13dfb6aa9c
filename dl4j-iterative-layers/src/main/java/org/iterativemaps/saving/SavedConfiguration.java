package org.iterativemaps.saving;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import org.deeplearning4j.nn.api.Model;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.MultiLayerConfiguration;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.graph.GraphVertex;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.shade.jackson.core.JsonFactory;
import org.nd4j.shade.jackson.core.JsonParser;
import org.nd4j.shade.jackson.core.JsonToken;

/**
 * The configuration of either kind of network, from its JSON.
 *
 * @param layers of a {@code MultiLayerNetwork}, else null
 * @param graph of a {@code ComputationGraph}, else null
 * @param typeInJson the floating type that the JSON names; null if it names none, as before
 *     1.0.0-beta4
 */
record SavedConfiguration(
    MultiLayerConfiguration layers, ComputationGraphConfiguration graph, String typeInJson) {
  // Objects and arrays within each other: DL4J reads them by recursion.
  private static final int MAX_DEPTH = 500;

  static SavedConfiguration of(byte[] bytes) throws IOException {
    Outline outline = outline(bytes);
    String json = new String(bytes, StandardCharsets.UTF_8);
    try {
      return outline.isGraph
          ? new SavedConfiguration(null, ComputationGraphConfiguration.fromJson(json), outline.type)
          : new SavedConfiguration(MultiLayerConfiguration.fromJson(json), null, outline.type);
    } catch (RuntimeException e) {
      throw new ModelFileException(
          "configuration.json: cannot be read: " + (e.getCause() == null ? e : e.getCause()), e);
    }
  }

  private record Outline(boolean isGraph, String type) {}

  /** What its outermost object says, without building anything. */
  private static Outline outline(byte[] bytes) throws IOException {
    boolean isGraph = false;
    boolean isLayers = false;
    String type = null;
    int depth = 0;
    try (JsonParser parser = new JsonFactory().createParser(bytes)) {
      for (JsonToken token = parser.nextToken(); token != null; token = parser.nextToken()) {
        depth += token.isStructStart() ? 1 : token.isStructEnd() ? -1 : 0;
        if (depth > MAX_DEPTH) {
          throw new ModelFileException(
              "configuration.json: objects lie more than " + MAX_DEPTH + " deep in each other");
        }
        if (depth == 1 && token == JsonToken.FIELD_NAME) {
          isGraph |= parser.currentName().equals("vertices");
          isLayers |= parser.currentName().equals("confs");
        } else if (depth == 1
            && token == JsonToken.VALUE_STRING
            && "dataType".equals(parser.currentName())) {
          type = parser.getText();
        }
      }
    } catch (ModelFileException e) {
      throw e;
    } catch (IOException e) {
      throw new ModelFileException("configuration.json: is no JSON: " + e.getMessage(), e);
    }
    if (isGraph == isLayers) {
      throw new ModelFileException(
          "configuration.json: is the configuration of neither a MultiLayerNetwork nor a"
              + " ComputationGraph");
    }
    return new Outline(isGraph, type);
  }

  /** How many parameters the network has; nothing is allocated for them. */
  long parameterCount() throws IOException {
    long count = 0;
    try {
      if (layers != null) {
        for (NeuralNetConfiguration layer : layers.getConfs()) {
          count = Math.addExact(count, layer.getLayer().initializer().numParams(layer));
        }
      } else {
        for (GraphVertex vertex : graph.getVertices().values()) {
          count = Math.addExact(count, vertex.numParams(true));
        }
      }
    } catch (RuntimeException e) {
      throw new ModelFileException("configuration.json: cannot be used: " + e.getMessage(), e);
    }
    return count;
  }

  /** The network, with the parameters as its own. */
  Model network(DataType type, INDArray parameters) throws IOException {
    try {
      if (layers != null) {
        if (type != null) {
          layers.setDataType(type);
        }
        MultiLayerNetwork network = new MultiLayerNetwork(layers);
        network.init(parameters, false);
        return network;
      }
      if (type != null) {
        graph.setDataType(type);
      }
      ComputationGraph network = new ComputationGraph(graph);
      network.init(parameters, false);
      return network;
    } catch (RuntimeException e) {
      throw new ModelFileException("configuration.json: cannot be used: " + e.getMessage(), e);
    }
  }
}
