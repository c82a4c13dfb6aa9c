/** Model files that are checked before they are believed. */
package org.iterativemaps.saving;
