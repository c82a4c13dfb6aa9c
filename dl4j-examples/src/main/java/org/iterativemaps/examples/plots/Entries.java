package org.iterativemaps.examples.plots;

/** The entries a sparse block keeps; walked through, never held, since there may be millions. */
@FunctionalInterface
public interface Entries {

  /**
   * Tells every entry once, in any order. May be called more than once.
   *
   * @param visitor is told
   */
  void forEach(Visitor visitor);

  /** Is told of entries. */
  @FunctionalInterface
  interface Visitor {
    /**
     * An entry.
     *
     * @param from source feature, counted from 0 within its slot
     * @param to target feature, counted from 0 within its slot
     */
    void entry(int from, int to);
  }

  /**
   * All entries of a dense block.
   *
   * @param fromSize size of the source slot
   * @param toSize size of the target slot
   * @return every pair
   */
  static Entries dense(int fromSize, int toSize) {
    return visitor -> {
      for (int to = 0; to < toSize; to++) {
        for (int from = 0; from < fromSize; from++) {
          visitor.entry(from, to);
        }
      }
    };
  }

  /**
   * The diagonal of a square block.
   *
   * @param size of the slot
   * @return one entry per feature
   */
  static Entries diagonal(int size) {
    return visitor -> {
      for (int i = 0; i < size; i++) {
        visitor.entry(i, i);
      }
    };
  }
}
