package org.iterativemaps.parallel;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.List;
import org.iterativemaps.iterate.MapProgram;
import org.iterativemaps.kernel.KernelSelection;
import org.iterativemaps.kernel.Magnitude;
import org.iterativemaps.kernel.MapKernel;
import org.iterativemaps.kernel.RandomPrograms;
import org.iterativemaps.kernel.reference.ReferenceKernel;
import org.iterativemaps.map.BlockMap;
import org.iterativemaps.map.GatedMapBuilder;
import org.iterativemaps.map.GatedMaps;
import org.iterativemaps.map.Injection;
import org.iterativemaps.map.pattern.Sparsity;
import org.iterativemaps.map.values.WeightValues;
import org.iterativemaps.parallel.ParallelEvaluation.Result;
import org.iterativemaps.parallel.ParallelEvaluation.Sweeps;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.ops.transforms.Transforms;

class ParallelEvaluationTest {

  /** A program, what it runs on, and what it gives in turn. */
  private static final class Case {
    final MapProgram program;
    final INDArray[] parameters;
    final INDArray input;
    final INDArray[] initial;
    final INDArray output;
    final INDArray[] lastState;

    /** Parameters are normal, times a scale; above 1 all numbers are rounded, to be exact. */
    Case(RandomPrograms random, BlockMap map, int steps, int batch, int time, double scale) {
      program = MapProgram.sequence(map.realize(), steps, null);
      parameters = random.parameters(program.realized(), DataType.DOUBLE);
      Arrays.stream(parameters).forEach(p -> p.muli(scale));
      input = random.normal(DataType.DOUBLE, batch, map.input().size(), time);
      initial = new INDArray[map.slots().size()];
      for (int slot : program.schedule().carried()) {
        initial[slot] = random.normal(DataType.DOUBLE, batch, program.size(slot));
      }
      if (scale > 1) {
        Arrays.stream(parameters).forEach(p -> Transforms.round(p, false));
        Transforms.round(input, false);
        Arrays.stream(initial).filter(s -> s != null).forEach(s -> Transforms.round(s, false));
      }
      MapKernel kernel = new ReferenceKernel(program);
      output = Nd4j.create(DataType.DOUBLE, batch, map.output().size(), time);
      kernel.forward(parameters, input, null, initial, output, false);
      lastState = kernel.lastState();
    }

    ParallelEvaluation evaluation() {
      return new ParallelEvaluation(program, new ReferenceKernel(program), parameters);
    }

    Result sweep(Sweeps how) {
      return evaluation().sweep(input, initial, how);
    }

    void check(Result found, double tolerance) {
      assertEquals(0, Magnitude.largestDifference(output, found.output()), tolerance);
      for (int slot : program.schedule().carried()) {
        assertEquals(
            0, Magnitude.largestDifference(lastState[slot], found.lastState()[slot]), tolerance);
      }
    }
  }

