/** Feed-forward networks in the place of iterated maps. */
package org.iterativemaps.shortcut;
