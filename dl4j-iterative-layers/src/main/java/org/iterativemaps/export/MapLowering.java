package org.iterativemaps.export;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import org.deeplearning4j.nn.api.Layer;
import org.iterativemaps.inference.Matrix;
import org.iterativemaps.inference.ProgramBuilder;
import org.iterativemaps.iterate.Iteration;
import org.iterativemaps.iterate.MapProgram;
import org.iterativemaps.kernel.fused.LaneActivations;
import org.iterativemaps.kernel.plan.BlockMatrix;
import org.iterativemaps.kernel.plan.CellPlan;
import org.iterativemaps.kernel.plan.CellPlan.Product;
import org.iterativemaps.kernel.plan.CellPlan.Value;
import org.iterativemaps.kernel.plan.ProgramPlan;
import org.iterativemaps.kernel.plan.ProgramPlan.InputProduct;
import org.iterativemaps.layers.IterativeMapConf;
import org.iterativemaps.layers.impl.RunningMap;
import org.iterativemaps.map.Block;
import org.iterativemaps.map.BlockFunctions;
import org.iterativemaps.map.Normalisation;
import org.iterativemaps.map.Parameter;
import org.iterativemaps.map.Update;
import org.iterativemaps.map.pattern.WeightMask;
import org.nd4j.linalg.api.ndarray.INDArray;

/** A map's cells as instructions, in the order in which the kernels compute them. */
final class MapLowering {
  private static final int NONE = -1;

  private final ProgramPlan plan;
  private final MapProgram program;
  private final Function<Parameter, float[]> values;
  private final ProgramBuilder into;
  private final int[] matrices; // by matrix, its number in the program
  private final int[] vectors; // by parameter, NONE where it is a matrix's
  private final int[] states; // by slot, NONE where nothing is carried
  private final int[] drives; // by slot, NONE until its first driven cell
  private final List<Integer> cells = new ArrayList<>(); // by cell, its register
  private final String name;
  private int token;

  /**
   * Of a map.
   *
   * @param values of a parameter
   * @param name of the layer, which the states are called after
   */
  private MapLowering(
      MapProgram program, Function<Parameter, float[]> values, ProgramBuilder into, String name) {
    this.plan = new ProgramPlan(program, activation -> LaneActivations.of(activation).isPresent());
    this.program = program;
    this.values = values;
    this.into = into;
    this.matrices = plan.matrices.stream().mapToInt(this::matrix).toArray();
    this.vectors = new int[plan.parameters.size()];
    for (int p = 0; p < vectors.length; p++) {
      boolean isVector = plan.matrixOfParameter[p] < 0;
      vectors[p] = isVector ? into.vector(values.apply(plan.parameters.get(p))) : NONE;
    }
    this.name = name;
    this.states = filled(program.slots().size());
    this.drives = filled(plan.sizes.length);
  }

  private static int[] filled(int length) {
    int[] array = new int[length];
    Arrays.fill(array, NONE);
    return array;
  }

  /**
   * Of a running map.
   *
   * @param name of the node, which the states are called after
   */
  static MapLowering of(IterativeMapConf conf, Layer running, String name, ProgramBuilder into) {
    Map<String, INDArray> parameters = running.paramTable();
    return new MapLowering(
        program(conf, running), p -> Floats.of(p.key(), parameters.get(p.key())), into, name);
  }

  /** What a map runs at present, which may differ from its configuration in K and injection. */
  static MapProgram program(IterativeMapConf conf, Layer running) {
    return conf.program(((RunningMap) RunningMap.innermost(running)).running());
  }

  /** Why a map cannot be written; empty if it can. */
  static Optional<String> obstacle(MapProgram program) {
    if (!(program.iteration() instanceof Iteration.Steps)) {
      return Optional.of(
          "its map runs until it settles; give it fixed steps first, as many as it takes to settle");
    }
    for (Block block : program.realized().map().blocks()) {
      if (!(block.function() instanceof BlockFunctions.Linear
          || block.function() instanceof BlockFunctions.LinearProduct
          || block.function() instanceof BlockFunctions.Identity
          || block.function() instanceof BlockFunctions.Product)) {
        return Optional.of("block " + block.name() + " of its map is " + block.function());
      }
    }
    for (int slot = 0; slot < program.slots().size(); slot++) {
      if (slot != program.inputSlot()) {
        Optional<String> obstacle = Activations.obstacle(program.activation(slot));
        if (obstacle.isPresent()) {
          return Optional.of("slot '" + program.slots().get(slot).name() + "': " + obstacle.get());
        }
      }
    }
    return Optional.empty();
  }

  private int matrix(BlockMatrix matrix) {
    WeightMask mask = matrix.mask();
    float[] weights;
    if (matrix.isTrained()) {
      weights = values.apply(plan.parameters.get(matrix.parameter()));
    } else {
      weights = new float[matrix.fixedValues().length];
      for (int entry = 0; entry < weights.length; entry++) {
        weights[entry] = (float) matrix.fixedValues()[entry];
      }
    }
    return into.matrix(
        mask.isDense()
            ? Matrix.dense(mask.fromSize(), mask.toSize(), weights)
            : Matrix.sparse(
                mask.fromSize(),
                mask.toSize(),
                mask.copyTargetStarts(),
                mask.copySources(),
                weights));
  }

