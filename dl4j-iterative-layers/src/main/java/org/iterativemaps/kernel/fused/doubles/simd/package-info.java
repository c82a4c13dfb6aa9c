/**
 * The lane kernels for DOUBLE on the Vector API, generated from {@code lanes.simd}, whose invariant
 * holds here, too: nothing outside names these classes but a file of services.
 */
package org.iterativemaps.kernel.fused.doubles.simd;
