/**
 * Pictures for this field, drawn without a display: block matrices, learning curves, heat maps,
 * scatter plots, spectra, trajectories, and what iterated maps do: cobwebs, bifurcations, basins,
 * impulse responses.
 *
 * <p>Plain data in, {@link org.iterativemaps.examples.plots.Picture} out. Colours are Okabe and
 * Ito's, series differ in line and marker as well, and letters stay readable when a picture is
 * shown 360 pixels wide.
 */
package org.iterativemaps.examples.plots;
