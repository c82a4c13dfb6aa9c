package org.iterativemaps.examples.golden;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.iterativemaps.describe.Description;
import org.iterativemaps.describe.Description.Cell;
import org.iterativemaps.describe.DescriptionYaml;
import org.iterativemaps.describe.Trainable;
import org.iterativemaps.map.BlockMap;
import org.iterativemaps.map.pattern.RandomSource;
import org.iterativemaps.map.pattern.Sparsity;
import org.iterativemaps.map.plan.DensityPlan;
import org.iterativemaps.map.plan.DensityPlanner;
import org.iterativemaps.map.plan.HiddenProportion;
import org.iterativemaps.map.plan.PaperBlock;
import org.iterativemaps.map.values.WeightValues;

/**
 * {@code author_configs}: the authors' own sizes and densities. Expected weights and hidden
 * proportion, the hidden size that the planner finds from budget and densities, and a drawn map
 * within four standard deviations; and the same once more by way of the authors' own language.
 */
final class AuthorConfigsCheck implements CaseCheck {
  // In the order of the files.
  private static final PaperBlock[] ORDER = {
    PaperBlock.X_TO_H,
    PaperBlock.H_TO_H,
    PaperBlock.Y_TO_H,
    PaperBlock.X_TO_Y,
    PaperBlock.H_TO_Y,
    PaperBlock.Y_TO_Y
  };

  @Override
  public void check(GoldenNode node, Implementation via, Comparison comparison) {
    double[] sizes = node.series("sizes");
    double[] densities = node.series("densities");
    Map<PaperBlock, Double> byBlock = new EnumMap<>(PaperBlock.class);
    for (int i = 0; i < ORDER.length; i++) {
      byBlock.put(ORDER[i], densities[i]);
    }
    DensityPlan plan = new DensityPlan((int) sizes[0], (int) sizes[1], (int) sizes[2], byBlock);
    double budget = node.number("expected_trainable");
    comparison.compare("expected_trainable", budget, plan.expectedWeights());
    comparison.compare(
        "hidden_proportion", node.number("hidden_proportion"), plan.hiddenProportion());

    DensityPlanner planner =
        DensityPlanner.of(plan.inputSize(), plan.outputSize()).trainableWeights(budget);
    byBlock.forEach(planner::density);
    comparison.compare("planned hidden size", sizes[1], planner.plan().hiddenSize());

    HiddenProportion described = HiddenProportion.expected(described(plan));
    comparison.compare("expected_trainable, described", budget, described.weights());
    comparison.compare(
        "hidden_proportion, described", node.number("hidden_proportion"), described.value());

    // Block by block: a map would refuse a small block that chance left without any weight.
    double drawn = 0;
    double variance = 0;
    for (PaperBlock block : ORDER) {
      double density = byBlock.get(block);
      if (density > 0) {
        drawn +=
            Sparsity.bernoulli(density)
                .draw(
                    size(block.from(), plan),
                    size(block.to(), plan),
                    RandomSource.of(1, block.name()))
                .entryCount();
        variance += plan.expectedWeights(block) * (1 - density);
      }
    }
    double off = Math.abs(drawn - budget);
    boolean isNear = off <= 4 * Math.sqrt(variance) + 1e-6;
    comparison.compare("drawn weights within 4 deviations", 1, isNear ? 1 : 0);
  }

  /** Written in the authors' words, and read again. */
  private static BlockMap described(DensityPlan plan) {
    List<String> slots = List.of("x", "h", "y");
    List<List<Cell>> rows = new ArrayList<>();
    for (String to : slots) {
      List<Cell> row = new ArrayList<>();
      for (String from : slots) {
        double density =
            Stream.of(ORDER)
                .filter(b -> b.from().equals(from) && b.to().equals(to))
                .mapToDouble(plan.densities()::get)
                .sum();
        row.add(
            density == 0
                ? new Cell(null, WeightValues.constant(0), Trainable.NONE)
                : new Cell(
                    Sparsity.bernoulli(density),
                    WeightValues.gaussian(0, 0.05),
                    Trainable.NON_ZERO));
      }
      rows.add(row);
    }
    Description description =
        new Description(
            List.of(plan.inputSize(), plan.hiddenSize(), plan.outputSize()),
            rows,
            true,
            List.of("Identity", "ReLU", "Identity"));
    return DescriptionYaml.read(DescriptionYaml.write(description)).toMap(1).map();
  }

  private static int size(String slot, DensityPlan plan) {
    return switch (slot) {
      case "x" -> plan.inputSize();
      case "h" -> plan.hiddenSize();
      default -> plan.outputSize();
    };
  }
}
