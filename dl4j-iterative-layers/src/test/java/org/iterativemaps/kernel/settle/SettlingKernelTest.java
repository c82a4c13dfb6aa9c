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
import org.iterativemaps.map.RealizedMap;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** Fixed points and their gradients against many steps of the reference kernel. */
class SettlingKernelTest {
  private static final int MANY = 400;
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
    final int batch = 5;

    private Case(RandomPrograms random, BlockMap map, boolean isSequence) {
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
                map = map.withInjection(org.iterativemaps.map.Injection.HOLD);
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
      Result result = new Result();
      result.output = Nd4j.create(DataType.DOUBLE, outputGradient.shape());
      kernel.forward(parameters, input, mask, null, result.output, true);
      result.gradients = Stream.of(parameters).map(Nd4j::zerosLike).toArray(INDArray[]::new);
      result.inputGradient = Nd4j.create(DataType.DOUBLE, input.shape());
      kernel.backward(outputGradient, 0, result.gradients, result.inputGradient);
      return result;
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
      return sequence.get(
          org.nd4j.linalg.indexing.NDArrayIndex.all(),
          org.nd4j.linalg.indexing.NDArrayIndex.all(),
          org.nd4j.linalg.indexing.NDArrayIndex.interval(t, t + 1));
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
      List<Case> cases = Case.of(30, isSequence).toList();
      assertTrue(cases.size() >= 10, "cases: " + cases.size());
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
    List<Case> cases = Case.of(20, true).toList();
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
    List<Case> cases = Case.of(12, true).toList();
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
    List<Case> cases = Case.of(20, false).toList();
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
