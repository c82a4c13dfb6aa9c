/**
 * Data for the examples, all of it at hand without a network: MNIST files the user brings, digits
 * drawn by the program, and generated sequences.
 *
 * <p>Generators use {@link java.util.Random}, whose algorithm is part of its specification, and
 * {@link StrictMath}, so that a seed means the same data on every JVM.
 */
package org.iterativemaps.examples.data;
