/**
 * From a budget of weights and a hidden proportion to sizes and densities, and how the weights of a
 * map are spread over its blocks.
 */
package org.iterativemaps.map.plan;
