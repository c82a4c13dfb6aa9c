package org.iterativemaps.examples.data;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.factory.Nd4j;

/**
 * Fisher's irises (1936): 150 flowers, four measures in cm, three species. Read from the file that
 * deeplearning4j-core bundles; DL4J's own iterator would download it.
 */
public final class Iris {
  /** Measures per flower. */
  public static final int FEATURES = 4;

  /** Species. */
  public static final int CLASSES = 3;

  private static final String RESOURCE = "/iris.dat";

  private Iris() {}

  /**
   * All flowers in the order of the file, species by species.
   *
   * @return features [150, 4] in cm, labels one-hot [150, 3]
   * @throws IOException if the file is missing or damaged
   */
  public static DataSet load() throws IOException {
    try (InputStream in = Iris.class.getResourceAsStream(RESOURCE)) {
      if (in == null) {
        throw new IOException(
            RESOURCE + " is not on the class path; deeplearning4j-core brings it");
      }
      List<String> lines =
          new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8))
              .lines()
              .filter(line -> !line.isBlank())
              .toList();
      float[][] features = new float[lines.size()][FEATURES];
      float[][] labels = new float[lines.size()][CLASSES];
      for (int i = 0; i < lines.size(); i++) {
        String[] words = lines.get(i).split(",");
        if (words.length != FEATURES + 1) {
          throw new IOException(
              RESOURCE + " line " + (i + 1) + ": found " + words.length + " columns, expected 5");
        }
        for (int f = 0; f < FEATURES; f++) {
          features[i][f] = Float.parseFloat(words[f]);
        }
        labels[i][Integer.parseInt(words[FEATURES].trim())] = 1;
      }
      return new DataSet(Nd4j.create(features), Nd4j.create(labels));
    }
  }
}
