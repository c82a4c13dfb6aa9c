package org.iterativemaps.examples.golden;

import java.util.List;

/**
 * One golden file.
 *
 * @param name its name in the folder
 * @param kind what its cases are about
 * @param cases at least one
 */
record GoldenFile(String name, String kind, List<GoldenCase> cases) {}
