package org.iterativemaps.examples.guides;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.iterativemaps.examples.guides.Document.Block;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The project's Markdown: its code is code that other tests run, its links lead somewhere. */
class DocumentsTest {
  /** All other code is taken from the sources. */
  private static final Set<String> NO_CODE = Set.of("sh", "text");

  static List<Document> documents() {
    return Document.all();
  }

  @Test
  void theyAreFound() {
    List<String> names = documents().stream().map(Document::toString).toList();
    assertTrue(names.containsAll(List.of("README.md", "docs/layers.md")), names::toString);
  }

  @ParameterizedTest
  @MethodSource("documents")
  void codeIsTakenFromTheSources(Document document) {
    for (Block block : document.blocks()) {
      if (!NO_CODE.contains(block.language())) {
        assertNotNull(
            block.source(),
            () ->
                "no <!-- code: FILE#REGION --> above, of a file that a test runs:\n"
                    + block.text());
        assertEquals(block.source().text(), block.text(), block.source()::toString);
      }
    }
  }

  @ParameterizedTest
  @MethodSource("documents")
  void linksLeadSomewhere(Document document) {
    for (String link : document.links()) {
      assertTrue(document.leadsSomewhere(link), () -> "leads nowhere: " + link);
    }
  }

  /** Scripts, modules, profiles, examples and test classes that commands name. */
  @ParameterizedTest
  @MethodSource("documents")
  void commandsNameWhatThereIs(Document document) {
    for (Block block : document.blocks()) {
      if (NO_CODE.contains(block.language())) {
        for (String line : block.text().split("\n")) {
          String command = line.replaceFirst("(^|\\s)#.*", "");
          each(command, " -pl (\\S+)", DocumentsTest::parts, DocumentsTest::isFile);
          each(command, " -P(\\S+)", DocumentsTest::parts, DocumentsTest::isProfile);
          each(command, " -Dexample=([A-Z]\\w+)", List::of, DocumentsTest::isClass);
          each(command, " -Dtest=(\\w+)", List::of, DocumentsTest::isClass);
          each(command, "^(dl4j\\S+/\\S+)", List::of, DocumentsTest::isFile);
        }
      }
    }
  }

  private static List<String> parts(String list) {
    return List.of(list.split(","));
  }

  private static void each(
      String command,
      String pattern,
      Function<String, List<String>> split,
      Predicate<String> isThere) {
    Matcher matcher = Pattern.compile(pattern).matcher(command);
    while (matcher.find()) {
      for (String name : split.apply(matcher.group(1))) {
        assertTrue(isThere.test(name), () -> "there is no " + name + ": " + command);
      }
    }
  }

  private static boolean isFile(String name) {
    return Files.exists(Document.ROOT.resolve(name));
  }

  private static boolean isProfile(String name) {
    return Document.files("pom.xml").stream()
        .anyMatch(pom -> Document.read(pom).contains("<id>" + name + "</id>"));
  }

  private static boolean isClass(String name) {
    return Document.files(".java").stream().anyMatch(file -> file.endsWith(name + ".java"));
  }
}
