package org.iterativemaps.surgery;

import java.util.ArrayList;
import java.util.List;
import org.deeplearning4j.nn.updater.BaseMultiLayerUpdater;
import org.deeplearning4j.nn.updater.UpdaterBlock;
import org.iterativemaps.layers.LayerWeights;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * What a network's updater remembers of its parameters, as vectors with one number for each, in the
 * order of the parameters: Adam has two, first moments and second.
 *
 * <p>DL4J's updaters work on runs of parameters with equal settings ({@link UpdaterBlock}). The
 * state of a run of n parameters is one or several vectors of length n behind each other.
 */
public final class UpdaterState {
  private UpdaterState() {}

  /**
   * The vectors: as many as the run with the most has, with zeros at the parameters of others.
   *
   * @throws IllegalArgumentException if a run's state is no whole vectors, naming the updater
   */
  public static List<double[]> vectors(BaseMultiLayerUpdater<?> updater) {
    List<double[]> vectors = new ArrayList<>();
    INDArray view = updater.getStateViewArray();
    if (view == null) {
      return vectors;
    }
    double[] state = LayerWeights.numbers(view);
    int end = 0;
    for (UpdaterBlock run : updater.getUpdaterBlocks()) {
      end = Math.max(end, run.getParamOffsetEnd());
    }
    for (UpdaterBlock run : updater.getUpdaterBlocks()) {
      for (int v = 0; v < count(run); v++) {
        if (v == vectors.size()) {
          vectors.add(new double[end]);
        }
        System.arraycopy(
            state, place(run, v), vectors.get(v), run.getParamOffsetStart(), length(run));
      }
    }
    return vectors;
  }

  /**
   * Writes vectors, as {@link #vectors} gives them, into an updater's state; what it has no room
   * for is left out.
   *
   * @throws IllegalArgumentException if a run's state is no whole vectors, naming the updater
   */
  public static void assign(List<double[]> vectors, BaseMultiLayerUpdater<?> updater) {
    INDArray view = updater.getStateViewArray();
    if (view == null) {
      return;
    }
    double[] state = LayerWeights.numbers(view);
    for (UpdaterBlock run : updater.getUpdaterBlocks()) {
      for (int v = 0; v < Math.min(count(run), vectors.size()); v++) {
        System.arraycopy(
            vectors.get(v), run.getParamOffsetStart(), state, place(run, v), length(run));
      }
    }
    LayerWeights.assign(state, view);
  }

  /**
   * Refuses an updater whose state does not follow its parameters.
   *
   * @throws IllegalArgumentException naming the updater
   */
  static void check(BaseMultiLayerUpdater<?> updater) {
    updater.getUpdaterBlocks().forEach(UpdaterState::count);
  }

  private static int count(UpdaterBlock run) {
    int state = run.getUpdaterViewOffsetEnd() - run.getUpdaterViewOffsetStart();
    int parameters = length(run);
    if (parameters > 0 && state % parameters != 0) {
      throw new IllegalArgumentException(
          "updater "
              + run.getGradientUpdater().getConfig()
              + ": found "
              + state
              + " numbers of state for "
              + parameters
              + " parameters, expected whole vectors, one number per parameter in each; use one of"
              + " DL4J's updaters");
    }
    return parameters == 0 ? 0 : state / parameters;
  }

  private static int length(UpdaterBlock run) {
    return run.getParamOffsetEnd() - run.getParamOffsetStart();
  }

  private static int place(UpdaterBlock run, int vector) {
    return run.getUpdaterViewOffsetStart() + vector * length(run);
  }
}
