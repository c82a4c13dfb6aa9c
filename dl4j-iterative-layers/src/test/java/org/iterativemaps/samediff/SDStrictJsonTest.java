package org.iterativemaps.samediff;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import org.deeplearning4j.nn.conf.MultiLayerConfiguration;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.iterativemaps.layers.JsonMutations;
import org.iterativemaps.layers.MapFormatException;
import org.iterativemaps.map.Sparsity;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;
import org.nd4j.shade.jackson.databind.JsonNode;

/** SameDiff maps from a file that somebody else wrote, and how deep and large they may be. */
class SDStrictJsonTest {

  private static MultiLayerConfiguration everything() {
    SDBlockMap map = Graphs.everything(4);
    return new NeuralNetConfiguration.Builder()
        .list()
        .layer(
            new SameDiffIterativeMapLayer.Builder()
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
        assertTrue(message.startsWith("SameDiff map settings"), () -> which + ": " + message);
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
        "\"version\" : 2|\"version\" : 7|.version: found version 7, this library reads versions 1 to 2",
        "\"role\" : \"state\"|\"role\" : \"stcte\"|.role: found \"stcte\", expected one of [input, wire",
        "\"bias\" : true|\"bais\" : true|.bias: no field 'bias'",
        "\"steps\" : 3|\"steps\" : 10000000|operations, at most 100000 make a SameDiff graph",
        "\"steps\" : 3|\"steps\" : 4294967304|.steps: found 4294967304",
        "\"keep\" : null|\"keep\" : \"r\"|.update: update: found REPLACE with gates r and null",
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
    assertTrue(all.contains(message) && all.startsWith("SameDiff map settings"), all);
  }

  private static SDBlockMap around(SDBlock block) {
    return SDBlockMap.builder()
        .input("x", 2)
        .state("h", 2, Activation.TANH)
        .connect("x", "h", block)
        .output("h")
        .build();
  }

  private static SDBlockMap nested(int depth, int steps) {
    SDBlockMap map = around(SDBlocks.linear(Sparsity.dense()));
    for (int i = 1; i < depth; i++) {
      map = around(SDBlocks.nested(map, steps));
    }
    return map;
  }

  @Test
  void mapsAreNestedOnlySoDeep() throws IOException {
    SDBlockMap deepest = nested(SDBlockMap.MAX_DEPTH, 1);
    SDMapSettings settings = new SDMapSettings(deepest, 1);
    String json = NeuralNetConfiguration.mapper().writeValueAsString(settings);
    assertEquals(settings, NeuralNetConfiguration.mapper().readValue(json, SDMapSettings.class));
    String message =
        assertThrows(IllegalArgumentException.class, () -> nested(SDBlockMap.MAX_DEPTH + 1, 1))
            .getMessage();
    assertTrue(message.contains("found 33 within each other, expected at most 32"), message);
    // One more, and many more, in the text.
    JsonNode tree = NeuralNetConfiguration.mapper().readTree(json);
    String map = tree.get("map").toString();
    String inner = tree.get("map").get("blocks").get(0).get("map").toString();
    int place = map.indexOf(inner);
    String before = map.substring(0, place);
    String after = map.substring(place + inner.length());
    for (int depth : new int[] {1, 2000, 100_000}) {
      String deeper = before.repeat(depth) + map + after.repeat(depth);
      String text = tree.toString().replace(map, deeper);
      IOException error =
          assertThrows(
              IOException.class,
              () -> NeuralNetConfiguration.mapper().readValue(text, SDMapSettings.class));
      assertInstanceOf(MapFormatException.class, error);
      assertTrue(error.getMessage().contains("within each other"), error.getMessage());
    }
  }

  /** Five levels of ten steps are 10^5 operations in one step. */
  @Test
  void operationsOfNestedMapsAreCounted() {
    SDBlockMap few = nested(4, 10);
    assertTrue(few.operations() < SDMapSettings.MOST_OPERATIONS, "" + few.operations());
    assertEquals(10, new SDMapSettings(few, 10).steps());
    String message =
        assertThrows(IllegalArgumentException.class, () -> new SDMapSettings(nested(6, 10), 1))
            .getMessage();
    assertTrue(message.contains("at most 100000") && message.contains("fewer steps"), message);
    assertThrows(
        IllegalArgumentException.class,
        () -> new SDMapSettings(nested(SDBlockMap.MAX_DEPTH, 1_000_000), 1));
  }
}
