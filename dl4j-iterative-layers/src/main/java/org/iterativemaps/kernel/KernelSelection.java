package org.iterativemaps.kernel;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.ServiceConfigurationError;
import java.util.ServiceLoader;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.iterativemaps.iterate.Iteration;
import org.iterativemaps.iterate.MapProgram;
import org.iterativemaps.lanes.LaneKernelSelection;
import org.iterativemaps.map.BlockMap;
import org.iterativemaps.map.pattern.Sparsity;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.buffer.DataType;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Which kernel runs a layer: the first {@link KernelProvider} in order that can and says it should,
 * or the one that the system property {@value #PROPERTY} names.
 *
 * <p>The one named is an error if it is not available or fails. A map that it refuses, as some are
 * for some functions or one floating type alone, is run as without the property, with a warning.
 */
public final class KernelSelection {
  /** System property: the name of a provider, or {@value #AUTO}. */
  public static final String PROPERTY = LaneKernelSelection.PROPERTY;

  /** What the property says, and what holds where it is not set: the best for each map. */
  public static final String AUTO = LaneKernelSelection.AUTO;

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
    return LaneKernelSelection.wanted();
  }

  /**
   * The kernel of {@link #choice} for one layer. A program of more than {@value
   * ManyStepsKernel#MOST_EVALUATIONS} evaluations per token is run step by step, in inference only;
   * long sequences whose recurrence is linear are run in chunks side by side.
   *
   * @param program of fixed steps; for others there is {@code kernel.settle.LoopKernels}
   * @param type the network's floating type
   * @throws IllegalArgumentException if the program has no fixed steps
   * @throws WrongPropertyException if the system property names no provider, or another is wrong
   * @throws IllegalStateException if it names one that is not available or fails, or no kernel can
   *     run the program
   */
  public static MapKernel of(MapProgram program, DataType type) {
    if (!(program.iteration() instanceof Iteration.Steps)) {
      throw new IllegalArgumentException(
          "program: found " + program.iteration() + ", expected fixed steps; use LoopKernels.of");
    }
    MapKernel kernel = make(wanted(), providers(), asked(program), type);
    if (ManyStepsKernel.isFor(program)) {
      return new ManyStepsKernel(program, kernel);
    }
    return LinearRecurrence.of(program)
        .<MapKernel>map(recurrence -> new ScannedKernel(program, recurrence, kernel))
        .orElse(kernel);
  }

  /** What the providers are asked to run. */
  private static MapProgram asked(MapProgram program) {
    boolean isOneStep = !(program.iteration() instanceof Iteration.Steps);
    return isOneStep || ManyStepsKernel.isFor(program) ? program.withOneStep() : program;
  }

  static MapKernel make(
      String wanted, List<KernelProvider> providers, MapProgram program, DataType type) {
    Made made = made(wanted, providers, program, type);
    say(wanted, made.choice);
    return made.kernel;
  }

  /** A kernel, and why it is this one. */
  record Made(KernelChoice choice, MapKernel kernel) {}

  /** The first kernel that can be made. */
  static Made made(
      String wanted, List<KernelProvider> providers, MapProgram program, DataType type) {
    AskedProviders asked = AskedProviders.of(wanted, providers, program, type);
    asked.failures().forEach(KernelSelection::passOver);
    List<String> failures = new ArrayList<>();
    List<Throwable> causes = new ArrayList<>();
    for (KernelChoice choice : asked.choices()) {
      KernelProvider provider = choice.provider();
      try {
        MapKernel kernel = Objects.requireNonNull(provider.make(program, type), "no kernel");
        return new Made(choice.after(failures), kernel);
      } catch (WrongPropertyException e) {
        throw e;
      } catch (RuntimeException | LinkageError e) { // a provider of somebody else's
        String failure = "it said that it can and failed: " + e;
        if (provider.name().equals(wanted)) {
          throw new IllegalStateException(AskedProviders.says(wanted) + ", but " + failure, e);
        }
        causes.add(e);
        failures.add("not " + provider.name() + ": " + failure);
        passOver(failures.get(failures.size() - 1));
      }
    }
    IllegalStateException none = asked.noneLeft(failures);
    causes.forEach(none::addSuppressed);
    throw none;
  }

  private static void passOver(String failure) {
    if (SAID.add(failure)) {
      LOG.warn("kernel: a provider is passed over, {}", failure);
    }
  }

  /**
   * Every provider is told once, and so are what would be faster and that a wish is not granted.
   */
  private static void say(String wanted, KernelChoice choice) {
    LOG.debug("kernel: {}", choice);
    String name = choice.provider().name();
    boolean isAnother = !wanted.equals(AUTO) && !wanted.equals(name);
    if (choice.advice().isPresent() && SAID.add(choice.advice().get())) {
      LOG.warn("kernel: {}", choice);
    } else if (isAnother && SAID.add(name + " for " + wanted)) {
      LOG.warn("kernel: in spite of {} the {}", AskedProviders.says(wanted), choice);
    } else if (SAID.add(name)) {
      LOG.info("kernel: {}", choice);
    }
  }

  /**
   * Which kernel runs a map, and why. The kernel is made and left: only then it is known that it
   * can be.
   *
   * @param type the network's floating type
   * @throws WrongPropertyException if the system property names no provider, or another is wrong
   * @throws IllegalStateException if it names one that is not available or fails, or no kernel can
   *     run the program
   */
  public static KernelChoice choice(MapProgram program, DataType type) {
    return made(wanted(), providers(), asked(program), type).choice;
  }

  /**
   * What would make networks several times faster here; empty if nothing is known.
   *
   * @throws WrongPropertyException if the system property names no provider, or another is wrong
   * @throws IllegalStateException if it names one that is not available
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
    long atATime = ManyStepsKernel.isFor(program) ? ManyStepsKernel.STEPS_AT_A_TIME : timeSteps;
    return choice(program, type).provider().memory(asked(program), type, atATime);
  }
}
