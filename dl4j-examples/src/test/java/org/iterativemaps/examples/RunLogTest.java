package org.iterativemaps.examples;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.iterativemaps.examples.RunLog.Result;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RunLogTest {

  private static final Result FIRST = new Result(1.0 / 3, 12.5);
  private static final Result SECOND = new Result(0.875, 3);

  @TempDir Path folder;
  private Path file;

  @BeforeEach
  void nameTheFile() {
    file = folder.resolve("runs.txt");
  }

  @Test
  void whatWasAddedIsFoundByTheNextStart() throws IOException {
    RunLog log = new RunLog(file);
    assertEquals(Optional.empty(), log.find("a"));
    log.add("a", FIRST);
    log.add("b", SECOND);
    for (RunLog found : new RunLog[] {log, new RunLog(file)}) {
      assertEquals(Optional.of(FIRST), found.find("a"));
      assertEquals(Optional.of(SECOND), found.find("b"));
      assertEquals(Optional.empty(), found.find("c"));
    }
  }

  @Test
  void aLineCutOffAnywhereDoesNotCountNorSpoilTheNext() throws IOException {
    new RunLog(file).add("b", SECOND);
    String line = Files.readString(file);
    for (int cut = 0; cut < line.length() - 1; cut++) {
      Files.writeString(file, line.replace('b', 'a') + line.substring(0, cut));
      RunLog log = new RunLog(file);
      assertEquals(Optional.empty(), log.find("b"), "cut at " + cut);
      log.add("c", FIRST);
      RunLog again = new RunLog(file);
      assertEquals(Optional.of(SECOND), again.find("a"), "cut at " + cut);
      assertEquals(Optional.of(FIRST), again.find("c"), "cut at " + cut);
    }
  }

  @Test
  void anotherFigureIsKeptWhereThereIsOne() throws IOException {
    Result three = new Result(0.5, 2, 0.25);
    RunLog log = new RunLog(file);
    log.add("a", three);
    log.add("b", FIRST);
    String whole = Files.readString(file);
    RunLog again = new RunLog(file);
    assertEquals(Optional.of(three), again.find("a"));
    assertEquals(Optional.of(FIRST), again.find("b"));
    for (int cut = 0; cut < whole.indexOf('\n'); cut++) {
      Files.writeString(file, whole.substring(0, cut));
      assertEquals(Optional.empty(), new RunLog(file).find("a"), "cut at " + cut);
    }
  }

  @Test
  void numbersThatAreNoneAreNamed() throws IOException {
    Files.writeString(file, "a\t0.5\tmany\tend\n");
    String message = assertThrows(IOException.class, () -> new RunLog(file)).getMessage();
    assertTrue(message.contains("runs.txt") && message.contains("'many'"), message);
  }
}
