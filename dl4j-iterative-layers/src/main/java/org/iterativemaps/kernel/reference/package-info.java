/**
 * The specification: maps on plain ND4J operations, forward and backward, for any backend and
 * floating type, every function of {@link org.iterativemaps.map.BlockFunctions} included. Readable
 * before fast; every other kernel is compared with this one.
 *
 * <p>Arrays of slots are [rows, units]; weights are W[to, from], as in z_to = W z_from, so that
 * with rows as samples the image of z is z W^T.
 */
package org.iterativemaps.kernel.reference;
