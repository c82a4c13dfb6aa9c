/**
 * Maps of FLOAT networks on NVIDIA GPUs, ND4J staying on the CPU: the whole sequence and all steps
 * of the map in a few launches. Talks to the driver's own library; kernels are PTX in the jar.
 *
 * <p>Tested on an emulated driver. It has not been run on a GPU yet, and so runs only where the
 * system property {@code org.iterativemaps.kernel=cuda} names it.
 */
package org.iterativemaps.kernel.cuda;
