package org.iterativemaps.examples.golden;

import java.net.URISyntaxException;
import java.nio.file.Path;
import java.util.List;

/** The golden files among the test resources. */
final class GoldenFiles {
  static final Path FOLDER = folder();

  private GoldenFiles() {}

  static List<GoldenFile> all() {
    return GoldenFolder.read(FOLDER);
  }

  private static Path folder() {
    try {
      return Path.of(GoldenFiles.class.getResource("/golden").toURI());
    } catch (URISyntaxException e) {
      throw new IllegalStateException(e);
    }
  }
}
