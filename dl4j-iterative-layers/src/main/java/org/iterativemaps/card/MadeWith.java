package org.iterativemaps.card;

import java.io.IOException;
import java.io.InputStream;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import org.iterativemaps.kernel.KernelSelection;
import org.iterativemaps.lanes.LaneKernelSelection;
import org.iterativemaps.layers.MapPlace;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.factory.Nd4j;

/**
 * What a card was made with and on. It says nothing about the network: elsewhere it runs as well.
 *
 * @param library version of this library; "unknown" if it does not run from its jar
 * @param dl4j version of Deeplearning4j; "unknown" if it does not run from its jar
 * @param backend of ND4J
 * @param java version and vendor
 * @param platform operating system and architecture
 * @param vectors the Vector API with the bits of a vector, or plain Java
 * @param kernels which kernel runs each map there, and why; by {@link MapFacts#address()}
 */
public record MadeWith(
    String library,
    String dl4j,
    String backend,
    String java,
    String platform,
    String vectors,
    Map<String, String> kernels) {
  private static final String LIBRARY = "org.iterativemaps/dl4j-iterative-layers";
  private static final String DL4J = "org.deeplearning4j/deeplearning4j-nn";

  /** Copies the map. */
  public MadeWith {
    kernels = Ordered.copy(kernels);
  }

  static MadeWith of(List<MapPlace> maps, DataType type) {
    Map<String, String> kernels = new LinkedHashMap<>();
    maps.forEach(place -> kernels.put(place.address(), kernel(place, type)));
    return new MadeWith(
        version(LIBRARY),
        version(DL4J),
        Nd4j.getBackend().getClass().getSimpleName(),
        System.getProperty("java.version") + " (" + System.getProperty("java.vendor") + ")",
        System.getProperty("os.name") + " " + System.getProperty("os.arch"),
        loops(),
        kernels);
  }

  private static String loops() {
    try {
      return LaneKernelSelection.selected().description();
    } catch (IllegalStateException e) {
      return "none: " + e.getMessage();
    }
  }

  /** Not being able to run a network is no reason not to save it. */
  private static String kernel(MapPlace place, DataType type) {
    try {
      return KernelSelection.choice(place.map().program(), type).toString();
    } catch (IllegalStateException | IllegalArgumentException e) {
      return "none: " + e.getMessage();
    }
  }

  /** As Maven writes it into every jar. */
  private static String version(String artifact) {
    String file = "/META-INF/maven/" + artifact + "/pom.properties";
    try (InputStream in = MadeWith.class.getResourceAsStream(file)) {
      Properties properties = new Properties();
      if (in != null) {
        properties.load(in);
      }
      return properties.getProperty("version", "unknown");
    } catch (IOException e) {
      return "unknown";
    }
  }
}
