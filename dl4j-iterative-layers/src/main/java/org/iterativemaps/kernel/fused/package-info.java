/**
 * The fused kernel: maps in FLOAT on the CPU, all but those with attention or maps in them, the
 * whole sequence in one pass over arrays on the heap, the batch along the lanes of vectors. The
 * loops are those of {@code lanes}, in plain Java or on the Vector API. The build makes {@code
 * kernel.fused.doubles} of both.
 *
 * <p>{@code ProgramPlan} says what is computed, {@code RecordLayout} where it lies, {@code
 * CallShape} how a call is cut up. {@code CellSum}, {@code CellActivation} and {@code CellUpdate}
 * are the three stages of a cell, {@code FusedPhase} runs them, {@code ForwardPass} and {@code
 * BackwardPass} go through time, and {@code FusedKernel} is the kernel.
 */
package org.iterativemaps.kernel.fused;
