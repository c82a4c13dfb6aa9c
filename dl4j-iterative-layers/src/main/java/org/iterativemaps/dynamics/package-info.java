/**
 * What a map does when it is iterated: how long it remembers where it started, where it comes to
 * rest, whether it is stable. No DL4J.
 */
package org.iterativemaps.dynamics;
