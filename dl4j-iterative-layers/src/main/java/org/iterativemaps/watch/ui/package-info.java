/**
 * Maps in DL4J's user interface. The library does not bring it: these classes need {@code
 * deeplearning4j-ui} on the class path.
 */
package org.iterativemaps.watch.ui;
