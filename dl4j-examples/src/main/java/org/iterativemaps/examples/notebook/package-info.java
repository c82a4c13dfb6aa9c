/**
 * Turns a main into a notebook: prose, code taken from the source file, tables, pictures and
 * timings on the terminal as they come and in one self-contained HTML file at the end.
 *
 * <p>A notebook implements {@link org.iterativemaps.examples.notebook.Notebook}; everything it
 * shows goes through the {@link org.iterativemaps.examples.notebook.Page} it is given. Only {@code
 * ComputeThreads} knows ND4J, nothing here knows Deeplearning4j.
 */
package org.iterativemaps.examples.notebook;
