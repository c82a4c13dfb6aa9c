package org.iterativemaps.kernel;

import java.util.Arrays;
import java.util.Optional;
import org.iterativemaps.kernel.FusedPlan.InputProduct;
import org.iterativemaps.kernel.FusedPlan.Layout;
import org.iterativemaps.kernel.FusedPlan.Product;
import org.iterativemaps.kernel.FusedPlan.Step;
import org.iterativemaps.map.RealizedMap.Parameter;
import org.nd4j.linalg.activations.IActivation;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * One thread's part of a call: some tiles through all time steps, forward and backward.
 *
 * <p>Time is run in segments. A segment's records are all in memory; from one segment to the next
 * only the carried state is. Not thread-safe; its arrays are kept from call to call.
 */
final class FusedWorker {
  private final FusedPlan plan;
  private final LaneKernels kernels;
  private final int[] biases; // by slot, index of the parameter or -1
  private LaneBlock[] blocks;
  private float[][] parameters;
  private FusedCall call;
  private Layout layout;
  private int tileBegin;
  private int tileCount;
  private int tileStride;
  private LaneMemory values;
  private LaneMemory gradients;
  private int maskAt; // in values, [tile][segment][lanes]
  private int scratchAt; // in values
  private int biasAt; // in gradients, by slot [units][lanes]
  private float[][] blockGradients;
  private float[][] biasGradients;
  private float[][] checkpoints; // by segment: carried states at its beginning

  FusedWorker(FusedPlan plan, LaneKernels kernels) {
    this.plan = plan;
    this.kernels = kernels;
    this.biases = new int[plan.sizes.length];
    Arrays.setAll(biases, plan.program.realized()::biasParameter);
  }

  /**
   * Before a call's forward pass.
   *
   * @param begin first tile
   * @param count how many tiles
   */
  void prepare(
      FusedCall newCall,
      Layout newLayout,
      LaneBlock[] newBlocks,
      float[][] newParameters,
      int begin,
      int count) {
    this.call = newCall;
    this.layout = newLayout;
    this.blocks = newBlocks;
    this.parameters = newParameters;
    this.tileBegin = begin;
    this.tileCount = count;
    this.tileStride = Math.multiplyExact(call.segment + 1, layout.length);
    long records = (long) count * tileStride;
    long masks = call.mask == null ? 0 : (long) count * call.segment * layout.lanes;
    int scratch = 0;
    for (LaneBlock block : blocks) {
      scratch = Math.max(scratch, block.scratchLength());
    }
    long needed = records + masks + scratch;
    if (values == null || values.length() < needed) {
      values = null; // the old may go before the new comes
      values = LaneMemory.ofFloats(needed);
    }
    maskAt = (int) (values.base + records);
    scratchAt = (int) (values.base + records + masks);
  }

  /** All time steps of all tiles; output and last state go to the call's arrays. */
  void forward() {
    if (call.isTraining && call.segments() > 1) {
      checkpoints = new float[call.segments()][];
    }
    loadInitialState();
    for (int s = 0; s < call.segments(); s++) {
      if (s > 0) {
        handOn();
      }
      if (call.isTraining && call.segments() > 1) {
        checkpoints[s] = saveCarried();
      }
      runSegment(s, true);
    }
    storeLastState();
  }

  private int record(int tile, int t) {
    return values.base + tile * tileStride + (t + 1) * layout.length;
  }

  private int maskPlace(int tile, int t) {
    return maskAt + (tile * call.segment + t) * layout.lanes;
  }

  private void runSegment(int segment, boolean storesOutput) {
    int begin = segment * call.segment;
    int count = call.segmentLength(segment);
    float[] v = values.array;
    for (int tile = 0; tile < tileCount; tile++) {
      for (int t = 0; t < count; t++) {
        call.readTile(
            call.input,
            begin + t,
            plan.sizes[plan.program.inputSlot()],
            tileBegin + tile,
            v,
            record(tile, t) + layout.token);
        if (call.mask != null) {
          call.readTile(call.mask, begin + t, 1, tileBegin + tile, v, maskPlace(tile, t));
        }
      }
      drive(tile, count);
    }
    for (int t = 0; t < count; t++) {
      for (Step step : plan.steps) {
        compute(step, t);
      }
      finishTimeStep(begin + t, t, storesOutput);
    }
  }

