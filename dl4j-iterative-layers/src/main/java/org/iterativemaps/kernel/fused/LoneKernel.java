package org.iterativemaps.kernel.fused;

import java.util.Arrays;
import java.util.stream.IntStream;
import org.iterativemaps.iterate.MapProgram;
import org.iterativemaps.kernel.HeapCopy;
import org.iterativemaps.kernel.MapKernel;
import org.iterativemaps.kernel.plan.BlockMatrix;
import org.iterativemaps.kernel.plan.CellPlan;
import org.iterativemaps.kernel.plan.CellPlan.Product;
import org.iterativemaps.kernel.plan.CellPlan.Value;
import org.iterativemaps.kernel.plan.ProgramPlan.InputProduct;
import org.iterativemaps.lanes.LaneActivation;
import org.iterativemaps.lanes.LaneActivation.Kind;
import org.iterativemaps.lanes.LaneKernels;
import org.iterativemaps.lanes.LoneBlock;
import org.iterativemaps.map.Update;
import org.nd4j.linalg.api.memory.MemoryWorkspace;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * One example, without a mask and without a way back, through a map none of whose weights is
 * trained, such as a reservoir: units lie along the vector lanes, where the kernel around which
 * this one is has lanes of a batch that are empty but for one. All other calls are that kernel's.
 *
 * <p>Weights never change, and so are laid out once ({@link LoneBlock}). Results agree with the
 * other kernel's to rounding.
 */
final class LoneKernel implements MapKernel {
  private final FusedPlan plan;
  private final LaneKernels kernels;
  private final MapKernel others;
  private final int outputCell;
  private LoneBlock[] blocks; // by matrix; null before the first call
  private float[] workspace; // of the blocks
  private float[][] sums; // by cell: u, and then a
  private float[][] values; // by cell: z
  private float[][] drives; // by slot, null without input
  private float[][] states; // by slot, null where nothing is carried
  private float[] token;
  private boolean isLast; // whether the last forward pass was here

  private LoneKernel(FusedPlan plan, LaneKernels kernels, MapKernel others) {
    this.plan = plan;
    this.kernels = kernels;
    this.others = others;
    this.outputCell = plan.endCell(plan.program.outputSlot());
  }

  /** Around a kernel of the same program, or that kernel itself where this would be of no use. */
  static MapKernel around(MapProgram program, LaneKernels kernels, MapKernel others) {
    if (program.realized().parameterCount() > 0) {
      return others;
    }
    FusedPlan plan = new FusedPlan(program);
    boolean isElementwise =
        IntStream.range(0, plan.sizes.length)
            .allMatch(slot -> slot == program.inputSlot() || plan.activations[slot] != null);
    return isElementwise && plan.endCell(program.outputSlot()) != null
        ? new LoneKernel(plan, kernels, others)
        : others;
  }

  @Override
  public void forward(
      INDArray[] parameters,
      INDArray input,
      INDArray mask,
      INDArray[] initial,
      INDArray output,
      boolean training) {
    isLast = !training && mask == null && input.size(0) == 1;
    if (!isLast) {
      INDArray[] none = parameters == null ? new INDArray[0] : parameters; // it may not know them
      others.forward(none, input, mask, initial, output, training);
      return;
    }
    prepare();
    try (MemoryWorkspace none = Nd4j.getMemoryManager().scopeOutOfWorkspaces()) {
      for (int slot : plan.carried) {
        boolean isGiven = initial != null && initial[slot] != null;
        float[] given = isGiven ? HeapCopy.read(initial[slot], null) : new float[0];
        Arrays.fill(states[slot], 0);
        System.arraycopy(given, 0, states[slot], 0, given.length);
      }
      int nIn = plan.sizes[plan.program.inputSlot()];
      int nOut = plan.sizes[plan.program.outputSlot()];
      int time = input.rank() == 2 ? 1 : Math.toIntExact(input.size(2));
      float[] tokens = HeapCopy.read(input, null);
      float[] results = new float[Math.multiplyExact(nOut, time)];
      for (int t = 0; t < time; t++) {
        System.arraycopy(tokens, t * nIn, token, 0, nIn);
        step();
        System.arraycopy(values[outputCell], 0, results, t * nOut, nOut);
      }
      HeapCopy.write(results, output);
    }
  }

  private void prepare() {
    if (blocks != null) {
      return;
    }
    blocks = plan.matrices.stream().map(this::block).toArray(LoneBlock[]::new);
    workspace = new float[Arrays.stream(blocks).mapToInt(LoneBlock::workspace).max().orElse(0)];
    token = padded(plan.program.inputSlot());
    sums = new float[plan.cells.size()][];
    values = new float[plan.cells.size()][];
    for (CellPlan cell : plan.cells) {
      sums[cell.cell()] = padded(cell.slot());
      values[cell.cell()] = plan.isCombined(cell.slot()) ? padded(cell.slot()) : sums[cell.cell()];
    }
    drives = new float[plan.sizes.length][];
    plan.inputProducts.forEach(product -> drives[product.slot()] = padded(product.slot()));
    states = new float[plan.sizes.length][];
    for (int slot : plan.carried) {
      states[slot] = padded(slot);
    }
  }

