package org.iterativemaps.kernel.settle;

import java.util.Arrays;
import org.iterativemaps.kernel.MapKernel;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;

/**
 * A kernel of one step as a function of the states of some samples, forward and back.
 *
 * @param <A> float[] or double[]
 */
final class StepCalls<A> {
  private final MapKernel kernel;
  private final Columns<A> columns;
  private final StateLayout layout;
  private final DataType type;
  private final int nIn;
  private final int nOut;
  private INDArray[] parameters;
  private boolean isReadInTraining; // by the kernel since
  private boolean isReadInInference;
  private int samples = -1;
  private int most; // samples that the arrays have room for: views of them take the others
  private INDArray inputs;
  private INDArray outputs;
  private INDArray inputGradients;
  private INDArray outputGradients;
  private INDArray[] allStates;
  private INDArray input;
  private INDArray output;
  private INDArray outputGradient;
  private INDArray[] states;
  private INDArray[] last; // of the call before, to be overwritten
  private INDArray[] lastGradient;
  private INDArray[] more; // gradients that are added to others

  StepCalls(
      MapKernel kernel, Columns<A> columns, StateLayout layout, DataType type, int nIn, int nOut) {
    this.kernel = kernel;
    this.columns = columns;
    this.layout = layout;
    this.type = type;
    this.nIn = nIn;
    this.nOut = nOut;
  }

  /** Says which parameters the calls from now on have. */
  void parameters(INDArray[] ofMap) {
    parameters = ofMap;
    isReadInTraining = false;
    isReadInInference = false;
  }

  /** Says which tokens the calls from now on have, [nIn][samples]. */
  void tokens(A tokens, int newSamples) {
    if (newSamples > most) {
      most = newSamples;
      inputs = flat(nIn);
      outputs = flat(nOut);
      inputGradients = null;
      outputGradients = null;
      allStates = new INDArray[layout.slotCount];
      for (int i = 0; i < layout.sizes.length; i++) {
        allStates[layout.slots.get(i)] = flat(layout.sizes[i]);
      }
    }
    if (newSamples != samples) {
      samples = newSamples;
      input = sequence(inputs, nIn);
      output = sequence(outputs, nOut);
      states = new INDArray[layout.slotCount];
      for (int i = 0; i < layout.sizes.length; i++) {
        int slot = layout.slots.get(i);
        states[slot] =
            first(allStates[slot], layout.sizes[i]).reshape('f', samples, layout.sizes[i]);
      }
      last = null;
      lastGradient = null;
      outputGradient = null;
    }
    columns.write(tokens, 0, input);
  }

  private INDArray flat(int size) {
    return Nd4j.createUninitialized(type, new long[] {(long) most * size}, 'f');
  }

  private INDArray first(INDArray flat, int size) {
    return flat.get(NDArrayIndex.interval(0, (long) samples * size));
  }

  private INDArray sequence(INDArray flat, int size) {
    return first(flat, size).reshape('f', samples, size, 1);
  }

  /**
   * F(z).
   *
   * @param isTraining whether {@link #back} follows
   * @param g overwritten; null if only the output is wanted
   */
  void forward(A z, A g, boolean isTraining) {
    layout.write(columns, z, samples, states);
    boolean isRead = isTraining ? isReadInTraining : isReadInInference;
    INDArray[] read = isRead && kernel.keepsParameters() ? null : parameters;
    kernel.forward(read, input, null, states, output, isTraining);
    isReadInTraining |= isTraining;
    isReadInInference |= !isTraining;
    if (g != null) {
      last = kernel.lastState(last);
      layout.read(columns, last, samples, g);
    }
  }

  /** The output of the last call, [nOut][samples]. */
  void output(A into) {
    columns.read(output, into, 0);
  }

  /** Says what dL/d(output) is in the calls back from now on, [nOut][samples]; null for zeros. */
  void outputGradient(A gradient) {
    outputGradients = outputGradients == null ? flat(nOut) : outputGradients;
    outputGradient = sequence(outputGradients, nOut);
    if (gradient == null) {
      outputGradient.assign(0);
    } else {
      columns.write(gradient, 0, outputGradient);
    }
  }

  /**
   * Back through the last call, which was one of training.
   *
   * @param w dL/d(F(z))
   * @param gradients of the parameters, overwritten; null where that of z is wanted alone
   * @param tokenGradient overwritten where the others are
   * @param into dL/dz, overwritten
   */
  void back(A w, INDArray[] gradients, A tokenGradient, A into) {
    layout.write(columns, w, samples, states);
    INDArray ofInput = null;
    if (gradients != null) {
      inputGradients = inputGradients == null ? flat(nIn) : inputGradients;
      ofInput = sequence(inputGradients, nIn);
    }
    kernel.backward(outputGradient, states, 0, gradients, ofInput);
    lastGradient = kernel.stateGradient(lastGradient);
    layout.read(columns, lastGradient, samples, into);
    if (gradients != null) {
      columns.read(ofInput, tokenGradient, 0);
    }
  }

  /**
   * The same, which adds a multiple to the gradients of the parameters.
   *
   * @param factor of what is added; 0 overwrites them
   */
  void backAdding(A w, INDArray[] gradients, double factor, A tokenGradient, A into) {
    if (factor == 0) {
      back(w, gradients, tokenGradient, into);
      return;
    }
    if (more == null) {
      more =
          Arrays.stream(gradients)
              .map(g -> Nd4j.createUninitialized(type, g.shape(), 'f'))
              .toArray(INDArray[]::new);
    }
    back(w, more, tokenGradient, into);
    for (int p = 0; p < more.length; p++) {
      gradients[p].addi(more[p].muli(factor));
    }
  }
}
