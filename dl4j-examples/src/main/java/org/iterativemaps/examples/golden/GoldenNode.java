package org.iterativemaps.examples.golden;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.shade.jackson.databind.JsonNode;

/**
 * A place in a golden file. Reading something that is not there, or is something else, throws a
 * {@link GoldenFormatException} that names the place.
 *
 * @param path from the root of the file, as in {@code cases[0].blocks.h<-x}
 * @param json what stands there
 */
record GoldenNode(String path, JsonNode json) {

  /** A field of this object. */
  GoldenNode get(String field) {
    JsonNode value = json.get(field);
    if (value == null) {
      throw new GoldenFormatException(child(field) + ": missing");
    }
    return new GoldenNode(child(field), value);
  }

  boolean has(String field) {
    return json.has(field);
  }

  /** The fields of this object, in the file's order. */
  List<String> fields() {
    expect(json.isObject(), "an object");
    List<String> names = new ArrayList<>();
    json.fieldNames().forEachRemaining(names::add);
    return names;
  }

  /** The elements of this list. */
  List<GoldenNode> elements() {
    expect(json.isArray(), "a list");
    List<GoldenNode> elements = new ArrayList<>();
    for (int i = 0; i < json.size(); i++) {
      elements.add(new GoldenNode(path + "[" + i + "]", json.get(i)));
    }
    return elements;
  }

  String text(String field) {
    return get(field).text();
  }

  /** A plain list of texts. */
  List<String> texts(String field) {
    return get(field).elements().stream().map(GoldenNode::text).toList();
  }

  double number(String field) {
    return get(field).number();
  }

  int integer(String field) {
    GoldenNode node = get(field);
    node.expect(node.json.isInt(), "a whole number");
    return node.json.intValue();
  }

  boolean flag(String field) {
    GoldenNode node = get(field);
    node.expect(node.json.isBoolean(), "true or false");
    return node.json.booleanValue();
  }

  /** A plain list of numbers. */
  double[] series(String field) {
    return get(field).elements().stream().mapToDouble(GoldenNode::number).toArray();
  }

  /** {@code {"shape": […], "data": nested lists}} in DOUBLE. */
  INDArray array(String field) {
    return get(field).array();
  }

  /** See {@link #array(String)}. */
  INDArray array() {
    long[] shape =
        Arrays.stream(series("shape"))
            .mapToLong(size -> size == (long) size ? (long) size : 0)
            .toArray();
    if (shape.length == 0 || Arrays.stream(shape).anyMatch(size -> size < 1)) {
      throw new GoldenFormatException(
          path + ".shape: found " + get("shape").json + ", expected sizes of at least 1");
    }
    List<Double> numbers = new ArrayList<>();
    get("data").collect(shape, 0, numbers);
    double[] data = numbers.stream().mapToDouble(Double::doubleValue).toArray();
    return Nd4j.createFromArray(data).reshape('c', shape);
  }

  private void collect(long[] shape, int axis, List<Double> numbers) {
    if (axis == shape.length) {
      numbers.add(number());
      return;
    }
    List<GoldenNode> elements = elements();
    expect(elements.size() == shape[axis], shape[axis] + " elements, as the shape says,");
    elements.forEach(element -> element.collect(shape, axis + 1, numbers));
  }

  private String text() {
    expect(json.isTextual(), "a text");
    return json.textValue();
  }

  private double number() {
    expect(json.isNumber(), "a number");
    return json.doubleValue();
  }

  private void expect(boolean isSo, String expected) {
    if (!isSo) {
      String found = json.toString();
      throw new GoldenFormatException(
          path
              + ": expected "
              + expected
              + " found "
              + (found.length() > 60 ? found.substring(0, 60) + "…" : found));
    }
  }

  private String child(String field) {
    return path.isEmpty() ? field : path + "." + field;
  }
}
