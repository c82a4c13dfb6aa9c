/** The time steps of a sequence, or the steps on a token, side by side instead of in turn. */
package org.iterativemaps.parallel;