  /** Bias and the input's contribution, for all time steps of a tile at once. */
  private void drive(int tile, int count) {
    for (Step step : plan.steps) {
      if (step.isDriven() && isFirstDriven(step)) {
        for (int t = 0; t < count; t++) {
          fillBias(step.slot(), record(tile, t) + layout.drive(step));
        }
        for (InputProduct product : plan.inputProducts) {
          if (product.slot() == step.slot()) {
            int at = record(tile, 0);
            blocks[product.block()].multiplyAdd(
                count,
                values.array,
                at + layout.token,
                layout.length,
                values.array,
                at + layout.drive(step),
                layout.length);
          }
        }
      }
    }
  }

  /** Whether no update before this one has the same drive. */
  private boolean isFirstDriven(Step step) {
    for (Step other : plan.steps) {
      if (other.isDriven() && other.slot() == step.slot()) {
        return other == step;
      }
    }
    return false;
  }

  private void fillBias(int slot, int at) {
    float[] bias = biases[slot] < 0 ? null : parameters[biases[slot]];
    kernels.fill(bias, plan.sizes[slot], layout.lanes, values.array, at);
  }

  private void compute(Step step, int t) {
    float[] v = values.array;
    int units = plan.sizes[step.slot()];
    int length = units * layout.lanes;
    int cell = layout.cells[step.cell()];
    for (int tile = 0; tile < tileCount; tile++) {
      int at = record(tile, t);
      if (!step.isDriven()) {
        fillBias(step.slot(), at + cell);
      } else if (layout.drive(step) != cell) {
        System.arraycopy(v, at + layout.drive(step), v, at + cell, length);
      }
    }
    int at = record(0, t);
    for (Product product : step.products()) {
      blocks[product.block()].multiplyAdd(
          tileCount, v, at + layout.source(product), tileStride, v, at + cell, tileStride);
    }
    for (int tile = 0; tile < tileCount; tile++) {
      activate(step, record(tile, t), length);
    }
  }

  private void activate(Step step, int record, int length) {
    float[] v = values.array;
    int cell = record + layout.cells[step.cell()];
    int z = layout.preActivations[step.cell()];
    if (z >= 0) {
      System.arraycopy(v, cell, v, record + z, length);
    }
    LaneActivation activation = plan.activations[step.slot()];
    if (activation != null) {
      kernels.activate(activation, length, v, cell, v, cell);
    } else {
      IActivation other = plan.program.activation(step.slot());
      store(other.getActivation(matrix(v, cell, length), call.isTraining), v, cell, length);
    }
  }

  /** A copy of a tile as [lanes, units]. */
  private INDArray matrix(float[] from, int at, int length) {
    return HeapCopy.matrix(
        Arrays.copyOfRange(from, at, at + length), layout.lanes, length / layout.lanes);
  }

  private static void store(INDArray matrix, float[] into, int at, int length) {
    System.arraycopy(HeapCopy.read(matrix, null), 0, into, at, length);
  }

  private void finishTimeStep(int time, int t, boolean storesOutput) {
    float[] v = values.array;
    int output = plan.program.outputSlot();
    for (int tile = 0; tile < tileCount; tile++) {
      int record = record(tile, t);
      for (int slot : plan.carried) {
        int handed = record + layout.handed[slot];
        int end =
            plan.ends[slot] >= 0
                ? record + layout.cells[plan.ends[slot]]
                : handed - layout.length; // never computed: as it came in
        if (call.mask != null) {
          kernels.multiplyLanes(
              plan.sizes[slot], layout.lanes, v, maskPlace(tile, t), v, end, v, handed);
        } else if (handed != end) {
          System.arraycopy(v, end, v, handed, plan.sizes[slot] * layout.lanes);
        }
      }
      if (storesOutput) {
        call.writeTile(
            v,
            record + layout.cells[plan.ends[output]],
            call.mask == null ? -1 : maskPlace(tile, t),
            call.output,
            time,
            plan.sizes[output],
            tileBegin + tile);
      }
    }
  }

