package org.iterativemaps.parallel;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.iterativemaps.iterate.MapProgram;
import org.iterativemaps.map.BlockFunctions;
import org.iterativemaps.map.BlockMap;
import org.iterativemaps.map.RealizedMap.RealizedBlock;
import org.iterativemaps.map.Slot;
import org.iterativemaps.map.pattern.WeightMask;
import org.nd4j.linalg.activations.impl.ActivationSoftmax;

/**
 * Which units of the state that is carried hear of each other: the Jacobian from one time step to
 * the next is zero between any two others, whatever the weights' values, so it falls into blocks.
 *
 * @param slots that are carried
 * @param first of each of them, the number of its first unit; then the count of all
 * @param groups numbers of units, one group per block of the Jacobian
 */
record StateBlocks(List<Integer> slots, int[] first, List<int[]> groups) {
  /** A block of n units takes n ways back and n * n numbers per time step. */
  static final int MOST_UNITS = 8;

  /**
   * Of a program.
   *
   * @throws IllegalArgumentException if a block would have more than {@link #MOST_UNITS}
   */
  static StateBlocks of(MapProgram program) {
    Coupling coupling = new Coupling(program);
    List<Integer> slots = program.schedule().carried();
    int[] first = new int[slots.size() + 1];
    Map<Integer, List<Integer>> groups = new LinkedHashMap<>();
    for (int i = 0; i < slots.size(); i++) {
      int size = program.size(slots.get(i));
      first[i + 1] = first[i] + size;
      for (int unit = 0; unit < size; unit++) {
        groups
            .computeIfAbsent(coupling.group(slots.get(i), unit), g -> new ArrayList<>())
            .add(first[i] + unit);
      }
    }
    int most = groups.values().stream().mapToInt(List::size).max().orElse(0);
    if (most > MOST_UNITS) {
      throw new IllegalArgumentException(
          "map: found "
              + most
              + " units of the state that hear of each other, expected at most "
              + MOST_UNITS
              + ", as where the weights between them are diagonal; other maps can be swept");
    }
    return new StateBlocks(
        slots,
        first,
        groups.values().stream()
            .map(group -> group.stream().mapToInt(Integer::intValue).toArray())
            .toList());
  }

  int units() {
    return first[first.length - 1];
  }

  /** Units of the largest block. */
  int largest() {
    return groups.stream().mapToInt(group -> group.length).max().orElse(0);
  }

  /** Disjoint sets of units of all slots, joined along everything that leads to the state. */
  private static final class Coupling {
    private final MapProgram program;
    private final int[] first;
    private final int[] parent;

    Coupling(MapProgram program) {
      this.program = program;
      int slots = program.slots().size();
      this.first = new int[slots + 1];
      for (int slot = 0; slot < slots; slot++) {
        first[slot + 1] = first[slot] + program.size(slot);
      }
      this.parent = IntStream.range(0, first[slots]).toArray();
      boolean[] matters = leadsToState();
      for (RealizedBlock block : program.realized().blocks()) {
        if (matters[block.to()]) {
          join(block);
        }
      }
      BlockMap map = program.realized().map();
      for (int index = 0; index < slots; index++) {
        Slot slot = program.slots().get(index);
        if (matters[index]) {
          for (String gate : slot.gates()) {
            joinUnits(map.indexOf(gate), index);
          }
          if (slot.isNormalised() || program.activation(index) instanceof ActivationSoftmax) {
            joinAll(index, index);
          }
        }
      }
    }

    /** A read-out that nobody reads couples units of the output, not of the state. */
    private boolean[] leadsToState() {
      BlockMap map = program.realized().map();
      boolean[] matters = new boolean[program.slots().size()];
      program.schedule().carried().forEach(slot -> matters[slot] = true);
      boolean isMore = true;
      while (isMore) {
        isMore = false;
        for (int to = 0; to < matters.length; to++) {
          if (matters[to]) {
            for (String gate : program.slots().get(to).gates()) {
              isMore |= mark(map.indexOf(gate), matters);
            }
          }
        }
        for (RealizedBlock block : program.realized().blocks()) {
          for (int source : block.sources()) {
            isMore |= matters[block.to()] && mark(source, matters);
          }
        }
      }
      return matters;
    }

    private boolean mark(int slot, boolean[] matters) {
      boolean isNew = !matters[slot] && slot != program.inputSlot();
      matters[slot] |= isNew;
      return isNew;
    }

    private void join(RealizedBlock block) {
      if (block.mask() != null) {
        joinEntries(block.from(), block.to(), block.mask());
      } else if (block.block().function() instanceof BlockFunctions.LinearProduct) {
        for (int i = 0; i < block.sources().size(); i++) {
          WeightMask mask = program.realized().parameters().get(block.parameter() + i).mask();
          joinEntries(block.sources().get(i), block.to(), mask);
        }
      } else {
        for (int source : block.sources()) {
          if (block.block().function().isElementwise()) {
            joinUnits(source, block.to());
          } else {
            joinAll(source, block.to());
          }
        }
      }
    }

    private void joinEntries(int from, int to, WeightMask mask) {
      if (from != program.inputSlot()) {
        for (int unit = 0; unit < mask.toSize(); unit++) {
          for (int e = mask.targetStart(unit); e < mask.targetStart(unit + 1); e++) {
            join(first[from] + mask.source(e), first[to] + unit);
          }
        }
      }
    }

    private void joinUnits(int from, int to) {
      if (from != program.inputSlot()) {
        for (int unit = 0; unit < program.size(to); unit++) {
          join(first[from] + unit, first[to] + unit);
        }
      }
    }

    private void joinAll(int from, int to) {
      if (from != program.inputSlot()) {
        for (int slot : new int[] {from, to}) {
          for (int unit = first[slot]; unit < first[slot + 1]; unit++) {
            join(unit, first[to]);
          }
        }
      }
    }

    private void join(int a, int b) {
      parent[root(a)] = root(b);
    }

    private int root(int unit) {
      int root = unit;
      while (parent[root] != root) {
        parent[root] = parent[parent[root]];
        root = parent[root];
      }
      return root;
    }

    int group(int slot, int unit) {
      return root(first[slot] + unit);
    }
  }
}
