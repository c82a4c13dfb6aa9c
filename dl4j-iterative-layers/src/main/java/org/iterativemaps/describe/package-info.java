/**
 * The description language of the papers' authors (arXiv:2404.00880, arXiv:2509.15057; their {@code
 * iterativenn} repository): block matrices in YAML, read into a block map and written back.
 *
 * <p>Beside the layers, which take maps and know nothing of it. Of ND4J only the YAML library
 * inside it and the activations are used, of DL4J nothing.
 */
package org.iterativemaps.describe;
