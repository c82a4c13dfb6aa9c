/**
 * A program in numbers, for kernels that run all of it themselves: what is computed in every time
 * step, from what, and what has to wait for what.
 */
package org.iterativemaps.kernel.plan;
