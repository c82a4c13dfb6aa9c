/**
 * What becomes of maps while they train: measures taken every few iterations by a listener, kept,
 * written as CSV. A measure is a {@link org.iterativemaps.watch.MapMeasure}; more of them can be
 * given.
 */
package org.iterativemaps.watch;
