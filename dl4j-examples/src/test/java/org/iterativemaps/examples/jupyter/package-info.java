/** Jupyter notebooks, run cell by cell without a Jupyter: see {@link FirstMapTest}. */
package org.iterativemaps.examples.jupyter;
