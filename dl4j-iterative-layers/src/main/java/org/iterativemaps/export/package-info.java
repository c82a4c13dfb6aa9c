/**
 * Networks of maps and of the layers around them on their way out of DL4J: lowered to a {@link
 * org.iterativemaps.inference.Program}, which {@code dl4j-iterative-layers-inference} runs and
 * other formats are written from.
 */
package org.iterativemaps.export;
