package org.iterativemaps.dynamics;

import org.iterativemaps.map.Slot;
import org.iterativemaps.map.values.SparseMatrix;

/** A map's step and its Jacobian: {@link MapStep}, or the same computed faster. */
interface Stepping {

  /** The fastest way there is. */
  static Stepping of(MapStep step) {
    boolean isKnown = step.weights().map().slots().stream().allMatch(Stepping::isKnown);
    PlainStep plain = isKnown ? PlainStep.of(step.weights(), null, step.token()) : null;
    return plain != null ? plain : new OfKernel(step);
  }

  private static boolean isKnown(Slot slot) {
    return slot.isInput() || slot.activation() != null;
  }

  /** Units of the state. */
  int size();

  /** The states after one step, in new arrays. */
  double[][] apply(double[][] states);

  /** dF/dz at a state that is finite. */
  SparseMatrix jacobian(double[] state);

  /** Any map's. */
  record OfKernel(MapStep step) implements Stepping {
    @Override
    public int size() {
      return step.size();
    }

    @Override
    public double[][] apply(double[][] states) {
      return step.apply(states);
    }

    @Override
    public SparseMatrix jacobian(double[] state) {
      return step.jacobian(state).entries();
    }
  }
}
