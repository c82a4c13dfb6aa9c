/**
 * Activations that ND4J lacks or computes wrongly, for any DL4J layer.
 *
 * <p>ND4J 1.0.0-M2.1: {@code GELU} is z σ(1.702 z) and {@code ActivationGELU(true)} has a wrong
 * cubic term (0.8314 at 1, where GELU is 0.8413), {@code SOFTPLUS} is infinite above 88 in FLOAT
 * and above 709 in DOUBLE, and the derivatives of {@code SWISH}, {@code GELU} and {@code MISH} are
 * not numbers for inputs above 22 to 45 in FLOAT and 180 to 355 in DOUBLE.
 *
 * <p>They are given to a layer as {@code .activation(new Gelu())} and saved with it.
 */
package org.iterativemaps.activations;
