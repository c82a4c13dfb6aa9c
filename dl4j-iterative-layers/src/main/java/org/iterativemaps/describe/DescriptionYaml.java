package org.iterativemaps.describe;

import java.io.StringReader;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.function.Supplier;
import org.iterativemaps.describe.Description.Cell;
import org.iterativemaps.map.Slot;
import org.nd4j.shade.yaml.snakeyaml.LoaderOptions;
import org.nd4j.shade.yaml.snakeyaml.Yaml;
import org.nd4j.shade.yaml.snakeyaml.error.Mark;
import org.nd4j.shade.yaml.snakeyaml.error.MarkedYAMLException;
import org.nd4j.shade.yaml.snakeyaml.error.YAMLException;
import org.nd4j.shade.yaml.snakeyaml.events.AliasEvent;
import org.nd4j.shade.yaml.snakeyaml.events.CollectionEndEvent;
import org.nd4j.shade.yaml.snakeyaml.events.CollectionStartEvent;
import org.nd4j.shade.yaml.snakeyaml.events.Event;
import org.nd4j.shade.yaml.snakeyaml.nodes.MappingNode;
import org.nd4j.shade.yaml.snakeyaml.nodes.Node;
import org.nd4j.shade.yaml.snakeyaml.nodes.NodeTuple;
import org.nd4j.shade.yaml.snakeyaml.nodes.ScalarNode;
import org.nd4j.shade.yaml.snakeyaml.nodes.SequenceNode;
import org.nd4j.shade.yaml.snakeyaml.nodes.Tag;
import org.nd4j.shade.yaml.snakeyaml.reader.ReaderException;

/**
 * {@link Description}s in the YAML of the authors' model files ({@code conf/model/*.yaml}):
 *
 * <pre>{@code
 * row_sizes: [81, 145, 9]
 * col_sizes: [81, 145, 9]
 * bias: True
 * block_types:
 *   - [0, 0, 0]
 *   - [R=1.00, R=0.5, R=0.5]
 *   - [R=1.00, R=0.5, W]
 * initialization_types:
 *   - [0, 0, 0]
 *   - ["G=0,0.05", "G=0,0.05", "G=0,0.05"]
 *   - ["G=0,0.05", "G=0,0.05", C=0.1]
 * trainable:
 *   - [False, False, False]
 *   - ['non-zero', 'non-zero', 'non-zero']
 *   - ['non-zero', 'non-zero', False]
 * activations: [Identity, ReLU, Identity]
 * activation_sizes: [81, 145, 9]
 * }</pre>
 *
 * <p>{@code activations: False} means Identity everywhere; {@code activation_sizes} may be left
 * out. Everything else in such a file (learning rate, loss, data) is not the map's business: it is
 * neither read nor written.
 */
public final class DescriptionYaml {
  // The format needs three; and what else such a file may have is not deep either.
  private static final int MAX_DEPTH = 50;
  private static final int MAX_ALIASES = 1000;
  private static final int MAX_SLOTS = 1000;
  private static final int MAX_WORD = 200;

  private DescriptionYaml() {}

  /**
   * Reads a description.
   *
   * @param yaml the text of a file
   * @throws DescriptionException with line, column and key, if it is no YAML, a word is wrong,
   *     something is missing, the parts do not fit each other, there are more than 1000 slots, or
   *     lists lie very deep in each other; no other exception is thrown
   */
  public static Description read(String yaml) {
    if (yaml == null) {
      throw new DescriptionException(1, 1, "found null, expected the text of a file", null);
    }
    Node root;
    try {
      checkShape(yaml);
      root = yaml().compose(new StringReader(yaml));
    } catch (MarkedYAMLException e) {
      Mark mark = e.getProblemMark() == null ? e.getContextMark() : e.getProblemMark();
      throw error(mark, e.getProblem(), e);
    } catch (ReaderException e) {
      String before = yaml.substring(0, Math.min(yaml.length(), e.getPosition()));
      int line = (int) before.chars().filter(c -> c == '\n').count() + 1;
      int column = before.length() - before.lastIndexOf('\n');
      throw new DescriptionException(
          line, column, "found a character that no YAML file may have: " + e.getMessage(), e);
    } catch (YAMLException e) { // what else there is has no place
      throw new DescriptionException(1, 1, "is no YAML: " + e.getMessage(), e);
    }
    if (!(root instanceof MappingNode mapping)) {
      throw root == null
          ? new DescriptionException(1, 1, "found nothing, expected row_sizes and so on", null)
          : error(root, "expected a mapping with row_sizes and so on");
    }
    return description(mapping);
  }

