package org.iterativemaps.kernel;

/**
 * The memory a kernel holds beside the network's parameters and activations, in numbers of its
 * floating type.
 *
 * @param fixedInference whatever the batch, in inference
 * @param perExampleInference for every example of the batch
 * @param fixedTraining whatever the batch, in training
 * @param perExampleTraining for every example, the states kept for back-propagation among it
 */
public record KernelMemory(
    long fixedInference, long perExampleInference, long fixedTraining, long perExampleTraining) {}
