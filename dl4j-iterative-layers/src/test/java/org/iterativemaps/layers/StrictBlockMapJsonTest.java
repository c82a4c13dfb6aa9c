package org.iterativemaps.layers;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import org.deeplearning4j.nn.conf.MultiLayerConfiguration;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.iterativemaps.map.BlockFunction;
import org.iterativemaps.map.BlockFunctions;
import org.iterativemaps.map.BlockMap;
import org.iterativemaps.map.pattern.Sparsity;
import org.iterativemaps.samediff.Graphs;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;
import org.nd4j.shade.jackson.databind.JsonNode;

/**
 * Maps of every function from a file that somebody else wrote, and how deep and large they may be.
 */
class StrictBlockMapJsonTest {

  private static MultiLayerConfiguration everything() {
    BlockMap map = Graphs.everything(4);
    return new NeuralNetConfiguration.Builder()
        .list()
        .layer(
            new IterativeMapLayer.Builder()
                .map(map)
                .steps(3)
                .biasInit(map.output().name(), 0.5)
                .build())
        .layer(
            new OutputLayer.Builder(LossFunction.MSE)
                .activation(Activation.IDENTITY)
                .nIn(map.output().size())
                .nOut(2)
                .build())
        .build();
  }

  /** Numbers may be others, within their limits; but what is read is what the text says. */
  @Test
  void whatIsReadIsWhatTheTextSaysOrRefused() throws IOException {
    MultiLayerConfiguration conf = everything();
    String json = conf.toJson();
    assertEquals(conf, MultiLayerConfiguration.fromJson(json));
    int refused = 0;
    for (int seed = 0; seed < 800; seed++) {
      String mutated = new JsonMutations(seed).mutate(json, "settings");
      String which = "seed " + seed;
      MultiLayerConfiguration back = null;
      try {
        back = MultiLayerConfiguration.fromJson(mutated);
      } catch (RuntimeException e) {
        assertInstanceOf(MapFormatException.class, e.getCause(), () -> which + ": " + e);
        String message = e.getCause().getMessage();
        assertTrue(message.startsWith("iterative map settings"), () -> which + ": " + message);
        refused++;
      }
      if (back != null) {
        String written = back.toJson();
        assertTrue(
            JsonMutations.sameSettings(mutated, written), () -> which + " became " + written);
      }
    }
    assertTrue(refused > 600, "refused: " + refused);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '~',
      value = {
        "\"version\" : 3|\"version\" : 7|.version: found version 7, this library reads version 3",
        "\"role\" : \"state\"|\"role\" : \"stcte\"|.role: found \"stcte\", expected one of [input, wire",
        "\"bias\" : true|\"bais\" : true|.bias: no field 'bias'",
        "\"steps\" : 2|\"steps\" : 10000000|nested map: K = 10000000 steps",
        "\"steps\" : 3|\"steps\" : 4294967304|.steps: found 4294967304",
        "\"keep\" : null|\"keep\" : \"r\"|.update: update: found RESIDUAL with gates r and null",
      })
  void theMessageSaysWhere(String found, String replacement, String message) {
    String json = everything().toJson();
    int place = json.indexOf(found, json.indexOf("\"settings\""));
    assertTrue(place > 0, found);
    String mutated =
        json.substring(0, place) + replacement + json.substring(place + found.length());
    String all =
        assertThrows(RuntimeException.class, () -> MultiLayerConfiguration.fromJson(mutated))
            .getCause()
            .getMessage();
    assertTrue(all.contains(message) && all.startsWith("iterative map settings"), all);
  }

  private static BlockMap around(BlockFunction block) {
    return BlockMap.builder()
        .input("x", 2)
        .state("h", 2, Activation.TANH)
        .connect("x", "h", block)
        .output("h")
        .build();
  }

  private static BlockMap nested(int depth, int steps) {
    BlockMap map = around(BlockFunctions.linear(Sparsity.dense()));
    for (int i = 1; i < depth; i++) {
      map = around(BlockFunctions.nested(map, steps));
    }
    return map;
  }

  @Test
  void mapsAreNestedOnlySoDeep() throws IOException {
    BlockMap deepest = nested(BlockMap.MAX_DEPTH, 1);
    MapSettings settings = new MapSettings(deepest, 1);
    String json = NeuralNetConfiguration.mapper().writeValueAsString(settings);
    assertEquals(settings, NeuralNetConfiguration.mapper().readValue(json, MapSettings.class));
    String message =
        assertThrows(IllegalArgumentException.class, () -> nested(BlockMap.MAX_DEPTH + 1, 1))
            .getMessage();
    assertTrue(message.contains("found 33 within each other, expected at most 32"), message);
    // One more, and many more, in the text.
    JsonNode tree = NeuralNetConfiguration.mapper().readTree(json);
    JsonNode nested = tree.get("blocks").get(0).get("map");
    String map = nested.toString();
    String inner = nested.get("blocks").get(0).get("map").toString();
    int place = map.indexOf(inner);
    String before = map.substring(0, place);
    String after = map.substring(place + inner.length());
    for (int depth : new int[] {1, 2000, 100_000}) {
      String deeper = before.repeat(depth) + map + after.repeat(depth);
      String text = tree.toString().replace(map, deeper);
      IOException error =
          assertThrows(
              IOException.class,
              () -> NeuralNetConfiguration.mapper().readValue(text, MapSettings.class));
      assertInstanceOf(MapFormatException.class, error);
      assertTrue(error.getMessage().contains("within each other"), error.getMessage());
    }
  }
}
