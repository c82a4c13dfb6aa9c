/**
 * What a map does when it is iterated: how long it remembers where it started, where it comes to
 * rest. No DL4J.
 */
package org.iterativemaps.dynamics;
