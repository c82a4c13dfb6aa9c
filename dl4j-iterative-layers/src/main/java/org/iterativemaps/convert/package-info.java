/**
 * From DL4J's dense and recurrent layers to maps and back, with the same outputs; the knobs of a
 * map that is trained already; weights from and to NumPy files.
 *
 * <p>{@link org.iterativemaps.convert.IterativeMaps} is the entrance. A network is read as chains
 * of layers ({@code Chain}), a converter says what becomes of each part ({@code Piece}), and a
 * {@code Source} writes the network anew: converters know neither {@code MultiLayerNetwork} nor
 * {@code ComputationGraph}.
 */
package org.iterativemaps.convert;
