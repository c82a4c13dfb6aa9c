package org.iterativemaps.benchmarks;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.File;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.jar.Attributes;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code gpu/session.sh}: what it says where there is no GPU, and where something fails. */
class SessionTest {
  private static final List<String> STEPS =
      List.of(
          "machine",
          "tests",
          "golden",
          "peers",
          "benchmark",
          "memcheck",
          "racecheck",
          "synccheck",
          "nsys",
          "ncu");

  @TempDir private Path folder;

  private record Outcome(int exitCode, Map<String, String> results, String said) {}

  @BeforeEach
  void unpack() throws IOException {
    assumeTrue(Files.isExecutable(Path.of("/bin/bash")), "no bash: gpu/session.sh is NOT tested");
    Files.copy(Path.of("gpu", "session.sh"), folder.resolve("session.sh"));
    Files.createDirectories(folder.resolve("lib"));
    Files.createDirectories(folder.resolve("bin"));
  }

  /** A jar that names this test's class path, which is not all jars. */
  private void addClassPath() throws IOException {
    String path =
        System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));
    Manifest manifest = new Manifest();
    manifest.getMainAttributes().put(Attributes.Name.MANIFEST_VERSION, "1.0");
    manifest
        .getMainAttributes()
        .put(
            Attributes.Name.CLASS_PATH,
            Stream.of(path.split(File.pathSeparator))
                .map(entry -> Path.of(entry).toUri().toString())
                .collect(Collectors.joining(" ")));
    try (OutputStream jar = Files.newOutputStream(folder.resolve("lib/all.jar"))) {
      new JarOutputStream(jar, manifest).close();
    }
  }

  /** Stands in for a program that the machine may have or not. */
  private void program(String name, String... lines) throws IOException {
    Path file = folder.resolve("bin").resolve(name);
    Files.writeString(file, "#!/bin/bash\n" + String.join("\n", lines) + "\n");
    assertTrue(file.toFile().setExecutable(true));
  }

  private Outcome session(Map<String, String> environment, String... steps) throws Exception {
    List<String> command = new ArrayList<>(List.of("/bin/bash"));
    command.add(folder.resolve("session.sh").toString());
    command.addAll(List.of(steps));
    Path said = folder.resolve("said.txt");
    ProcessBuilder process =
        new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(said.toFile());
    process.environment().put("OUT", folder.resolve("out").toString());
    process.environment().put("PATH", folder.resolve("bin") + ":" + System.getenv("PATH"));
    process.environment().putAll(environment);
    Process started = process.start();
    assertTrue(started.waitFor(2, TimeUnit.MINUTES));
    String text = Files.readString(said, StandardCharsets.UTF_8);
    Map<String, String> results = new LinkedHashMap<>();
    Path summary = folder.resolve("out/summary.txt");
    for (String line : Files.exists(summary) ? Files.readAllLines(summary) : List.<String>of()) {
      if (line.matches("\\w+ +(PASSED|FAILED|NOT RUN) .*")) {
        String[] words = line.split(" +", 2);
        results.put(words[0], words[1]);
      }
    }
    return new Outcome(started.exitValue(), results, text);
  }

  /** The real programs, but for the driver's library. */
  @Test
  void withoutAGpuEveryStepSaysSoByName() throws Exception {
    addClassPath();
    Outcome outcome =
        session(
            Map.of(
                "JAVA",
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "JAVA_FLAGS",
                "-Dorg.iterativemaps.cuda.library=no-such-driver"));
    assertEquals(STEPS, List.copyOf(outcome.results.keySet()), outcome.said);
    for (String step : STEPS.subList(1, STEPS.size())) {
      assertEquals("NOT RUN  no GPU", outcome.results.get(step), outcome.said);
    }
    assertTrue(outcome.said.contains("library no-such-driver cannot be loaded"), outcome.said);
    boolean hasTool = outcome.results.get("machine").startsWith("PASSED");
    assertEquals(hasTool ? 0 : 2, outcome.exitCode, outcome.said);
  }

  /** A JVM that finds a GPU, on which the golden numbers are off and a sanitizer sees nothing. */
  @Test
  void aStepThatFailsDoesNotStopTheOthersAndIsTheExitCode() throws Exception {
    program(
        "java",
        "case \"$*\" in",
        "  *VerifyGolden*) echo '10 passed, 1 failed'; exit 1 ;;",
        "  *ConsoleLauncher*) echo '[        12 tests successful      ]' ;;",
        "  *--json*) shift; while [ \"$1\" != --json ]; do shift; done; echo median_us > \"$2\" ;;",
        "esac");
    program("nvidia-smi", "echo a card");
    program("python3", "echo 'not run: PyTorch is not installed' >&2", "exit 2");
    program(
        "compute-sanitizer",
        "[ \"$2\" = memcheck ] && echo '========= ERROR SUMMARY: 0 errors'",
        "[ \"$2\" = synccheck ] && echo '========= ERROR SUMMARY: 3 errors'",
        "exit 0");
    program("nsys", "exit 7");
    program("ncu", "echo '==ERROR== ERR_NVGPUCTRPERM'", "exit 1");
    Outcome outcome = session(Map.of());
    assertEquals(1, outcome.exitCode, outcome.said);
    assertEquals(STEPS, List.copyOf(outcome.results.keySet()), outcome.said);
    assertResult("PASSED a card", outcome, "machine");
    assertResult("PASSED 12 tests successful", outcome, "tests");
    assertResult("FAILED exit code 1; 10 passed, 1 failed", outcome, "golden");
    assertResult("NOT RUN PyTorch is not installed", outcome, "peers");
    assertResult("PASSED 1 rows", outcome, "benchmark");
    assertResult("PASSED ========= ERROR SUMMARY: 0 errors", outcome, "memcheck");
    assertResult("FAILED exit code 1; ", outcome, "racecheck");
    assertResult("FAILED exit code 1; ========= ERROR SUMMARY: 3 errors", outcome, "synccheck");
    assertResult("FAILED exit code 7; ", outcome, "nsys");
    assertResult("NOT RUN the driver keeps its counters", outcome, "ncu");
  }

  private static void assertResult(String expected, Outcome outcome, String step) {
    String found = outcome.results.get(step).replaceAll(" +", " ");
    assertTrue(found.startsWith(expected), () -> step + ": " + found + "\n" + outcome.said);
  }

  @Test
  void aStepThatIsNotThereIsRefused() throws Exception {
    Outcome outcome = session(Map.of(), "golden", "gold");
    assertEquals(2, outcome.exitCode);
    assertTrue(outcome.said.contains("found the step gold, expected some of: machine tests"));
    assertFalse(outcome.said.contains("PASSED"), outcome.said);
  }

  @Test
  void aStepThatIsNotAskedForIsNamed() throws Exception {
    program("java", "exit 0");
    program("nvidia-smi", "echo a card");
    Outcome outcome = session(Map.of(), "machine");
    assertEquals(0, outcome.exitCode, outcome.said);
    assertResult("PASSED", outcome, "machine");
    assertResult("NOT RUN not asked for", outcome, "golden");
  }
}
