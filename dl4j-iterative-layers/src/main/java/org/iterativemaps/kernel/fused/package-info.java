/**
 * The fused kernel: linear maps in FLOAT on the CPU, the whole sequence in one pass over arrays on
 * the heap, the batch along the lanes of vectors; in plain Java, or on the Vector API in {@code
 * kernel.fused.simd}. The build makes {@code kernel.fused.doubles} of it.
 */
package org.iterativemaps.kernel.fused;