  private void loadInitialState() {
    for (int tile = 0; tile < tileCount; tile++) {
      for (int slot : plan.carried) {
        int at = record(tile, -1) + layout.handed[slot];
        int units = plan.sizes[slot];
        if (call.initial == null || call.initial[slot] == null) {
          Arrays.fill(values.array, at, at + units * layout.lanes, 0);
        } else {
          call.readTile(call.initial[slot], 0, units, tileBegin + tile, values.array, at);
        }
      }
    }
  }

  /** The state after a whole segment becomes that before the next. */
  private void handOn() {
    for (int tile = 0; tile < tileCount; tile++) {
      for (int slot : plan.carried) {
        int at = layout.handed[slot];
        System.arraycopy(
            values.array,
            record(tile, call.segment - 1) + at,
            values.array,
            record(tile, -1) + at,
            plan.sizes[slot] * layout.lanes);
      }
    }
  }

  private float[] saveCarried() {
    int length = 0;
    for (int slot : plan.carried) {
      length += plan.sizes[slot] * layout.lanes;
    }
    float[] saved = new float[length * tileCount];
    moveCarried(saved, true);
    return saved;
  }

  private void moveCarried(float[] saved, boolean isSaving) {
    int at = 0;
    for (int tile = 0; tile < tileCount; tile++) {
      for (int slot : plan.carried) {
        int length = plan.sizes[slot] * layout.lanes;
        int place = record(tile, -1) + layout.handed[slot];
        if (isSaving) {
          System.arraycopy(values.array, place, saved, at, length);
        } else {
          System.arraycopy(saved, at, values.array, place, length);
        }
        at += length;
      }
    }
  }

  private void storeLastState() {
    int last = call.segmentLength(call.segments() - 1) - 1;
    for (int tile = 0; tile < tileCount; tile++) {
      for (int slot : plan.carried) {
        call.writeTile(
            values.array,
            record(tile, last) + layout.handed[slot],
            -1,
            call.lastState[slot],
            0,
            plan.sizes[slot],
            tileBegin + tile);
      }
    }
  }

  /**
   * Back through all time steps down to the call's first; gradients of inputs and of the state go
   * to the call's arrays, those of parameters stay here.
   */
  void backward() {
    prepareBackward();
    boolean isLast = true;
    for (int s = call.segments() - 1; s >= 0; s--) {
      int first = Math.max(0, call.firstTimeStep - s * call.segment);
      int count = call.segmentLength(s);
      if (s < call.segments() - 1) { // the last one's records are still there
        moveCarried(checkpoints[s], false);
        runSegment(s, false);
      }
      clearGradients(count, isLast);
      isLast = false;
      for (int t = count - 1; t >= first; t--) {
        backTimeStep(s * call.segment + t, t);
      }
      parameterGradients(first, count);
      storeInputGradients(s, first, count);
      if (first > 0 || s == 0) {
        storeStateGradients(first);
        break;
      }
    }
    for (int slot = 0; slot < plan.sizes.length; slot++) {
      if (biasGradients[slot] != null) {
        kernels.addLaneSums(
            plan.sizes[slot], layout.lanes, gradients.array, biasPlace(slot), biasGradients[slot]);
      }
    }
  }

  private void prepareBackward() {
    long records = (long) tileCount * tileStride;
    long sums = 0;
    for (int size : plan.sizes) {
      sums += (long) size * layout.lanes;
    }
    if (gradients == null || gradients.length() < records + sums) {
      gradients = null;
      gradients = LaneMemory.ofFloats(records + sums);
    }
    biasAt = (int) (gradients.base + records);
    Arrays.fill(gradients.array, biasAt, (int) (biasAt + sums), 0);
    if (blockGradients == null || blockGradients.length != blocks.length) {
      blockGradients = new float[blocks.length][];
      biasGradients = new float[plan.sizes.length][];
    }
    for (int b = 0; b < blocks.length; b++) {
      if (plan.isTrained[b]) {
        blockGradients[b] = cleared(blockGradients[b], blocks[b].gradientLength());
      }
    }
    for (int slot = 0; slot < biases.length; slot++) {
      if (biases[slot] >= 0) {
        biasGradients[slot] = cleared(biasGradients[slot], plan.sizes[slot]);
      }
    }
  }

