package org.iterativemaps.starter;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.TempDir;

/**
 * The project to start from, as somebody takes it who has nothing but the released artifacts: from
 * a copy of the folder, from the archetype, and with Gradle.
 */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class StarterIT {
  private static final Path STARTER = Path.of(System.getProperty("starter")).normalize();
  private static final Path REPOSITORY = Path.of(System.getProperty("repository"));
  private static final String VERSION = System.getProperty("version");

  @TempDir private Path folder;

  @Test
  @Order(1) // fills the repository from which Gradle takes what it needs
  void theReadmesCommand() throws Exception {
    copyStarter();
    List<String> words = new ArrayList<>(List.of(command("```sh\nmvn ([^\n]+)\n").split(" ")));
    assertTrained(run(maven(words)));
  }

  @Test
  void theArchetype() throws Exception {
    List<String> words =
        new ArrayList<>(List.of(command("```sh\nmvn (archetype:[^\n]+)\n").split(" ")));
    assertTrue(words.contains("-DarchetypeVersion=" + VERSION), words::toString);
    run(maven(words));
    assertEquals(files(STARTER), files(folder.resolve("first-map")));
  }

  /** Where there is Gradle. */
  @Test
  @Order(2)
  void theGradleBuild() throws Exception {
    assumeTrue(isOnPath("gradle"), "NOT RUN: gradle is not on the PATH");
    copyStarter();
    assertTrained(
        run(
            List.of(
                "gradle",
                "--offline",
                "--no-daemon",
                "-q",
                "-g",
                folder.resolve("gradle").toString(),
                "-Dmaven.repo.local=" + REPOSITORY,
                "run")));
  }

  /** The script that the class is, too, has what the project has. */
  @Test
  void theScriptsDependencies() throws IOException {
    String script = Files.readString(STARTER.resolve("src/main/java/FirstMap.java"));
    String pom = Files.readString(STARTER.resolve("pom.xml"));
    Matcher dependency =
        Pattern.compile(
                "<groupId>(.+)</groupId>\\s*<artifactId>(.+)</artifactId>\\s*<version>(.+)</")
            .matcher(pom.substring(pom.indexOf("<dependencies>"), pom.indexOf("</dependencies>")));
    int found = 0;
    while (dependency.find()) {
      String artifact = dependency.group(2).replace("-platform", ""); // natives one by one
      String coordinates = dependency.group(1) + ":" + artifact + ":" + dependency.group(3);
      assertTrue(script.contains(" " + coordinates), coordinates);
      found++;
    }
    assertEquals(3, found);
    assertTrue(script.contains("dl4j-iterative-layers:" + VERSION + " "), VERSION);
  }

  @Test
  void itIsShort() throws IOException {
    long lines = 0;
    for (String file : List.of("pom.xml", "src/main/java/FirstMap.java")) {
      lines += Files.readAllLines(STARTER.resolve(file)).size();
    }
    assertTrue(lines < 90, "lines: " + lines);
  }

  private static void assertTrained(String output) {
    Matcher accuracy = Pattern.compile("accuracy ([0-9.]+)").matcher(output);
    assertTrue(accuracy.find(), output);
    assertTrue(Double.parseDouble(accuracy.group(1)) > 0.95, output);
    assertTrue(output.contains("fused kernel on vectors"), "the Vector API is not used: " + output);
  }

  private static String command(String pattern) throws IOException {
    String readme = Files.readString(STARTER.resolve("README.md"));
    Matcher matcher = Pattern.compile(pattern).matcher(readme);
    assertTrue(matcher.find(), readme);
    return matcher.group(1);
  }

  /** Maven with the tests' repository, which takes from the user's what was downloaded before. */
  private List<String> maven(List<String> words) throws IOException {
    Path settings = folder.resolve("settings.xml");
    String repository =
        "<id>downloaded</id><url>"
            + Path.of(System.getProperty("downloaded")).toUri()
            + "</url><releases><checksumPolicy>ignore</checksumPolicy></releases>";
    Files.writeString(
        settings,
        "<settings><profiles><profile><id>downloaded</id><repositories><repository>"
            + repository
            + "</repository></repositories><pluginRepositories><pluginRepository>"
            + repository
            + "</pluginRepository></pluginRepositories></profile></profiles>"
            + "<activeProfiles><activeProfile>downloaded</activeProfile></activeProfiles></settings>");
    List<String> command = new ArrayList<>();
    command.add(System.getProperty("maven") + (File.separatorChar == '\\' ? ".cmd" : ""));
    command.addAll(
        List.of("-B", "-gs", settings.toString(), "-Dmaven.repo.local=" + REPOSITORY.toString()));
    command.addAll(words);
    return command;
  }

  private String run(List<String> command) throws Exception {
    Path log = folder.resolve("log.txt");
    ProcessBuilder builder =
        new ProcessBuilder(command)
            .directory(folder.toFile())
            .redirectErrorStream(true)
            .redirectOutput(log.toFile());
    builder // of the Maven around this, but what a machine's owner says of all of them
        .environment()
        .keySet()
        .removeIf(name -> name.startsWith("MAVEN_") && !name.equals("MAVEN_OPTS"));
    builder.environment().put("JAVA_HOME", System.getProperty("java.home"));
    Process process = builder.start();
    if (!process.waitFor(10, TimeUnit.MINUTES)) {
      process.descendants().forEach(ProcessHandle::destroyForcibly);
      process.destroyForcibly();
    }
    String output = Files.readString(log);
    assertEquals(0, process.waitFor(), () -> command + "\n" + output);
    return output;
  }

  private void copyStarter() throws IOException {
    for (Map.Entry<String, String> file : files(STARTER).entrySet()) {
      Path copy = folder.resolve(file.getKey());
      Files.createDirectories(copy.getParent());
      Files.writeString(copy, file.getValue());
    }
  }

  /** Their texts by name; an archetype ends lines as its machine does. */
  private static Map<String, String> files(Path root) throws IOException {
    Map<String, String> files = new TreeMap<>();
    try (Stream<Path> all = Files.walk(root)) {
      for (Path file : all.filter(Files::isRegularFile).toList()) {
        String name = root.relativize(file).toString().replace(File.separatorChar, '/');
        if (name.matches("(\\.mvn|src)/.*|README.md|build.gradle|pom.xml")) {
          files.put(name, Files.readString(file).replace("\r\n", "\n"));
        }
      }
    } catch (UncheckedIOException e) {
      throw e.getCause();
    }
    return files;
  }

  private static boolean isOnPath(String program) {
    return Stream.of(System.getenv("PATH").split(File.pathSeparator))
        .anyMatch(place -> Files.isExecutable(Path.of(place, program)));
  }
}
