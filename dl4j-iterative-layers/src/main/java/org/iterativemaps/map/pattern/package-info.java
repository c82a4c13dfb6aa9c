/**
 * Which weights of a block exist: rules ({@link org.iterativemaps.map.pattern.Sparsity}), what they
 * draw ({@link org.iterativemaps.map.pattern.WeightMask}), and the random numbers they draw from,
 * the same on every JVM.
 */
package org.iterativemaps.map.pattern;
