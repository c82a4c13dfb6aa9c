/**
 * How often a map is applied, and what follows: which slot is computed in which step and from what
 * ({@link org.iterativemaps.iterate.Schedule}), what the output depends on ({@link
 * org.iterativemaps.iterate.Liveness}), and what a kernel is asked to run ({@link
 * org.iterativemaps.iterate.MapProgram}).
 */
package org.iterativemaps.iterate;
