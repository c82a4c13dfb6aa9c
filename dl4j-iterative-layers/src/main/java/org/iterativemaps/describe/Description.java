package org.iterativemaps.describe;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.iterativemaps.map.Block;
import org.iterativemaps.map.BlockMap;
import org.iterativemaps.map.BlockMapBuilder;
import org.iterativemaps.map.Injection;
import org.iterativemaps.map.Slot;
import org.iterativemaps.map.pattern.Sparsity;
import org.iterativemaps.map.values.ScatteredValues;
import org.iterativemaps.map.values.WeightValues;

/**
 * A square block matrix in the authors' words. Rows are targets, columns sources, the first slot is
 * the input and the last one the output.
 *
 * <p>The effective weight is A = W0 + U * Omega with U trained from zero. For each block three
 * words:
 *
 * <pre>
 * block type      0        no weights
 *                 W        all
 *                 D        the diagonal
 *                 R=0.2    each with an independent chance of 0.2
 *                 S=15     15, anywhere
 *                 Row=3    3 into each target unit
 *                 R=0, S=0, Row=0  none, as 0, but with any values
 * initial values  0, 1     all that
 *                 C=0.3    all 0.3
 *                 G=0,0.05 normal, mean and standard deviation; G alone is G=0,1
 *                 U=-1,1   uniform, low and high; U alone is U=-1,1
 * trainable       True     every cell of the block, 0 at first where the type put no weight
 *                 False    none: fixed weights
 *                 non-zero those that the type put there, unless their initial value is 0
 * </pre>
 *
 * <p>Two things are read more strictly than the authors' code does them: S=n and Row=n there draw
 * with repetition and may leave fewer, here they leave exactly n, or all where there are no n; and
 * blocks whose weights are all 0 and never trained are left out. The row of the input holds no
 * weights, which makes the token an {@link Injection#IMPULSE}; or the wire D, 1, False in its first
 * block, which makes it {@link Injection#HOLD}. With one step per token, as the authors train, both
 * are the same, and bias and activation of the input count for nothing: it is overwritten by the
 * next token before it is read.
 *
 * @param sizes of the slots, at least two
 * @param blocks [target][source]
 * @param bias whether all state slots have one
 * @param activations one name per slot: Identity, ReLU, Sigmoid, ELU or Tanh
 */
