/**
 * The inner loops of maps in FLOAT on the CPU, with samples side by side along the lanes of
 * vectors: in plain Java here, on the Vector API in {@code lanes.simd}; {@link
 * org.iterativemaps.lanes.LaneKernelSelection} says which of them run in this JVM. A {@link
 * org.iterativemaps.lanes.LaneBlock} is a block's weights, laid out for the loops.
 *
 * <p>For this project's own kernels and runtimes, not for users: arguments are not checked, and
 * anything may change. Knows the JDK alone, as Java 11 and Android have it. The library's build
 * makes the loops for DOUBLE of it.
 */
package org.iterativemaps.lanes;
