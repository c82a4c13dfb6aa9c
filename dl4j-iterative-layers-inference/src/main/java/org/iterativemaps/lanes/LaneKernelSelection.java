package org.iterativemaps.lanes;

import java.util.Iterator;
import java.util.Locale;
import java.util.Optional;
import java.util.ServiceConfigurationError;
import java.util.ServiceLoader;
import java.util.function.Supplier;

/**
 * Whether there are vectors here: where the Vector API is there and compiled well, else plain Java.
 * Chosen once per JVM. Of the names that the system property {@value #PROPERTY} may have two matter
 * here: with "simd" vectors are an error if they are not there, with "scalar" nobody looks for
 * them.
 *
 * <p>The loops on vectors are a service ({@link ServiceLoader}): this package does not know them.
 */
public final class LaneKernelSelection {
  /** System property: what is to run, or {@value #AUTO}. */
  public static final String PROPERTY = "org.iterativemaps.kernel";

  /** What the property says, and what holds where it is not set: the best there is. */
  public static final String AUTO = "auto";

  /** The name of the loops on vectors. */
  public static final String SIMD = "simd";

  /** The name of those in plain Java. */
  public static final String SCALAR = "scalar";

  /** What to add to the java command for the Vector API. */
  static final String FLAG = "--add-modules jdk.incubator.vector";

  /** How much it gains: of training steps, densities 0.01 to 1. */
  static final String ADVICE =
      "maps train 2 to 15 times as fast with " + FLAG + " on the java command line";

  private static final int LEAST_LANES = 128 / Float.SIZE;
  private static final int MOST_LANES = 512 / Float.SIZE;

  private LaneKernelSelection() {}

  /** Makes the loops on vectors, or fails as class loading does; empty where there are none. */
  interface Loader {
    Optional<LaneKernels> load();
  }

  /** What was chosen. */
  public static final class Chosen {
    private final LaneKernels kernels;
    private final boolean isSimd;
    private final String reason;
    private final Optional<String> advice;

    /**
     * A choice.
     *
     * @param kernels the loops
     * @param isSimd whether they are on vectors
     * @param reason why not; empty if they are
     * @param advice what would make them several times faster; empty if nothing is known
     */
    public Chosen(LaneKernels kernels, boolean isSimd, String reason, Optional<String> advice) {
      this.kernels = kernels;
      this.isSimd = isSimd;
      this.reason = reason;
      this.advice = advice;
    }

    /** The loops. */
    public LaneKernels kernels() {
      return kernels;
    }

    /** Whether they are on vectors. */
    public boolean isSimd() {
      return isSimd;
    }

    /** Why not; empty if they are. */
    public String reason() {
      return reason;
    }

    /** What would make them several times faster; empty if nothing is known. */
    public Optional<String> advice() {
      return advice;
    }

    /** One line for the log. */
    public String message() {
      String what = "kernel: " + (isSimd ? "simd" : "scalar") + " (" + kernels.description() + ")";
      String why = isSimd ? "" : ", because " + reason;
      return what + why + advice.map(a -> "; " + a).orElse("");
    }
  }

  private static Chosen chosen;

  /**
   * The loops of this JVM.
   *
   * @throws IllegalStateException if the system property demands simd, which cannot be loaded
   */
  public static LaneKernels selected() {
    return selection().kernels();
  }

  /** As {@link #selected}, with what there is to say about them. */
  public static synchronized Chosen selection() {
    if (chosen == null) {
      chosen =
          select(
              wanted(),
              LaneKernelSelection::loadSimd,
              LaneKernelSelection::otherMachine,
              LaneKernelSelection::otherCompiler);
    }
    return chosen;
  }

  /** What the system property says, in lower case; {@link #AUTO} without it. */
  public static String wanted() {
    String property = System.getProperty(PROPERTY, "").trim();
    return property.isEmpty() ? AUTO : property.toLowerCase(Locale.ROOT);
  }

