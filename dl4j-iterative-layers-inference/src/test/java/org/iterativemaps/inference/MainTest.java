package org.iterativemaps.inference;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The command line. */
class MainTest {
  @TempDir private Path folder;
  private String model;
  private final ByteArrayOutputStream printed = new ByteArrayOutputStream();
  private final ByteArrayOutputStream errors = new ByteArrayOutputStream();

  /** y = x + h, h' = y. */
  @BeforeEach
  void write() throws IOException {
    ProgramBuilder into = Program.builder(2).card("{\"a\": 1}");
    int h = into.state("h", 2);
    int sum = into.register(2);
    into.copy(sum, into.input());
    into.add(sum, h);
    into.carry(h, sum);
    Path file = folder.resolve("sum.maps");
    try (OutputStream out = Files.newOutputStream(file)) {
      InferenceModel.of(into.build(sum)).write(out);
    }
    model = file.toString();
  }

  private int run(String in, String... args) {
    printed.reset();
    errors.reset();
    return Main.run(
        args,
        new ByteArrayInputStream(in.getBytes(StandardCharsets.UTF_8)),
        new PrintStream(printed, true, StandardCharsets.UTF_8),
        new PrintStream(errors, true, StandardCharsets.UTF_8));
  }

  private List<String> lines() {
    return printed.toString(StandardCharsets.UTF_8).lines().toList();
  }

  @Test
  void aLineForALine() {
    assertEquals(0, run("\uFEFF1,2\n 0.5 , -1\n\n3 4\n", model));
    assertEquals(List.of("1.0,2.0", "1.5,1.0", "3.0,4.0"), lines());
    assertEquals("", errors.toString(StandardCharsets.UTF_8));
    assertEquals(0, run("", model, "--card"));
    assertEquals(List.of("{\"a\": 1}"), lines());
  }

  @Test
  void whatIsWrongIsSaid() {
    assertWrong("usage", "", new String[0]);
    assertWrong("usage", "", model, "--cards");
    assertWrong("no such file", "", model + "x");
    assertWrong("line 2: found 'b'", "1,2\na 1\n".replace("a", "b"), model);
    assertEquals(List.of("1.0,2.0"), lines());
    assertWrong("line 1: tokens: found 3 numbers, expected 2", "1,2,3", model);
    assertWrong("line 1: found ''", "1,,3", model);
    assertWrong("line 1: tokens: found NaN", "1,NaN", model);
  }

  private void assertWrong(String part, String in, String... args) {
    assertEquals(2, run(in, args));
    String told = errors.toString(StandardCharsets.UTF_8);
    assertTrue(told.contains(part), told);
  }
}
