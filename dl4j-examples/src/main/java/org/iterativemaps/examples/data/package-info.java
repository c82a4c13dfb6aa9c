/**
 * Data for the examples, all of it at hand without a network: real handwritten digits ({@code
 * optdigits.csv.gz}, CC BY 4.0, see {@link org.iterativemaps.examples.data.HandwrittenDigits}),
 * digits drawn by the program, MNIST files the user brings, generated sequences, and {@code
 * us-founding-documents.txt}: the Declaration of Independence and the Constitution of the United
 * States, which are in the public domain.
 *
 * <p>Generators use {@link java.util.Random}, whose algorithm is part of its specification, those
 * of commons-math, which are written in Java, and {@link StrictMath}, so that a seed means the same
 * data on every JVM.
 */
package org.iterativemaps.examples.data;
