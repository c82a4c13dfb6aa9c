package org.iterativemaps.spark;

import java.io.Serializable;

/** What every worker starts a round with: all numbers of a network, and its counters. */
final class Snapshot implements Serializable {
  private static final long serialVersionUID = 1L;

  private final Numbers parameters;
  private final Numbers updaterState;
  private final int iteration;
  private final int epoch;

  private Snapshot(Numbers parameters, Numbers updaterState, int iteration, int epoch) {
    this.parameters = parameters;
    this.updaterState = updaterState;
    this.iteration = iteration;
    this.epoch = epoch;
  }

  static Snapshot of(Replica replica) {
    return new Snapshot(
        Numbers.of(replica.parameters()),
        Numbers.of(replica.updaterState()),
        replica.iteration(),
        replica.epoch());
  }

  void into(Replica replica) {
    parameters.into(replica.parameters());
    updaterState.into(replica.updaterState());
    replica.setCounts(iteration, epoch);
  }

  long bytes() {
    return parameters.bytes() + updaterState.bytes();
  }
}
