package org.iterativemaps.card;

import java.util.ArrayList;
import java.util.List;
import org.iterativemaps.iterate.Iteration;
import org.iterativemaps.iterate.MapProgram;
import org.iterativemaps.layers.MapPlace;
import org.iterativemaps.layers.MapSettings;
import org.iterativemaps.map.Block;
import org.iterativemaps.map.BlockFunctions;
import org.iterativemaps.map.Parameter;
import org.iterativemaps.map.RealizedMap;
import org.iterativemaps.map.RealizedMap.RealizedBlock;
import org.iterativemaps.map.pattern.Sparsity;
import org.iterativemaps.map.plan.DensityPlan;
import org.iterativemaps.map.plan.HiddenProportion;

/**
 * A map of a network.
 *
 * @param address what finds it in the network: {@link MapPlace#address()}
 * @param isFrozen whether DL4J keeps its parameters from training
 * @param seed of masks and fixed values
 * @param injection how long a token stays
 * @param iteration how often it is applied to a token: "3 steps", or until it has settled
 * @param output the slot that is read
 * @param trainableWeights of all blocks, biases and gains not counted
 * @param parameters all numbers that are trained
 * @param plannedHiddenProportion what the sizes and densities were solved for, in [0, 1]; null if
 *     they were not planned
 * @param hiddenProportion of the masks that were drawn, in [0, 1]; null if no weight is trained
 * @param slots in the map's order, behind a block's target those of its nested map
 * @param blocks in the map's order, behind a nested map its own
 */
public record MapFacts(
    String address,
    boolean isFrozen,
    long seed,
    String injection,
    String iteration,
    String output,
    long trainableWeights,
    long parameters,
    Double plannedHiddenProportion,
    Double hiddenProportion,
    List<SlotFacts> slots,
    List<BlockFacts> blocks) {

  /** Copies the lists. */
  public MapFacts {
    slots = List.copyOf(slots);
    blocks = List.copyOf(blocks);
  }

  static MapFacts of(MapPlace place) {
    MapSettings settings = place.map().getSettings();
    RealizedMap realized = settings.realized();
    List<SlotFacts> slots = new ArrayList<>();
    List<BlockFacts> blocks = new ArrayList<>();
    collect("", place.map().program(), slots, blocks);
    return new MapFacts(
        place.address(),
        place.isFrozen(),
        settings.map().seed(),
        settings.map().injection().name(),
        text(settings.iteration()),
        settings.map().output().name(),
        realized.trainableWeights(),
        realized.parameterCount(),
        settings.densityPlan().map(DensityPlan::hiddenProportion).orElse(null),
        realized.trainableWeights() == 0 ? null : HiddenProportion.realized(realized).value(),
        slots,
        blocks);
  }

  private static String text(Iteration iteration) {
    return iteration instanceof Iteration.Steps steps
        ? steps.count() + (steps.count() == 1 ? " step" : " steps")
        : iteration.toString();
  }

  private static void collect(
      String prefix, MapProgram program, List<SlotFacts> slots, List<BlockFacts> blocks) {
    RealizedMap realized = program.realized();
    for (int i = 0; i < program.slots().size(); i++) {
      slots.add(SlotFacts.of(prefix, program.slots().get(i), program.activation(i)));
    }
    for (int i = 0; i < realized.blocks().size(); i++) {
      RealizedBlock block = realized.blocks().get(i);
      blocks.add(facts(prefix, realized, block));
      if (block.nested() != null) {
        collect(prefix + block.block().name() + " / ", program.nested(i), slots, blocks);
      }
    }
  }

  private static BlockFacts facts(String prefix, RealizedMap realized, RealizedBlock block) {
    List<Parameter> own =
        block.parameterCount() == 0
            ? List.of()
            : realized
                .parameters()
                .subList(block.parameter(), block.parameter() + block.parameterCount());
    return new BlockFacts(
        prefix + block.block().name(),
        function(block.block()),
        block.block().isFixed() ? String.valueOf(block.block().fixedValues()) : null,
        own.stream().mapToLong(Parameter::length).sum(),
        masks(block, own));
  }

  private static String function(Block block) {
    if (block.function() instanceof BlockFunctions.Nested nested) {
      return "nested map, " + text(Iteration.steps(nested.steps()));
    }
    if (block.function() instanceof BlockFunctions.Attention) {
      return block.function().toString();
    }
    return block.function().getClass().getSimpleName();
  }

  /** Those of a nested map stand at its own blocks. */
  private static List<MaskFacts> masks(RealizedBlock realized, List<Parameter> own) {
    Block block = realized.block();
    if (block.function() instanceof BlockFunctions.Linear linear) {
      String key = Parameter.key("W", block.name());
      return List.of(MaskFacts.of(key, linear.sparsity(), realized.mask()));
    }
    if (block.function() instanceof BlockFunctions.LinearProduct product) {
      List<Sparsity> patterns = List.of(product.left(), product.right());
      List<MaskFacts> masks = new ArrayList<>();
      for (int i = 0; i < patterns.size(); i++) {
        masks.add(MaskFacts.of(own.get(i).key(), patterns.get(i), own.get(i).mask()));
      }
      return masks;
    }
    return List.of();
  }
}
