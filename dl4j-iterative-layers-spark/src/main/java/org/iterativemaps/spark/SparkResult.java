package org.iterativemaps.spark;

/**
 * What a run did.
 *
 * @param rounds done in all, with those before a checkpoint that it was resumed from
 * @param score of the last round that this run did, as in {@link Round}; NaN if none was left to do
 * @param plan who saw what
 */
public record SparkResult(int rounds, double score, AveragingPlan plan) {}
