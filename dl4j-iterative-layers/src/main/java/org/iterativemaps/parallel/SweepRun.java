package org.iterativemaps.parallel;

import java.util.ArrayList;
import java.util.List;
import org.iterativemaps.parallel.ParallelEvaluation.Call;
import org.iterativemaps.parallel.ParallelEvaluation.Rest;
import org.iterativemaps.parallel.ParallelEvaluation.Result;
import org.iterativemaps.parallel.ParallelEvaluation.Sweeps;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * Sweeps over blocks of time. The n-th sweep leaves out the n - 1 first blocks: they began with the
 * right state before, so they are done.
 */
final class SweepRun {
  private final Call call;
  private final Sweeps how;
  private final int blocks; // whole ones; the time steps behind them are computed at the end
  private final INDArray pieces;
  private final INDArray[] into; // by slot, the state that each block begins with
  private final INDArray outputs;
  private INDArray[] last; // after the last block

  SweepRun(Call call, Sweeps how) {
    this.call = call;
    this.how = how;
    this.blocks = call.time() / how.block();
    this.pieces = blocks == 0 ? null : call.pieces(blocks, how.block());
    this.into = call.guess(Math.max(1, blocks));
    this.last = into;
    this.outputs =
        blocks == 0
            ? null
            : Nd4j.create(
                call.input().dataType(),
                pieces.size(0),
                call.program().size(call.program().outputSlot()),
                how.block());
  }

  Result result() {
    List<Double> changes = new ArrayList<>();
    long computed = 0;
    int done = 0; // blocks that are right
    boolean isSettled = blocks == 0;
    while (!isSettled && changes.size() < how.most()) {
      double change = sweep(done);
      computed += (long) (blocks - done) * how.block();
      changes.add(change);
      done++;
      isSettled = done == blocks || change <= how.tolerance(); // never if it is not a number
    }
    int right = isSettled ? blocks : done;
    INDArray[] state = isSettled ? last : states(right);
    INDArray output = right == 0 ? null : call.whole(rows(outputs, 0, right), right);
    int rest = call.time() - right * how.block();
    Rest whole = call.inTurn(output, right * how.block(), state);
    return new Result(
        whole.output(), whole.lastState(), changes.size(), changes, computed + rest, !isSettled);
  }

  /**
   * Computes all blocks from one on.
   *
   * @return the largest change of a state that a block begins with
   */
  private double sweep(int first) {
    INDArray output = call.forward(rows(pieces, first, blocks), states(first, blocks), false);
    rows(outputs, first, blocks).assign(output);
    INDArray[] ends = call.kernel().lastState();
    double change = 0;
    last = new INDArray[ends.length];
    long moved = (long) (blocks - first - 1) * call.batch();
    for (int slot : call.program().schedule().carried()) {
      last[slot] = Call.rows(ends[slot], moved, moved + call.batch()).dup();
      if (moved > 0) {
        INDArray before = rows(into[slot], first + 1, blocks);
        INDArray after = Call.rows(ends[slot], 0, moved);
        change = Math.max(change, largest(after.sub(before)));
        before.assign(after);
      }
    }
    return change;
  }

  private INDArray[] states(int from, int to) {
    INDArray[] states = new INDArray[into.length];
    for (int slot : call.program().schedule().carried()) {
      states[slot] = rows(into[slot], from, to).dup();
    }
    return states;
  }

  /** What a block begins with. */
  private INDArray[] states(int block) {
    return states(block, block + 1);
  }

  private INDArray rows(INDArray ofBlocks, int from, int to) {
    return Call.rows(ofBlocks, (long) from * call.batch(), (long) to * call.batch());
  }

  /** Not a number if one is. */
  static double largest(INDArray array) {
    double largest = 0;
    for (double value : array.castTo(DataType.DOUBLE).dup('c').data().asDouble()) {
      largest = Math.max(largest, Math.abs(value));
    }
    return largest;
  }
}
