package org.iterativemaps.examples.golden;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.iterativemaps.examples.Examples;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * {@code --via cuda}, in processes of its own: the device is looked for once in a JVM. On the
 * emulated driver of the library's tests, which g++ builds.
 */
class VerifyGoldenOnCudaTest {
  private static final Path EMULATOR =
      Path.of("..", "dl4j-iterative-layers", "src", "test", "cuda");
  private static final long MINUTES = 5;

  @TempDir private static Path forAll;

  @TempDir private Path folder;

  private record Outcome(int exitCode, String said) {
    void assertSays(String text) {
      assertTrue(said.contains(text), () -> "no '" + text + "' in\n" + said);
    }

    String last() {
      List<String> lines = said.lines().toList();
      return lines.get(lines.size() - 1);
    }
  }

  @Test
  void allMapsRunThereAndOtherCasesAreSkippedByName() throws Exception {
    Outcome outcome = verify(GoldenFiles.FOLDER, emulator());
    assertEquals("13 passed, 0 failed, 78 skipped", outcome.last(), outcome.said);
    assertEquals(0, outcome.exitCode, outcome.said);
    outcome.assertSays("via cuda: FLOAT, tolerance 1e-04");
    outcome.assertSays("kind author_configs does not apply");
  }

  /** Cases that were skipped alone are no success. */
  @Test
  void nothingOnTheGpuIsAFailure() throws Exception {
    Path library = emulator();
    String file = "author_configs.json"; // in which nothing runs
    Files.copy(GoldenFiles.FOLDER.resolve(file), folder.resolve(file));
    Outcome outcome = verify(folder, library);
    assertEquals("0 passed, 0 failed, 78 skipped", outcome.last(), outcome.said);
    assertEquals(1, outcome.exitCode, outcome.said);
  }

  /** Nothing runs on the CPU instead. */
  @Test
  void withoutADriverItSaysSo() throws Exception {
    Outcome outcome = verify(GoldenFiles.FOLDER, Path.of("no-such-driver"));
    assertEquals(2, outcome.exitCode, outcome.said);
    outcome.assertSays("--via cuda cannot run here: ");
    outcome.assertSays("library no-such-driver cannot be loaded; install the driver");
    assertTrue(!outcome.said.contains("passed"), outcome.said);
  }

  /** Built by the first test that asks for it. */
  private Path emulator() throws Exception {
    Path library = forAll.toAbsolutePath().resolve("libcuda-emulated.so");
    if (Files.exists(library)) {
      return library;
    }
    Outcome built;
    try {
      built =
          run(
              List.of(
                  "g++",
                  "-std=c++17",
                  "-O2",
                  "-shared",
                  "-fPIC",
                  "-I" + EMULATOR,
                  "-o",
                  library.toString(),
                  EMULATOR.resolve("driver.cpp").toString()));
    } catch (IOException e) {
      assumeTrue(false, "no g++: --via cuda is NOT tested on the emulated driver");
      throw e;
    }
    assertEquals(0, built.exitCode, built.said);
    return library;
  }

  private Outcome verify(Path golden, Path library) throws Exception {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(ManagementFactory.getRuntimeMXBean().getInputArguments());
    command.add("-Dorg.iterativemaps.cuda.library=" + library);
    command.add("-cp");
    command.add(
        System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")));
    command.addAll(
        List.of(Examples.class.getName(), "VerifyGolden", golden.toString(), "--via", "cuda"));
    return run(command);
  }

  private Outcome run(List<String> command) throws Exception {
    Path said = Files.createTempFile(folder, "said", ".txt");
    Process process =
        new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(said.toFile()).start();
    if (!process.waitFor(MINUTES, TimeUnit.MINUTES)) {
      process.destroyForcibly();
    }
    assertTrue(process.waitFor(MINUTES, TimeUnit.MINUTES));
    return new Outcome(process.exitValue(), Files.readString(said, StandardCharsets.UTF_8));
  }
}
