package org.iterativemaps.examples.golden;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.iterativemaps.examples.golden.CaseResult.Status;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** Every golden case against the DL4J layers. */
class GoldenCasesTest {
  private static final Map<String, Integer> CASES =
      Map.of(
          "adam_training.json", 2,
          "author_configs.json", 78,
          "ff_map_K.json", 2,
          "fixed_point.json", 1,
          "masked_linear_training.json", 2,
          "mlp_map.json", 1,
          "rnn_seq.json", 1,
          "torch_gated.json", 2,
          "torch_rnn.json", 2);

  @TestFactory
  Stream<DynamicTest> inDoubleTo1e10() {
    return each(Implementations.named("layer"));
  }

  /** FLOAT networks, and so the fused kernel. */
  @TestFactory
  Stream<DynamicTest> inFloatTo1e4() {
    return each(Implementations.named("fused"));
  }

  /** DL4J's own layers through the converters. */
  @TestFactory
  Stream<DynamicTest> throughTheConverters() {
    return each(Implementations.named("converters"));
  }

  private static Stream<DynamicTest> each(Implementation via) {
    return GoldenFiles.all().stream()
        .filter(file -> !via.doesNotApplyTo().containsKey(file.kind()))
        .flatMap(
            file ->
                file.cases().stream()
                    .map(
                        goldenCase ->
                            dynamicTest(
                                file.name() + " " + goldenCase.name(),
                                () -> assertPasses(goldenCase, via))));
  }

  private static void assertPasses(GoldenCase goldenCase, Implementation via) {
    CaseResult result = CaseChecks.run(goldenCase, via);
    String name = goldenCase.kind() + " " + goldenCase.name(); // Surefire shows the number alone
    assertEquals(List.of(), result.failures(), name);
    assertEquals(Status.PASSED, result.status(), name);
    int least = goldenCase.kind().equals("author_configs") ? 4 : 101;
    assertTrue(
        result.numbers() >= least, () -> name + ": only " + result.numbers() + " numbers compared");
  }

  @Test
  void noFileAndNoCaseIsLost() {
    Map<String, Integer> found = new TreeMap<>();
    GoldenFiles.all().forEach(file -> found.put(file.name(), file.cases().size()));
    assertEquals(new TreeMap<>(CASES), found);
  }
}
