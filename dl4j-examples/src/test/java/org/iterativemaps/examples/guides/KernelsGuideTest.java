package org.iterativemaps.examples.guides;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.iterativemaps.iterate.MapProgram;
import org.iterativemaps.kernel.KernelChoice;
import org.iterativemaps.kernel.KernelSelection;
import org.iterativemaps.layers.IterativeMapLayer;
import org.iterativemaps.layers.MapSummary;
import org.iterativemaps.map.BlockMap;
import org.iterativemaps.map.pattern.Sparsity;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.activations.impl.ActivationTanH;
import org.nd4j.linalg.api.buffer.DataType;

/** The code of docs/kernels.md. */
class KernelsGuideTest {

  @Test
  void whichKernelRuns() {
    var network =
        Networks.feedForward(
            new IterativeMapLayer.Builder().nOut(64).steps(5).density(0.1).build());
    BlockMap map =
        BlockMap.builder()
            .input("x", 8)
            .state("h", 64, Activation.TANH)
            .connect("x", "h", Sparsity.dense())
            .connect("h", "h", Sparsity.density(0.1))
            .output("h")
            .build();
    // region choice
    System.out.println(MapSummary.of(network)); // with the kernel of every layer, and why

    MapProgram program = MapProgram.sequence(map.realize(), 1, new ActivationTanH());
    KernelChoice choice = KernelSelection.choice(program, DataType.FLOAT);
    // endregion
    assertEquals("simd", choice.provider().name(), choice::toString);
    assertTrue(MapSummary.of(network).contains("kernel"), () -> MapSummary.of(network));
  }
}