  /** In exact arithmetic: the same bits, with any block, and no more sweeps than blocks. */
  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
  void sweepsEndAsTheSequence(long seed) {
    RandomPrograms random = new RandomPrograms(seed);
    BlockMap map = random.map(Activation.RELU, Activation.HARDTANH);
    Case exact = new Case(random, map, 1 + random.below(2), 2, 7, 2);
    for (int block : new int[] {1, 2, 3, 7, 9}) {
      Result found = exact.sweep(Sweeps.blocks(block));
      exact.check(found, 0);
      assertFalse(found.fellBack());
      assertTrue(found.iterations() <= 7 / block, "" + found.iterations());
      assertEquals(found.iterations(), found.changes().size());
    }
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5}) // others draw maps that blow up
  void nonlinearMapsToo(long seed) {
    RandomPrograms random = new RandomPrograms(seed);
    Case real = new Case(random, random.nonlinearMap(), 1 + random.below(2), 2, 5, 0.5);
    for (int block : new int[] {1, 2}) {
      real.check(real.sweep(Sweeps.blocks(block)), 1e-11);
    }
  }

  /** A map that contracts has forgotten what it began with long before the last sweep. */
  @ParameterizedTest
  @ValueSource(ints = {1, 4})
  void aToleranceEndsSweepsEarly(int block) {
    Case contracting = new Case(new RandomPrograms(1), contracting(0.3), 1, 2, 64, 1);
    Result found = contracting.sweep(Sweeps.blocks(block).within(1e-9));
    contracting.check(found, 1e-8);
    assertFalse(found.fellBack());
    assertTrue(found.iterations() < 40 / block, "" + found.iterations());
    List<Double> changes = found.changes();
    assertTrue(changes.get(changes.size() - 1) <= 1e-9);
    assertTrue(changes.get(changes.size() - 2) > 1e-9);
  }

  @Test
  void whatHasNotConvergedIsComputedInTurnAndSaidSo() {
    Case slow = new Case(new RandomPrograms(2), contracting(0.99), 1, 2, 20, 1);
    Result found = slow.sweep(Sweeps.blocks(3).atMost(2));
    assertTrue(found.fellBack());
    assertEquals(2, found.iterations());
    slow.check(found, 1e-11);
  }

  /** Of cubes: far states are infinite long before they are right. */
  @Test
  void statesThatAreNotNumbersOnTheWayDoNotStay() {
    BlockMap map =
        BlockMap.builder()
            .input("x", 1)
            .stateWithoutBias("h", 1, Activation.CUBE)
            .connectFixed("x", "h", Sparsity.dense(), WeightValues.constant(1))
            .connectFixed("h", "h", Sparsity.dense(), WeightValues.constant(-1))
            .output("h")
            .build();
    Case cube = new Case(new RandomPrograms(3), map, 1, 1, 8, 2);
    // x is what the cube root of the next state is short of: in turn the state is 2 throughout.
    cube.input.assign(2 + Math.cbrt(2));
    cube.initial[1].assign(2);
    MapKernel kernel = new ReferenceKernel(cube.program);
    kernel.forward(cube.parameters, cube.input, null, cube.initial, cube.output, false);
    assertTrue(Magnitude.isFinite(cube.output));
    Result found = cube.sweep(Sweeps.jacobi());
    assertEquals(0, Magnitude.largestDifference(cube.output, found.output()), 1e-9);
    assertFalse(found.changes().stream().allMatch(Double::isFinite), found.changes()::toString);
    Result newton = cube.evaluation().newton(cube.input, cube.initial, 1e-9, 50);
    assertEquals(0, Magnitude.largestDifference(cube.output, newton.output()), 1e-9);
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3})
  void stepsOfATokenAreTimeToo(long seed) {
    RandomPrograms random = new RandomPrograms(seed);
    BlockMap map = random.map(Activation.TANH);
    MapProgram program = MapProgram.sequence(map.realize(), 6, null);
    INDArray[] parameters = random.parameters(program.realized(), DataType.DOUBLE);
    INDArray tokens = random.normal(DataType.DOUBLE, 3, map.input().size());
    INDArray expected = Nd4j.create(DataType.DOUBLE, 3, map.output().size(), 1);
    new ReferenceKernel(program)
        .forward(parameters, tokens.reshape(3, map.input().size(), 1), null, null, expected, false);
    MapProgram oneStep = program.withOneStep();
    INDArray time = ParallelEvaluation.stepsAsTime(tokens, 6, map.injection());
    Result found =
        new ParallelEvaluation(oneStep, new ReferenceKernel(oneStep), parameters)
            .sweep(time, null, Sweeps.jacobi());
    INDArray last = ParallelEvaluation.Call.time(found.output(), 5, 6);
    assertEquals(0, Magnitude.largestDifference(expected, last.dup()), 1e-12);
  }

  /** The work is what the formula says, on one core. */
  @ParameterizedTest
  @CsvSource({"1, 0.3", "4, 0.3", "5, 0.9", "16, 0.9", "70, 0.5"})
  void theCostOfSweepsIsCounted(int block, double weight) {
    Case some = new Case(new RandomPrograms(4), contracting(weight), 1, 1, 64, 1);
    Result found = some.sweep(Sweeps.blocks(block).within(1e-6));
    assertEquals(found.timeSteps(), ParallelCost.sweeps(64, block, found.iterations(), 1));
  }

  /** Diagonal h->h: a few Newton steps, whatever the length. */
  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4})
  void newtonFindsDiagonalMaps(long seed) {
    Case tanh = new Case(new RandomPrograms(seed), diagonal(), 1, 2, 100, 0.5);
    Result found = tanh.evaluation().newton(tanh.input, tanh.initial, 1e-10, 50);
    assertFalse(found.fellBack(), () -> found.changes().toString());
    tanh.check(found, 1e-10);
    assertTrue(found.iterations() <= 10, () -> found.changes().toString());
    assertEquals(found.timeSteps(), ParallelCost.newton(100, found.iterations(), 1, 1));
  }

  /**
   * Weights above 1: the first steps lead far away, where tanh is flat, and the later ones back.
   */
  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4})
  void newtonFindsMapsThatExpand(long seed) {
    Case tanh = new Case(new RandomPrograms(seed), diagonal(), 1, 1, 100, 1);
    Result found = tanh.evaluation().newton(tanh.input, tanh.initial, 1e-10, 50);
    assertFalse(found.fellBack(), () -> found.changes().toString());
    tanh.check(found, 1e-10);
  }

  /** The state enters a minimal cell linearly: one step is exact, the second finds nothing. */
  @ParameterizedTest
  @ValueSource(longs = {1, 2})
  void newtonNeedsOneStepForMinimalCells(long seed) {
    for (GatedMapBuilder cell : List.of(GatedMaps.minGru(6), GatedMaps.minLstm(6))) {
      Case gated = new Case(new RandomPrograms(seed), cell.nIn(3).build(), 1, 2, 80, 1);
      Result found = gated.evaluation().newton(gated.input, gated.initial, 1e-10, 5);
      gated.check(found, 1e-10);
      assertEquals(2, found.iterations(), () -> found.changes().toString());
    }
  }

  /** Of a diagonal GRU each unit hears of itself alone, of a diagonal LSTM of its cell, too. */
  @ParameterizedTest
  @CsvSource({"gru, 1, 1", "gru, 2, 1", "lstm, 1, 2", "lstm, 2, 2", "coupled, 1, 2"})
  void newtonFindsGatedMaps(String cell, long seed, int units) {
    BlockMap map =
        switch (cell) {
          case "gru" -> GatedMaps.gru(5).nIn(3).hiddenSparsity(Sparsity.diagonal()).build();
          case "lstm" -> GatedMaps.lstm(5).nIn(3).hiddenSparsity(Sparsity.diagonal()).build();
          default -> GatedMaps.coupled(5).nIn(3).hiddenSparsity(Sparsity.diagonal()).build();
        };
    Case gated = new Case(new RandomPrograms(seed), map, 1, 2, 60, 1);
    assertEquals(units, StateBlocks.of(gated.program).largest());
    Result found = gated.evaluation().newton(gated.input, gated.initial, 1e-10, 60);
    assertFalse(found.fellBack(), () -> found.changes().toString());
    gated.check(found, 1e-9);
    assertTrue(found.iterations() <= 15, () -> found.changes().toString());
  }

  @Test
  void newtonOnTheFusedKernelInBothTypes() {
    for (DataType type : new DataType[] {DataType.DOUBLE, DataType.FLOAT}) {
      Case tanh = new Case(new RandomPrograms(7), diagonal(), 1, 2, 50, 1);
      MapKernel kernel = KernelSelection.of(tanh.program, type);
      INDArray[] parameters =
          Arrays.stream(tanh.parameters).map(p -> p.castTo(type)).toArray(INDArray[]::new);
      INDArray[] initial =
          Arrays.stream(tanh.initial)
              .map(s -> s == null ? null : s.castTo(type))
              .toArray(INDArray[]::new);
      double precision = type == DataType.DOUBLE ? 1e-10 : 1e-5;
      ParallelEvaluation evaluation = new ParallelEvaluation(tanh.program, kernel, parameters);
      INDArray input = tanh.input.castTo(type);
      Result newton = evaluation.newton(input, initial, precision, 30);
      assertFalse(newton.fellBack(), () -> newton.changes().toString());
      Result swept = evaluation.sweep(input, initial, Sweeps.jacobi());
      for (Result found : List.of(newton, swept)) {
        INDArray output = found.output().castTo(DataType.DOUBLE);
        assertEquals(0, Magnitude.largestDifference(tanh.output, output), 10 * precision);
      }
    }
  }

  @Test
  void newtonFallsBackAndSaysSo() {
    Case tanh = new Case(new RandomPrograms(1), diagonal(), 1, 2, 100, 1);
    Result found = tanh.evaluation().newton(tanh.input, tanh.initial, 1e-10, 1);
    assertTrue(found.fellBack());
    tanh.check(found, 0);
  }

  @Test
  void newtonRefusesStatesThatHearOfEachOther() {
    BlockMap dense = contracting(0.5).toBuilder().build();
    Case coupled = new Case(new RandomPrograms(1), dense, 1, 1, 4, 1);
    String refused =
        assertThrows(
                IllegalArgumentException.class,
                () -> coupled.evaluation().newton(coupled.input, coupled.initial, 1e-6, 9))
            .getMessage();
    assertTrue(refused.contains("found 12 units") && refused.contains("swept"), refused);
  }

  /** A map without a state: all time steps at once, in one sweep. */
  @Test
  void withoutStateThereIsNothingToIterate() {
    BlockMap map =
        BlockMap.builder()
            .input("x", 2)
            .state("h", 3, Activation.TANH)
            .connect("x", "h", Sparsity.dense())
            .output("h")
            .build();
    Case stateless = new Case(new RandomPrograms(1), map, 1, 2, 6, 1);
    Result swept = stateless.sweep(Sweeps.jacobi());
    assertEquals(1, swept.iterations());
    stateless.check(swept, 1e-14);
    Result newton = stateless.evaluation().newton(stateless.input, stateless.initial, 1e-9, 3);
    assertEquals(0, newton.iterations());
    stateless.check(newton, 1e-14);
  }

  @Test
  void aTokenIsHeldOrAnImpulse() {
    INDArray token = Nd4j.createFromArray(new double[][] {{1, 2}});
    INDArray held = ParallelEvaluation.stepsAsTime(token, 3, Injection.HOLD);
    assertArrayEquals(new double[] {1, 1, 1, 2, 2, 2}, held.reshape(6).toDoubleVector());
    INDArray impulse = ParallelEvaluation.stepsAsTime(token, 3, Injection.IMPULSE);
    assertArrayEquals(new double[] {1, 0, 0, 2, 0, 0}, impulse.reshape(6).toDoubleVector());
  }

  @Test
  void wrongInputIsRefused() {
    Case some = new Case(new RandomPrograms(1), diagonal(), 1, 1, 4, 1);
    ParallelEvaluation evaluation = some.evaluation();
    String shape =
        assertThrows(
                IllegalArgumentException.class,
                () -> evaluation.sweep(Nd4j.ones(1, 9, 4), null, Sweeps.jacobi()))
            .getMessage();
    assertTrue(shape.contains("found shape [1, 9, 4], expected [batch, 3, time]"), shape);
    assertThrows(IllegalArgumentException.class, () -> Sweeps.blocks(0));
    assertThrows(IllegalArgumentException.class, () -> Sweeps.jacobi().atMost(0));
    assertThrows(IllegalArgumentException.class, () -> Sweeps.jacobi().within(Double.NaN));
    assertThrows(IllegalArgumentException.class, () -> evaluation.newton(some.input, null, 0, 3));
    assertThrows(
        IllegalArgumentException.class, () -> evaluation.newton(some.input, null, 1e-6, 0));
  }

  /** Twelve units that all hear of each other, and a read-out. */
  private static BlockMap contracting(double radius) {
    return BlockMap.builder()
        .input("x", 3)
        .state("h", 12, Activation.TANH)
        .state("y", 2, Activation.IDENTITY)
        .connect("x", "h", Sparsity.dense())
        .connectFixed("h", "h", Sparsity.dense(), WeightValues.spectralRadius(radius))
        .connect("h", "y", Sparsity.dense())
        .output("y")
        .build();
  }

  /** Six units that hear of themselves alone, with a read-out of all of them. */
  private static BlockMap diagonal() {
    return BlockMap.builder()
        .input("x", 3)
        .state("h", 6, Activation.TANH)
        .state("y", 2, Activation.IDENTITY)
        .connect("x", "h", Sparsity.dense())
        .connect("h", "h", Sparsity.diagonal())
        .connect("h", "y", Sparsity.dense())
        .output("y")
        .build();
  }
}
