package org.iterativemaps.parallel;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.iterativemaps.kernel.MapKernel;
import org.iterativemaps.map.Parameter;
import org.iterativemaps.parallel.ParallelEvaluation.Call;
import org.iterativemaps.parallel.ParallelEvaluation.Rest;
import org.iterativemaps.parallel.ParallelEvaluation.Result;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** Newton's method on all states at once; the first guess is what a sweep from zeros gives. */
final class NewtonRun {
  private final Call call;
  private final StateBlocks blocks;
  private final double tolerance;
  private final int most;
  private final INDArray pieces; // [time * batch, nIn, 1]
  private final double[][] states; // [time + 1][batch * units]: before the first, after each
  private final LinearScan scan;
  private final int chunks = Runtime.getRuntime().availableProcessors();

  NewtonRun(Call call, StateBlocks blocks, double tolerance, int most) {
    this.call = call;
    this.blocks = blocks;
    this.tolerance = tolerance;
    this.most = most;
    this.pieces = call.pieces(call.time(), 1);
    this.scan = new LinearScan(blocks.groups(), blocks.units(), call.batch());
    this.states = new double[call.time() + 1][call.batch() * blocks.units()];
    states[0] = numbers(call.guess(1), 1)[0];
  }

  Result result() {
    List<Double> changes = new ArrayList<>();
    boolean isSettled = blocks.units() == 0;
    long computed = 0;
    if (!isSettled) {
      call.forward(pieces, before(), false);
      double[][] guess = numbers(call.kernel().lastState(), call.time());
      System.arraycopy(guess, 0, states, 1, call.time());
      computed += call.time();
    }
    boolean isNumber = true;
    while (!isSettled && isNumber && changes.size() < most) {
      double change = step();
      changes.add(change);
      computed += (1L + blocks.largest()) * call.time();
      isSettled = change <= tolerance;
      isNumber = change < Double.POSITIVE_INFINITY; // false of one that is none
    }
    computed += call.time();
    if (!isSettled) {
      Rest inTurn = call.inTurn(null, 0, call.guess(1));
      return new Result(
          inTurn.output(), inTurn.lastState(), changes.size(), changes, computed, true);
    }
    INDArray output = call.forward(pieces, before(), false);
    INDArray[] ends = call.kernel().lastState();
    INDArray[] last = new INDArray[ends.length];
    long rows = pieces.size(0);
    for (int slot : blocks.slots()) {
      last[slot] = Call.rows(ends[slot], rows - call.batch(), rows).dup();
    }
    return new Result(
        call.whole(output, call.time()), last, changes.size(), changes, computed, false);
  }

  /** Returns the largest correction, not a number if one is. */
  private double step() {
    call.forward(pieces, before(), true);
    double[][] d = numbers(call.kernel().lastState(), call.time());
    double[][][] jacobian = jacobian();
    for (int t = 0; t < d.length; t++) {
      for (int i = 0; i < d[t].length; i++) {
        d[t][i] -= states[t + 1][i];
      }
    }
    scan.solve(jacobian, d, chunks);
    double largest = 0;
    for (int t = 0; t < d.length; t++) {
      for (int i = 0; i < d[t].length; i++) {
        states[t + 1][i] += d[t][i];
        largest = Math.max(largest, Math.abs(d[t][i]));
      }
    }
    return largest;
  }

  /** [time][probe][batch * units]: the k-th way back asks for the k-th unit of every block. */
  private double[][][] jacobian() {
    MapKernel kernel = call.kernel();
    long rows = pieces.size(0);
    DataType type = call.input().dataType();
    int nOut = call.program().size(call.program().outputSlot());
    INDArray noGradient = Nd4j.zeros(type, rows, nOut, 1);
    INDArray ofInput = Nd4j.create(type, pieces.shape(), 'f');
    INDArray[] ofParameters =
        call.program().realized().parameters().stream()
            .map(Parameter::length)
            .map(length -> Nd4j.create(type, length))
            .toArray(INDArray[]::new);
    double[][][] jacobian = new double[call.time()][blocks.largest()][];
    for (int probe = 0; probe < blocks.largest(); probe++) {
      kernel.backward(noGradient, probe(probe, rows), 0, ofParameters, ofInput);
      double[][] found = numbers(kernel.stateGradient(), call.time());
      for (int t = 0; t < found.length; t++) {
        jacobian[t][probe] = found[t];
      }
    }
    kernel.dropTape();
    return jacobian;
  }

  private INDArray[] probe(int probe, long rows) {
    double[] ones = new double[blocks.units()];
    for (int[] group : blocks.groups()) {
      if (probe < group.length) {
        ones[group[probe]] = 1;
      }
    }
    INDArray[] gradient = new INDArray[call.program().slots().size()];
    for (int i = 0; i < blocks.slots().size(); i++) {
      double[] own = Arrays.copyOfRange(ones, blocks.first()[i], blocks.first()[i + 1]);
      INDArray row = Nd4j.createFromArray(own).castTo(call.input().dataType());
      gradient[blocks.slots().get(i)] = Nd4j.tile(row.reshape(1, own.length), (int) rows, 1);
    }
    return gradient;
  }

  /** The state before every time step, by slot: [time * batch, size]. */
  private INDArray[] before() {
    INDArray[] before = new INDArray[call.program().slots().size()];
    int units = blocks.units();
    for (int i = 0; i < blocks.slots().size(); i++) {
      int first = blocks.first()[i];
      int size = blocks.first()[i + 1] - first;
      double[] numbers = new double[call.time() * call.batch() * size];
      for (int t = 0; t < call.time(); t++) {
        for (int row = 0; row < call.batch(); row++) {
          System.arraycopy(
              states[t], row * units + first, numbers, (t * call.batch() + row) * size, size);
        }
      }
      before[blocks.slots().get(i)] =
          Nd4j.create(
              numbers,
              new long[] {(long) call.time() * call.batch(), size},
              call.input().dataType());
    }
    return before;
  }

  /** States by slot, [time * batch, size], as [time][batch * units]; null for zeros. */
  private double[][] numbers(INDArray[] bySlot, int time) {
    int units = blocks.units();
    int batch = call.batch();
    double[][] numbers = new double[time][batch * units];
    for (int i = 0; i < blocks.slots().size(); i++) {
      INDArray array = bySlot[blocks.slots().get(i)];
      if (array != null) {
        int first = blocks.first()[i];
        int size = blocks.first()[i + 1] - first;
        double[] all = array.castTo(DataType.DOUBLE).dup('c').data().asDouble();
        for (int row = 0; row < time * batch; row++) {
          System.arraycopy(
              all, row * size, numbers[row / batch], row % batch * units + first, size);
        }
      }
    }
    return numbers;
  }
}
