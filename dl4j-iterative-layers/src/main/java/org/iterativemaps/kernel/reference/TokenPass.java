package org.iterativemaps.kernel.reference;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.iterativemaps.iterate.MapProgram;
import org.iterativemaps.iterate.Schedule;
import org.iterativemaps.iterate.Schedule.Cell;
import org.iterativemaps.iterate.Schedule.Evaluation;
import org.iterativemaps.iterate.Schedule.Read;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * All scheduled cells of one token, a row for each example: for every cell
 *
 * <pre>    u = sum_j F_ij(z_j),    a = A( N(u) + b ),    z' = U(z, a)</pre>
 *
 * and, on the way back, the gradients of all that they read.
 */
final class TokenPass {
  private final MapProgram program;
  private final MapValues values;
  private final Tokens tokens;
  private final int time;
  private final ArrayPool pool;
  private final boolean isTraining;
  private final BlockArithmetic functions;
  private final Map<Cell, INDArray> cells = new HashMap<>();
  private final List<Computed> computed = new ArrayList<>(); // in training, by evaluation

  /** What the way back needs of an evaluation. */
  private record Computed(SlotArithmetic.Value value, List<Used> functions) {}

  /** A function that is not linear, as it was computed. */
  private record Used(Read read, Function<WayBack, INDArray[]> back) {}

  /**
   * What the way back of one token adds to.
   *
   * @param gradients of the parameters
   * @param tokens of the tokens
   * @param pool for arrays on the way
   * @param ofFunction gradient of the value of the function that goes back; null for a whole token
   */
  record WayBack(
      MapGradients gradients, Tokens.WayBack tokens, ArrayPool pool, INDArray ofFunction) {
    WayBack of(INDArray gradient) {
      return new WayBack(gradients, tokens, pool, gradient);
    }
  }

  /**
   * Computes all cells.
   *
   * @param time which of the tokens
   * @param state values of carried slots before the first step, by slot
   */
  TokenPass(
      MapProgram program,
      MapValues values,
      Tokens tokens,
      int time,
      INDArray[] state,
      ArrayPool pool,
      boolean isTraining) {
    this.program = program;
    this.values = values;
    this.tokens = tokens;
    this.time = time;
    this.pool = pool;
    this.isTraining = isTraining;
    this.functions = new BlockArithmetic(program, values, pool, isTraining);
    for (int slot : schedule().carried()) {
      cells.put(new Cell(slot, 0), state[slot]);
    }
    schedule().evaluations().forEach(this::compute);
  }

  private Schedule schedule() {
    return program.schedule();
  }

  private boolean isInput(Cell cell) {
    return cell.slot() == program.inputSlot();
  }

  private boolean isLinear(Read read) {
    return program.realized().blocks().get(read.block()).mask() != null;
  }

  /** Whether the input enters by linear blocks, which {@link Tokens} has done together. */
  private boolean isDriven(Evaluation evaluation) {
    return evaluation.reads().stream().anyMatch(read -> isLinear(read) && isInput(read.source()));
  }

  private void compute(Evaluation evaluation) {
    int slot = evaluation.target().slot();
    INDArray sum = pool.zeros(values.type, tokens.batch(), program.size(slot));
    if (isDriven(evaluation)) {
      tokens.addContribution(slot, time, sum);
    }
    List<Used> used = new ArrayList<>();
    for (Read read : evaluation.reads()) {
      if (!isLinear(read)) {
        INDArray[] sources = read.sources().stream().map(this::value).toArray(INDArray[]::new);
        BlockArithmetic.Value value = functions.value(read.block(), sources);
        sum.addi(value.value());
        used.add(new Used(read, value.backward()));
      } else if (!isInput(read.source())) {
        INDArray weights = values.weights(read.block());
        Nd4j.gemm(cells.get(read.source()), weights, sum, false, false, 1, 1);
      }
    }
    SlotArithmetic.Others others =
        new SlotArithmetic.Others(
            valueOrNull(evaluation.old()),
            valueOrNull(evaluation.keep()),
            valueOrNull(evaluation.write()));
    SlotArithmetic.Value value = arithmetic(slot).value(sum, others, isTraining);
    cells.put(evaluation.target(), value.value());
    if (isTraining) {
      computed.add(new Computed(value, used));
    }
  }

