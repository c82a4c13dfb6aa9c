package org.iterativemaps.examples.data;

/**
 * What a controller saw and did, time step by time step.
 *
 * @param observations [time][input], at least one time step; not copied
 * @param actions [time][output], as many time steps; not copied
 */
public record Episode(float[][] observations, float[][] actions) {

  /** Refuses lengths that do not match. */
  public Episode {
    if (actions.length == 0 || observations.length != actions.length) {
      throw new IllegalArgumentException(
          "observations, actions: found "
              + observations.length
              + ", "
              + actions.length
              + " time steps, expected equally many, at least one");
    }
  }

  /** How many time steps. */
  public int length() {
    return actions.length;
  }
}
