package org.iterativemaps.map.change;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.iterativemaps.map.RealizedMap;
import org.iterativemaps.map.RealizedMap.RealizedBlock;

/**
 * The strongest way a signal has, unit by unit, from the input slot to the output slot.
 *
 * <p>The strength of a path is its smallest |weight|; fixed weights count as infinitely strong
 * unless they are zero, since they stay. The strongest path of at most n steps follows from those
 * of n-1 steps (the widest path problem, by Bellman's recursion):
 *
 * <pre>    s_n(i) = max( s_{n-1}(i), max over weights w_ij of min( s_{n-1}(j), |w_ij| ) )</pre>
 */
final class Paths {
  private static final double UNREACHED = -1;

  private final TrainedMap trained;
  private final RealizedMap map;
  private final int slots;

  private Paths(TrainedMap trained) {
    this.trained = trained;
    this.map = trained.map();
    this.slots = map.map().slots().size();
  }

  /** Whether some unit of the output slot can be reached from some unit of the input slot. */
  static boolean reachOutput(TrainedMap trained) {
    return strongest(trained) != null;
  }

  /** Whether the output can be reached before a change, and no longer after it. */
  static boolean cutBy(TrainedMap trained, MapChange change) {
    double[][] left = new double[change.after().parameters().size()][];
    for (int i = 0; i < left.length; i++) {
      left[i] = change.carry(i, trained.values());
    }
    TrainedMap after = new TrainedMap(change.after(), left, Set.of(), trained.steps());
    return !reachOutput(after) && reachOutput(trained);
  }

  /** The entries of the strongest path, by name of the trained block; null if there is no path. */
  static Map<String, Set<Integer>> strongest(TrainedMap trained) {
    return new Paths(trained).search();
  }

  /** The last weight of the strongest path to a unit. */
  private record Hop(RealizedBlock block, int entry, int target) {}

  private Map<String, Set<Integer>> search() {
    double[][] strength = new double[slots][];
    for (int slot = 0; slot < slots; slot++) {
      strength[slot] = new double[map.map().slots().get(slot).size()];
      boolean isInput = map.map().slots().get(slot).isInput();
      Arrays.fill(strength[slot], isInput ? Double.POSITIVE_INFINITY : UNREACHED);
    }
    List<Map<Long, Hop>> hops = new ArrayList<>(); // of each step, by slot and unit
    boolean changed = true;
    for (int step = 0; step < trained.steps() && changed; step++) {
      Map<Long, Hop> improved = new HashMap<>();
      double[][] next = Arrays.stream(strength).map(double[]::clone).toArray(double[][]::new);
      for (RealizedBlock block : map.blocks()) {
        extend(block, strength, next, improved);
      }
      strength = next;
      hops.add(improved);
      changed = !improved.isEmpty();
    }
    int output = map.map().indexOf(map.map().output().name());
    int best = 0;
    for (int unit = 1; unit < strength[output].length; unit++) {
      best = strength[output][unit] > strength[output][best] ? unit : best;
    }
    return strength[output][best] == UNREACHED ? null : back(hops, output, best);
  }

  private void extend(
      RealizedBlock block, double[][] strength, double[][] next, Map<Long, Hop> improved) {
    double[] from = strength[block.from()];
    double[] to = next[block.to()];
    for (int target = 0; target < to.length; target++) {
      int end = block.mask().targetStart(target + 1);
      for (int entry = block.mask().targetStart(target); entry < end; entry++) {
        double along = Math.min(from[block.mask().source(entry)], strength(block, entry));
        if (along > to[target]) {
          to[target] = along;
          improved.put(unit(block.to(), target), new Hop(block, entry, target));
        }
      }
    }
  }

  private double strength(RealizedBlock block, int entry) {
    if (block.block().isTrainable()) {
      return Math.abs(trained.weights(block)[entry]);
    }
    return block.fixedValues()[entry] == 0 ? UNREACHED : Double.POSITIVE_INFINITY;
  }

  private Map<String, Set<Integer>> back(List<Map<Long, Hop>> hops, int slot, int unit) {
    Map<String, Set<Integer>> path = new HashMap<>();
    int atSlot = slot;
    int atUnit = unit;
    for (int step = hops.size() - 1; step >= 0; step--) {
      Hop hop = hops.get(step).get(unit(atSlot, atUnit));
      if (hop != null) {
        if (hop.block.block().isTrainable()) {
          path.computeIfAbsent(hop.block.block().name(), b -> new TreeSet<>()).add(hop.entry);
        }
        atSlot = hop.block.from();
        atUnit = hop.block.mask().source(hop.entry);
      }
    }
    return path;
  }

  private static long unit(int slot, int unit) {
    return ((long) slot << 32) | unit;
  }
}