  private SlotArithmetic arithmetic(int slot) {
    return new SlotArithmetic(program, slot, values, pool);
  }

  /** A cell's value; null if there is none, or it is zero for certain. */
  private INDArray valueOrNull(Cell cell) {
    return cell == null || cell.isZero() ? null : value(cell);
  }

  private INDArray value(Cell cell) {
    if (cell.isZero()) {
      return pool.zeros(values.type, tokens.batch(), program.size(cell.slot()));
    }
    return isInput(cell) ? tokens.token(time) : cells.get(cell);
  }

  /** The value of a state slot after the last step. */
  INDArray end(int slot) {
    return cells.get(schedule().end(slot));
  }

  /** Gives back all values but some that are still in use. */
  void release(INDArray... inUse) {
    for (INDArray value : cells.values()) {
      if (Arrays.stream(inUse).noneMatch(used -> used == value)) {
        pool.giveBack(value);
      }
    }
  }

  /**
   * Back through all cells.
   *
   * @param gradients those of the cells after the last step; afterwards those of the carried slots'
   *     values before the first
   */
  void back(Map<Cell, INDArray> gradients, WayBack wayBack) {
    List<Evaluation> evaluations = schedule().evaluations();
    for (int e = evaluations.size() - 1; e >= 0; e--) {
      INDArray gradient = gradients.remove(evaluations.get(e).target());
      if (gradient != null) {
        back(evaluations.get(e), computed.get(e), gradient, gradients, wayBack);
        wayBack.pool.giveBack(gradient);
      }
    }
  }

  private void back(
      Evaluation evaluation,
      Computed at,
      INDArray gradient,
      Map<Cell, INDArray> gradients,
      WayBack wayBack) {
    int slot = evaluation.target().slot();
    SlotArithmetic.Gradient of = arithmetic(slot).gradient(at.value, gradient, wayBack.gradients);
    add(evaluation.old(), of.others().old(), gradients, wayBack);
    add(evaluation.keep(), of.others().keep(), gradients, wayBack);
    add(evaluation.write(), of.others().write(), gradients, wayBack);
    INDArray delta = of.sum();
    if (isDriven(evaluation)) {
      wayBack.tokens.addDelta(slot, time, delta);
    }
    for (Read read : evaluation.reads()) {
      if (isLinear(read) && !isInput(read.source())) {
        wayBack.gradients.addWeights(read.block(), 0, cells.get(read.source()), delta);
        INDArray weights = values.weights(read.block());
        INDArray ofSource = gradient(read.source(), gradients, wayBack);
        Nd4j.gemm(delta, weights, ofSource, false, true, 1, 1);
      }
    }
    for (Used function : at.functions) {
      INDArray[] ofSources = function.back.apply(wayBack.of(delta));
      for (int i = 0; i < ofSources.length; i++) {
        add(function.read.sources().get(i), ofSources[i], gradients, wayBack);
      }
    }
    wayBack.pool.giveBack(delta);
  }

  /** Adds to the gradient of a cell; nothing where nothing was read. */
  private void add(Cell cell, INDArray gradient, Map<Cell, INDArray> gradients, WayBack wayBack) {
    if (gradient == null || cell.isZero()) {
      return;
    }
    if (isInput(cell)) {
      wayBack.tokens.addGradient(time, gradient);
    } else {
      gradient(cell, gradients, wayBack).addi(gradient);
    }
  }

  /** A cell's gradient, to be added to; zeros at first. */
  INDArray gradient(Cell cell, Map<Cell, INDArray> gradients, WayBack wayBack) {
    return gradients.computeIfAbsent(
        cell, c -> wayBack.pool.zeros(values.type, tokens.batch(), program.size(c.slot())));
  }
}
