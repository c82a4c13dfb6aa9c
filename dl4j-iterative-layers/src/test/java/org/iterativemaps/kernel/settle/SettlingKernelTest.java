package org.iterativemaps.kernel.settle;

import static org.iterativemaps.iterate.Iteration.untilSettled;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.iterativemaps.iterate.Iteration;
import org.iterativemaps.iterate.LoopGradient;
import org.iterativemaps.iterate.MapProgram;
import org.iterativemaps.iterate.Solver;
import org.iterativemaps.iterate.Start;
import org.iterativemaps.iterate.UntilSettled;
import org.iterativemaps.kernel.Magnitude;
import org.iterativemaps.kernel.MapKernel;
import org.iterativemaps.kernel.RandomPrograms;
import org.iterativemaps.kernel.reference.ReferenceKernel;
import org.iterativemaps.map.BlockMap;
import org.iterativemaps.map.Injection;
import org.iterativemaps.map.RealizedMap;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;

/** Fixed points and their gradients against many steps of the reference kernel. */
class SettlingKernelTest {
  private static final int MANY = 150;
  private static final UntilSettled FINE = untilSettled(1e-13).absolute().atMost(300);
  private static final List<Solver> SOLVERS =
      List.of(
          Solver.picard(),
          Solver.damped(0.8),
          Solver.anderson(),
          Solver.anderson(3, 0.7),
          Solver.broyden(20));

  /** A random map that contracts, and a call of it. */
  private static final class Case {
    final RealizedMap map;
    final INDArray[] parameters;
    final INDArray input;
    final INDArray mask;
    final INDArray outputGradient;
    final int time;
    final int batch;

    private Case(RandomPrograms random, BlockMap map, boolean isSequence) {
      this.batch = 5;
      this.map = map.realize();
      this.parameters = random.parameters(this.map, DataType.DOUBLE);
      for (INDArray parameter : parameters) {
        parameter.muli(0.2);
      }
      this.time = isSequence ? 1 + random.below(3) : 1;
      this.input = random.normal(DataType.DOUBLE, batch, map.input().size(), time);
      this.mask =
          isSequence && random.below(2) == 0 ? random.mask(DataType.DOUBLE, batch, time) : null;
      this.outputGradient = random.normal(DataType.DOUBLE, batch, map.output().size(), time);
    }

    /** Those of the first random maps in which there is something to settle. */
    static Stream<Case> of(int seeds, boolean isSequence) {
      return IntStream.range(0, seeds)
          .mapToObj(
              seed -> {
                RandomPrograms random = new RandomPrograms(seed);
                BlockMap map = random.map(Activation.TANH, Activation.SIGMOID);
                map = map.withInjection(Injection.HOLD);
                try {
                  MapProgram.singleToken(map.realize(), FINE, null);
                  return new Case(random, map, isSequence);
                } catch (IllegalArgumentException nothingToSettle) {
                  return null;
                }
              })
          .filter(c -> c != null);
    }

    Result run(MapKernel kernel) {
      return run(kernel, outputGradient, 0);
    }

    Result run(MapKernel kernel, INDArray ofOutput, int firstTimeStep) {
      INDArray output = Nd4j.create(DataType.DOUBLE, outputGradient.shape());
      kernel.forward(parameters, input, mask, null, output, true);
      return back(kernel, output, ofOutput, firstTimeStep);
    }

    Result back(MapKernel kernel, INDArray output, INDArray ofOutput, int firstTimeStep) {
      Result result = new Result();
      result.output = output;
      result.gradients = Stream.of(parameters).map(Nd4j::zerosLike).toArray(INDArray[]::new);
      result.inputGradient = Nd4j.create(DataType.DOUBLE, input.shape());
      kernel.backward(ofOutput, firstTimeStep, result.gradients, result.inputGradient);
      return result;
    }

    /** In another floating type, without a mask. */
    static Result run(
        MapKernel kernel,
        INDArray[] parameters,
        DataType type,
        INDArray input,
        INDArray outputGradient) {
      Result result = new Result();
      result.output = Nd4j.create(type, outputGradient.shape());
      kernel.forward(parameters, input.castTo(type), null, null, result.output, true);
      result.gradients = Stream.of(parameters).map(Nd4j::zerosLike).toArray(INDArray[]::new);
      result.inputGradient = Nd4j.create(type, input.shape());
      kernel.backward(outputGradient.castTo(type), 0, result.gradients, result.inputGradient);
      return result;
    }

    Case withBatch(int newBatch) {
      return new Case(this, newBatch);
    }

    private Case(Case other, int batch) {
      RandomPrograms random = new RandomPrograms(batch);
      this.map = other.map;
      this.parameters = other.parameters;
      this.time = 1;
      this.batch = batch;
      this.mask = null;
      this.input = random.normal(DataType.DOUBLE, batch, (int) other.input.size(1), 1);
      this.outputGradient =
          random.normal(DataType.DOUBLE, batch, (int) other.outputGradient.size(1), 1);
    }

