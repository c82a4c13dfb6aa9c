package org.iterativemaps.surgery;

import org.deeplearning4j.nn.api.Model;
import org.deeplearning4j.optimize.api.BaseTrainingListener;
import org.iterativemaps.iterate.Iteration;
import org.iterativemaps.layers.impl.RunningMap;
import org.iterativemaps.map.pattern.RandomSource;

/**
 * Trains all maps of a network with another K in every iteration, so that an answer does not depend
 * on when it is read.
 *
 * <pre>{@code
 * network.addListeners(new RandomSteps(8, 16, 0));
 * network.fit(data, epochs);
 * MapKnobs.of(network).reset(); // what the configuration says
 * }</pre>
 *
 * <p>The K of an iteration depends on its number and the seed alone. The first iteration after the
 * listener was added runs with what the network has.
 */
public final class RandomSteps extends BaseTrainingListener {
  private final int least;
  private final int most;
  private final long seed;

  /**
   * A listener for one network or several.
   *
   * @param least K, at least 1
   * @param most K, at least the least
   * @param seed of the choice
   * @throws IllegalArgumentException if there is no K between the two
   */
  public RandomSteps(int least, int most, long seed) {
    if (least < 1 || most < least) {
      throw new IllegalArgumentException(
          "steps: found " + least + " to " + most + ", expected at least 1, and no fewer at most");
    }
    this.least = least;
    this.most = most;
    this.seed = seed;
  }

  /** K of the iteration after one. */
  int steps(int iteration) {
    double unit = RandomSource.of(seed, "steps", Integer.toString(iteration)).nextDouble();
    return least + (int) (unit * (most - least + 1));
  }

  /**
   * Chooses the next K.
   *
   * @throws IllegalArgumentException if a map's output cannot be reached in so many steps, or it
   *     goes on until it has settled
   */
  @Override
  public void iterationDone(Model model, int iteration, int epoch) {
    int steps = steps(iteration);
    for (String layer : LiveMaps.layers(model)) {
      RunningMap map = LiveMaps.running(model, layer);
      if (!(map.running().iteration() instanceof Iteration.Steps)) {
        throw new IllegalArgumentException(
            "layer '"
                + layer
                + "': found a map that goes on until it has settled, expected fixed steps");
      }
      if (map.running().steps() != steps) {
        map.run(map.running().withSteps(steps));
      }
    }
  }
}
