package org.iterativemaps.layers;

/** The configuration of a map that cannot be pruned, grown or given another K in place. */
public interface UnchangeableMap {
  /** Why not, as the end of a sentence about the layer. */
  default String whyUnchangeable() {
    return "whose blocks are functions in a SameDiff graph, which is built for one map and one K;"
        + " only the linear blocks of IterativeMapLayer and IterativeMapRecurrentLayer can be"
        + " changed in a live network";
  }
}
