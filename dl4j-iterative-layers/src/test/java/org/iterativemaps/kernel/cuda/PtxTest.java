package org.iterativemaps.kernel.cuda;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The PTX in the jar. */
class PtxTest {
  private static final Path CHECKED_IN =
      Path.of("src/main/resources/org/iterativemaps/kernel/cuda");
  private static final String NVCC = "release 13.0"; // others may make other PTX

  @TempDir Path folder;

  @ParameterizedTest
  @EnumSource
  void isForOldDriversAndGpusFrom80On(Precision precision) throws Exception {
    String ptx = EmulatedDriver.text(CHECKED_IN.resolve(precision.resource));
    assertTrue(ptx.contains(".version 7.0\n"), "PTX ISA 7.0");
    assertTrue(ptx.contains(".target sm_80\n"), "compute capability 8.0");
    for (String kernel :
        List.of(
            "sweep4",
            "sweep8",
            "sweep16",
            "sweep32",
            "outer",
            "ofUnits",
            "addRows",
            "copyRows",
            "permute")) {
      assertTrue(ptx.contains(".entry " + kernel + "("), kernel);
    }
  }

  /** Of this source, and with registers enough on every architecture that ptxas knows. */
  @Test
  void isWhatTheSourceGives() throws Exception {
    Path said = folder.resolve("said.txt");
    Integer version = EmulatedDriver.run(List.of("nvcc", "--version"), said);
    assumeTrue(
        version != null && EmulatedDriver.text(said).contains(NVCC),
        "no nvcc " + NVCC + ": it is NOT checked that the PTX is that of iterative_map.cu");
    int exit =
        EmulatedDriver.run(
            List.of("sh", "src/main/cuda/compile.sh", "--check", folder.toString()), said);
    assertEquals(0, exit, EmulatedDriver.text(said));
    for (Precision precision : Precision.values()) {
      Path there = CHECKED_IN.resolve(precision.resource);
      Path made = folder.resolve(precision.resource);
      assertEquals(Files.size(there), Files.size(made), precision.resource);
      assertEquals(EmulatedDriver.text(there), EmulatedDriver.text(made), precision.resource);
    }
  }
}