    Result settle(UntilSettled until) {
      return run(LoopKernels.of(MapProgram.sequence(map, until, null), DataType.DOUBLE));
    }

    /** Every time step by itself, as many steps as it takes. */
    Result manySteps(int steps) {
      MapProgram program = MapProgram.singleToken(map, Iteration.steps(steps), null);
      Result all = new Result();
      all.output = Nd4j.create(DataType.DOUBLE, outputGradient.shape());
      all.gradients = Stream.of(parameters).map(Nd4j::zerosLike).toArray(INDArray[]::new);
      all.inputGradient = Nd4j.create(DataType.DOUBLE, input.shape());
      for (int t = 0; t < time; t++) {
        MapKernel kernel = new ReferenceKernel(program);
        INDArray m = mask == null ? null : mask.getColumn(t, true);
        INDArray out = Nd4j.create(DataType.DOUBLE, batch, outputGradient.size(1), 1);
        kernel.forward(parameters, at(input, t), m, null, out, true);
        at(all.output, t).assign(out);
        INDArray[] g = Stream.of(parameters).map(Nd4j::zerosLike).toArray(INDArray[]::new);
        INDArray ofInput = Nd4j.create(DataType.DOUBLE, batch, input.size(1), 1);
        kernel.backward(at(outputGradient, t).dup(), 0, g, ofInput);
        at(all.inputGradient, t).assign(ofInput);
        for (int p = 0; p < g.length; p++) {
          all.gradients[p].addi(g[p]);
        }
      }
      return all;
    }

    private static INDArray at(INDArray sequence, int t) {
      return sequence.get(NDArrayIndex.all(), NDArrayIndex.all(), NDArrayIndex.interval(t, t + 1));
    }
  }

  private static final class Result {
    INDArray output;
    INDArray[] gradients;
    INDArray inputGradient;

    void assertSame(Result other, double values, double ofGradients, String what) {
      assertTrue(
          Magnitude.largestDifference(output, other.output) <= values,
          what + ": output " + Magnitude.largestDifference(output, other.output));
      double largest = Magnitude.largestDifference(inputGradient, other.inputGradient);
      for (int p = 0; p < gradients.length; p++) {
        largest = Math.max(largest, Magnitude.largestDifference(gradients[p], other.gradients[p]));
      }
      assertTrue(largest <= ofGradients, what + ": gradients " + largest);
    }
  }

  @Test
  void everySolverReachesTheSamePointWithTheSameGradient() {
    for (boolean isSequence : new boolean[] {false, true}) {
      List<Case> cases = Case.of(14, isSequence).toList();
      assertTrue(cases.size() >= 5, "cases: " + cases.size());
      for (int i = 0; i < cases.size(); i++) {
        Result expected = cases.get(i).manySteps(MANY);
        for (Solver solver : SOLVERS) {
          Result found = cases.get(i).settle(FINE.solver(solver));
          expected.assertSame(found, 1e-10, 1e-8, "case " + i + ", " + solver);
        }
      }
    }
  }

  @Test
  void whereATimeStepBeginsDoesNotMatter() {
    List<Case> cases = Case.of(10, true).toList();
    for (int i = 0; i < cases.size(); i++) {
      Result expected = cases.get(i).manySteps(MANY);
      for (Start start : List.of(Start.carried(), Start.random(2))) {
        Result found = cases.get(i).settle(FINE.startingAt(start));
        expected.assertSame(found, 1e-10, 1e-8, "case " + i + ", " + start);
      }
    }
  }

  @Test
  void manyPhantomStepsAreTheImplicitGradient() {
    List<Case> cases = Case.of(8, true).toList();
    for (int i = 0; i < cases.size(); i++) {
      Result expected = cases.get(i).manySteps(MANY);
      for (LoopGradient gradient :
          List.of(LoopGradient.phantom(60, 1), LoopGradient.phantom(90, 0.7))) {
        Result found = cases.get(i).settle(FINE.gradient(gradient));
        expected.assertSame(found, 1e-10, 1e-8, "case " + i + ", " + gradient);
      }
    }
  }

  /** Not settled, and yet exact: the gradient of so many steps of the map. */
  @Test
  void unrolledIsTheGradientOfTheStepsThatWereMade() {
    List<Case> cases = Case.of(12, false).toList();
    UntilSettled few =
        untilSettled(1e-300).atMost(4).solver(Solver.picard()).gradient(LoopGradient.unrolled());
    for (int i = 0; i < cases.size(); i++) {
      Case c = cases.get(i);
      MapKernel kernel = LoopKernels.of(MapProgram.sequence(c.map, few, null), DataType.DOUBLE);
      Result found = c.run(kernel);
      SettlingReport report = LoopKernels.forward(kernel).orElseThrow();
      boolean isWhole = IntStream.range(0, c.batch).allMatch(s -> report.bestStep(s) == 4);
      boolean isCarried =
          MapProgram.sequence(c.map, 1, null)
              .schedule()
              .carried()
              .contains(MapProgram.sequence(c.map, 1, null).outputSlot());
      if (isWhole) {
        c.manySteps(isCarried ? 4 : 5).assertSame(found, 1e-12, 1e-12, "case " + i);
      }
    }
  }

