/** What a map does when it is iterated: stability, memory, attractors. No DL4J. */
package org.iterativemaps.dynamics;
