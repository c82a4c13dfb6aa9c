package org.iterativemaps.examples;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * How much of the published study is run.
 *
 * @param sequences to train with, per epoch
 * @param epochs how long to train
 * @param tested sequences to test with
 * @param maps names of the authors' files, see {@link PublishedMaps}; empty for all
 * @param larger some of the same kinds with ten times the weights, each beside one of the maps
 */
record PublishedSize(
    int sequences, int epochs, int tested, List<String> maps, Map<String, String> larger) {

  private static final String BALANCED = "ra_test_balanced_";
  private static final String VARIED = "RAArchive/ra_test_010000_";

  /**
   * Pairs among the authors' files of nearly the same hidden proportion: 0.469, 0.432; 0.329,
   * 0.342.
   */
  private static final Map<String, String> LARGER =
      new TreeMap<>(
          Map.of("ra_test_balanced", BALANCED, "RAArchive/ra_test_000100", "ra_test_balanced_8"));

  /** A look at it. */
  static final PublishedSize QUICK =
      new PublishedSize(
          1600,
          1,
          200,
          List.of("ra_test_111111", "ra_test_000000_", VARIED, BALANCED),
          Map.of("ra_test_balanced", BALANCED));

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
              VARIED,
              "ra_test_balanced_5",
              "ra_test_balanced_7",
              BALANCED,
              "ra_test_balanced_ exact"),
          Map.of("ra_test_balanced", BALANCED));

  /**
   * The authors' own: their largest training file, their "medium" schedule, all of their maps of
   * 100 000 weights.
   */
  static final PublishedSize FULL = new PublishedSize(58_000, 25, 1000, List.of(), LARGER);
}
