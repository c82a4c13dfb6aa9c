/** What a map does when it is iterated: how long it remembers where it started. No DL4J. */
package org.iterativemaps.dynamics;
