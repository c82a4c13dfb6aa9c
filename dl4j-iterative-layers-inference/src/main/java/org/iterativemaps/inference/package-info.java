/**
 * Trained networks of maps and of the layers around them, over arrays of floats: a {@link
 * org.iterativemaps.inference.Program} says what is computed of a token, {@link
 * org.iterativemaps.inference.InferenceModel} reads one from a file and computes it, {@link
 * org.iterativemaps.inference.TokenStream} keeps the state between tokens.
 *
 * <p>Knows the JDK and the loops of {@code lanes} alone; written for Java 11.
 */
package org.iterativemaps.inference;
