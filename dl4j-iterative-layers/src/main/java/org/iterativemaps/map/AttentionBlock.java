package org.iterativemaps.map;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * An attention block of a map, or of a map nested in it. What reads it has to give it whole
 * examples: rows are tokens, those of an example one after the other.
 *
 * @param name of the block, after those of the blocks that it lies in: "x->h / q,k,v->y"
 * @param time tokens per example
 */
public record AttentionBlock(String name, int time) {

  /** All of a map, those of nested maps among them. */
  public static List<AttentionBlock> of(BlockMap map) {
    List<AttentionBlock> found = new ArrayList<>();
    for (Block block : map.blocks()) {
      if (block.function() instanceof BlockFunctions.Attention attention) {
        found.add(new AttentionBlock(block.name(), attention.time()));
      } else if (block.function() instanceof BlockFunctions.Nested nested) {
        for (AttentionBlock inner : of(nested.map())) {
          found.add(new AttentionBlock(block.name() + " / " + inner.name, inner.time));
        }
      }
    }
    return found;
  }

  /** Why so many rows cannot be run; empty if they can. */
  public static Optional<String> obstacle(BlockMap map, long rows) {
    return of(map).stream()
        .filter(block -> rows % block.time != 0)
        .findFirst()
        .map(
            block ->
                "found "
                    + rows
                    + " rows, but attention block "
                    + block.name
                    + " takes rows as the tokens of examples of "
                    + block.time
                    + " tokens each, one example after the other; expected a multiple of "
                    + block.time
                    + ": [batch * time, size]");
  }
}
