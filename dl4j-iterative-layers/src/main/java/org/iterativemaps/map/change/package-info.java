/**
 * Changing the weights and units of a map that has been trained: which weights stay, which go,
 * which come, and what happens to their values. Knows neither DL4J nor ND4J's arrays.
 */
package org.iterativemaps.map.change;
