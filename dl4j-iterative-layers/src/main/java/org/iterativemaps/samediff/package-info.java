/**
 * Block maps in SameDiff: operations to build them into a graph ({@link
 * org.iterativemaps.samediff.SDIterative}), maps whose blocks are any functions ({@link
 * org.iterativemaps.samediff.SDBlockMap}), and DL4J layers and a vertex that run such graphs.
 */
package org.iterativemaps.samediff;
