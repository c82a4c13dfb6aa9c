/**
 * Surgery on networks that are being trained: pruning, regrowing, growing and shrinking the maps in
 * them, in place, with the updater's state. Thin adapters from DL4J's networks to {@link
 * org.iterativemaps.map.change}.
 */
package org.iterativemaps.surgery;
