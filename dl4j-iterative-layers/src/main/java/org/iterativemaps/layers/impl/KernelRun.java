package org.iterativemaps.layers.impl;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import org.deeplearning4j.exception.DL4JInvalidInputException;
import org.iterativemaps.iterate.MapProgram;
import org.iterativemaps.kernel.MapKernel;
import org.iterativemaps.kernel.OpenArrays;
import org.iterativemaps.kernel.settle.LoopKernels;
import org.iterativemaps.kernel.settle.SettlingReport;
import org.iterativemaps.layers.IterativeMapConf;
import org.iterativemaps.layers.MapSettings;
import org.iterativemaps.map.AttentionBlock;
import org.iterativemaps.map.BlockMap;
import org.iterativemaps.map.Parameter;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * What the running layers and the vertex share: the kernel, the order of its parameters, and the
 * checks of what a user can get wrong at run time.
 */
final class KernelRun {
  private final MapSettings settings;
  private final MapProgram program;
  private final MapKernel kernel;
  private final List<String> keys;
  private final UnaryOperator<String> stateKey; // of a slot
  private final boolean hasAttention;
  // Of the last forward pass: what it needs to be run again.
  private INDArray[] parameters;
  private INDArray[] initial;
  private boolean hasGradient;

  /**
   * Runs a map.
   *
   * @param program what the settings make with the layer's activation
   * @param stateKey by slot, the key of its stored state
   */
  private KernelRun(
      MapSettings settings, MapProgram program, DataType type, UnaryOperator<String> stateKey) {
    this.settings = settings;
    this.program = program;
    this.kernel = LoopKernels.of(program, type);
    this.keys = program.realized().parameters().stream().map(Parameter::key).toList();
    this.stateKey = stateKey;
    this.hasAttention = !AttentionBlock.of(settings.map()).isEmpty();
  }

  /** Runs a layer with these settings, its own or others with the same slots and blocks. */
  static KernelRun of(IterativeMapConf layer, MapSettings settings, DataType type) {
    BlockMap own = layer.getSettings().map();
    if (!settings.map().withInjection(own.injection()).equals(own)) {
      throw new IllegalArgumentException(
          "settings: found "
              + settings.map()
              + ", expected the layer's own map, "
              + own
              + "; only K and injection may differ");
    }
    return new KernelRun(settings, layer.program(settings), type, layer::stateKey);
  }

  MapSettings settings() {
    return settings;
  }

  MapProgram program() {
    return program;
  }

  /** Forward over [batch, nIn, time] into [batch, nOut, time]. */
  void forward(
      Function<String, INDArray> parameter,
      INDArray input,
      INDArray mask,
      INDArray[] initial,
      INDArray output,
      boolean training) {
    this.parameters = inOrder(parameter);
    this.initial = initial;
    kernel.forward(parameters, input, mask, initial, output, training);
  }

  /**
   * Backward through the last forward pass. If that left no tape (a frozen layer runs in test mode)
   * it is run again: from the same state, with the same parameters, noise included.
   */
  void backward(
      Map<String, INDArray> gradientViews,
      INDArray input,
      INDArray mask,
      INDArray outputGradient,
      int firstTimeStep,
      INDArray inputGradient) {
    if (!kernel.hasTape()) {
      INDArray scratch = Nd4j.create(inputGradient.dataType(), outputGradient.shape(), 'f');
      kernel.forward(parameters, input, mask, initial, scratch, true);
    }
    INDArray[] gradients = inOrder(gradientViews::get);
    kernel.backward(outputGradient, firstTimeStep, gradients, inputGradient);
    kernel.dropTape(); // DL4J goes back once
    hasGradient = true;
  }

  private INDArray[] inOrder(Function<String, INDArray> byKey) {
    INDArray[] arrays = new INDArray[keys.size()];
    for (int i = 0; i < arrays.length; i++) {
      arrays[i] = byKey.apply(keys.get(i));
    }
    return arrays;
  }

  /**
   * State after the last time step of the last forward pass, by slot.
   *
   * @param reuse see {@link MapKernel#lastState(INDArray[])}
   */
  INDArray[] lastState(INDArray[] reuse) {
    return kernel.lastState(reuse);
  }

  /**
   * dL/d(state before the first time step) of the last backward pass, by the key of the slot's
   * state; empty before it.
   */
  Map<String, INDArray> stateGradient() {
    return hasGradient ? byKey(kernel.stateGradient()) : Map.of();
  }

  Map<String, INDArray> byKey(INDArray[] bySlot) {
    Map<String, INDArray> byKey = new LinkedHashMap<>();
    for (int slot = 0; slot < bySlot.length; slot++) {
      if (bySlot[slot] != null) {
        byKey.put(stateKey.apply(program.slots().get(slot).name()), bySlot[slot]);
      }
    }
    return byKey;
  }