  /**
   * The choice as a function of all that it depends on. Of the obstacles, why vectors would be slow
   * here, none is asked for where they are wanted.
   *
   * @param wanted the name of what the user wants
   * @param loader makes the loops on vectors
   * @param before an obstacle that is known without loading anything
   * @param after one that takes some loading to know, asked for where there are vectors
   * @throws IllegalStateException if simd is wanted and cannot be loaded
   */
  static Chosen select(
      String wanted,
      Loader loader,
      Supplier<Optional<String>> before,
      Supplier<Optional<String>> after) {
    if (wanted.equals(SCALAR)) {
      return scalar("-D" + PROPERTY + " says so");
    }
    boolean isWanted = wanted.equals(SIMD);
    Optional<String> slow = isWanted ? Optional.empty() : before.get();
    if (slow.isPresent()) {
      return scalar(slow.get());
    }
    Optional<LaneKernels> found;
    try {
      found = loader.load();
    } catch (ServiceConfigurationError | LinkageError e) {
      return withoutVectorApi(isWanted, e.getCause() == null ? e : e.getCause());
    }
    String lack =
        found
            .map(LaneKernelSelection::lack)
            .orElse("no loops on vectors were found in META-INF/services");
    if (!lack.isEmpty()) {
      if (isWanted) {
        throw new IllegalStateException(lack + "; leave -D" + PROPERTY + " out");
      }
      return scalar(lack);
    }
    slow = isWanted ? Optional.empty() : after.get();
    return slow.isPresent()
        ? scalar(slow.get())
        : new Chosen(found.get(), true, "", Optional.empty());
  }

  /** Why vectors cannot be used; empty if they can. */
  private static String lack(LaneKernels simd) {
    int lanes = simd.vectorLanes();
    return lanes < LEAST_LANES || lanes > MOST_LANES
        ? "vectors here have " + Float.SIZE * lanes + " bits, not 128, 256 or 512"
        : "";
  }

  private static Chosen withoutVectorApi(boolean isWanted, Throwable cause) {
    if (isWanted) {
      throw new IllegalStateException(
          "the Vector API kernels cannot be loaded ("
              + cause
              + "); start the JVM with "
              + FLAG
              + " or leave -D"
              + PROPERTY
              + " out",
          cause);
    }
    return cause instanceof UnsupportedClassVersionError
        ? scalar("loops on vectors need Java 17")
        : scalar("the Vector API is not there", Optional.of(ADVICE));
  }

  private static Chosen scalar(String reason) {
    return scalar(reason, Optional.empty());
  }

  private static Chosen scalar(String reason, Optional<String> advice) {
    return new Chosen(new ScalarLaneKernels(), false, reason, advice);
  }

  private static Optional<LaneKernels> loadSimd() {
    Iterator<LaneKernels> services =
        ServiceLoader.load(LaneKernels.class, LaneKernels.class.getClassLoader()).iterator();
    return services.hasNext() ? Optional.of(services.next()) : Optional.empty();
  }

  /** Without C2 the Vector API allocates every vector: far slower than plain loops. */
  private static Optional<String> otherMachine() {
    String name = System.getProperty("java.vm.name", "");
    String info = System.getProperty("java.vm.info", "");
    if (!name.contains("HotSpot") && !name.contains("OpenJDK")) {
      return Optional.of(
          "the JVM (" + name + ") is not HotSpot, which alone compiles vectors well");
    }
    return name.contains("Client")
            || info.contains("emulated-client")
            || info.contains("interpreted")
        ? Optional.of("this JVM runs without its C2 compiler (" + name + ", " + info + ")")
        : Optional.empty();
  }

  /** The same by the JVM's options, which only a module that takes long to load knows. */
  private static Optional<String> otherCompiler() {
    if (JvmOption.value("TieredStopAtLevel")
        .filter(level -> Integer.parseInt(level) < 4)
        .isPresent()) {
      return Optional.of("this JVM runs without its C2 compiler (-XX:TieredStopAtLevel)");
    }
    return JvmOption.value("UseJVMCICompiler").filter("true"::equals).isPresent()
        ? Optional.of("this JVM's compiler is not C2 (-XX:+UseJVMCICompiler)")
        : Optional.empty();
  }
}
