package org.iterativemaps.layers;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.nd4j.shade.jackson.core.JsonProcessingException;
import org.nd4j.shade.jackson.databind.JsonNode;
import org.nd4j.shade.jackson.databind.ObjectMapper;
import org.nd4j.shade.jackson.databind.node.ArrayNode;
import org.nd4j.shade.jackson.databind.node.ObjectNode;

/** One wrong thing somewhere in a JSON tree. */
public final class JsonMutations {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final int DEEP = 3000;

  private final Random random;

  public JsonMutations(long seed) {
    this.random = new Random(seed);
  }

  /**
   * A copy in which one field, below that of this name, is dropped, renamed or of another value.
   */
  public String mutate(String json, String below) throws JsonProcessingException {
    JsonNode copy = JSON.readTree(json);
    List<ObjectNode> objects = new ArrayList<>();
    copy.findValues(below).forEach(node -> collect(node, objects));
    objects.removeIf(JsonNode::isEmpty);
    ObjectNode object = objects.get(random.nextInt(objects.size()));
    List<String> names = new ArrayList<>();
    object.fieldNames().forEachRemaining(names::add);
    String name = names.get(random.nextInt(names.size()));
    JsonNode value = object.get(name);
    switch (random.nextInt(8)) {
      case 0 -> object.remove(name);
      case 1 -> {
        object.remove(name);
        object.set(name.substring(1) + name.charAt(0) + "q", value);
      }
      case 2 -> object.set(name + "Twice", value);
      case 3 -> object.set(name, otherType(value));
      case 4 -> object.set(name, JSON.readTree(huge()));
      case 5 -> object.set(name, JSON.readTree("[".repeat(DEEP) + "]".repeat(DEEP)));
      case 6 -> object.set(name, nested(object));
      default -> {
        // As text: a tree has no field twice.
        object.put("MARK", 1);
        return copy.toString().replace("\"MARK\":1", "\"" + name + "\":" + value);
      }
    }
    return copy.toString();
  }

  /** Whether two networks' settings say the same, but for the words that are for people alone. */
  public static boolean sameSettings(String one, String other) throws JsonProcessingException {
    return JsonTree.same(settings(one), settings(other));
  }

  private static JsonNode settings(String json) throws JsonProcessingException {
    JsonNode settings = JSON.readTree(json).findValue("settings");
    if (settings.get("plan") instanceof ObjectNode plan) {
      plan.remove("resolved");
    }
    return settings;
  }

  private static void collect(JsonNode node, List<ObjectNode> objects) {
    if (node instanceof ObjectNode object) {
      objects.add(object);
    }
    node.forEach(child -> collect(child, objects));
  }

  private JsonNode otherType(JsonNode value) throws JsonProcessingException {
    List<String> others =
        new ArrayList<>(List.of("\"stcte\"", "true", "[]", "{}", "[1,2]", "{\"a\":1}", "-1.5"));
    if (value.isTextual()) {
      others.set(0, "7");
    } else if (value.isBoolean()) {
      others.set(1, "0");
    } else if (value.isNumber()) {
      others.set(6, "\"" + value + "\"");
    }
    return JSON.readTree(others.get(random.nextInt(others.size())));
  }

  private String huge() {
    String[] numbers = {"4294967304", "1e300", "1e999", "9".repeat(30), "9".repeat(5000), "1e-400"};
    return numbers[random.nextInt(numbers.length)];
  }

  /** The object within itself, very often, as text cannot be refused for its type. */
  private static JsonNode nested(ObjectNode object) {
    ArrayNode deepest = JSON.createArrayNode();
    JsonNode value = deepest.add(object.deepCopy());
    for (int i = 0; i < DEEP; i++) {
      value = JSON.createObjectNode().set("of", value);
    }
    return value;
  }
}
