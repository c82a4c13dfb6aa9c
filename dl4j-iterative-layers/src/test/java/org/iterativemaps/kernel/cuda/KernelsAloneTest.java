package org.iterativemaps.kernel.cuda;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The kernels against plain loops in C++: structures that no map of ours makes are among them. */
class KernelsAloneTest {
  private static final String ROUNDS = "100";

  @TempDir Path folder;

  @AfterEach
  void reset() {
    EmulatedDriver.reset();
  }

  @Test
  void selfTestPasses() throws Exception {
    EmulatedDriver.use(); // or skipped without g++
    Path program = folder.resolve("self_test");
    EmulatedDriver.compile(Path.of("src/test/cuda/self_test.cpp"), program);
    Path said = folder.resolve("said.txt");
    Integer exit = EmulatedDriver.run(List.of(program.toString(), ROUNDS), said);
    assertEquals(0, exit, EmulatedDriver.text(said));
  }
}
