/**
 * Slots, sparsity patterns, block maps and step schedules: mathematics that knows no array library.
 */
package org.iterativemaps.map;
