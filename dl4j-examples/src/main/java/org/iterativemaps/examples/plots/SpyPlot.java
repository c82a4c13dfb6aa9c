package org.iterativemaps.examples.plots;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * The whole block matrix of a map at one look: sources from left to right, targets from top to
 * bottom, lines between slots, a mark for every kept entry.
 *
 * <p>Slots are drawn in proportion to their sizes, except that a small one beside a large one is
 * widened until it can be seen. With too many entries to tell apart, colour shows the density.
 */
public final class SpyPlot {

  private final String title;
  private final Map<String, Integer> slots = new LinkedHashMap<>();
  private final List<Block> blocks = new ArrayList<>();

  /** A block to draw: indices of its slots, its entries, how many they are, whether they train. */
  record Block(int from, int to, Entries entries, long count, boolean trainable) {}

  private SpyPlot(String title) {
    this.title = title;
  }

  /**
   * Starts an empty matrix.
   *
   * @param title what it is about
   * @return a plot without slots
   */
  public static SpyPlot of(String title) {
    return new SpyPlot(title);
  }

  /**
   * Adds a slot after those added before. All slots come before the first block.
   *
   * @param name shown beside the matrix, used once
   * @param size number of features, at least 1
   * @return this
   */
  public SpyPlot slot(String name, int size) {
    if (size < 1) {
      throw new IllegalArgumentException("size of " + name + ": found " + size + ", expected >= 1");
    }
    if (!blocks.isEmpty()) {
      throw new IllegalStateException("Slot " + name + " comes after a block; add slots first");
    }
    if (slots.putIfAbsent(name, size) != null) {
      throw new IllegalArgumentException("name: there is a slot " + name + " already");
    }
    return this;
  }

  /**
   * Adds a block of trainable weights.
   *
   * @param from name of the source slot
   * @param to name of the target slot
   * @param entries what is kept
   * @return this
   */
  public SpyPlot block(String from, String to, Entries entries) {
    return add(from, to, entries, true);
  }

  /**
   * Adds a block of fixed weights, such as a wire or a reservoir.
   *
   * @param from name of the source slot
   * @param to name of the target slot
   * @param entries what is kept
   * @return this
   */
  public SpyPlot fixedBlock(String from, String to, Entries entries) {
    return add(from, to, entries, false);
  }

  private SpyPlot add(String from, String to, Entries entries, boolean trainable) {
    int fromSize = sizeOf(from);
    int toSize = sizeOf(to);
    long[] count = new long[1];
    entries.forEach(
        (source, target) -> {
          if (source < 0 || source >= fromSize || target < 0 || target >= toSize) {
            throw new IllegalArgumentException(
                String.format(
                    Locale.ROOT,
                    "entries of block %s -> %s: found (from %d, to %d), expected below (%d, %d)",
                    from,
                    to,
                    source,
                    target,
                    fromSize,
                    toSize));
          }
          count[0]++;
        });
    List<String> names = List.copyOf(slots.keySet());
    blocks.add(new Block(names.indexOf(from), names.indexOf(to), entries, count[0], trainable));
    return this;
  }

  private int sizeOf(String slot) {
    Integer size = slots.get(slot);
    if (size == null) {
      throw new IllegalArgumentException(
          "slot: found " + slot + ", expected one of " + slots.keySet());
    }
    return size;
  }

  /**
   * Draws what was added.
   *
   * @return the picture; its words tell slots, blocks and counts
   */
  public Picture picture() {
    if (slots.isEmpty()) {
      throw new IllegalStateException("No slot was added");
    }
    SpyPainter painter = new SpyPainter(title, slots, blocks);
    return Picture.draw(Style.WIDTH, painter.height(), words(), painter::paint);
  }

  private String words() {
    List<String> names = List.copyOf(slots.keySet());
    StringBuilder words = new StringBuilder(title + ": block matrix with slots ");
    words.append(slots);
    for (Block block : blocks) {
      words.append("; ").append(names.get(block.from())).append(" to ");
      words.append(names.get(block.to())).append(": ").append(block.count());
      words.append(block.trainable() ? " weights" : " fixed weights");
    }
    return words.toString();
  }
}
