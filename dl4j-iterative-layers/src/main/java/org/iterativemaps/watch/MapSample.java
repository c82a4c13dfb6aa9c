package org.iterativemaps.watch;

/**
 * One number, measured once: a line of the CSV file.
 *
 * @param iteration how many updates of the parameters were made before the one it was measured
 *     after, as DL4J counts for listeners: 0 is measured after the first
 * @param epoch from 0
 * @param layer what finds the map: {@link org.iterativemaps.layers.MapPlace#address()}
 * @param measure {@link MapMeasure#name()}
 * @param part what it is of: "" is the whole map, else as the measure says
 * @param value what was found; NaN if it could not be
 */
public record MapSample(
    int iteration, int epoch, String layer, String measure, String part, double value) {}
