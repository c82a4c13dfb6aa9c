package org.iterativemaps.map.change;

import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.iterativemaps.map.Block;
import org.iterativemaps.map.BlockMap;
import org.iterativemaps.map.MapWeights;
import org.iterativemaps.map.Parameter;
import org.iterativemaps.map.RealizedMap;
import org.iterativemaps.map.RealizedMap.RealizedBlock;
import org.iterativemaps.map.Slot;
import org.iterativemaps.map.pattern.WeightMask;

/**
 * From one block map to another: where every parameter of the new map comes from.
 *
 * <p>A weight is carried over if it is trained in both maps and joins the same two units of the
 * same two slots; a bias or gain if its unit is the same. Every other parameter of the new map is
 * <em>new</em> and starts at
 *
 * <ul>
 *   <li>the value given with {@link #withStart}, else
 *   <li>the value of the fixed weight that was at its place and is no longer (thawing a block),
 *       else
 *   <li>zero, or one if it is a gain.
 * </ul>
 *
 * <p>Slots are matched by name, and units by number unless {@link #withUnits} says otherwise. Of a
 * nested map the same holds for its slots and blocks. Immutable.
 */
public final class MapChange {
  /** The origin of a new parameter or unit: there was none before. */
  public static final int NEW = -1;

  private final RealizedMap before;
  private final RealizedMap after;
  private final Map<String, int[]> units;
  private final Map<String, double[]> starts;

  MapChange(
      RealizedMap before,
      RealizedMap after,
      Map<String, int[]> units,
      Map<String, double[]> starts) {
    this.before = before;
    this.after = after;
    this.units = Map.copyOf(units);
    this.starts = Map.copyOf(starts);
  }

  /**
   * A change in which every unit keeps its number.
   *
   * @param before the map as it is
   * @param after the map as it shall be
   * @throws IllegalArgumentException if a slot of the new map cannot be realised
   */
  public static MapChange between(RealizedMap before, BlockMap after) {
    return new MapChange(before, after.realize(), Map.of(), Map.of());
  }

  /**
   * A change of masks alone.
   *
   * @param before the map as it is
   * @param masks by name of a trained block, "from-&gt;to", which of its weights shall exist; other
   *     blocks stay as they are
   * @throws IllegalArgumentException if there is no such block, or a mask has no weight or another
   *     size
   */
  public static MapChange ofMasks(RealizedMap before, Map<String, WeightMask> masks) {
    return between(before, Masks.withMasks(before, masks));
  }

  /**
   * The same change with the units of a slot renumbered.
   *
   * @param slot a slot of both maps
   * @param unitsBefore for every unit of the slot in the new map its number before, or {@link
   *     #NEW}; no number twice; copied
   * @throws IllegalArgumentException if the slot is in one of the maps only, or the numbers are not
   *     as described
   */
  public MapChange withUnits(String slot, int[] unitsBefore) {
    int sizeBefore = before.map().slot(slot).size();
    int sizeAfter = after.map().slot(slot).size();
    if (unitsBefore.length != sizeAfter) {
      throw new IllegalArgumentException(
          "unitsBefore of slot '"
              + slot
              + "': found "
              + unitsBefore.length
              + " numbers, expected one for each of the "
              + sizeAfter
              + " units of the new map");
    }
    Set<Integer> seen = new HashSet<>();
    for (int unit : unitsBefore) {
      if (unit != NEW && (unit < 0 || unit >= sizeBefore || !seen.add(unit))) {
        throw new IllegalArgumentException(
            "unitsBefore of slot '"
                + slot
                + "': found "
                + unit
                + (seen.contains(unit) ? " twice" : "")
                + ", expected different numbers below "
                + sizeBefore
                + ", or -1 for a new unit");
      }
    }
    Map<String, int[]> more = new HashMap<>(units);
    more.put(slot, unitsBefore.clone());
    return new MapChange(before, after, more, starts);
  }

