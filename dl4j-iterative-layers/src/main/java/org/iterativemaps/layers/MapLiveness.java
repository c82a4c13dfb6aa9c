package org.iterativemaps.layers;

import java.util.List;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.iterativemaps.iterate.Liveness.DeadBlock;
import org.iterativemaps.map.Slot;
import org.nd4j.linalg.activations.IActivation;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.factory.Nd4j;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What is done about weights that no output of a layer depends on. */
final class MapLiveness {
  private static final Logger LOG = LoggerFactory.getLogger("org.iterativemaps.layers");

  private MapLiveness() {}

  /**
   * Refuses a plan with a dead block and warns of one in any other map; for layers that come out of
   * a builder. What is read from a file is taken as it was.
   *
   * @throws IllegalArgumentException if the plan gives weights to a dead block
   */
  static void atBuild(Layer layer) {
    MapSettings settings = ((IterativeMapConf) layer).getSettings();
    List<DeadBlock> dead = ((IterativeMapConf) layer).liveness(settings).dead();
    if (dead.isEmpty()) {
      return;
    }
    if (settings.plan().isPresent()) {
      throw new IllegalArgumentException(ofPlan(dead, settings));
    }
    LOG.warn(
        "{} {}: {}. They count as trainable weights and are never trained: raise steps(…) or leave"
            + " them out",
        layer.getClass().getSimpleName(),
        layer.getLayerName() == null ? "without a name" : '"' + layer.getLayerName() + '"',
        text(dead, settings.steps()));
  }

  /**
   * Refuses a plan with a dead block.
   *
   * @throws IllegalArgumentException if there is one
   */
  static void ofPlan(IterativeMapConf layer, MapSettings planned) {
    List<DeadBlock> dead = layer.liveness(planned).dead();
    if (planned.plan().isPresent() && !dead.isEmpty()) {
      throw new IllegalArgumentException(ofPlan(dead, planned));
    }
  }

  private static String ofPlan(List<DeadBlock> dead, MapSettings settings) {
    return "plan: "
        + text(dead, settings.steps())
        + ". The plan would spend weights on what is never trained: raise steps(…), or leave "
        + (dead.size() == 1 ? "it" : "them")
        + " out with blockDensity(…, 0)";
  }

  /** Each block, K, and the K from which the output depends on it. */
  static String text(List<DeadBlock> dead, int steps) {
    return dead.stream().map(d -> text(d, steps)).collect(Collectors.joining("; "));
  }

  private static String text(DeadBlock dead, int steps) {
    return "the output does not depend on block "
        + dead.block().name()
        + " at K = "
        + steps
        + (dead.livesFrom().isPresent()
            ? " (it would at K = " + dead.livesFrom().getAsInt() + ")"
            : " (nor at any other K)");
  }

  /**
   * Whether a slot's activation has value 0 at 0; false where it is not known yet.
   *
   * @param ofLayer for slots that name none; may be null
   */
  static Predicate<Slot> keepsZero(IActivation ofLayer) {
    return slot -> {
      IActivation activation = slot.activation() == null ? ofLayer : slot.activation();
      return activation != null
          && activation.getActivation(Nd4j.zeros(DataType.DOUBLE, 1, 2), false).getDouble(0) == 0;
    };
  }
}
