/** Model cards: what a network is, and what its makers say of it, as JSON and Markdown. */
package org.iterativemaps.card;
