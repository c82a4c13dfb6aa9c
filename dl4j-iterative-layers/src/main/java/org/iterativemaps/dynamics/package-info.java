/** What a map does when it is iterated: how long it remembers, whether it is stable. No DL4J. */
package org.iterativemaps.dynamics;
