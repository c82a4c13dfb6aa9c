/**
 * JMH benchmarks of map layers against DL4J's own, in one run. {@link
 * org.iterativemaps.benchmarks.Benchmarks} starts them.
 */
package org.iterativemaps.benchmarks;
