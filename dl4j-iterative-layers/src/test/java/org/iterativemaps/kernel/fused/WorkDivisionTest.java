package org.iterativemaps.kernel.fused;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.lang.reflect.Proxy;
import org.iterativemaps.iterate.MapProgram;
import org.iterativemaps.lanes.LaneKernels;
import org.iterativemaps.map.BlockMap;
import org.iterativemaps.map.pattern.Sparsity;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.activations.Activation;

/** On lane kernels whose vectors have eight lanes and whose tiles one, two or four vectors. */
class WorkDivisionTest {
  private static final LaneKernels EIGHT =
      (LaneKernels)
          Proxy.newProxyInstance(
              LaneKernels.class.getClassLoader(),
              new Class<?>[] {LaneKernels.class},
              (self, method, arguments) ->
                  switch (method.getName()) {
                    case "vectorLanes" -> 8;
                    case "leastDenseDensity" -> 0.5;
                    default -> tileLanes((int) arguments[0]);
                  });

  private static int tileLanes(int batch) {
    return batch <= 8 ? 8 : batch <= 16 ? 16 : 32;
  }

  @BeforeEach
  void twoThreads() {
    System.setProperty(LaneThreads.PROPERTY, "2");
  }

  @AfterEach
  void threadsByDefault() {
    System.clearProperty(LaneThreads.PROPERTY);
  }

  /** 10 000 multiply-adds per token and example, one update, at the given density. */
  private static WorkDivision division(double density, long leastShare) {
    int units = (int) Math.round(100 / Math.sqrt(density));
    BlockMap map =
        BlockMap.builder()
            .input("x", units)
            .state("y", units, Activation.TANH)
            .connect("x", "y", Sparsity.density(density))
            .output("y")
            .build();
    return new WorkDivision(
        new FusedPlan(MapProgram.sequence(map.realize(), 1, null)), EIGHT, leastShare);
  }

  @Test
  void everyThreadGetsATileOfItsOwn() {
    WorkDivision sparse = division(0.04, 1000);
    assertEquals(32, sparse.lanes(64, 2));
    assertEquals(16, sparse.lanes(32, 2));
    assertEquals(32, sparse.lanes(32, 1));
    assertEquals(8, sparse.lanes(5, 2));
  }

  @Test
  void sparseMapsShareATileRatherThanHaveShortOnes() {
    assertEquals(16, division(0.04, 80_000).lanes(16, 2));
    assertEquals(8, division(0.04, 80_001).lanes(16, 2), "too little work to share");
    assertEquals(8, division(0.04, 1000).lanes(17, 3), "a shared tile would be longer than three");
    assertEquals(
        8, division(1, 80_000).lanes(16, 2), "dense loops lose little on tiles of one vector");
  }

  @Test
  void noMoreThreadsThanTheWorkIsWorth() {
    WorkDivision division = division(0.04, 20_000);
    assertEquals(1, division.threads(35));
    assertEquals(2, division.threads(36));
    assertEquals(2, division.threads(1000));
    assertEquals(1, division.parts(2, 2));
    assertEquals(2, division.parts(4, 2));
    assertEquals(3, division.parts(8, 3));
  }
}
