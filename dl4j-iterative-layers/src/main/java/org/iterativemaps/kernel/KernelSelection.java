package org.iterativemaps.kernel;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.ServiceConfigurationError;
import java.util.ServiceLoader;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.iterativemaps.iterate.MapProgram;
import org.iterativemaps.map.BlockMap;
import org.iterativemaps.map.pattern.Sparsity;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.buffer.DataType;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Which kernel runs a layer: the first {@link KernelProvider} in order that can and says it should,
 * or the one that the system property {@value #PROPERTY} names.
 */
public final class KernelSelection {
  /** System property: the name of a provider, or {@value #AUTO}. */
  public static final String PROPERTY = "org.iterativemaps.kernel";

  /** What the property says, and what holds where it is not set: the best for each map. */
  public static final String AUTO = "auto";

  private static final Logger LOG = LoggerFactory.getLogger("org.iterativemaps.kernel");
  private static final Set<String> SAID = ConcurrentHashMap.newKeySet();

  // A map that every kernel can run.
  private static final MapProgram ANY =
      MapProgram.singleToken(
          BlockMap.builder()
              .input("x", 1)
              .state("y", 1, Activation.IDENTITY)
              .connect("x", "y", Sparsity.dense())
              .output("y")
              .build()
              .realize(),
          1,
          null);

  private KernelSelection() {}

  /** The providers on the class path, once for all: their answers must not change. */
  private static final class Found {
    static final List<KernelProvider> PROVIDERS = load();

    private static List<KernelProvider> load() {
      List<KernelProvider> found = new ArrayList<>();
      var services =
          ServiceLoader.load(KernelProvider.class, KernelProvider.class.getClassLoader())
              .iterator();
      boolean hasNext = true;
      while (hasNext) {
        try {
          hasNext = services.hasNext();
          if (hasNext) {
            found.add(services.next());
          }
        } catch (ServiceConfigurationError | LinkageError e) {
          LOG.warn("kernel: a provider cannot be loaded and is passed over: {}", e.toString());
        }
      }
      return List.copyOf(found);
    }
  }

  /** All providers found, in no particular order. */
  static List<KernelProvider> providers() {
    return Found.PROVIDERS;
  }

  /** The provider that the system property names, in lower case; {@link #AUTO} without it. */
  public static String wanted() {
    String property = System.getProperty(PROPERTY, "");
    return property.isBlank() ? AUTO : property.trim().toLowerCase(Locale.ROOT);
  }

  /**
   * The kernel of {@link #choice} for one layer; if that cannot be made after all, the next one. A
   * program of more than {@value ManyStepsKernel#MOST_EVALUATIONS} evaluations per token is run
   * step by step, in inference only.
   *
   * @param type the network's floating type
   * @throws IllegalArgumentException if the system property names no provider
   * @throws IllegalStateException if it demands one that is not available, or no kernel can run the
   *     program
   */
  public static MapKernel of(MapProgram program, DataType type) {
    return ManyStepsKernel.isFor(program)
        ? new ManyStepsKernel(program, make(wanted(), providers(), program.withOneStep(), type))
        : make(wanted(), providers(), program, type);
  }

  static MapKernel make(
      String wanted, List<KernelProvider> providers, MapProgram program, DataType type) {
    List<String> failures = new ArrayList<>();
    for (KernelChoice choice : KernelChoice.candidates(wanted, providers, program, type)) {
      KernelProvider provider = choice.provider();
      try {
        MapKernel kernel = provider.make(program, type);
        say(choice);
        return kernel;
      } catch (RuntimeException | LinkageError e) {
        if (provider.name().equals(wanted)) {
          throw e;
        }
        failures.add(provider.name() + ": " + e);
        LOG.warn(
            "kernel: {} said that it can run a map and failed, it is passed over: {}",
            provider.name(),
            e.toString());
      }
    }
    throw new IllegalStateException(
        "no kernel can run " + program.realized().map() + ": " + String.join("; ", failures));
  }

  /** Every provider is told once, and so is what would be faster. */
  private static void say(KernelChoice choice) {
    LOG.debug("kernel: {}", choice);
    if (choice.advice().isPresent() && SAID.add(choice.advice().get())) {
      LOG.warn("kernel: {}", choice);
    } else if (SAID.add(choice.provider().name())) {
      LOG.info("kernel: {}", choice);
    }
  }

  /**
   * Which kernel runs a map, and why.
   *
   * @param type the network's floating type
   * @throws IllegalArgumentException if the system property names no provider
   * @throws IllegalStateException if it demands one that is not available, or no kernel can run the
   *     program
   */
  public static KernelChoice choice(MapProgram program, DataType type) {
    return KernelChoice.candidates(wanted(), providers(), program, type).get(0);
  }

  /**
   * What would make FLOAT networks several times faster here; empty if nothing is known.
   *
   * @throws IllegalArgumentException if the system property names no provider
   * @throws IllegalStateException if it demands one that is not available
   */
  public static Optional<String> advice() {
    return choice(ANY, DataType.FLOAT).advice();
  }

  /**
   * The memory of the kernel that {@link #of} would make.
   *
   * @param timeSteps of a sequence; 1 for a single token
   */
  public static KernelMemory memory(MapProgram program, DataType type, long timeSteps) {
    if (ManyStepsKernel.isFor(program)) {
      return memory(program.withOneStep(), type, ManyStepsKernel.STEPS_AT_A_TIME);
    }
    return choice(program, type).provider().memory(program, type, timeSteps);
  }
}
