package org.iterativemaps.kernel.settle;

import static org.iterativemaps.iterate.Iteration.untilSettled;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.iterativemaps.iterate.Iteration;
import org.iterativemaps.iterate.LoopGradient;
import org.iterativemaps.iterate.MapProgram;
import org.iterativemaps.iterate.Solver;
import org.iterativemaps.kernel.KernelMemory;
import org.iterativemaps.map.BlockMap;
import org.iterativemaps.map.pattern.Sparsity;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.buffer.DataType;

/** What training holds, as it is stated. */
class SettlingMemoryTest {

  private static long training(Iteration iteration, int batch) {
    BlockMap map =
        BlockMap.builder()
            .input("x", 100)
            .state("h", 1000, Activation.TANH)
            .connect("x", "h", Sparsity.density(0.1))
            .connect("h", "h", Sparsity.density(0.1))
            .output("h")
            .build();
    KernelMemory memory =
        LoopKernels.memory(
            MapProgram.singleToken(map.realize(), iteration, null), DataType.FLOAT, 1);
    return memory.fixedTraining() + batch * memory.perExampleTraining();
  }

  @Test
  void itDoesNotGrowWithTheSteps() {
    assertEquals(
        training(untilSettled(1e-5).atMost(30), 128),
        training(untilSettled(1e-5).atMost(900), 128));
    long steps = training(Iteration.steps(30), 2048);
    long settled = training(untilSettled(1e-5).atMost(30), 2048);
    assertTrue(6 * settled < steps, settled + " of " + steps);
  }

  @Test
  void stepsThatGradientsGoThroughCount() {
    var picard = untilSettled(1e-5).solver(Solver.picard());
    long none = training(picard, 128);
    long ten = training(picard.gradient(LoopGradient.phantom(10, 1)), 128);
    assertTrue(ten - none >= 10 * 128 * 1000, "" + (ten - none));
    assertTrue(training(picard.gradient(LoopGradient.unrolled()), 128) > ten);
  }
}
