package org.iterativemaps.kernel.providers;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.iterativemaps.iterate.MapProgram;
import org.iterativemaps.kernel.KernelProvider;
import org.iterativemaps.kernel.KernelProvider.Answer;
import org.iterativemaps.kernel.KernelProvider.Answer.Fitness;
import org.iterativemaps.kernel.KernelSelection;
import org.iterativemaps.map.BlockFunctions;
import org.iterativemaps.map.BlockMap;
import org.iterativemaps.map.pattern.Sparsity;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.buffer.DataType;

class ByTypeTest {
  private static final MapProgram LINEAR = program(true);

  private static MapProgram program(boolean isKnown) {
    var map =
        BlockMap.builder()
            .input("x", 100)
            .state("h", 100, Activation.TANH)
            .connect("x", "h", Sparsity.density(0.02));
    if (!isKnown) {
      map.connect(List.of("x", "h", "h"), "h", BlockFunctions.attention(2, 1));
    }
    return MapProgram.singleToken(map.output("h").build().realize(), 2, null);
  }

  /** The network's type decides which kernel runs; its name and what is said of it are the same. */
  @ParameterizedTest
  @CsvSource({
    "FLOAT, org.iterativemaps.kernel.fused",
    "DOUBLE, org.iterativemaps.kernel.fused.doubles"
  })
  void eachTypeHasItsKernel(DataType type, String home) {
    for (KernelProvider provider : List.of(new ScalarProvider(), new SimdProvider())) {
      assertEquals(provider instanceof SimdProvider ? "simd" : "scalar", provider.name());
      assertEquals(home, provider.make(LINEAR, type).getClass().getPackageName());
      Answer answer = provider.ask(program(false), type);
      assertEquals(Fitness.UNSUITED, answer.fitness());
      assertTrue(answer.reason().contains("block x,h,h->h"), answer.reason());
    }
    // Sparse and small: fused, with vectors and without.
    assertEquals(home, KernelSelection.of(LINEAR, type).getClass().getPackageName());
  }

  @Test
  void otherTypesHaveNone() {
    for (KernelProvider provider : List.of(new ScalarProvider(), new SimdProvider())) {
      Answer answer = provider.ask(LINEAR, DataType.BFLOAT16);
      assertEquals(Fitness.UNSUITED, answer.fitness());
      assertEquals("it is for FLOAT and DOUBLE, this network BFLOAT16", answer.reason());
    }
  }

  /** In numbers of the type: what is no number, offsets of entries, weighs half as much. */
  @Test
  void memoryIsThatOfTheTypesKernel() {
    KernelProvider scalar = new ScalarProvider();
    assertEquals(
        new org.iterativemaps.kernel.fused.doubles.ScalarProvider()
            .memory(LINEAR, DataType.DOUBLE, 3),
        scalar.memory(LINEAR, DataType.DOUBLE, 3));
    assertNotEquals(
        scalar.memory(LINEAR, DataType.FLOAT, 3), scalar.memory(LINEAR, DataType.DOUBLE, 3));
  }
}
