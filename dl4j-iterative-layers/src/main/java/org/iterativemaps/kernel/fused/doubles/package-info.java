/**
 * The fused kernel for DOUBLE: but for {@link org.iterativemaps.kernel.fused.doubles.Coefficients},
 * generated from {@code kernel.fused} and {@code lanes} by the build; {@code src/main/doubles.xml}
 * says how.
 */
package org.iterativemaps.kernel.fused.doubles;
