package org.iterativemaps.convert.numpy;

import org.iterativemaps.map.Block;
import org.iterativemaps.map.Parameter;

/**
 * What the arrays of a map are called in a file, and what its parameters are called among those of
 * the whole map: within a nested map both end with the place of the block that it is.
 *
 * @param orientation of the matrices
 * @param place behind the arrays' names, such as {@code [h<-x]}; empty outside of nested maps
 * @param keyPlace behind the parameters' keys, such as {@code [x->h]}
 * @param otherPlace as place, in the other orientation
 */
record ArrayNames(Orientation orientation, String place, String keyPlace, String otherPlace) {

  static ArrayNames of(Orientation orientation) {
    return new ArrayNames(orientation, "", "", "");
  }

  /** Those of the map that is nested in a block. */
  ArrayNames within(Block block) {
    return new ArrayNames(
        orientation,
        place(block, orientation) + place,
        Parameter.key("", block.name()) + keyPlace,
        place(block, orientation.other()) + otherPlace);
  }

  private static String place(Block block, Orientation orientation) {
    return "[" + orientation.name(String.join(",", block.sources()), block.to()) + "]";
  }

  /** Of an array of a block. */
  String of(String kind, Block block) {
    return kind + place(block, orientation) + place;
  }

  /** Of the same in a file of the other orientation. */
  String other(String kind, Block block) {
    return kind + place(block, orientation.other()) + otherPlace;
  }

  /** Of an array of a slot. */
  String of(String kind, String slot) {
    return kind + "[" + slot + "]" + place;
  }

  /** Of a parameter of this map among those of the whole. */
  String key(String own) {
    return own + keyPlace;
  }
}
