/** The running halves of the layers: thin adapters from DL4J's layer calls to a map kernel. */
package org.iterativemaps.layers.impl;
