package org.iterativemaps.examples.golden;

/**
 * One case of a golden file.
 *
 * @param kind of its file
 * @param name of the case
 * @param node its numbers
 */
record GoldenCase(String kind, String name, GoldenNode node) {}