  /**
   * Writes the map.
   *
   * @param input the register of the token
   * @return the register of the output slot
   */
  int lower(int input) {
    for (int slot : plan.carried) {
      states[slot] = into.state(name + "/" + program.slots().get(slot).name(), plan.sizes[slot]);
    }
    int output = cells(input);
    for (int slot : plan.carried) {
      Integer end = plan.endCell(slot);
      if (end != null) {
        into.carry(states[slot], cells.get(end));
      }
    }
    return output;
  }

  /** As {@link #lower}, but every token meets the initial state. */
  int lowerWithoutMemory(int input) {
    for (int slot : plan.carried) {
      states[slot] = into.register(plan.sizes[slot]);
      into.fill(states[slot], NONE);
    }
    return cells(input);
  }

  private int cells(int input) {
    token = input;
    for (CellPlan cell : plan.cells) {
      cells.add(lower(cell));
    }
    return cells.get(plan.endCell(program.outputSlot()));
  }

  private int lower(CellPlan cell) {
    int slot = cell.slot();
    int sum = sum(cell);
    for (Product product : cell.products()) {
      into.multiplyAdd(sum, matrices[product.matrix()], register(product.source()));
    }
    for (List<Value> term : cell.terms()) {
      add(sum, term);
    }
    boolean isImage = slot >= program.slots().size();
    return isImage ? sum : update(cell, activated(slot, sum));
  }

  /** A register that holds the bias and what the input contributes by matrices. */
  private int sum(CellPlan cell) {
    int slot = cell.slot();
    int bias = plan.gains[slot] >= 0 || plan.biases[slot] < 0 ? NONE : vectors[plan.biases[slot]];
    int sum = into.register(plan.sizes[slot]);
    if (!cell.isDriven()) {
      into.fill(sum, bias);
      return sum;
    }
    boolean isShared = plan.drivenCells[slot] > 1;
    if (drives[slot] == NONE) {
      drives[slot] = isShared ? into.register(plan.sizes[slot]) : sum;
      into.fill(drives[slot], bias);
      for (InputProduct product : plan.inputProducts) {
        if (product.slot() == slot) {
          into.multiplyAdd(drives[slot], matrices[product.matrix()], token);
        }
      }
    }
    if (isShared) {
      into.copy(sum, drives[slot]);
    }
    return sum;
  }

  private void add(int sum, List<Value> term) {
    if (term.size() == 1) {
      into.add(sum, register(term.get(0)));
    } else {
      into.addProduct(sum, register(term.get(0)), register(term.get(1)));
    }
  }

  private int activated(int slot, int sum) {
    if (plan.gains[slot] >= 0) {
      int normalised = into.register(plan.sizes[slot]);
      boolean isCentred = plan.slot(slot).normalisation() == Normalisation.LAYER;
      into.normalise(normalised, isCentred, sum);
      int bias = plan.biases[slot] < 0 ? NONE : vectors[plan.biases[slot]];
      into.scaleUnits(sum, vectors[plan.gains[slot]], bias, normalised);
    }
    Activations.lower(program.activation(slot), into, sum);
    return sum;
  }

  /** The cell's value: what the slot's update makes of the activated sum. */
  private int update(CellPlan cell, int a) {
    Update update = plan.update(cell.slot());
    int z = update.readsOldValue() ? into.register(plan.sizes[cell.slot()]) : a;
    switch (update.kind()) {
      case REPLACE -> {} // the value is the sum's
      case LEAKY -> {
        into.scale(z, (float) update.scale(), a);
        if (cell.old() != null) {
          int kept = into.register(plan.sizes[cell.slot()]);
          into.scale(kept, (float) (1 - update.scale()), register(cell.old()));
          into.add(z, kept);
        }
      }
      case RESIDUAL -> {
        into.scale(z, (float) update.scale(), a);
        if (cell.old() != null) {
          into.add(z, register(cell.old()));
        }
      }
      case GATED -> {
        into.copy(z, a);
        if (cell.keep() != null) {
          into.subtractProduct(z, register(cell.keep()), a);
          addProduct(z, cell.keep(), cell.old());
        }
      }
      case TWO_GATES -> {
        into.fill(z, NONE);
        if (cell.write() != null) {
          into.addProduct(z, register(cell.write()), a);
        }
        addProduct(z, cell.keep(), cell.old());
      }
    }
    return z;
  }

  private void addProduct(int z, Value gate, Value value) {
    if (gate != null && value != null) {
      into.addProduct(z, register(gate), register(value));
    }
  }

  private int register(Value value) {
    if (value.cell() != null) {
      return cells.get(value.cell());
    }
    return value.slot() == program.inputSlot() ? token : states[value.slot()];
  }
}
