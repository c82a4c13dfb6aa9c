package org.iterativemaps.surgery;

import java.util.Collection;
import org.deeplearning4j.nn.api.Layer;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.layers.wrapper.BaseWrapperLayer;
import org.deeplearning4j.nn.workspace.LayerWorkspaceMgr;
import org.deeplearning4j.optimize.api.TrainingListener;
import org.nd4j.common.primitives.Pair;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.learning.GradientUpdater;
import org.nd4j.linalg.learning.config.Adam;

/**
 * Layers and an updater that fail on demand, wherever DL4J calls them while it builds a network.
 */
public final class Faults {
  private static int countdown = -1;

  private Faults() {}

  /** What is thrown: every other time an Error, as a full stack would be. */
  static final class Injected extends RuntimeException {
    private static final long serialVersionUID = 1L;

    Injected(String place) {
      super("injected at " + place);
    }
  }

  /** Lets this many calls pass from now on and the next one fail. */
  static void failAfter(int calls) {
    countdown = calls;
  }

  /** No call fails from now on. */
  static void none() {
    countdown = -1;
  }

  private static void at(String place) {
    if (countdown >= 0 && countdown-- == 0) {
      if (place.hashCode() % 2 == 0) {
        throw new StackOverflowError("injected at " + place);
      }
      throw new Injected(place);
    }
  }

  /** A wrapper that does nothing but fail. */
  public static final class Fragile extends BaseWrapperLayer {
    private static final long serialVersionUID = 1L;

    Fragile(org.deeplearning4j.nn.conf.layers.Layer underlying) {
      super(underlying);
    }

    @Override
    public Layer instantiate(
        NeuralNetConfiguration conf,
        Collection<TrainingListener> listeners,
        int index,
        INDArray view,
        boolean initialize,
        DataType type) {
      at("instantiate");
      NeuralNetConfiguration inner = conf.clone();
      inner.setLayer(underlying);
      return new Running(underlying.instantiate(inner, listeners, index, view, initialize, type));
    }
  }

  private static final class Running extends org.deeplearning4j.nn.layers.wrapper.BaseWrapperLayer {
    private static final long serialVersionUID = 1L;

    Running(Layer underlying) {
      super(underlying);
    }

    @Override
    public void setBackpropGradientsViewArray(INDArray gradients) {
      at("gradients view");
      super.setBackpropGradientsViewArray(gradients);
    }

    @Override
    public void setMaskArray(INDArray mask) {
      at("masks");
      super.setMaskArray(mask);
    }

    @Override
    public void setIterationCount(int count) {
      at("iterations");
      super.setIterationCount(count);
    }

    @Override
    public Pair<org.deeplearning4j.nn.gradient.Gradient, INDArray> backpropGradient(
        INDArray epsilon, LayerWorkspaceMgr workspaces) {
      at("backward");
      return super.backpropGradient(epsilon, workspaces);
    }
  }

  /** Adam that fails. */
  public static final class FragileAdam extends Adam {
    private static final long serialVersionUID = 1L;

    FragileAdam() {
      super(0.01);
    }

    @Override
    public long stateSize(long parameters) {
      at("state size");
      return super.stateSize(parameters);
    }

    @Override
    public GradientUpdater<?> instantiate(INDArray view, boolean initialize) {
      at("updater");
      return super.instantiate(view, initialize);
    }

    @Override
    public Adam clone() {
      return this;
    }
  }
}
