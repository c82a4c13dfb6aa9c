package org.iterativemaps.card;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Random;
import org.iterativemaps.layers.MapFormatException;
import org.junit.jupiter.api.Test;

/** Damaged cards are refused, and the message says where. */
class ModelCardReaderTest {
  private static final String JSON = ModelCard.of(Cards.layers(2)).withMetric("m", 1).toJson();

  private static void assertRefused(String expected, String json) {
    String message =
        assertThrows(MapFormatException.class, () -> ModelCard.fromJson(json)).getMessage();
    assertTrue(message.startsWith("model card") && message.contains(expected), message);
  }

  @Test
  void messagesSayWhere() {
    assertRefused(
        "found version 2, this library reads version 1",
        JSON.replace("\"version\" : 1", "\"version\" : 2"));
    assertRefused(".title: ", JSON.replace("\"title\" : \"Model card\"", "\"title\" : 3"));
    assertRefused(
        "title: found ''", JSON.replace("\"title\" : \"Model card\"", "\"title\" : \"\""));
    assertRefused("maps[0].seed: ", JSON.replace("\"seed\" :", "\"sead\" :"));
    assertRefused("maps[0].blocks[0].", JSON.replaceFirst("\"function\" :", "\"f\" :"));
    assertRefused("density", JSON.replaceFirst("\"density\" : [^,]*,", "\"density\" : 0.123,"));
    assertRefused(
        "metrics: found 'm' twice",
        JSON.replaceFirst("\"metrics\" : \\[", "\"metrics\" : [ {\"name\": \"m\", \"value\": 2},"));
    assertRefused("more behind its end", JSON + "{}");
    assertRefused("", "");
    assertRefused("", "[]");
    assertRefused("", "null");
    assertRefused("", "modelCard");
    assertRefused("found null", null);
  }

  /** Whatever one character becomes: a card that is written as it was read, or an error. */
  @Test
  void nothingElseIsThrown() {
    Random random = new Random(1);
    int refused = 0;
    for (int i = 0; i < 2000; i++) {
      StringBuilder json = new StringBuilder(JSON);
      json.setCharAt(random.nextInt(json.length()), (char) (32 + random.nextInt(95)));
      try {
        ModelCard card = ModelCard.fromJson(json.toString());
        assertEquals(card, ModelCard.fromJson(card.toJson()));
      } catch (MapFormatException e) {
        refused++;
      }
    }
    for (int length = 0; length < JSON.length() - 2; length += 7) {
      assertRefused("", JSON.substring(0, length));
    }
    assertTrue(refused > 500, "refused " + refused);
  }
}
