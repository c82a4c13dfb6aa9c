/**
 * Block maps as SameDiff operations, to build them into graphs ({@link
 * org.iterativemaps.samediff.SDIterative}); and Java code as a block ({@link
 * org.iterativemaps.samediff.SDFunction}), which only such graphs can run.
 */
package org.iterativemaps.samediff;
