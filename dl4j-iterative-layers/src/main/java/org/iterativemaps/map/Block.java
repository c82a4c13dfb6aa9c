package org.iterativemaps.map;

import java.io.Serializable;

/**
 * M_ij: the weights by which slot {@code from} = j reaches slot {@code to} = i.
 *
 * @param from name of the source slot
 * @param to name of the target slot
 * @param sparsity which weights exist
 * @param fixedValues their values if they are never trained; null if they are trained
 */
public record Block(String from, String to, Sparsity sparsity, FixedValues fixedValues)
    implements Serializable {
  /** Checks that there is a pattern. */
  public Block {
    if (sparsity == null) {
      throw new IllegalArgumentException(
          "block "
              + from
              + "->"
              + to
              + ": no sparsity pattern; Sparsity.dense() keeps all weights");
    }
  }

  /** Whether the weights are parameters. */
  public boolean isTrainable() {
    return fixedValues == null;
  }

  /** "from->to". */
  public String name() {
    return from + "->" + to;
  }
}
