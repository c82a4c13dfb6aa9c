/**
 * Weights from and to NumPy files, and from the state of PyTorch modules saved as such.
 *
 * <p>ND4J has readers of its own, which in 1.0.0-M2.1 take arrays in Fortran order for others and
 * fail on compressed files and on booleans; so the format is read here, with nothing but the JDK.
 */
package org.iterativemaps.convert.numpy;
