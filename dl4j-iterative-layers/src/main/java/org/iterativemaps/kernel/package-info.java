/**
 * Kernels: the arithmetic of a block map over ND4J arrays, forward and backward.
 *
 * <p>A block's weights are W[to, from] by target unit and then source unit, as in z_to = W z_from,
 * so that a batch of row vectors is multiplied as Z Wᵀ. DL4J's own layers keep W as [nIn, nOut],
 * the transpose.
 */
package org.iterativemaps.kernel;
