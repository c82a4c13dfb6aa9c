package org.iterativemaps.samediff;

import java.io.Serializable;
import java.util.List;

/**
 * A block and the slots it stands between.
 *
 * @param from names of the slots it reads, in the order it takes them
 * @param to name of the slot it writes
 * @param block the function
 */
public record SDConnection(List<String> from, String to, SDBlock block) implements Serializable {

  /** Checks that there is a block, and copies the names. */
  public SDConnection {
    from = List.copyOf(from);
    if (block == null) {
      throw new IllegalArgumentException(
          "block " + name(from, to) + ": found null; SDBlocks has functions for one");
    }
  }

  /** "j->i", or "j,k->i" where it reads several. */
  public String name() {
    return name(from, to);
  }

  static String name(List<String> from, String to) {
    return String.join(",", from) + "->" + to;
  }
}
