package org.iterativemaps.map;

import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.IntPredicate;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * Which slots depend on the token after each step, when a single token is run from a state of
 * zeros.
 *
 * <p>A block carries nothing while its value is zero for certain ({@link BlockFunction#vanishes}):
 * a product needs all its sources. Zero for certain are the state slots before the first step, and
 * the input after it where the token is an impulse. (In sequences the state is carried and may
 * start anywhere, so that every path counts: {@link BlockMap#shortestPathFromInput}.)
 */
public final class Reach {
  private final BlockMap map;
  private final int[] order; // slots as a step evaluates them: wires, then state slots
  private final int input;
  private final int output;
  private final int[][] sources; // by block
  private final int[][] blocksInto; // by slot
  private final int[][] gates; // by slot
  private int step;
  private BitSet reached = new BitSet(); // slots after that many steps

  private Reach(BlockMap map) {
    this.map = map;
    List<Slot> slots = map.slots();
    this.order = IntStream.concat(slots(Slot::isWire), slots(Slot::isState)).toArray();
    this.input = map.indexOf(map.input().name());
    this.output = map.indexOf(map.output().name());
    this.sources =
        map.blocks().stream()
            .map(block -> block.sources().stream().mapToInt(map::indexOf).toArray())
            .toArray(int[][]::new);
    int[] targets = map.blocks().stream().mapToInt(b -> map.indexOf(b.to())).toArray();
    this.blocksInto =
        IntStream.range(0, slots.size())
            .mapToObj(s -> IntStream.range(0, targets.length).filter(b -> targets[b] == s))
            .map(IntStream::toArray)
            .toArray(int[][]::new);
    this.gates =
        slots.stream()
            .map(slot -> slot.gates().stream().mapToInt(map::indexOf).toArray())
            .toArray(int[][]::new);
  }

  private IntStream slots(Predicate<Slot> kind) {
    return IntStream.range(0, map.slots().size()).filter(s -> kind.test(map.slots().get(s)));
  }

  /**
   * Why the output does not depend on the input after K steps; empty if it does.
   *
   * @param map its input size may be open
   * @param steps K, at least 1
   * @return a sentence that begins with the output slot
   */
  public static Optional<String> obstacle(BlockMap map, int steps) {
    Reach reach = new Reach(map);
    boolean goesOn = true;
    while (reach.step < steps && goesOn) {
      goesOn = reach.next();
    }
    return reach.reached.get(reach.output) ? Optional.empty() : Optional.of(unreached(map, steps));
  }

  /**
   * The smallest K after which the output depends on the input; empty if there is none.
   *
   * @param map its input size may be open
   */
  public static OptionalInt fewestSteps(BlockMap map) {
    Reach reach = new Reach(map);
    while (reach.step <= map.slots().size()) { // from the second step on a shortest path
      reach.next();
      if (reach.reached.get(reach.output)) {
        return OptionalInt.of(reach.step);
      }
    }
    return OptionalInt.empty();
  }

  /**
   * What to say of a map whose output does not depend on the input after K steps.
   *
   * @param map its input size may be open
   * @param steps K
   * @return a sentence that begins with the output slot
   */
  public static String unreached(BlockMap map, int steps) {
    OptionalInt fewest = fewestSteps(map);
    boolean isImpulse = map.injection() == Injection.IMPULSE;
    List<String> zeros = new Reach(map).zeroAtFirst();
    return String.format(
            Locale.ROOT,
            "output slot '%s' cannot be reached from input slot '%s' in %sK = %d steps; ",
            map.output().name(),
            map.input().name(),
            isImpulse ? "exactly " : "",
            steps)
        + (fewest.isPresent()
            ? "the smallest K that works is " + fewest.getAsInt()
            : "no K works, since the token is gone after the first step; use Injection.HOLD, other"
                + " blocks, or a recurrent layer, which carries its state")
        + (zeros.isEmpty() ? "" : " (" + String.join("; ", zeros) + ")");
  }

  /** Blocks that read the input, but bring nothing of it in the first step, and why. */
  private List<String> zeroAtFirst() {
    step = 1;
    return IntStream.range(0, sources.length)
        .filter(b -> Arrays.stream(sources[b]).anyMatch(s -> s == input) && vanishes(b))
        .mapToObj(
            b ->
                "block "
                    + map.blocks().get(b).name()
                    + " is zero in the first step, in which "
                    + Arrays.stream(sources[b])
                        .filter(this::isZero)
                        .mapToObj(s -> "'" + map.slots().get(s).name() + "'")
                        .distinct()
                        .collect(Collectors.joining(", "))
                    + " starts at zero")
        .toList();
  }

  /** Takes a step; false if no later one can bring anything else. */
  private boolean next() {
    BitSet before = reached;
    step++;
    BitSet now = (BitSet) before.clone();
    now.set(input, map.injection() == Injection.HOLD || step == 1);
    BitSet seen = (BitSet) now.clone(); // and the wires of this step
    for (int slot : order) {
      boolean isReached = isReached(slot, seen::get);
      now.set(slot, isReached);
      if (map.slots().get(slot).isWire()) {
        seen.set(slot, isReached);
      }
    }
    reached = now;
    return step < 3 || !now.equals(before); // the first two steps differ in what is zero
  }

  private boolean isReached(int slot, IntPredicate isSeen) {
    boolean byOld = map.slots().get(slot).update().readsOldValue() && isSeen.test(slot);
    return byOld
        || Arrays.stream(gates[slot]).anyMatch(isSeen)
        || Arrays.stream(blocksInto[slot])
            .anyMatch(b -> Arrays.stream(sources[b]).anyMatch(isSeen) && !vanishes(b));
  }

  private boolean vanishes(int block) {
    boolean[] areZero = new boolean[sources[block].length];
    for (int i = 0; i < areZero.length; i++) {
      areZero[i] = isZero(sources[block][i]);
    }
    return map.blocks().get(block).function().vanishes(areZero);
  }

  /** Whether a slot is zero for certain, as this step sees it. */
  private boolean isZero(int slot) {
    Slot what = map.slots().get(slot);
    return what.isInput()
        ? map.injection() == Injection.IMPULSE && step > 1
        : what.isState() && step == 1;
  }
}
