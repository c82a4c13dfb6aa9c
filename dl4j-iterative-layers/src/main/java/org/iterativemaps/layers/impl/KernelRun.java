package org.iterativemaps.layers.impl;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.deeplearning4j.exception.DL4JInvalidInputException;
import org.deeplearning4j.nn.conf.layers.FeedForwardLayer;
import org.iterativemaps.kernel.MapKernel;
import org.iterativemaps.kernel.MapKernels;
import org.iterativemaps.kernel.MapProgram;
import org.iterativemaps.layers.IterativeMapConf;
import org.iterativemaps.layers.MapSettings;
import org.iterativemaps.map.BlockMap;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * What the two running layers share: the kernel, the order of its parameters, and the checks of
 * what a user can get wrong at run time.
 */
final class KernelRun {
  private final MapSettings settings;
  private final MapProgram program;
  private final MapKernel kernel;
  private final List<String> keys;
  // Of the last forward pass: what it needs to be run again.
  private INDArray[] parameters;
  private INDArray[] initial;
  private boolean hasGradient;

  /** Runs a layer with these settings, its own or others with the same slots and blocks. */
  KernelRun(FeedForwardLayer layer, MapSettings settings, DataType type) {
    BlockMap own = ((IterativeMapConf) layer).getSettings().map();
    if (!settings.map().withInjection(own.injection()).equals(own)) {
      throw new IllegalArgumentException(
          "settings: found "
              + settings.map()
              + ", expected the layer's own map, "
              + own
              + "; only K and injection may differ");
    }
    this.settings = settings;
    this.program = ((IterativeMapConf) layer).program(settings);
    this.kernel = MapKernels.of(program, type);
    this.keys = layer.initializer().paramKeys(layer);
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
    this.parameters = keys.stream().map(parameter).toArray(INDArray[]::new);
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
    INDArray[] gradients = keys.stream().map(gradientViews::get).toArray(INDArray[]::new);
    kernel.backward(outputGradient, firstTimeStep, gradients, inputGradient);
    hasGradient = true;
  }

  /** State after the last time step of the last forward pass, by slot. */
  INDArray[] lastState() {
    return kernel.lastState();
  }

  /** dL/d(state before the first time step) of the last backward pass, by slot; empty before it. */
  INDArray[] stateGradient() {
    return hasGradient ? kernel.stateGradient() : new INDArray[0];
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
  }
}
