package org.iterativemaps.convert;

import java.util.List;

/**
 * What becomes of one or more layers that follow each other.
 *
 * @param old at least one
 * @param fresh the layers in their place; null if they stay as they are
 */
record Piece(List<Node> old, List<NewLayer> fresh) {

  static Piece kept(Node node) {
    return new Piece(List.of(node), null);
  }

  boolean isKept() {
    return fresh == null;
  }
}
