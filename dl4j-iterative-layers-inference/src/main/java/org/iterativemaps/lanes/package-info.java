/**
 * The inner loops of maps in FLOAT on the CPU, with samples side by side along the lanes of
 * vectors: in plain Java here, on the Vector API in {@code lanes.simd}. Knows the JDK alone.
 */
package org.iterativemaps.lanes;
