/**
 * DL4J layers of iterative maps: {@link org.iterativemaps.layers.IterativeMapLayer} for [batch,
 * nIn] and {@link org.iterativemaps.layers.IterativeMapRecurrentLayer} for sequences. These are the
 * configuration classes; what runs is in {@code org.iterativemaps.layers.impl}.
 */
package org.iterativemaps.layers;
