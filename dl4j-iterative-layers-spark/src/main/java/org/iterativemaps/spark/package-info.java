/**
 * Training on Apache Spark: replicas of a network, one for each partition of the data, take steps
 * of their own and are then averaged. For every network of DL4J, with maps or without.
 *
 * <p>{@link SparkMaps} is where to begin. What travels is bytes and Java arrays, never arrays of
 * ND4J; what is computed where is {@link AveragingPlan}, which knows neither Spark nor DL4J.
 */
package org.iterativemaps.spark;
