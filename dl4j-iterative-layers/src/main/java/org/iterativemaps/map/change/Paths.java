package org.iterativemaps.map.change;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.stream.IntStream;
import org.iterativemaps.map.MapWeights;
import org.iterativemaps.map.RealizedMap;
import org.iterativemaps.map.RealizedMap.RealizedBlock;
import org.iterativemaps.map.Slot;
import org.iterativemaps.map.pattern.WeightMask;

/**
 * The strongest way a signal has, unit by unit, from the input slot to the output slot.
 *
 * <p>The strength of a path is its smallest |weight|; fixed weights count as infinitely strong
 * unless they are zero, since they stay. The strongest path of at most n steps follows from those
 * of n-1 steps (the widest path problem, by Bellman's recursion): Functions that are not linear and
 * gates have no weight to lose and count as infinitely strong; wires take no step of their own.
 *
 * <pre>    s_n(i) = max( s_{n-1}(i), max over weights w_ij of min( s_{n-1}(j), |w_ij| ) )</pre>
 */
final class Paths {
  private static final double UNREACHED = -1;

  private final MapWeights weights;
  private final int steps;
  private final RealizedMap map;
  private final int slots;

  private Paths(MapWeights weights, int steps) {
    this.weights = weights;
    this.steps = steps;
    this.map = weights.realized();
    this.slots = map.map().slots().size();
  }

  /** Whether some unit of the output slot can be reached from some unit of the input slot. */
  static boolean reachOutput(MapWeights weights, int steps) {
    return strongest(weights, steps) != null;
  }

  /** Whether the output can be reached before a change, and no longer after it. */
  static boolean cutBy(MapWeights weights, int steps, MapChange change) {
    return !reachOutput(change.carry(weights), steps) && reachOutput(weights, steps);
  }

  /** The entries of the strongest path, by name of the trained block; null if there is no path. */
  static Map<String, Set<Integer>> strongest(MapWeights weights, int steps) {
    return new Paths(weights, steps).search();
  }

  /**
   * The last hop of the strongest path to a unit.
   *
   * @param block null for what has no weights to lose
   * @param entry its weight
   */
  private record Hop(RealizedBlock block, int entry, int fromSlot, int fromUnit) {}

  private Map<String, Set<Integer>> search() {
    double[][] strength = new double[slots][];
    for (int slot = 0; slot < slots; slot++) {
      strength[slot] = new double[map.map().slots().get(slot).size()];
      boolean isInput = map.map().slots().get(slot).isInput();
      Arrays.fill(strength[slot], isInput ? Double.POSITIVE_INFINITY : UNREACHED);
    }
    List<Map<Long, Hop>> hops = new ArrayList<>(); // of each step, by slot and unit
    boolean changed = true;
    for (int step = 0; step < steps && changed; step++) {
      Map<Long, Hop> improved = new HashMap<>();
      strength = step(strength, improved);
      hops.add(improved);
      changed = !improved.isEmpty();
    }
    int output = map.map().indexOf(map.map().output().name());
    int best = strongest(strength[output]);
    return strength[output][best] == UNREACHED ? null : back(hops, output, best);
  }

  /** One step: wires read wires before them and the old states, states read both. */
  private double[][] step(double[][] strength, Map<Long, Hop> improved) {
    double[][] seen = strength.clone();
    slots(Slot::isWire).forEach(slot -> seen[slot] = new Reach(slot, seen, improved).strength());
    double[][] next = seen.clone();
    slots(Slot::isState).forEach(slot -> next[slot] = new Reach(slot, seen, improved).strength());
    return next;
  }

  private IntStream slots(Predicate<Slot> kind) {
    return IntStream.range(0, slots).filter(s -> kind.test(map.map().slots().get(s)));
  }

  /** How strongly the units of a slot are reached after one more step. */
  private final class Reach {
    private final int slot;
    private final double[][] seen; // by slot and unit
    private final Map<Long, Hop> improved;
    private final double[] reached;

    Reach(int slot, double[][] seen, Map<Long, Hop> improved) {
      this.slot = slot;
      this.seen = seen;
      this.improved = improved;
      this.reached = seen[slot].clone();
    }

    double[] strength() {
      map.blocks().stream().filter(block -> block.to() == slot).forEach(this::through);
      for (String gate : map.map().slots().get(slot).gates()) {
        unitByUnit(map.map().indexOf(gate));
      }
      return reached;
    }

    private void through(RealizedBlock block) {
      if (block.mask() != null) {
        weightByWeight(block);
        return;
      }
      for (int source : block.sources()) {
        if (block.block().function().isElementwise()) {
          unitByUnit(source);
        } else { // no weight of it is ever taken away: the strongest unit gets everywhere
          int best = strongest(seen[source]);
          for (int unit = 0; unit < reached.length; unit++) {
            offer(unit, Double.POSITIVE_INFINITY, null, 0, source, best);
          }
        }
      }
    }

    private void weightByWeight(RealizedBlock block) {
      WeightMask mask = block.mask();
      double[] values = weights.values(block);
      for (int unit = 0; unit < reached.length; unit++) {
        for (int e = mask.targetStart(unit); e < mask.targetStart(unit + 1); e++) {
          double strength = Paths.strength(block, values[e]);
          offer(unit, strength, block, e, block.from(), mask.source(e));
        }
      }
    }

    private void unitByUnit(int from) {
      for (int unit = 0; unit < reached.length; unit++) {
        offer(unit, Double.POSITIVE_INFINITY, null, 0, from, unit);
      }
    }

    private void offer(
        int unit, double strength, RealizedBlock block, int entry, int fromSlot, int fromUnit) {
      double along = Math.min(seen[fromSlot][fromUnit], strength);
      if (along > reached[unit]) {
        reached[unit] = along;
        improved.put(unit(slot, unit), new Hop(block, entry, fromSlot, fromUnit));
      }
    }
  }

  private static double strength(RealizedBlock block, double weight) {
    if (block.block().isTrainable()) {
      return Math.abs(weight);
    }
    return weight == 0 ? UNREACHED : Double.POSITIVE_INFINITY;
  }

  private static int strongest(double[] strength) {
    int best = 0;
    for (int unit = 1; unit < strength.length; unit++) {
      best = strength[unit] > strength[best] ? unit : best;
    }
    return best;
  }

  private Map<String, Set<Integer>> back(List<Map<Long, Hop>> hops, int slot, int unit) {
    Map<String, Set<Integer>> path = new HashMap<>();
    int atSlot = slot;
    int atUnit = unit;
    for (int step = hops.size() - 1; step >= 0; step--) {
      boolean isWire = true; // whose hop is in the same step
      while (isWire) {
        Hop hop = hops.get(step).get(unit(atSlot, atUnit));
        isWire = hop != null && map.map().slots().get(hop.fromSlot).isWire();
        if (hop != null) {
          if (hop.block != null && hop.block.block().isTrainable()) {
            path.computeIfAbsent(hop.block.block().name(), b -> new TreeSet<>()).add(hop.entry);
          }
          atSlot = hop.fromSlot;
          atUnit = hop.fromUnit;
        }
      }
    }
    return path;
  }

  private static long unit(int slot, int unit) {
    return ((long) slot << 32) | unit;
  }
}
