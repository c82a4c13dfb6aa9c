/** Examples to read and run, and the program that starts them by name. */
package org.iterativemaps.examples;