  /**
   * A stored state by slot.
   *
   * @param batch of the input
   * @throws DL4JInvalidInputException if it belongs to another batch
   */
  INDArray[] bySlot(Map<String, INDArray> state, long batch, String where) {
    INDArray[] bySlot = new INDArray[program.slots().size()];
    for (int slot : program.schedule().carried()) {
      String key = stateKey.apply(program.slots().get(slot).name());
      bySlot[slot] = state.get(key);
      OpenArrays.require("State '" + key + "'", bySlot[slot], where);
      if (bySlot[slot] != null && bySlot[slot].size(0) != batch) {
        throw new DL4JInvalidInputException(
            "State '"
                + key
                + "': found batch size "
                + bySlot[slot].size(0)
                + ", expected that of the input, "
                + batch
                + ". Forgot rnnClearPreviousState between batches? "
                + where);
      }
    }
    return bySlot;
  }

  /** How the last forward pass has settled; empty where nothing has to. */
  Optional<SettlingReport> settlingForward() {
    return LoopKernels.forward(kernel);
  }

  /** How the adjoint of the last way back has settled; empty where nothing has to. */
  Optional<SettlingReport> settlingBackward() {
    return LoopKernels.backward(kernel);
  }

  /** Whether there was a forward pass over the present input. */
  boolean hasRun() {
    return parameters != null;
  }

  /** Forgets the last forward pass and frees what it kept. */
  void forget() {
    parameters = null;
    initial = null;
    kernel.dropTape();
  }

  /** Forgets, and leaves the kernel's arrays to the garbage collector until the next call. */
  void rest() {
    forget();
    kernel.rest();
  }

  /**
   * Refuses a state that is none of this map.
   *
   * @throws DL4JInvalidInputException if a key is no state slot's, or a value has another size
   */
  void checkState(Map<String, INDArray> state, String where) {
    Map<String, Integer> sizes = new LinkedHashMap<>();
    for (String slot : settings.map().stateSlots()) {
      sizes.put(stateKey.apply(slot), settings.map().slot(slot).size());
    }
    state.forEach(
        (key, value) -> {
          Integer size = sizes.get(key);
          if (size == null) {
            throw new DL4JInvalidInputException(
                "State: found '"
                    + key
                    + "', expected the states "
                    + sizes.keySet()
                    + " of "
                    + settings.map()
                    + " "
                    + where);
          }
          OpenArrays.require("State '" + key + "'", value, where);
          if (value.rank() != 2 || value.size(1) != size) {
            throw new DL4JInvalidInputException(
                "State '"
                    + key
                    + "': found shape "
                    + Arrays.toString(value.shape())
                    + ", expected [batch, "
                    + size
                    + "] "
                    + where);
          }
        });
  }

  /**
   * Refuses a mask of another shape.
   *
   * @throws DL4JInvalidInputException if it is not [batch, time]
   */
  static void checkMask(INDArray mask, long batch, long time, String where) {
    if (mask != null && (mask.rank() != 2 || mask.size(0) != batch || mask.size(1) != time)) {
      throw new DL4JInvalidInputException(
          "Mask: found shape "
              + Arrays.toString(mask.shape())
              + ", expected [batch, time] = ["
              + batch
              + ", "
              + time
              + "] "
              + where);
    }
  }

  /** A matrix as the kernel takes it for a sequence of one time step: itself or a view. */
  INDArray asOneTimeStep(INDArray matrix) {
    return kernel.takesMatrices()
        ? matrix
        : matrix.reshape(matrix.ordering(), matrix.size(0), matrix.size(1), 1);
  }

  /**
   * Refuses what is no input of this map.
   *
   * @throws DL4JInvalidInputException if it has another rank or size, or its rows are no whole
   *     examples of an attention block
   */
  void checkInput(INDArray input, int rank, int featureAxis, String layerId) {
    long nIn = program.size(program.inputSlot());
    if (input.rank() != rank) {
      throw new DL4JInvalidInputException(
          "Input: found rank "
              + input.rank()
              + " with shape "
              + Arrays.toString(input.shape())
              + ", expected rank "
              + rank
              + (rank == 2
                  ? " [batch, nIn]"
                  : " [batch, nIn, time] (NCW) or [batch, time, nIn] (NWC)")
              + ". Missing preprocessor or wrong input type? "
              + layerId);
    }
    if (input.size(featureAxis) != nIn) {
      throw new DL4JInvalidInputException(
          "Input: found size "
              + input.size(featureAxis)
              + " on axis "
              + featureAxis
              + " of shape "
              + Arrays.toString(input.shape())
              + ", expected nIn = "
              + nIn
              + " "
              + layerId);
    }
    if (hasAttention) {
      AttentionBlock.obstacle(settings.map(), input.size(0))
          .ifPresent(
              reason -> {
                throw new DL4JInvalidInputException("Input: " + reason + " " + layerId);
              });
    }
  }
}