  /**
   * The same change with first values for the new parameters of a block or bias.
   *
   * @param name of a trained linear block of the new map, "from-&gt;to", or of a slot, for its
   *     bias; of any other parameter its key
   * @param values one for every parameter of it, in the new order; only those of new parameters are
   *     used; all finite; copied
   * @throws IllegalArgumentException if there is no such block or bias, or the values do not fit it
   */
  public MapChange withStart(String name, double[] values) {
    for (Parameter parameter : after.parameters()) {
      if (name(parameter).equals(name)) {
        if (values.length != parameter.length()) {
          throw new IllegalArgumentException(
              "values of "
                  + name
                  + ": found "
                  + values.length
                  + ", expected one for each of its "
                  + parameter.length()
                  + " parameters");
        }
        for (double value : values) {
          if (!Double.isFinite(value)) {
            throw new IllegalArgumentException(
                "values of " + name + ": found " + value + ", expected finite numbers");
          }
        }
        Map<String, double[]> more = new HashMap<>(starts);
        more.put(name, values.clone());
        return new MapChange(before, after, units, more);
      }
    }
    throw new IllegalArgumentException(
        "no trained block or bias '"
            + name
            + "' in the new map; it has "
            + after.parameters().stream().map(this::name).toList());
  }

  /** Whether the new map is the old one, with every unit where it was. */
  public boolean isNone() {
    return units.isEmpty() && after.map().equals(before.map());
  }

  /** The map as it was. */
  public RealizedMap before() {
    return before;
  }

  /** The map as it will be. */
  public RealizedMap after() {
    return after;
  }

  /**
   * For every unit of a slot of the new map its number before, or {@link #NEW}, in a new array.
   *
   * @throws IllegalArgumentException if the slot changes its size and {@link #withUnits} did not
   *     say how
   */
  public int[] unitsBefore(String slot) {
    if (units.containsKey(slot)) {
      return units.get(slot).clone();
    }
    int[] same = new int[after.map().slot(slot).size()];
    int sizeBefore =
        before.map().slots().stream()
            .filter(s -> s.name().equals(slot))
            .mapToInt(Slot::size)
            .findFirst()
            .orElse(0);
    if (sizeBefore != 0 && sizeBefore != same.length) {
      throw new IllegalArgumentException(
          "slot '"
              + slot
              + "' changes from "
              + sizeBefore
              + " to "
              + same.length
              + " units; say with withUnits(…) which of them stay");
    }
    Arrays.setAll(same, unit -> sizeBefore == 0 ? NEW : unit);
    return same;
  }

  /**
   * Where the parameters of one vector of the new map come from.
   *
   * @param parameter index into the new map's {@link RealizedMap#parameters()}
   * @return for each its index in the vector of the same block or slot before, or {@link #NEW}
   */
  public int[] origins(int parameter) {
    Parameter vector = after.parameters().get(parameter);
    int origin = parameterBefore(parameter);
    if (origin == NEW) {
      int[] none = new int[vector.length()];
      Arrays.fill(none, NEW);
      return none;
    }
    if (!vector.isOfBlock()) {
      return unitsBefore(after.map().slots().get(vector.slot()).name());
    }
    RealizedBlock block = after.blocks().get(vector.block());
    MapChange nested = nested(block);
    if (nested != null) {
      return nested.origins(parameter - block.parameter());
    }
    Block rule = block.block();
    WeightMask mask = vector.mask();
    WeightMask maskBefore = before.parameters().get(origin).mask();
    if (mask == null || maskBefore == null) {
      throw new IllegalArgumentException(
          "block "
              + rule.name()
              + ": nothing says which of the numbers of "
              + vector.key()
              + " stay; only those with a mask can be carried over");
    }
    String source = rule.sources().get(parameter - block.parameter());
    return entriesBefore(source, rule.to(), mask, maskBefore);
  }

  /** What becomes of the map that is nested in a block; null if it is none, or was none before. */
  private MapChange nested(RealizedBlock block) {
    return block.nested() == null ? null : NestedChange.of(this, block);
  }

  /**
   * The vector of the old map that belongs to the same block or bias.
   *
   * @param parameter index into the new map's {@link RealizedMap#parameters()}
   * @return index into the old map's, or {@link #NEW} if it had none
   */
  public int parameterBefore(int parameter) {
    String key = after.parameters().get(parameter).key();
    for (int i = 0; i < before.parameters().size(); i++) {
      if (before.parameters().get(i).key().equals(key)) {
        return i;
      }
    }
    return NEW;
  }

