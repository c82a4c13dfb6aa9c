package org.iterativemaps.layers;

import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashSet;
import java.util.Iterator;
import java.util.Set;
import org.nd4j.shade.jackson.core.JsonParser;
import org.nd4j.shade.jackson.core.JsonToken;
import org.nd4j.shade.jackson.databind.JsonNode;
import org.nd4j.shade.jackson.databind.node.ArrayNode;
import org.nd4j.shade.jackson.databind.node.ContainerNode;
import org.nd4j.shade.jackson.databind.node.JsonNodeFactory;
import org.nd4j.shade.jackson.databind.node.ObjectNode;

/**
 * JSON as a tree, without recursion and within limits: not too deep, no field twice, no number too
 * long.
 */
final class JsonTree {
  /** How deep objects and arrays may lie within each other. */
  static final int MAX_DEPTH = 250;

  // Digits of a number: what a double can need, and some.
  private static final int MAX_DIGITS = 1000;

  private final JsonParser parser;
  private final Deque<ContainerNode<?>> open = new ArrayDeque<>();
  private JsonNode root;
  private String field;

  private JsonTree(JsonParser parser) {
    this.parser = parser;
  }

  /** The value at which the parser stands; it then stands at its end. */
  static JsonNode read(JsonParser parser) throws IOException {
    JsonTree tree = new JsonTree(parser);
    JsonToken token = parser.currentToken() == null ? parser.nextToken() : parser.currentToken();
    tree.take(token);
    while (!tree.open.isEmpty()) {
      tree.take(parser.nextToken());
    }
    return tree.root;
  }

  private void take(JsonToken token) throws IOException {
    JsonNodeFactory nodes = JsonNodeFactory.instance;
    if (token == null) {
      throw new MapFormatException("the text ends within an object or array", null);
    }
    switch (token) {
      case START_OBJECT -> open(nodes.objectNode());
      case START_ARRAY -> open(nodes.arrayNode());
      case END_OBJECT, END_ARRAY -> open.pop();
      case FIELD_NAME -> field = parser.currentName();
      case VALUE_STRING -> add(nodes.textNode(parser.getText()));
      case VALUE_TRUE -> add(nodes.booleanNode(true));
      case VALUE_FALSE -> add(nodes.booleanNode(false));
      case VALUE_NULL -> add(nodes.nullNode());
      case VALUE_NUMBER_INT -> add(integer(nodes));
      case VALUE_NUMBER_FLOAT -> add(nodes.numberNode(shortNumber().getDoubleValue()));
      default -> throw new MapFormatException("found " + token + ", which no JSON has", null);
    }
  }

  private JsonNode integer(JsonNodeFactory nodes) throws IOException {
    return shortNumber().getNumberType() == JsonParser.NumberType.BIG_INTEGER
        ? nodes.numberNode(parser.getBigIntegerValue())
        : nodes.numberNode(parser.getLongValue());
  }

  private JsonParser shortNumber() throws IOException {
    if (parser.getText().length() > MAX_DIGITS) {
      throw new MapFormatException(
          "found a number of "
              + parser.getText().length()
              + " digits, expected at most "
              + MAX_DIGITS,
          null);
    }
    return parser;
  }

  private void open(ContainerNode<?> node) throws IOException {
    add(node);
    if (open.size() == MAX_DEPTH) {
      throw new MapFormatException(
          "objects and arrays lie more than " + MAX_DEPTH + " deep within each other", null);
    }
    open.push(node);
  }

  private void add(JsonNode node) throws IOException {
    if (open.isEmpty()) {
      root = node;
    } else if (open.peek() instanceof ArrayNode array) {
      array.add(node);
    } else if (((ObjectNode) open.peek()).has(field)) {
      throw new MapFormatException("found field '" + field + "' twice in one object", null);
    } else {
      ((ObjectNode) open.peek()).set(field, node);
    }
  }

  /**
   * Whether two trees say the same: the same fields, and equal values. Numbers are equal if one
   * rounds to the other, as a tree from Java has floats where one from text has doubles.
   */
  static boolean same(JsonNode one, JsonNode other) {
    if (one.isNumber() && other.isNumber()) {
      return one.doubleValue() == other.doubleValue()
          || ((one.isFloat() || other.isFloat()) && one.floatValue() == other.floatValue());
    }
    if (one.getNodeType() != other.getNodeType()) {
      return isNotFinite(one, other) || isNotFinite(other, one);
    }
    if (one.isValueNode()) {
      return one.asText().equals(other.asText());
    }
    if (one.size() != other.size()) {
      return false;
    }
    if (one.isArray()) {
      Iterator<JsonNode> others = other.elements();
      for (JsonNode element : one) {
        if (!same(element, others.next())) {
          return false;
        }
      }
      return true;
    }
    return names(one).equals(names(other))
        && names(one).stream().allMatch(name -> same(one.get(name), other.get(name)));
  }

  /** NaN and infinities are texts in JSON. */
  private static boolean isNotFinite(JsonNode number, JsonNode text) {
    return number.isNumber()
        && !Double.isFinite(number.doubleValue())
        && text.isTextual()
        && number.asText().equals(text.textValue());
  }

  private static Set<String> names(JsonNode object) {
    Set<String> names = new HashSet<>();
    object.fieldNames().forEachRemaining(names::add);
    return names;
  }
}