  /** With as many aliases as there are; {@link #checkShape} has counted them. */
  private static Yaml yaml() {
    LoaderOptions options = new LoaderOptions();
    options.setMaxAliasesForCollections(Integer.MAX_VALUE);
    return new Yaml(options);
  }

  /** The depth, which the YAML library takes by recursion, and the aliases, which multiply. */
  private static void checkShape(String yaml) {
    int depth = 0;
    int aliases = 0;
    for (Event event : yaml().parse(new StringReader(yaml))) {
      if (event instanceof CollectionStartEvent && ++depth > MAX_DEPTH) {
        throw error(
            event.getStartMark(), "found more than " + MAX_DEPTH + " lists in each other", null);
      } else if (event instanceof CollectionEndEvent) {
        depth--;
      } else if (event instanceof AliasEvent && ++aliases > MAX_ALIASES) {
        throw error(event.getStartMark(), "found more than " + MAX_ALIASES + " aliases", null);
      }
    }
  }

  private static Description description(MappingNode root) {
    Map<String, Node> fields = fields(root);
    List<Integer> sizes = key(root, fields, "row_sizes", DescriptionYaml::sizes);
    key(root, fields, "col_sizes", node -> same(sizes, node));
    if (fields.containsKey("activation_sizes")) {
      key(root, fields, "activation_sizes", node -> same(sizes, node));
    }
    int count = sizes.size();
    List<List<Node>> types = square(root, fields, "block_types", count);
    List<List<Node>> values = square(root, fields, "initialization_types", count);
    List<List<Node>> trainable = square(root, fields, "trainable", count);
    List<List<Cell>> blocks = new ArrayList<>();
    for (int to = 0; to < count; to++) {
      List<Cell> row = new ArrayList<>();
      for (int from = 0; from < count; from++) {
        Cell cell =
            cell(types.get(to).get(from), values.get(to).get(from), trainable.get(to).get(from));
        check(types.get(to).get(from), cell, sizes.get(from), sizes.get(to));
        row.add(cell);
      }
      blocks.add(row);
    }
    boolean bias = key(root, fields, "bias", DescriptionYaml::bool);
    List<String> activations = key(root, fields, "activations", node -> activations(node, count));
    return key(
        root,
        fields,
        "block_types",
        node -> at(node, () -> new Description(sizes, blocks, bias, activations)));
  }

  /** Reads what belongs to a key; an error names it. */
  private static <T> T key(
      Node root, Map<String, Node> fields, String name, Function<Node, T> read) {
    return about(name, () -> read.apply(need(root, fields, name)));
  }

  private static <T> T about(String key, Supplier<T> step) {
    try {
      return step.get();
    } catch (DescriptionException e) {
      throw e.about(key);
    }
  }

  private static List<Integer> sizes(Node node) {
    List<Integer> sizes = list(node, DescriptionYaml::size);
    if (sizes.size() < 2 || sizes.size() > MAX_SLOTS) {
      throw error(
          node,
          "found " + sizes.size() + " sizes, expected at least two slots, at most " + MAX_SLOTS);
    }
    return sizes;
  }

  private static Cell cell(Node type, Node values, Node trainable) {
    var pattern = about("block_types", () -> at(type, () -> Words.pattern(word(type))));
    var rule = about("initialization_types", () -> at(values, () -> Words.values(word(values))));
    var trained = about("trainable", () -> trainable(trainable));
    boolean isEmpty = pattern == null && !word(type).equals("0");
    return isEmpty
        ? Cell.empty(trained)
        : about("block_types", () -> at(type, () -> new Cell(pattern, rule, trained)));
  }

  private static void check(Node type, Cell cell, int fromSize, int toSize) {
    if (cell.pattern() != null) {
      about(
          "block_types",
          () ->
              at(
                  type,
                  () -> {
                    Description.fitted(cell.pattern(), fromSize, toSize).check(fromSize, toSize);
                    return cell;
                  }));
    }
  }

  private static Trainable trainable(Node node) {
    if (scalar(node).getTag().equals(Tag.BOOL)) {
      return bool(node) ? Trainable.ALL : Trainable.NONE;
    }
    if (scalar(node).getValue().equals("non-zero")) {
      return Trainable.NON_ZERO;
    }
    throw error(
        node, "found '" + scalar(node).getValue() + "', expected True, False or 'non-zero'");
  }

