package org.iterativemaps.examples;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import org.deeplearning4j.nn.conf.MultiLayerConfiguration;
import org.iterativemaps.map.plan.DensityPlan;
import org.iterativemaps.map.plan.DensityPlanner;
import org.iterativemaps.map.plan.PaperBlock;

/**
 * One way to spend a budget of weights: a network that {@link HiddenProportionStudy} or {@link
 * ControlStudy} trains.
 *
 * @param kind of plan
 * @param name unique within a task
 * @param hidden units of the hidden state
 * @param weights trainable ones, biases not counted
 * @param proportion share of them from hidden to hidden
 * @param densities of the map; null for the LSTM
 */
record ProportionPlan(
    Kind kind, String name, int hidden, long weights, double proportion, DensityPlan densities) {

  /** Kinds of plan. */
  enum Kind {
    DENSE("dense"),
    UNIFORM("uniform sparse"),
    VARIED("varied"),
    BALANCED("balanced"),
    LSTM("LSTM");

    final String words;

    Kind(String words) {
      this.words = words;
    }
  }

  /** The plans for a task, from few weights between hidden units to many. */
  static List<ProportionPlan> spread(ProportionTask task, boolean quick) {
    double[] uniform = quick ? new double[] {0.2} : new double[] {0.2, 0.05, 0.01};
    double[] varied =
        quick ? new double[] {0.2, 0.45, 0.8} : new double[] {0.1, 0.2, 0.3, 0.45, 0.6, 0.8};
    List<ProportionPlan> plans = new ArrayList<>();
    plans.add(of(Kind.DENSE, "dense", uniform(task, 1)));
    for (double density : uniform) {
      plans.add(of(Kind.UNIFORM, "uniform " + density, uniform(task, density)));
    }
    for (double proportion : varied) {
      plans.add(of(Kind.VARIED, "varied " + proportion, varied(task, proportion)));
    }
    plans.add(lstm(task));
    return plans;
  }

  static ProportionPlan of(Kind kind, String name, DensityPlan plan) {
    return new ProportionPlan(
        kind,
        name,
        plan.hiddenSize(),
        Math.round(plan.expectedWeights()),
        plan.hiddenProportion(),
        plan);
  }

  // region plans
  /** The same density everywhere; the hidden size follows from the budget. */
  static DensityPlan uniform(ProportionTask task, double density) {
    DensityPlanner planner =
        DensityPlanner.of(task.inputs(), task.outputs()).trainableWeights(task.weights());
    Stream.of(PaperBlock.values()).forEach(block -> planner.density(block, density));
    return planner.plan();
  }

  /**
   * A hidden proportion above the dense map's: the blocks from x give up weights; one below: h to h
   * does.
   */
  static DensityPlan varied(ProportionTask task, double proportion) {
    DensityPlanner planner =
        DensityPlanner.of(task.inputs(), task.outputs())
            .trainableWeights(task.weights())
            .hiddenProportion(proportion);
    boolean more = proportion > uniform(task, 1).hiddenProportion();
    for (PaperBlock block : PaperBlock.values()) {
      boolean sparse = more ? block.from().equals("x") : block == PaperBlock.H_TO_H;
      if (!sparse) {
        planner.density(block, 1);
      }
    }
    return planner.plan();
  }

  // endregion

  /** As many units as the budget allows, read-out included; its gates' recurrent weights count. */
  static ProportionPlan lstm(ProportionTask task) {
    double linear = task.inputs() + task.outputs() / 4.0;
    int units =
        Math.max(1, (int) Math.rint((Math.sqrt(linear * linear + task.weights()) - linear) / 2));
    long hidden = 4L * units * units;
    long weights = hidden + (4L * task.inputs() + task.outputs()) * units;
    return new ProportionPlan(Kind.LSTM, "LSTM", units, weights, (double) hidden / weights, null);
  }

  /** The network, as the task's recipe says. */
  MultiLayerConfiguration network(ProportionTask task, double rate, long seed) {
    return task.recipe().network(this, task, rate, seed);
  }

  /** All that decides a result besides task and seed, in one line. */
  String settings() {
    return densities == null ? String.format(Locale.ROOT, "LSTM %d", hidden) : densities.toString();
  }
}
