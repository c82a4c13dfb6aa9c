package org.iterativemaps.kernel.cuda;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.sun.jna.Library;
import com.sun.jna.Native;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * The driver's library as C++ on the host, with the kernels of iterative_map.cu in it; built once
 * by g++. Without g++ the tests on it are skipped, and say so.
 *
 * <p>With {@code -Dorg.iterativemaps.cuda.test=gpu} the tests run on the machine's own driver and
 * GPU instead, and fail where there is none; those that need the emulator are skipped, and say so.
 */
final class EmulatedDriver {
  /** System property: "gpu" for the machine's own driver. */
  private static final String TEST_PROPERTY = "org.iterativemaps.cuda.test";

  private static final String GPU = "gpu";
  private static final Path SOURCE = Path.of("src/test/cuda/driver.cpp");

  /** Of this JVM alone: several run tests at once. */
  private static final Path FOLDER =
      Path.of("target/cuda-emulator", Long.toString(ProcessHandle.current().pid()));

  private static final long MINUTES = 3;

  /** What driver.cpp exports beside the driver's functions. */
  interface Hooks extends Library {
    int emulate(String what, long value);

    long emulated(String what);
  }

  private static final String LIBRARY_BEFORE = System.getProperty(CudaDevices.LIBRARY_PROPERTY);
  private static final String DEVICE_BEFORE = System.getProperty(CudaDevices.DEVICE_PROPERTY);

  private static boolean isInUse;

  private EmulatedDriver() {}

  private static final class Built {
    static final Path LIBRARY = build();
    static final Hooks HOOKS =
        LIBRARY == null ? null : Native.loadLibrary(LIBRARY.toString(), Hooks.class);
  }

  /** Whether the machine's own driver stands in its place. */
  static boolean isReplaced() {
    return GPU.equals(System.getProperty(TEST_PROPERTY));
  }

  private static void skipOnAGpu() {
    assumeTrue(!isReplaced(), "needs the emulated driver: NOT tested on a GPU");
  }

  private static Path build() {
    if (run(List.of("g++", "--version"), Path.of(".")) == null) {
      return null;
    }
    Path library = FOLDER.resolve("libcuda-emulated.so").toAbsolutePath();
    compile(SOURCE, library, "-shared", "-fPIC");
    return library;
  }

  /** Compiles a file that has the driver in it; asks for g++. */
  static void compile(Path source, Path output, String... options) {
    skipOnAGpu();
    Path errors = FOLDER.resolve("g++.txt");
    List<String> command =
        new ArrayList<>(List.of("g++", "-std=c++17", "-O2", "-I" + SOURCE.getParent()));
    command.addAll(List.of(options));
    command.addAll(List.of("-o", output.toString(), source.toString()));
    try {
      Files.createDirectories(FOLDER);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    assertEquals(0, run(command, errors), () -> "g++: see " + errors);
  }

  /** The exit status; null if there is no such program. */
  static Integer run(List<String> command, Path output) {
    ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
    builder.redirectOutput(
        Files.isDirectory(output)
            ? ProcessBuilder.Redirect.DISCARD
            : ProcessBuilder.Redirect.to(output.toFile()));
    try {
      Process process = builder.start();
      if (!process.waitFor(MINUTES, TimeUnit.MINUTES)) {
        process.destroyForcibly();
        throw new IllegalStateException(command.get(0) + " takes longer than " + MINUTES + " min");
      }
      return process.exitValue();
    } catch (IOException e) {
      return null;
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Makes it the driver of this JVM; to be undone by {@link #reset}. */
  static void use() {
    if (isReplaced()) {
      return;
    }
    assumeTrue(
        Built.LIBRARY != null, "no g++: the CUDA kernel is NOT tested on the emulated driver");
    isInUse = true;
    System.setProperty(CudaDevices.LIBRARY_PROPERTY, Built.LIBRARY.toString());
    set("reset", 0);
  }

  /** Another machine than the usual one. */
  static void set(String what, long value) {
    skipOnAGpu();
    assertEquals(0, Built.HOOKS.emulate(what, value), what);
  }

  static long get(String what) {
    skipOnAGpu();
    return Built.HOOKS.emulated(what);
  }

  static void reset() {
    restore(CudaDevices.LIBRARY_PROPERTY, LIBRARY_BEFORE);
    restore(CudaDevices.DEVICE_PROPERTY, DEVICE_BEFORE);
    if (isInUse) {
      set("reset", 0);
    }
  }

  private static void restore(String property, String before) {
    if (before == null) {
      System.clearProperty(property);
    } else {
      System.setProperty(property, before);
    }
  }

  /** A file of the module's sources. */
  static String text(Path path) throws IOException {
    return Files.readString(path, StandardCharsets.UTF_8);
  }
}