  /** Truncated: earlier outputs are given no gradient, whatever the slices are. */
  @Test
  void laterTimeStepsAlone() {
    for (LoopGradient gradient :
        List.of(LoopGradient.implicit(), LoopGradient.phantom(60, 1), LoopGradient.unrolled())) {
      UntilSettled until = FINE.solver(Solver.picard()).gradient(gradient);
      Case.of(12, true)
          .filter(c -> c.time == 3)
          .forEach(
              c -> {
                MapKernel kernel =
                    LoopKernels.of(MapProgram.sequence(c.map, until, null), DataType.DOUBLE);
                INDArray late = c.outputGradient.dup();
                late.get(NDArrayIndex.all(), NDArrayIndex.all(), NDArrayIndex.interval(0, 2))
                    .assign(0);
                Result expected = c.run(kernel, late, 0);
                Result found = c.run(kernel, c.outputGradient, 2);
                expected.assertSame(found, 0, 1e-12, gradient.toString());
              });
    }
  }

  /** Many slices, batches that change, rests between calls; FLOAT beside DOUBLE. */
  @Test
  void floatsAndLargeBatches() {
    List<Case> cases = Case.of(6, false).toList();
    for (Case c : cases) {
      MapProgram program = MapProgram.singleToken(c.map, untilSettled(1e-6).atMost(200), null);
      MapKernel floats = LoopKernels.of(program, DataType.FLOAT);
      INDArray[] parameters =
          Stream.of(c.parameters).map(p -> p.castTo(DataType.FLOAT)).toArray(INDArray[]::new);
      for (int batch : new int[] {5, 150, 7, 64}) {
        Case large = c.withBatch(batch);
        Result expected = large.manySteps(100);
        Result found =
            Case.run(floats, parameters, DataType.FLOAT, large.input, large.outputGradient);
        expected.assertSame(found, 1e-4, 2e-3 * batch, "batch " + batch);
        floats.rest();
      }
    }
  }

  /** The adjoint is linear: gradients of 1e-20 settle in as many steps as those of 1. */
  @Test
  void smallGradientsSettle() {
    Case c = Case.of(3, false).findFirst().orElseThrow();
    MapProgram program = MapProgram.singleToken(c.map, untilSettled(1e-5).atMost(200), null);
    INDArray[] parameters =
        Stream.of(c.parameters).map(p -> p.castTo(DataType.FLOAT)).toArray(INDArray[]::new);
    int[] steps = new int[2];
    Result[] results = new Result[2];
    for (int i = 0; i < 2; i++) {
      MapKernel kernel = LoopKernels.of(program, DataType.FLOAT);
      INDArray gradient = c.outputGradient.mul(i == 0 ? 1 : 0x1p-66);
      results[i] = Case.run(kernel, parameters, DataType.FLOAT, c.input, gradient);
      SettlingReport report = LoopKernels.backward(kernel).orElseThrow();
      assertEquals(0, report.unsettled(), report.toString());
      steps[i] = report.mostSteps();
    }
    assertEquals(steps[0], steps[1]);
    INDArray scaled = results[1].inputGradient.castTo(DataType.DOUBLE).mul(0x1p66);
    INDArray one = results[0].inputGradient.castTo(DataType.DOUBLE);
    assertTrue(Magnitude.largestDifference(one, scaled) <= 1e-6 * Magnitude.largest(one));
  }

  @Test
  void itCanBeGoneBackThroughAgain() {
    Case c = Case.of(3, true).findFirst().orElseThrow();
    UntilSettled until = FINE.jacobianPenalty(0.1).startingAt(Start.random(0.5));
    MapKernel kernel = LoopKernels.of(MapProgram.sequence(c.map, until, null), DataType.DOUBLE);
    Result once = c.run(kernel);
    Result again = c.back(kernel, once.output, c.outputGradient, 0);
    once.assertSame(again, 0, 0, "again");
  }

  @Test
  void oneStepTakesTheJacobianForZero() {
    Case c = Case.of(3, false).findFirst().orElseThrow();
    Result phantom = c.settle(FINE.gradient(LoopGradient.phantom(1, 1)));
    Result one = c.settle(FINE.gradient(LoopGradient.oneStep()));
    phantom.assertSame(one, 0, 0, "one step");
  }

  @Test
  void samplesOfAReportAreThoseThatAreNotMasked() {
    Case c = Case.of(30, true).filter(x -> x.mask != null && x.time > 1).findFirst().orElseThrow();
    MapKernel kernel = LoopKernels.of(MapProgram.sequence(c.map, FINE, null), DataType.DOUBLE);
    c.run(kernel);
    SettlingReport report = LoopKernels.forward(kernel).orElseThrow();
    assertEquals((int) c.mask.sumNumber().doubleValue(), report.samples());
    assertEquals(0, report.unsettled());
  }
}
