package org.iterativemaps.examples;

import java.util.List;

/**
 * How much of the published study is run.
 *
 * @param sequences to train with, per epoch
 * @param epochs how long to train
 * @param tested sequences to test with
 * @param maps names of the authors' files, see {@link PublishedMaps}; empty for all
 */
record PublishedSize(int sequences, int epochs, int tested, List<String> maps) {

  /** A look at it. */
  static final PublishedSize QUICK =
      new PublishedSize(
          1600,
          1,
          200,
          List.of(
              "ra_test_111111",
              "ra_test_000000_",
              "RAArchive/ra_test_010000_",
              "ra_test_balanced_ exact"));

  /** Within an hour on two cores. */
  static final PublishedSize HOUR =
      new PublishedSize(
          10_000,
          10,
          1000,
          List.of(
              "ra_test_111111",
              "ra_test_000000_",
              "RAArchive/ra_test_010100_",
              "RAArchive/ra_test_010000_",
              "ra_test_balanced_5",
              "ra_test_balanced_7",
              "ra_test_balanced_",
              "ra_test_balanced_ exact"));

  /** The authors' own: their largest training file, their "medium" schedule, all of their maps. */
  static final PublishedSize FULL = new PublishedSize(58_000, 25, 1000, List.of());
}
