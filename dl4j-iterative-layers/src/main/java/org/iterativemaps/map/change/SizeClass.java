package org.iterativemaps.map.change;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.iterativemaps.map.Block;
import org.iterativemaps.map.BlockMap;
import org.iterativemaps.map.RealizedMap;
import org.iterativemaps.map.RealizedMap.RealizedBlock;
import org.iterativemaps.map.Slot;
import org.iterativemaps.map.pattern.Sparsity;
import org.iterativemaps.map.values.WeightValues;

/**
 * The slots that must have one size with a slot: the smallest set with it that holds, of a gated
 * slot and its gates, and of sources and target of an element-wise function, all or none.
 *
 * <p>Unit u of the class is unit u of all its slots: these are joined unit by unit, so that they
 * can only come and go together. Of an LSTM they are all gates, the memory and the output.
 *
 * @param map the map
 * @param asked the slot whose class it is
 * @param slots names, in the map's order
 */
record SizeClass(RealizedMap map, String asked, List<String> slots) {
  private static final String ALONE =
      "use DL4J's TransferLearning (nInReplace, nOutReplace), or put a hidden slot between";

  /**
   * The class of a slot.
   *
   * @throws IllegalArgumentException if there is no such slot
   */
  static SizeClass of(RealizedMap map, String slot) {
    Set<String> found = new HashSet<>(Set.of(map.map().slot(slot).name()));
    List<List<String>> joined = joined(map.map());
    boolean isMore = true;
    while (isMore) {
      isMore = false;
      for (List<String> names : joined) {
        isMore |= !Collections.disjoint(names, found) && found.addAll(names);
      }
    }
    List<String> slots =
        map.map().slots().stream().map(Slot::name).filter(found::contains).toList();
    return new SizeClass(map, slot, slots);
  }

  private static List<List<String>> joined(BlockMap map) {
    List<List<String>> joined = new ArrayList<>();
    for (Slot slot : map.slots()) {
      joined.add(with(slot.gates(), slot.name()));
    }
    for (Block block : map.blocks()) {
      if (block.function().isElementwise()) {
        joined.add(with(block.sources(), block.to()));
      }
    }
    return joined;
  }

  private static List<String> with(List<String> names, String name) {
    List<String> more = new ArrayList<>(names);
    more.add(name);
    return more;
  }

  /** How many units each of its slots has. */
  int size() {
    return map.map().slot(asked).size();
  }

  boolean contains(String slot) {
    return slots.contains(slot);
  }

  /** Whether there are other slots than the one that was asked for. */
  boolean isJoined() {
    return slots.size() > 1;
  }

  boolean isReadBy(Block block) {
    return !Collections.disjoint(block.sources(), slots);
  }

  boolean isWrittenBy(Block block) {
    return contains(block.to());
  }

  /**
   * Whether a linear block joins every unit of the class with itself alone, as peepholes and
   * coupled gates do, by more than chance. Of a slot by itself no block counts as such.
   */
  boolean isUnitByUnit(RealizedBlock realized) {
    Block block = realized.block();
    if (!isJoined() || !block.isLinear() || !isReadBy(block) || !isWrittenBy(block)) {
      return false;
    }
    return block.sparsity() instanceof Sparsity.Diagonal
        || block.sparsity() instanceof Sparsity.Explicit
            && Arrays.stream(realized.mask().copyCells())
                .allMatch(cell -> cell / size() == cell % size());
  }

  /** Whether such a block says of any number of units what it is to them. */
  boolean fitsAnySize(RealizedBlock realized) {
    return isUnitByUnit(realized)
        && realized.block().sparsity() instanceof Sparsity.Diagonal
        && (realized.block().isTrainable()
            || realized.block().fixedValues() instanceof WeightValues.Constant);
  }

  /**
   * Refuses input and output, and what {@link #checkUnits} does.
   *
   * @throws IllegalArgumentException naming the slot that is why
   */
  void checkHidden() {
    for (String name : slots) {
      boolean isInput = map.map().slot(name).isInput();
      if (isInput || name.equals(map.map().output().name())) {
        throw new IllegalArgumentException(
            at(name)
                + " is the map's "
                + (isInput ? "input" : "output")
                + ", whose size the layers around it count on; "
                + (isJoined() ? beside(name, isInput) : ALONE)
                + why());
      }
    }
    checkUnits();
  }

  /** DL4J's TransferLearning would give the input or output alone another size. */
  private static String beside(String name, boolean isInput) {
    return isInput
        ? "put a slot in its place that reads it: connect(\"" + name + "\", …)"
        : "make a slot behind it the output: connect(\"" + name + "\", \"y\", …).output(\"y\")";
  }

  /**
   * Refuses slots whose units are not each by themselves: a normalisation ties the values of all
   * units of its slot, and of functions that are neither linear nor element-wise nobody knows what
   * another unit is to them.
   *
   * @throws IllegalArgumentException naming the slot or block that is why
   */
  void checkUnits() {
    for (String name : slots) {
      if (map.map().slot(name).isNormalised()) {
        throw new IllegalArgumentException(
            at(name)
                + ": found normalisation "
                + map.map().slot(name).normalisation()
                + ", which goes over its units, so that the values of all of them depend on how many"
                + " there are; expected a slot without one. Resize another slot"
                + why());
      }
    }
    for (RealizedBlock realized : map.blocks()) {
      Block block = realized.block();
      boolean hasUnits =
          block.isLinear() || block.function().isElementwise() && realized.parameterCount() == 0;
      if (!hasUnits && (isReadBy(block) || isWrittenBy(block))) {
        String name =
            slots.stream()
                .filter(slot -> block.to().equals(slot) || block.sources().contains(slot))
                .findFirst()
                .orElseThrow();
        throw new IllegalArgumentException(
            at(name)
                + ": block "
                + block.name()
                + " is "
                + block.function()
                + ", for which its units cannot be counted one by one; only slots with linear blocks"
                + " and element-wise functions without parameters can be resized"
                + why());
      }
    }
  }

  /**
   * Refuses a class whose new units would never learn or matter.
   *
   * @throws IllegalArgumentException if no trained block leads into it from outside, or out of it
   */
  void checkTrained() {
    boolean in = false;
    boolean out = false;
    for (Block block : map.map().blocks()) {
      in |= block.isTrainable() && isWrittenBy(block) && !isReadBy(block);
      out |= block.isTrainable() && isReadBy(block) && !isWrittenBy(block);
    }
    if (!in || !out) {
      throw new IllegalArgumentException(
          at(asked)
              + ": no trained block leads "
              + (in ? "out of" : "into")
              + (isJoined() ? " the slots of its size" : " it")
              + ", so that new units would never "
              + (in ? "matter" : "learn")
              + "; connect one first, or thaw a fixed one"
              + why());
    }
  }

  /** Which slot an error is about: the one that was asked for, or another of its class. */
  private String at(String name) {
    return "slot '" + asked + (name.equals(asked) ? "'" : "': slot '" + name + "'");
  }

  /** Why an error is about other slots, too. */
  private String why() {
    return isJoined()
        ? ". Slots " + slots + " have one size: gates and element-wise functions join their units"
        : "";
  }
}