  private static List<String> activations(Node node, int count) {
    if (node instanceof ScalarNode && !bool(node)) {
      return java.util.Collections.nCopies(count, "Identity");
    }
    List<String> names =
        list(
            node,
            one -> {
              String name = scalar(one).getValue();
              return at(
                  one,
                  () -> {
                    ActivationNames.activation(name);
                    return name;
                  });
            });
    if (names.size() != count) {
      throw error(node, "found " + names + ", expected one for each of the " + count + " slots");
    }
    return names;
  }

  private static Map<String, Node> fields(MappingNode root) {
    Map<String, Node> fields = new HashMap<>();
    for (NodeTuple tuple : root.getValue()) {
      String name = scalar(tuple.getKeyNode()).getValue();
      if (fields.put(name, tuple.getValueNode()) != null) {
        throw error(tuple.getKeyNode(), name + ": found twice");
      }
    }
    return fields;
  }

  private static Node need(Node root, Map<String, Node> fields, String name) {
    if (!fields.containsKey(name)) {
      throw error(root, "no " + name + " in the description; found " + fields.keySet());
    }
    return fields.get(name);
  }

  private static List<List<Node>> square(
      Node root, Map<String, Node> fields, String name, int count) {
    return key(
        root, fields, name, node -> list(node, row -> list(row, cell -> cell, count), count));
  }

  private static <T> List<T> list(Node node, Function<Node, T> read, int count) {
    List<T> list = list(node, read);
    if (list.size() != count) {
      throw error(
          node, "found " + list.size() + ", expected one for each of the " + count + " slots");
    }
    return list;
  }

  private static <T> List<T> list(Node node, Function<Node, T> read) {
    if (!(node instanceof SequenceNode sequence)) {
      throw error(node, "expected a list");
    }
    return sequence.getValue().stream().map(read).toList();
  }

  private static List<Integer> same(List<Integer> sizes, Node node) {
    List<Integer> found = list(node, DescriptionYaml::size);
    if (!found.equals(sizes)) {
      throw error(node, "found " + found + ", expected the row_sizes " + sizes + ": a square map");
    }
    return found;
  }

  private static int size(Node node) {
    String value = scalar(node).getValue();
    if (!value.matches("[1-9]\\d{0,8}") || Integer.parseInt(value) > Slot.MAX_SIZE) {
      throw error(
          node, "size: found '" + value + "', expected a whole number from 1 to " + Slot.MAX_SIZE);
    }
    return Integer.parseInt(value);
  }

  private static boolean bool(Node node) {
    String value = scalar(node).getValue();
    if (!scalar(node).getTag().equals(Tag.BOOL)) {
      throw error(node, "found '" + value + "', expected True or False");
    }
    return value.equalsIgnoreCase("true")
        || value.equalsIgnoreCase("yes")
        || value.equalsIgnoreCase("on");
  }

  /** A word; 0 and 1 are numbers and not texts. */
  private static String word(Node node) {
    String value = scalar(node).getValue();
    boolean isDigit = value.equals("0") || value.equals("1");
    if (isDigit && !scalar(node).getTag().equals(Tag.INT)) {
      throw error(
          node, "found the text '" + value + "', expected the number; leave out the quotes");
    }
    return value;
  }

  private static ScalarNode scalar(Node node) {
    if (node instanceof ScalarNode scalar) {
      if (scalar.getValue().length() > MAX_WORD) {
        throw error(
            node, "found a word of " + scalar.getValue().length() + " characters, at most 200");
      }
      return scalar;
    }
    throw error(node, "found a list or a mapping, expected one word");
  }

  private static <T> T at(Node node, Supplier<T> step) {
    try {
      return step.get();
    } catch (DescriptionException e) {
      throw e;
    } catch (IllegalArgumentException e) {
      throw error(node.getStartMark(), e.getMessage(), e);
    }
  }

  private static DescriptionException error(Node node, String message) {
    return error(node.getStartMark(), message, null);
  }

  private static DescriptionException error(Mark mark, String message, Throwable cause) {
    if (mark == null) {
      return new DescriptionException(1, 1, message, cause);
    }
    return new DescriptionException(mark.getLine() + 1, mark.getColumn() + 1, message, cause);
  }

  /**
   * Writes a description so that {@link #read} gives it back.
   *
   * @throws IllegalArgumentException if the language has no word for a pattern or for values
   */
  public static String write(Description description) {
    return YamlText.of(description);
  }
}
