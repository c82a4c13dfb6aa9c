package org.iterativemaps.examples.golden;

import java.util.Map;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Gradients of a loss, in DOUBLE and in the golden files' layout.
 *
 * @param input as the input, or null where it was not asked for
 * @param weights by key {@code target<-source}: full matrices [target, source], zero off the mask
 * @param biases by slot
 * @param initialState by slot, [batch, size]; empty where there is none
 */
record Gradients(
    INDArray input,
    Map<String, INDArray> weights,
    Map<String, INDArray> biases,
    Map<String, INDArray> initialState) {}
