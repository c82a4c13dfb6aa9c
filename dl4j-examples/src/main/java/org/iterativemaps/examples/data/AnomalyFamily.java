package org.iterativemaps.examples.data;

/** A kind of random change to the frames of a {@link RandomAnomaly} sequence. */
public sealed interface AnomalyFamily permits TransformFamily, PublishedFamily {

  /**
   * What it is called; the constants of both kinds have different names.
   *
   * @return the name of the constant
   */
  String name();
}