  private LoneBlock block(BlockMatrix matrix) {
    float[] values = new float[matrix.fixedValues().length];
    for (int entry = 0; entry < values.length; entry++) {
      values[entry] = (float) matrix.fixedValues()[entry];
    }
    return LoneBlock.of(kernels, new DrawnMask(matrix.mask()), values);
  }

  private void multiplyAdd(int matrix, float[] x, float[] y) {
    blocks[matrix].multiplyAdd(x, 0, y, 0, workspace);
  }

  /** Zeros for a slot's units, and some more for whole vectors. */
  private float[] padded(int slot) {
    int lanes = kernels.tileLanes(1);
    return new float[(plan.sizes[slot] + lanes - 1) / lanes * lanes];
  }

  private void step() {
    for (float[] drive : drives) {
      if (drive != null) {
        Arrays.fill(drive, 0);
      }
    }
    for (InputProduct product : plan.inputProducts) {
      multiplyAdd(product.matrix(), token, drives[product.slot()]);
    }
    for (CellPlan cell : plan.cells) {
      compute(cell);
    }
    for (int slot : plan.carried) {
      Integer end = plan.endCell(slot);
      if (end != null) {
        System.arraycopy(values[end], 0, states[slot], 0, states[slot].length);
      }
    }
  }

  private void compute(CellPlan cell) {
    float[] a = sums[cell.cell()];
    if (cell.isDriven()) {
      System.arraycopy(drives[cell.slot()], 0, a, 0, a.length);
    } else {
      Arrays.fill(a, 0);
    }
    for (Product product : cell.products()) {
      multiplyAdd(product.matrix(), value(product.source()), a);
    }
    for (var term : cell.terms()) {
      float[] first = value(term.get(0));
      float[] second = term.size() == 1 ? null : value(term.get(1));
      for (int i = 0; i < a.length; i++) {
        a[i] += second == null ? first[i] : first[i] * second[i];
      }
    }
    LaneActivation activation = plan.activations[cell.slot()];
    if (activation.kind() != Kind.IDENTITY) {
      kernels.activate(activation, a.length, a, 0, a, 0);
    }
    combine(cell, a, values[cell.cell()]);
  }

  /** From the activated sum to the value; what is not there is zero. */
  private void combine(CellPlan cell, float[] a, float[] z) {
    Update update = plan.update(cell.slot());
    float[] old = orNull(cell.old());
    float[] keep = orNull(cell.keep());
    float[] write = orNull(cell.write());
    float scale = (float) update.scale();
    float rest = update.kind() == Update.Kind.LEAKY ? (float) (1 - update.scale()) : 1;
    for (int i = 0; i < z.length; i++) {
      float before = old == null ? 0 : old[i];
      float kept = keep == null ? 0 : keep[i];
      switch (update.kind()) {
        case REPLACE -> {} // z is a
        case RESIDUAL, LEAKY -> z[i] = scale * a[i] + rest * before;
        case GATED -> z[i] = kept * before + (a[i] - kept * a[i]);
        case TWO_GATES -> z[i] = kept * before + (write == null ? 0 : write[i] * a[i]);
      }
    }
  }

  private float[] orNull(Value value) {
    return value == null ? null : value(value);
  }

  private float[] value(Value value) {
    if (value.cell() != null) {
      return values[value.cell()];
    }
    return value.slot() == plan.program.inputSlot() ? token : states[value.slot()];
  }

  @Override
  public INDArray[] lastState() {
    return lastState(null);
  }

  @Override
  public INDArray[] lastState(INDArray[] reuse) {
    if (!isLast) {
      return others.lastState(reuse);
    }
    INDArray[] matrices = new INDArray[plan.program.slots().size()];
    try (MemoryWorkspace none = Nd4j.getMemoryManager().scopeOutOfWorkspaces()) {
      for (int slot : plan.carried) {
        float[] state = Arrays.copyOf(states[slot], plan.sizes[slot]);
        INDArray again = reuse == null ? null : reuse[slot];
        if (again == null || again.size(0) != 1) {
          matrices[slot] = HeapCopy.matrix(state, 1, state.length);
        } else {
          HeapCopy.write(state, again);
          matrices[slot] = again;
        }
      }
    }
    return matrices;
  }

  @Override
  public boolean keepsParameters() {
    return others.keepsParameters();
  }

  @Override
  public boolean runsBesideOthers() {
    return others.runsBesideOthers();
  }

  @Override
  public boolean takesMatrices() {
    return others.takesMatrices();
  }

  @Override
  public void backward(
      INDArray outputGradient,
      INDArray[] lastStateGradient,
      int firstTimeStep,
      INDArray[] gradients,
      INDArray inputGradient) {
    others.backward(outputGradient, lastStateGradient, firstTimeStep, gradients, inputGradient);
  }

  @Override
  public INDArray[] stateGradient() {
    return others.stateGradient();
  }

  @Override
  public INDArray[] stateGradient(INDArray[] reuse) {
    return others.stateGradient(reuse);
  }

  @Override
  public boolean hasTape() {
    return others.hasTape();
  }

  @Override
  public void dropTape() {
    others.dropTape();
  }

  @Override
  public void rest() {
    others.rest();
  }
}
