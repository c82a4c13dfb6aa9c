package org.iterativemaps.examples.golden;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.nd4j.linalg.api.buffer.DataType;

/** Every {@link Implementation} there is. */
final class Implementations {
  /** The way, and what the system property calls its kernel. */
  static final String CUDA = "cuda";

  private static final Map<String, String> NO_KERNEL =
      Map.of("author_configs", "planning sizes and densities runs no kernel");
  private static final LayerImplementation LAYERS =
      new LayerImplementation("layer", DataType.DOUBLE, 1e-10, Map.of(), Optional.empty());
  private static final List<Implementation> ALL =
      List.of(
          LAYERS,
          new EquilibriumImplementation(LAYERS),
          // FLOAT networks run on the fused kernel, unless a system property says otherwise.
          new LayerImplementation("fused", DataType.FLOAT, 1e-4, NO_KERNEL, Optional.empty()),
          new LayerImplementation(
              CUDA, DataType.FLOAT, 1e-4, NO_KERNEL, Optional.of(new RequiredKernel(CUDA))),
          new GraphImplementation(),
          new ConverterImplementation());

  private Implementations() {}

  static List<String> names() {
    return ALL.stream().map(Implementation::name).toList();
  }

  /**
   * By name.
   *
   * @throws IllegalArgumentException if there is none; the message lists those there are
   */
  static Implementation named(String name) {
    return ALL.stream()
        .filter(via -> via.name().equals(name))
        .findFirst()
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "--via: unknown '" + name + "'; there are: " + String.join(", ", names())));
  }
}
