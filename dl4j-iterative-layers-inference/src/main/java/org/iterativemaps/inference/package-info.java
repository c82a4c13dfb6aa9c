/**
 * Trained networks of maps and of the layers around them, over arrays of floats: a {@code Program}
 * says what is computed of a token, {@code InferenceModel} computes it. Knows the JDK alone.
 */
package org.iterativemaps.inference;
