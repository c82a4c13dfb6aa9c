package org.iterativemaps.convert;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import org.iterativemaps.map.Block;
import org.iterativemaps.map.BlockMap;
import org.iterativemaps.map.BlockMapBuilder;
import org.iterativemaps.map.Injection;
import org.iterativemaps.map.MapWeights;
import org.iterativemaps.map.Parameter;
import org.iterativemaps.map.RealizedMap.RealizedBlock;
import org.iterativemaps.map.Slot;
import org.iterativemaps.map.pattern.Sparsity;
import org.iterativemaps.map.values.WeightValues;

/**
 * An unrolled map as the looped one it came from.
 *
 * <p>What is a copy of what is data of the slots ({@link Slot#origin}), never their names. It is
 * believed only after a proof: copies are equal in size, activation, bias, masks and fixed values,
 * and the looped map, unrolled again, has exactly the slots and blocks that were given.
 */
final class Tying {
  private final MapWeights unrolled;
  private final BlockMap map;
  private final Averages averages;
  private final Map<String, List<Slot>> copies = new LinkedHashMap<>(); // by slot of the looped map
  private final Map<String, List<RealizedBlock>> blocks = new LinkedHashMap<>();

  private Tying(MapWeights unrolled, Averages averages) {
    this.unrolled = unrolled;
    this.map = unrolled.map();
    this.averages = averages;
    for (Slot slot : map.slots()) {
      if (!slot.isInput() && slot.origin() == null) {
        throw refusal(
            "slot '"
                + slot.name()
                + "' is no copy that unrolling made, and others are: "
                + copies());
      }
      copies.computeIfAbsent(base(slot), s -> new ArrayList<>()).add(slot);
    }
    copies.values().stream()
        .filter(slots -> slots.size() > 1)
        .forEach(slots -> slots.sort(Comparator.comparingInt(slot -> slot.origin().step())));
    for (RealizedBlock block : unrolled.realized().blocks()) {
      String name =
          base(map.slot(block.block().from())) + "->" + base(map.slot(block.block().to()));
      blocks.computeIfAbsent(name + block.block().isTrainable(), b -> new ArrayList<>()).add(block);
    }
  }

  /** Whether some slot has more than one copy. */
  static boolean hasCopies(BlockMap map) {
    Set<String> seen = new HashSet<>();
    return map.slots().stream()
        .anyMatch(slot -> slot.origin() != null && !seen.add(slot.origin().slot()));
  }

  /** As {@link Unrolling#tie}; the averages may be those of other maps, too. */
  static Unrolling.Tied tie(MapWeights unrolled, Averages averages) {
    BlockMap map = unrolled.map();
    if (!hasCopies(map)) {
      throw new IllegalArgumentException(
          "unrolled: none of the slots "
              + map.slots().stream().map(slot -> "'" + slot.name() + "'").toList()
              + " are copies of one slot that unroll made; what they are called says nothing. Dense"
              + " layers are tied with IterativeMaps.fromMlp and MlpOptions.tied");
    }
    map.requireLinear("tie");
    Tying tying = new Tying(unrolled, averages);
    tying.copies.values().forEach(tying::checkSlots);
    tying.blocks.values().forEach(tying::checkBlocks);
    MapWeights looped = tying.looped();
    int steps = map.output().origin().step();
    tying.checkUnrolled(looped, steps);
    return new Unrolling.Tied(looped, steps, averages.loss());
  }

  private MapWeights looped() {
    BlockMapBuilder builder = BlockMap.builder().injection(injection());
    Map<String, double[]> values = new LinkedHashMap<>();
    copies.forEach(
        (base, slots) -> {
          Slot slot = slots.get(0);
          builder.add(slot.withName(base).with((Slot.Origin) null));
          if (slot.hasBias()) {
            values.put(
                Parameter.biasKey(base),
                averages.of(slots.stream().map(s -> unrolled.bias(s.name())).toList()));
          }
        });
    for (List<RealizedBlock> group : blocks.values()) {
      RealizedBlock first = group.get(0);
      String from = base(map.slot(first.block().from()));
      String to = base(map.slot(first.block().to()));
      boolean isTrained = first.block().isTrainable();
      WeightValues fixed = isTrained ? null : WeightValues.explicit(first.fixedValues());
      builder.add(new Block(from, to, Sparsity.explicit(first.mask()), fixed));
      if (isTrained) {
        values.put(
            Parameter.weightKey(from, to),
            averages.of(group.stream().map(unrolled::values).toList()));
      }
    }
    return new MapWeights(builder.output(base(map.output())).build().realize(), values);
  }

