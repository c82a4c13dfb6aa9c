/**
 * Reservoir computing: maps of fixed weights, whose states a read-out that is solved for makes use
 * of.
 */
package org.iterativemaps.reservoir;