  private static float[] cleared(float[] reuse, int length) {
    if (reuse == null || reuse.length != length) {
      return new float[length];
    }
    Arrays.fill(reuse, 0);
    return reuse;
  }

  private int gradientRecord(int tile, int t) {
    return gradients.base + tile * tileStride + (t + 1) * layout.length;
  }

  private int biasPlace(int slot) {
    int at = biasAt;
    for (int s = 0; s < slot; s++) {
      at += plan.sizes[s] * layout.lanes;
    }
    return at;
  }

  /** Zeros everywhere, but for the gradient of the state that the segment behind this one left. */
  private void clearGradients(int count, boolean isLast) {
    float[] g = gradients.array;
    for (int tile = 0; tile < tileCount; tile++) {
      float[][] kept = new float[plan.sizes.length][];
      for (int slot : plan.carried) {
        int at = gradientRecord(tile, -1) + layout.handed[slot];
        kept[slot] =
            isLast ? null : Arrays.copyOfRange(g, at, at + plan.sizes[slot] * layout.lanes);
      }
      Arrays.fill(g, gradientRecord(tile, -1), gradientRecord(tile, count), 0);
      for (int slot : plan.carried) {
        if (kept[slot] != null) {
          int at = gradientRecord(tile, count - 1) + layout.handed[slot];
          System.arraycopy(kept[slot], 0, g, at, kept[slot].length);
        }
      }
    }
  }

  private void backTimeStep(int time, int t) {
    float[] g = gradients.array;
    int output = plan.program.outputSlot();
    for (int tile = 0; tile < tileCount; tile++) {
      int record = gradientRecord(tile, t);
      for (int slot : plan.carried) {
        int handed = record + layout.handed[slot];
        int end =
            plan.ends[slot] >= 0 ? record + layout.cells[plan.ends[slot]] : handed - layout.length;
        if (call.mask != null) {
          kernels.multiplyLanesAdd(
              plan.sizes[slot], layout.lanes, values.array, maskPlace(tile, t), g, handed, g, end);
        } else if (handed != end) {
          kernels.add(plan.sizes[slot] * layout.lanes, g, handed, g, end);
        }
      }
      call.addTile(
          call.outputGradient,
          time,
          plan.sizes[output],
          tileBegin + tile,
          values.array,
          call.mask == null ? -1 : maskPlace(tile, t),
          g,
          record + layout.cells[plan.ends[output]]);
    }
    for (int s = plan.steps.size() - 1; s >= 0; s--) {
      back(plan.steps.get(s), t);
    }
  }

  private void back(Step step, int t) {
    float[] g = gradients.array;
    int length = plan.sizes[step.slot()] * layout.lanes;
    int cell = layout.cells[step.cell()];
    for (int tile = 0; tile < tileCount; tile++) {
      int at = gradientRecord(tile, t) + cell;
      backActivation(step, record(tile, t), at, length);
      if (step.isDriven()) {
        int drive = gradientRecord(tile, t) + layout.drive(step);
        if (drive != at) {
          kernels.add(length, g, at, g, drive);
        }
      } else if (biases[step.slot()] >= 0) {
        kernels.add(length, g, at, g, biasPlace(step.slot()));
      }
    }
    int record = gradientRecord(0, t);
    for (Product product : step.products()) {
      blocks[product.block()].multiplyTransposedAdd(
          tileCount, g, record + cell, tileStride, g, record + layout.source(product), tileStride);
    }
  }