  /** An impulse is read by the first copy of a slot and by no other. */
  private Injection injection() {
    String input = map.input().name();
    Set<String> readers = new HashSet<>();
    map.blocks().stream()
        .filter(block -> block.from().equals(input))
        .forEach(block -> readers.add(block.to()));
    boolean isImpulse =
        copies.values().stream()
            .filter(slots -> readers.contains(slots.get(0).name()))
            .anyMatch(slots -> !readers.contains(slots.get(slots.size() - 1).name()));
    return isImpulse ? Injection.IMPULSE : Injection.HOLD;
  }

  private void checkSlots(List<Slot> slots) {
    Slot first = slots.get(0);
    for (Slot slot : slots) {
      String difference =
          slot.size() != first.size()
              ? "sizes " + first.size() + " and " + slot.size()
              : !Objects.equals(slot.activation(), first.activation())
                  ? "activations " + first.activation() + " and " + slot.activation()
                  : slot.hasBias() != first.hasBias() ? "a bias in one of them" : null;
      if (difference != null) {
        throw refusal(
            "slots '"
                + first.name()
                + "' and '"
                + slot.name()
                + "' come from one slot '"
                + base(first)
                + "' and differ: they have "
                + difference);
      }
    }
  }

  private void checkBlocks(List<RealizedBlock> group) {
    RealizedBlock first = group.get(0);
    for (RealizedBlock block : group) {
      String difference =
          !block.mask().equals(first.mask())
              ? "different masks; prune and regrow after tying, not before"
              : !block.block().isTrainable()
                      && !Arrays.equals(block.fixedValues(), first.fixedValues())
                  ? "different fixed values"
                  : null;
      if (difference != null) {
        throw refusal(
            "blocks "
                + first.block().name()
                + " and "
                + block.block().name()
                + " come from one block and have "
                + difference);
      }
    }
  }

  /** The proof: the looped map has these slots and blocks when it is unrolled, and no others. */
  private void checkUnrolled(MapWeights looped, int steps) {
    Set<String> expected = parts(Unrolling.unroll(looped, steps).map());
    Set<String> found = parts(map);
    Set<String> missing = new TreeSet<>(expected);
    missing.removeAll(found);
    Set<String> more = new TreeSet<>(found);
    more.removeAll(expected);
    if (!missing.isEmpty() || !more.isEmpty()) {
      throw refusal(
          "it is not "
              + steps
              + " steps of one looped map: of the slots and blocks"
              + (missing.isEmpty() ? "" : " it lacks " + missing)
              + (missing.isEmpty() || more.isEmpty() ? "" : " and")
              + (more.isEmpty() ? "" : " it has " + more + " as well"));
    }
  }

  /** Slots as slot@step, blocks between them; masks and the rest have been compared before. */
  private static Set<String> parts(BlockMap map) {
    Set<String> parts = new TreeSet<>();
    map.slots().forEach(slot -> parts.add(at(slot)));
    for (Block block : map.blocks()) {
      parts.add(
          at(map.slot(block.from()))
              + "->"
              + at(map.slot(block.to()))
              + (block.isTrainable() ? "" : " (fixed)"));
    }
    return parts;
  }

  private static String at(Slot slot) {
    return slot.isInput() ? slot.name() : slot.origin().slot() + "@" + slot.origin().step();
  }

  private static String base(Slot slot) {
    return slot.isInput() ? slot.name() : slot.origin().slot();
  }

  private List<String> copies() {
    return map.slots().stream().filter(s -> s.origin() != null).map(Slot::name).toList();
  }

  private static IllegalArgumentException refusal(String what) {
    return new IllegalArgumentException("unrolled: " + what + "; it cannot be tied as it is");
  }
}
