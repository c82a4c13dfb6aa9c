package org.iterativemaps.examples.golden;

import java.util.List;
import java.util.Map;
import org.iterativemaps.examples.golden.LayerVia.MapLayers;
import org.nd4j.linalg.api.buffer.DataType;

/** Every {@link Via} there is. */
final class Vias {
  private static final List<Via> ALL =
      List.of(
          new LayerVia("layer", MapLayers.WRITTEN, DataType.DOUBLE, 1e-10, Map.of()),
          // FLOAT networks run on the fused kernel, unless a system property says otherwise.
          new LayerVia(
              "fused",
              MapLayers.WRITTEN,
              DataType.FLOAT,
              1e-4,
              Map.of("author_configs", "planning sizes and densities runs no kernel")),
          new LayerVia(
              "samediff",
              MapLayers.SAMEDIFF,
              DataType.DOUBLE,
              1e-10,
              Map.of("author_configs", "planning sizes and densities runs no graph")),
          new ConvertersVia());

  private Vias() {}

  static List<String> names() {
    return ALL.stream().map(Via::name).toList();
  }

  /**
   * By name.
   *
   * @throws IllegalArgumentException if there is none; the message lists those there are
   */
  static Via named(String name) {
    return ALL.stream()
        .filter(via -> via.name().equals(name))
        .findFirst()
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "--via: unknown '" + name + "'; there are: " + String.join(", ", names())));
  }
}
