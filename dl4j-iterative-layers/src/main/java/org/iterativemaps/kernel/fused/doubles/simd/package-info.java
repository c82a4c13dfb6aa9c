/**
 * The lane kernels for DOUBLE on the Vector API, generated from {@code kernel.fused.simd}, whose
 * invariant holds here, too: nothing outside names these classes except by string.
 */
package org.iterativemaps.kernel.fused.doubles.simd;
