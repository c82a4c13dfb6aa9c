package org.iterativemaps.describe;

/** Which cells of a block are trained: Omega of A = W0 + U * Omega, entry by entry. */
public enum Trainable {
  /** {@code True}: every cell of the block, also where its pattern put no weight. */
  ALL("True"),
  /** {@code False}: none; the block keeps the values it is given. */
  NONE("False"),
  /** {@code 'non-zero'}: those that are not zero at first. */
  NON_ZERO("'non-zero'");

  private final String word;

  Trainable(String word) {
    this.word = word;
  }

  /** As it is written. */
  String word() {
    return word;
  }
}