  private void backActivation(Step step, int record, int gradientAt, int length) {
    float[] v = values.array;
    float[] g = gradients.array;
    LaneActivation activation = plan.activations[step.slot()];
    int z = layout.preActivations[step.cell()];
    if (activation != null) {
      int at = record + (z >= 0 ? z : layout.cells[step.cell()]);
      kernels.multiplyByDerivative(activation, length, v, at, g, gradientAt);
    } else {
      IActivation other = plan.program.activation(step.slot());
      INDArray delta =
          other.backprop(matrix(v, record + z, length), matrix(g, gradientAt, length)).getFirst();
      store(delta, g, gradientAt, length);
    }
  }

  /** Gradients of weights and biases, and of the tokens, from all time steps at once. */
  private void parameterGradients(int first, int count) {
    float[] v = values.array;
    float[] g = gradients.array;
    for (int tile = 0; tile < tileCount && first < count; tile++) {
      int from = record(tile, first);
      int gradient = gradientRecord(tile, first);
      for (Step step : plan.steps) {
        for (Product product : step.products()) {
          outerAdd(
              product.block(),
              count - first,
              gradient + layout.cells[step.cell()],
              from + layout.source(product));
        }
        if (step.isDriven() && isFirstDriven(step)) {
          int drive = gradient + layout.drive(step);
          if (biases[step.slot()] >= 0) {
            for (int t = 0; t < count - first; t++) {
              kernels.add(
                  plan.sizes[step.slot()] * layout.lanes,
                  g,
                  drive + t * layout.length,
                  g,
                  biasPlace(step.slot()));
            }
          }
          for (InputProduct product : plan.inputProducts) {
            if (product.slot() == step.slot()) {
              outerAdd(product.block(), count - first, drive, from + layout.token);
              blocks[product.block()].multiplyTransposedAdd(
                  count - first,
                  g,
                  drive,
                  layout.length,
                  g,
                  gradient + layout.token,
                  layout.length);
            }
          }
        }
      }
    }
  }

  private void outerAdd(int block, int count, int gradient, int from) {
    if (blockGradients[block] != null) {
      blocks[block].outerAdd(
          count,
          gradients.array,
          gradient,
          layout.length,
          values.array,
          from,
          layout.length,
          blockGradients[block],
          values.array,
          scratchAt);
    }
  }

  private void storeInputGradients(int segment, int first, int count) {
    int units = plan.sizes[plan.program.inputSlot()];
    for (int tile = 0; tile < tileCount; tile++) {
      for (int t = first; t < count; t++) {
        call.writeTile(
            gradients.array,
            gradientRecord(tile, t) + layout.token,
            -1,
            call.inputGradient,
            segment * call.segment + t,
            units,
            tileBegin + tile);
      }
    }
  }

  private void storeStateGradients(int first) {
    for (int tile = 0; tile < tileCount; tile++) {
      for (int slot : plan.carried) {
        call.writeTile(
            gradients.array,
            gradientRecord(tile, first - 1) + layout.handed[slot],
            -1,
            call.stateGradient[slot],
            0,
            plan.sizes[slot],
            tileBegin + tile);
      }
    }
  }

  /** Adds this worker's gradient of one parameter to others'. */
  void addGradient(Parameter parameter, float[] into) {
    if (parameter.isBias()) {
      for (int i = 0; i < parameter.length(); i++) {
        into[i] += biasGradients[parameter.slot()][i];
      }
    } else {
      blocks[parameter.block()].addGradient(blockGradients[parameter.block()], into);
    }
  }

  /** This worker's gradient of one parameter, if it is kept in the parameter's own order. */
  Optional<float[]> ownGradient(Parameter parameter) {
    if (parameter.isBias()) {
      return Optional.of(biasGradients[parameter.slot()]);
    }
    return blocks[parameter.block()].hasEntryOrder()
        ? Optional.of(blockGradients[parameter.block()])
        : Optional.empty();
  }

  /** Bytes of arrays held. */
  long bytes() {
    return 4L
        * ((values == null ? 0 : values.array.length)
            + (gradients == null ? 0 : gradients.array.length));
  }
}
