package org.iterativemaps.export;

/** In which form DL4J hands values from layer to layer: layers compute different things of them. */
enum Form {
  /** One token of each example, [batch, units]. */
  TOKENS,
  /** All tokens of each example, [batch, units, time] or [batch, time, units]. */
  SEQUENCES,
  /** All tokens of sequences, each a row, [batch x time, units]. */
  ROWS;

  /** For messages. */
  String words() {
    return switch (this) {
      case TOKENS -> "single tokens";
      case SEQUENCES -> "sequences";
      case ROWS -> "time steps as rows";
    };
  }
}
