package org.iterativemaps.kernel.fused;

import java.lang.reflect.InvocationTargetException;
import java.util.Optional;
import java.util.function.Supplier;
import org.iterativemaps.kernel.JvmOption;
import org.iterativemaps.kernel.KernelSelection;

/**
 * Whether there are vectors here: where the Vector API is there and compiled well, else plain Java.
 * Chosen once per JVM. Of the names that the system property {@value KernelSelection#PROPERTY} may
 * have two matter: with "simd" vectors are an error if they are not there, with "scalar" nobody
 * looks for them.
 */
final class LaneKernelSelection {
  /** The name of the kernel on vectors. */
  static final String SIMD = "simd";

  /** The name of the kernel in plain Java. */
  static final String SCALAR = "scalar";

  /** What to add to the java command for the Vector API. */
  static final String FLAG = "--add-modules jdk.incubator.vector";

  /** How much it gains: of training steps, densities 0.01 to 1. */
  static final String ADVICE =
      "maps train 2 to 15 times as fast with " + FLAG + " on the java command line";

  private static final String SIMD_CLASS = "org.iterativemaps.kernel.fused.simd.SimdLaneKernels";
  private static final int LEAST_LANES = 128 / Float.SIZE;
  private static final int MOST_LANES = 512 / Float.SIZE;

  private LaneKernelSelection() {}

  /** Makes the SIMD kernels, or fails as class loading does. */
  interface Loader {
    LaneKernels load() throws ReflectiveOperationException;
  }

  /**
   * What was chosen.
   *
   * @param kernels the kernels
   * @param isSimd whether they are on vectors
   * @param reason why not; empty if they are
   * @param advice what would make them several times faster; empty if nothing is known
   */
  record Chosen(LaneKernels kernels, boolean isSimd, String reason, Optional<String> advice) {

    /** One line for the log. */
    String message() {
      String what = "kernel: " + (isSimd ? "simd" : "scalar") + " (" + kernels.description() + ")";
      String why = isSimd ? "" : ", because " + reason;
      return what + why + advice.map(a -> "; " + a).orElse("");
    }
  }

  private static Chosen chosen;

  /**
   * The kernels of this JVM.
   *
   * @throws IllegalStateException if the system property demands simd, which cannot be loaded
   */
  static LaneKernels selected() {
    return selection().kernels();
  }

  /** As {@link #selected}, with what there is to say about them. */
  static synchronized Chosen selection() {
    if (chosen == null) {
      chosen =
          select(
              KernelSelection.wanted(),
              LaneKernelSelection::loadSimd,
              LaneKernelSelection::obstacle);
    }
    return chosen;
  }

  /**
   * The choice as a function of all that it depends on.
   *
   * @param wanted the name of the provider that the user wants
   * @param loader makes the SIMD kernels
   * @param obstacle why the SIMD kernels would be slow here, if they would; not asked if they are
   *     wanted
   * @throws IllegalStateException if simd is wanted and cannot be loaded
   */
  static Chosen select(String wanted, Loader loader, Supplier<Optional<String>> obstacle) {
    if (wanted.equals(SCALAR)) {
      return scalar("-D" + KernelSelection.PROPERTY + " says so");
    }
    boolean isWanted = wanted.equals(SIMD);
    Optional<String> slow = isWanted ? Optional.empty() : obstacle.get();
    if (slow.isPresent()) {
      return scalar(slow.get());
    }
    try {
      LaneKernels simd = loader.load();
      if (simd.vectorLanes() < LEAST_LANES || simd.vectorLanes() > MOST_LANES) {
        String reason =
            "vectors here have " + Float.SIZE * simd.vectorLanes() + " bits, not 128, 256 or 512";
        if (isWanted) {
          throw new IllegalStateException(
              reason + "; leave -D" + KernelSelection.PROPERTY + " out");
        }
        return scalar(reason);
      }
      return new Chosen(simd, true, "", Optional.empty());
    } catch (ReflectiveOperationException | LinkageError e) {
      Throwable cause = e instanceof InvocationTargetException ? e.getCause() : e;
      if (isWanted) {
        throw new IllegalStateException(
            "the Vector API kernels cannot be loaded ("
                + cause
                + "); start the JVM with "
                + FLAG
                + " or leave -D"
                + KernelSelection.PROPERTY
                + " out",
            cause);
      }
      return scalar("the Vector API is not there", Optional.of(ADVICE));
    }
  }

  private static Chosen scalar(String reason) {
    return scalar(reason, Optional.empty());
  }

  private static Chosen scalar(String reason, Optional<String> advice) {
    return new Chosen(new ScalarLaneKernels(), false, reason, advice);
  }

  private static LaneKernels loadSimd() throws ReflectiveOperationException {
    return (LaneKernels) Class.forName(SIMD_CLASS).getConstructor().newInstance();
  }

  /** Without C2 the Vector API allocates every vector: far slower than plain loops. */
  private static Optional<String> obstacle() {
    String name = System.getProperty("java.vm.name", "");
    String info = System.getProperty("java.vm.info", "");
    if (!name.contains("HotSpot") && !name.contains("OpenJDK")) {
      return Optional.of(
          "the JVM (" + name + ") is not HotSpot, which alone compiles vectors well");
    }
    if (name.contains("Client")
        || info.contains("emulated-client")
        || info.contains("interpreted")) {
      return Optional.of("this JVM runs without its C2 compiler (" + name + ", " + info + ")");
    }
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
