package org.iterativemaps.watch;

import java.util.List;
import org.iterativemaps.dynamics.ImpulseResponse.Measurement;

/** Measures of maps: how sparse they are, where their weights sit, how strongly they feed back. */
public final class MapMeasures {
  private MapMeasures() {}

  /**
   * Realised density: trained weights that exist / cells they could be in, in [0, 1]; "density".
   *
   * <p>Of the whole map (part ""), and of each vector of weights by its key, such as "W[x-&gt;h]",
   * as DL4J's parameter table and user interface call it. Fixed weights do not count.
   */
  public static MapMeasure density() {
    return new Density();
  }

  /**
   * Realised hidden proportion, in [0, 1], see {@link org.iterativemaps.map.plan.HiddenProportion};
   * "hidden proportion". Of the whole map.
   */
  public static MapMeasure hiddenProportion() {
    return new HiddenShare();
  }

  /**
   * Spectral radius of blocks that feed back, at least 0; "spectral radius".
   *
   * <p>Of a linear map: of the weights from each state slot to itself, trained and fixed together,
   * part "h-&gt;h". Of a gated map: of each square block of linear weights between state slots, its
   * gates among them, such as "h-&gt;f". Activations are not in it: with tanh and a radius below 1,
   * a small state fades.
   *
   * <p>Estimated to about 1 % with at most {@value FeedbackRadius#MOST_VECTORS} products by the
   * matrix, exactly up to 100 units: see {@link
   * org.iterativemaps.map.values.SpectralRadius#estimate}. NaN if a weight is not finite.
   */
  public static MapMeasure spectralRadius() {
    return new FeedbackRadius();
  }

  /**
   * Steps on a token of zeros after which the output no longer tells where the state started, at
   * least 1; "steps to settle". Of the whole map; infinite if it has not settled by the most steps
   * or runs away, NaN if a parameter is not finite. See {@link
   * org.iterativemaps.dynamics.ImpulseResponse#measured}; not among {@link #standard()}, for it
   * runs the map on the reference kernel, up to 200 steps from five starts in [-1, 1].
   *
   * @param tolerance largest difference between two outputs that counts as none, at least 0
   * @throws IllegalArgumentException if it is below 0 or NaN
   */
  public static MapMeasure stepsToSettle(double tolerance) {
    return new StepsToSettle(new Measurement(tolerance, 200, 5, 1, 0));
  }

  /**
   * How maps that go on until they have settled did so in the last iteration; "settling". Parts
   * "steps" (per sample), "most steps", "residual" (the largest) and "unsettled" (samples), and the
   * same of the adjoint equations, "backward steps" and so on. Nothing of maps with fixed steps.
   * See {@link org.iterativemaps.iterate.UntilSettled}.
   */
  public static MapMeasure settling() {
    return new Settling();
  }

  /**
   * The spectral radius of the Jacobian dF/dz, at least 0, of the state that the map has come to
   * after 200 steps on a token; "radius when settled". Of the whole map: below 1 where that state
   * is a stable fixed point. NaN if the state or a parameter is not finite, or the map has no
   * state. See {@link org.iterativemaps.dynamics.Jacobian}; not among {@link #standard()}, for it
   * takes 200 steps and the eigenvalues of the Jacobian.
   *
   * @param token what the input holds, nIn numbers; none for zeros
   */
  public static MapMeasure radiusWhenSettled(double... token) {
    return new RadiusWhenSettled(token.clone(), 200);
  }

  /** Density, hidden proportion and spectral radius. */
  public static List<MapMeasure> standard() {
    return List.of(density(), hiddenProportion(), spectralRadius());
  }
}
