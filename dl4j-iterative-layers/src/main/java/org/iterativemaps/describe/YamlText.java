package org.iterativemaps.describe;

import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.iterativemaps.describe.Description.Cell;

/** {@link Description}s as text, for {@link DescriptionYaml#write}. */
final class YamlText {
  private YamlText() {}

  static String of(Description description) {
    List<Integer> sizes = description.sizes();
    StringBuilder yaml = new StringBuilder();
    yaml.append("row_sizes: ").append(sizes).append('\n');
    yaml.append("col_sizes: ").append(sizes).append('\n');
    yaml.append("bias: ").append(description.bias() ? "True" : "False").append('\n');
    rows(
        yaml,
        "block_types",
        description,
        (to, from) -> {
          Cell cell = description.blocks().get(to).get(from);
          return cell.pattern() == null
              ? "0"
              : Words.word(cell.pattern(), sizes.get(from), sizes.get(to));
        });
    rows(
        yaml,
        "initialization_types",
        description,
        (to, from) -> {
          String word = Words.word(description.blocks().get(to).get(from).values());
          return word.length() == 1 ? word : '"' + word + '"';
        });
    rows(
        yaml,
        "trainable",
        description,
        (to, from) -> description.blocks().get(to).get(from).trainable().word());
    yaml.append("activations: ").append(description.activations()).append('\n');
    yaml.append("activation_sizes: ").append(sizes).append('\n');
    return yaml.toString();
  }

  /** The word of one block. */
  private interface BlockWord {
    String of(int to, int from);
  }

  private static void rows(
      StringBuilder yaml, String name, Description description, BlockWord word) {
    yaml.append(name).append(":\n");
    int count = description.sizes().size();
    for (int to = 0; to < count; to++) {
      int row = to;
      yaml.append("  - [")
          .append(
              IntStream.range(0, count)
                  .mapToObj(from -> word.of(row, from))
                  .collect(Collectors.joining(", ")))
          .append("]\n");
    }
  }
}
