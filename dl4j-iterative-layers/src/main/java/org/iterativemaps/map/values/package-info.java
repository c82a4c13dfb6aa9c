/**
 * Values of weights, for those that are never trained and for those that are, before training; and
 * the spectrum that some of them are made for.
 */
package org.iterativemaps.map.values;