  /**
   * The new map with its numbers: carried over, or those new parameters start with.
   *
   * @param weights the old map's
   * @throws IllegalArgumentException if they are another map's
   */
  public MapWeights carry(MapWeights weights) {
    MapWeights old = weights.on(before);
    Map<String, double[]> carried = new HashMap<>();
    List<Parameter> parameters = after.parameters();
    for (int p = 0; p < parameters.size(); p++) {
      String key = parameters.get(p).key();
      double[] values = starts(p);
      double[] valuesBefore = parameterBefore(p) == NEW ? values : old.values(key);
      int[] origins = origins(p);
      for (int i = 0; i < origins.length; i++) {
        values[i] = origins[i] == NEW ? values[i] : valuesBefore[origins[i]];
      }
      carried.put(key, values);
    }
    return new MapWeights(after, carried);
  }

  private double[] starts(int parameter) {
    Parameter vector = after.parameters().get(parameter);
    double[] values = new double[vector.length()];
    Arrays.fill(values, vector.role() == Parameter.Role.GAIN ? 1 : 0);
    if (starts.containsKey(name(vector))) {
      return starts.get(name(vector)).clone();
    }
    if (vector.isOfBlock() && nested(after.blocks().get(vector.block())) != null) {
      RealizedBlock block = after.blocks().get(vector.block());
      return nested(block).starts(parameter - block.parameter());
    }
    if (vector.isOfBlock() && after.blocks().get(vector.block()).block().isLinear()) {
      RealizedBlock block = after.blocks().get(vector.block());
      RealizedBlock fixedBefore = fixed(before, block.block().name());
      if (fixedBefore != null) {
        copyWhereThawed(block, fixedBefore, values);
      }
    }
    return values;
  }

  private void copyWhereThawed(RealizedBlock block, RealizedBlock fixedBefore, double[] values) {
    RealizedBlock stillFixed = fixed(after, block.block().name());
    Set<Long> stays = new HashSet<>();
    if (stillFixed != null) {
      for (long cell : stillFixed.mask().copyCells()) {
        stays.add(cell);
      }
    }
    Block rule = block.block();
    int[] origins = entriesBefore(rule.from(), rule.to(), block.mask(), fixedBefore.mask());
    long[] cells = block.mask().copyCells();
    for (int i = 0; i < values.length; i++) {
      if (origins[i] != NEW && !stays.contains(cells[i])) {
        values[i] = fixedBefore.fixedValues()[origins[i]];
      }
    }
  }

  private static RealizedBlock fixed(RealizedMap map, String name) {
    return map.blocks().stream()
        .filter(b -> b.block().isFixed() && b.block().name().equals(name))
        .findFirst()
        .orElse(null);
  }

  /** For each weight between two slots of the new map the one that was there before, or NEW. */
  private int[] entriesBefore(
      String fromSlot, String toSlot, WeightMask mask, WeightMask maskBefore) {
    int[] from = unitsBefore(fromSlot);
    int[] to = unitsBefore(toSlot);
    int[] origins = new int[mask.entryCount()];
    int[] entryAt = new int[maskBefore.fromSize()]; // by source unit, within one target unit
    Arrays.fill(origins, NEW);
    Arrays.fill(entryAt, NEW);
    for (int target = 0; target < mask.toSize(); target++) {
      if (to[target] == NEW) {
        continue;
      }
      int start = maskBefore.targetStart(to[target]);
      int end = maskBefore.targetStart(to[target] + 1);
      for (int entry = start; entry < end; entry++) {
        entryAt[maskBefore.source(entry)] = entry;
      }
      for (int e = mask.targetStart(target); e < mask.targetStart(target + 1); e++) {
        int source = from[mask.source(e)];
        origins[e] = source == NEW ? NEW : entryAt[source];
      }
      for (int entry = start; entry < end; entry++) {
        entryAt[maskBefore.source(entry)] = NEW;
      }
    }
    return origins;
  }

  /** What a caller names it by: the slot of a bias, the block of its weights, else its key. */
  private String name(Parameter parameter) {
    if (parameter.isOfBlock()) {
      Block block = after.blocks().get(parameter.block()).block();
      return block.isLinear() ? block.name() : parameter.key();
    }
    return parameter.isBias() ? after.map().slots().get(parameter.slot()).name() : parameter.key();
  }
}