public record Description(
    List<Integer> sizes, List<List<Cell>> blocks, boolean bias, List<String> activations) {

  /**
   * One block.
   *
   * @param pattern which weights are there; null for none
   * @param values what they are at first
   * @param trainable which cells are trained
   */
  public record Cell(Sparsity pattern, WeightValues values, Trainable trainable) {
    static final Cell ABSENT = new Cell(null, WeightValues.constant(0), Trainable.NONE);
    static final Cell WIRE =
        new Cell(Sparsity.diagonal(), WeightValues.constant(1), Trainable.NONE);

    /** A type that puts no weights, whatever they would be: where all cells are trained, from 0. */
    static Cell empty(Trainable trainable) {
      Sparsity pattern = trainable == Trainable.ALL ? Sparsity.dense() : null;
      return new Cell(pattern, WeightValues.constant(0), trainable);
    }

    /** Refuses weights where there are none. */
    public Cell {
      if (pattern == null && (trainable == Trainable.ALL || !Words.isZero(values))) {
        throw new IllegalArgumentException(
            "a block of type 0 has no weights; expected initial values 0 and trainable False");
      }
    }

    /** Whether it adds a block to the map. */
    boolean isPresent() {
      return pattern != null && (trainable == Trainable.ALL || !Words.isZero(values));
    }
  }

  /** Checks that the parts fit each other. */
  public Description {
    sizes = List.copyOf(sizes);
    blocks = blocks.stream().map(List::copyOf).toList();
    activations = List.copyOf(activations);
    int count = sizes.size();
    if (count < 2) {
      throw new IllegalArgumentException("sizes: found " + sizes + ", expected at least two slots");
    }
    if (blocks.size() != count || blocks.stream().anyMatch(row -> row.size() != count)) {
      throw new IllegalArgumentException(
          "blocks: expected " + count + " rows of " + count + ", one for each slot");
    }
    if (activations.size() != count) {
      throw new IllegalArgumentException(
          "activations: found " + activations + ", expected " + count + " of them");
    }
    activations.forEach(ActivationNames::activation);
    for (int from = 0; from < count; from++) {
      Cell cell = blocks.get(0).get(from);
      if (cell.isPresent() && !(from == 0 && cell.equals(Cell.WIRE))) {
        throw new IllegalArgumentException(
            "row 1, block "
                + (from + 1)
                + ": only tokens are written into the input; expected 0, or D, 1, False in block 1");
      }
    }
  }

  /** x and y, with h between them, or h1, h2, …. */
  private static String name(int slot, int count) {
    if (slot == 0) {
      return "x";
    }
    return slot == count - 1 ? "y" : count == 3 ? "h" : "h" + slot;
  }

  /**
   * The map.
   *
   * @param seed of masks and fixed values
   * @throws IllegalArgumentException if a pattern does not fit its block, or the output cannot be
   *     reached
   */
  public DescribedMap toMap(long seed) {
    int count = sizes.size();
    BlockMapBuilder map = BlockMap.builder().input("x", sizes.get(0));
    for (int slot = 1; slot < count; slot++) {
      map.add(
          Slot.state(
              name(slot, count),
              sizes.get(slot),
              ActivationNames.activation(activations.get(slot)),
              bias));
    }
    Map<String, WeightValues> initialValues = new TreeMap<>();
    for (int to = 1; to < count; to++) {
      for (int from = 0; from < count; from++) {
        Cell cell = blocks.get(to).get(from);
        if (cell.isPresent()) {
          Sparsity pattern = fitted(cell.pattern(), sizes.get(from), sizes.get(to));
          Block block = block(name(from, count), name(to, count), cell, pattern);
          map.add(block);
          if (block.isTrainable()) {
            initialValues.put(block.name(), initialValues(cell, pattern));
          }
        }
      }
    }
    boolean isWired = blocks.get(0).get(0).isPresent();
    map.output(name(count - 1, count))
        .injection(isWired ? Injection.HOLD : Injection.IMPULSE)
        .seed(seed);
    return new DescribedMap(map.build(), initialValues);
  }

  /** A number of weights that a block has no room for means all of them. */
  static Sparsity fitted(Sparsity pattern, int fromSize, int toSize) {
    if (pattern instanceof Sparsity.FanIn fanIn) {
      return Sparsity.fanIn(Math.min(fanIn.perTarget(), fromSize));
    }
    return pattern instanceof Sparsity.Entries entries
        ? Sparsity.entries(Math.min(entries.count(), (long) fromSize * toSize))
        : pattern;
  }

  private static Block block(String from, String to, Cell cell, Sparsity pattern) {
    return switch (cell.trainable()) {
      case NONE -> new Block(from, to, pattern, cell.values());
      case NON_ZERO -> new Block(from, to, pattern, null);
      case ALL -> new Block(from, to, Sparsity.dense(), null);
    };
  }

  private static WeightValues initialValues(Cell cell, Sparsity pattern) {
    boolean isPartial =
        cell.trainable() == Trainable.ALL
            && !(pattern instanceof Sparsity.Dense)
            && !Words.isZero(cell.values());
    return isPartial ? WeightValues.scattered(pattern, cell.values()) : cell.values();
  }

  /**
   * The description of a map. Its slots may have any names; the input comes first and the output
   * last.
   *
   * @throws IllegalArgumentException if the language has no words for it: another order of slots,
   *     explicit or grouped patterns, two blocks between the same slots, biases in some slots only,
   *     other activations or values, or a trained block without initial values
   */
  public static Description of(DescribedMap described) {
    BlockMap map = described.map();
    map.requireLinear("description");
    List<Slot> slots = map.slots();
    int count = slots.size();
    if (map.isOpen() || !slots.get(0).isInput() || map.indexOf(map.output().name()) != count - 1) {
      throw new IllegalArgumentException(
          "slots: expected the input first, with its size, and the output last: " + map);
    }
    List<List<Cell>> blocks = new ArrayList<>();
    for (int to = 0; to < count; to++) {
      blocks.add(new ArrayList<>(IntStream.range(0, count).mapToObj(i -> Cell.ABSENT).toList()));
    }
    if (map.injection() == Injection.HOLD) {
      blocks.get(0).set(0, Cell.WIRE);
    }
    for (Block block : map.blocks()) {
      int from = map.indexOf(block.from());
      List<Cell> row = blocks.get(map.indexOf(block.to()));
      if (row.get(from).isPresent()) {
        throw new IllegalArgumentException(
            "block " + block.name() + ": the language has one block between two slots, not two");
      }
      row.set(from, cell(block, described));
    }
    long biases = slots.stream().filter(Slot::hasBias).count();
    if (biases != 0 && biases != count - 1) {
      throw new IllegalArgumentException("bias: the language has one for all state slots or none");
    }
    List<String> activations = new ArrayList<>(List.of("Identity"));
    slots.stream().skip(1).map(ActivationNames::name).forEach(activations::add);
    return new Description(
        slots.stream().map(Slot::size).toList(), blocks, biases > 0, activations);
  }

  private static Cell cell(Block block, DescribedMap described) {
    if (!block.isTrainable()) {
      return new Cell(block.sparsity(), block.fixedValues(), Trainable.NONE);
    }
    WeightValues values = described.initialValues().get(block.name());
    if (values == null) {
      throw new IllegalArgumentException(
          "block " + block.name() + ": no initial values; the language needs them");
    }
    boolean isDense = block.sparsity() instanceof Sparsity.Dense;
    if (isDense && values instanceof ScatteredValues scattered) {
      return new Cell(scattered.pattern(), scattered.values(), Trainable.ALL);
    }
    if (Words.isZero(values) && !isDense) {
      throw new IllegalArgumentException(
          "block " + block.name() + ": the language cannot train a part of a block from 0");
    }
    return new Cell(
        block.sparsity(), values, Words.isZero(values) ? Trainable.ALL : Trainable.NON_ZERO);
  }
}
