package org.iterativemaps.spark;

/**
 * A round that is done.
 *
 * @param number from 1, over all epochs
 * @param of rounds in all
 * @param epoch that it belongs to, from 1
 * @param iteration the network's iteration count after it
 * @param examples that all replicas together have seen in it
 * @param score mean of the replicas' scores over the examples, each score that of its step
 * @param bytesToEachWorker numbers of the network as sent to every executor, in bytes before Spark
 *     compresses them
 * @param configurationBytes the network's configuration with its masks, if it was sent in this
 *     round, in bytes before Spark compresses it; else 0
 * @param bytesFromEachWorker sums that every replica has sent back, in bytes before Spark
 *     compresses them
 */
public record Round(
    int number,
    int of,
    int epoch,
    int iteration,
    long examples,
    double score,
    long bytesToEachWorker,
    long configurationBytes,
    long bytesFromEachWorker) {}
