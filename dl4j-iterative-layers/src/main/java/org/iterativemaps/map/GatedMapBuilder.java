package org.iterativemaps.map;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.iterativemaps.map.pattern.Sparsity;
import org.iterativemaps.map.values.WeightValues;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.activations.IActivation;

/**
 * A gated cell while it is described; {@link GatedMaps} has the cells and the names of their slots.
 * Input slot "x", of open size unless it is given; output slot "h".
 */
public final class GatedMapBuilder {
  private static final String INPUT = "x";
  private static final String HIDDEN = "h";

  private final GatedCell cell;
  private final int units;
  private final Map<String, Sparsity> inputSparsities = new HashMap<>();
  private final Map<String, Sparsity> hiddenSparsities = new HashMap<>();
  private int nIn;
  private Sparsity inputSparsity; // null: all
  private Sparsity hiddenSparsity;
  private Long trainableWeights; // null: as the patterns have it
  private double hiddenProportion;
  private IActivation activation = Activation.TANH.getActivationFunction();
  private IActivation gateActivation = Activation.SIGMOID.getActivationFunction();
  private double forgetGateBias = 1;
  private Injection injection = Injection.HOLD;
  private long seed = BlockMap.DEFAULT_SEED;

  GatedMapBuilder(GatedCell cell, int units) {
    if (units < 1) {
      throw new IllegalArgumentException("units: found " + units + ", expected at least 1");
    }
    this.cell = cell;
    this.units = units;
  }

  /** Another builder of what this one has been told so far. */
  public GatedMapBuilder copy() {
    GatedMapBuilder copy = new GatedMapBuilder(cell, units);
    copy.inputSparsities.putAll(inputSparsities);
    copy.hiddenSparsities.putAll(hiddenSparsities);
    copy.nIn = nIn;
    copy.inputSparsity = inputSparsity;
    copy.hiddenSparsity = hiddenSparsity;
    copy.trainableWeights = trainableWeights;
    copy.hiddenProportion = hiddenProportion;
    copy.activation = activation;
    copy.gateActivation = gateActivation;
    copy.forgetGateBias = forgetGateBias;
    copy.injection = injection;
    copy.seed = seed;
    return copy;
  }

  /** The size of a token; without it the size stays open, as of any map. */
  public GatedMapBuilder nIn(int size) {
    this.nIn = size;
    return this;
  }

  /**
   * The exact share of weights that exist in every block from token and output to gates and values.
   *
   * @param density a fraction in (0, 1]
   */
  public GatedMapBuilder density(double density) {
    return inputSparsity(Sparsity.density(density)).hiddenSparsity(Sparsity.density(density));
  }

  /** Which weights exist from the token, in each of the blocks. Default all. */
  public GatedMapBuilder inputSparsity(Sparsity sparsity) {
    this.inputSparsity = sparsity;
    return this;
  }

  /**
   * Which weights exist from the output of the token before, in each block; a minGru and a minLstm
   * have none. Default all.
   */
  public GatedMapBuilder hiddenSparsity(Sparsity sparsity) {
    this.hiddenSparsity = sparsity;
    return this;
  }

  /**
   * The same for one slot.
   *
   * @throws IllegalArgumentException if no block leads from the token to it
   */
  public GatedMapBuilder inputSparsity(String slot, Sparsity sparsity) {
    require(cell.fromInput, slot, INPUT);
    inputSparsities.put(slot, sparsity);
    return this;
  }

  /**
   * The same for one slot.
   *
   * @throws IllegalArgumentException if no block leads from the output to it
   */
  public GatedMapBuilder hiddenSparsity(String slot, Sparsity sparsity) {
    require(cell.fromHidden, slot, HIDDEN);
    hiddenSparsities.put(slot, sparsity);
    return this;
  }

  /**
   * An exact number of trained weights, biases not counted, instead of patterns: in equal parts for
   * the blocks from the token, and for those from the output of the token before, at random places.
   *
   * @param trainableWeights of the whole cell
   * @param hiddenProportion the share of them that does not read the token, in [0, 1); peepholes
   *     are among these
   * @throws IllegalArgumentException if the proportion is out of its range; whether the budget can
   *     be met, {@link #build} says
   */
  public GatedMapBuilder budget(long trainableWeights, double hiddenProportion) {
    if (!(hiddenProportion >= 0 && hiddenProportion < 1)) {
      throw new IllegalArgumentException(
          "hiddenProportion: found " + hiddenProportion + ", expected a fraction in [0, 1)");
    }
    this.trainableWeights = trainableWeights;
    this.hiddenProportion = hiddenProportion;
    return this;
  }

  /** Patterns that make up the budget. */
  private void divide() {
    if (inputSparsity != null
        || hiddenSparsity != null
        || !inputSparsities.isEmpty()
        || !hiddenSparsities.isEmpty()) {
      throw new IllegalArgumentException(
          "trainableWeights, hiddenProportion: given beside a density or pattern of the cell; leave"
              + " one of the two out");
    }
    long hidden = Math.round(trainableWeights * hiddenProportion);
    int peepholes = cell == GatedCell.GRAVES_LSTM ? 3 * units : 0;
    divide(INPUT, trainableWeights - hidden, 0, cell.fromInput, inputSparsities);
    divide(HIDDEN, hidden, peepholes, cell.fromHidden, hiddenSparsities);
  }

  private static void divide(
      String from,
      long weights,
      int peepholes,
      List<String> slots,
      Map<String, Sparsity> sparsities) {
    long left = weights - peepholes;
    if (left < slots.size() || (slots.isEmpty() && left > 0)) {
      throw new IllegalArgumentException(
          "trainableWeights, hiddenProportion: found "
              + weights
              + " weights for the blocks from "
              + from
              + " to "
              + slots
              + (peepholes > 0 ? " and " + peepholes + " peepholes" : "")
              + (slots.isEmpty() ? ", expected none" : ", expected at least one for each block"));
    }
    for (int i = 0; i < slots.size(); i++) {
      long share = left / slots.size() + (i < left % slots.size() ? 1 : 0);
      sparsities.put(slots.get(i), Sparsity.entries(share));
    }
  }

  private void require(List<String> slots, String slot, String from) {
    if (!slots.contains(slot)) {
      throw new IllegalArgumentException(
          "slot: found '" + slot + "', expected one that " + from + " leads to: " + slots);
    }
  }

  /** Activation A of values; a minGru and a minLstm have none. Default tanh. */
  public GatedMapBuilder activation(IActivation function) {
    this.activation = function;
    return this;
  }

  /** As {@link #activation(IActivation)}. */
  public GatedMapBuilder activation(Activation function) {
    return activation(function.getActivationFunction());
  }

  /**
   * Activation S of gates. Default sigmoid.
   *
   * @throws IllegalArgumentException if the gates are coupled, for which 1 - S(e) must be S(-e), or
   *     those of a minLstm, whose logarithms are those of sigmoids
   */
  public GatedMapBuilder gateActivation(IActivation function) {
    boolean isSigmoid = function.equals(Activation.SIGMOID.getActivationFunction());
    if ((cell == GatedCell.COUPLED || cell == GatedCell.MIN_LSTM) && !isSigmoid) {
      throw new IllegalArgumentException(
          "gateActivation: found "
              + function
              + ", but "
              + (cell == GatedCell.COUPLED ? "coupled gates" : "those of a minLstm")
              + " are sigmoids");
    }
    this.gateActivation = function;
    return this;
  }

  /** As {@link #gateActivation(IActivation)}. */
  public GatedMapBuilder gateActivation(Activation function) {
    return gateActivation(function.getActivationFunction());
  }

  /**
   * The first value of the forget gate's bias, which a layer takes that is given this builder.
   * Default 1, as in DL4J.
   *
   * @throws IllegalArgumentException if the cell is a gru or minGru, whose gates begin half open,
   *     as in PyTorch
   */
  public GatedMapBuilder forgetGateBiasInit(double value) {
    if (cell.forgetGate == null) {
      throw new IllegalArgumentException(
          "forgetGateBiasInit: a "
              + cell
              + " has no forget gate of an LSTM; biasInit(slot, value) of the"
              + " layer sets any bias");
    }
    this.forgetGateBias = value;
    return this;
  }

  /** How long a token stays in the input slot; of consequence with K &gt; 1 only. */
  public GatedMapBuilder injection(Injection value) {
    this.injection = value;
    return this;
  }

  /** The seed of random patterns. */
  public GatedMapBuilder seed(long value) {
    this.seed = value;
    return this;
  }

  /** By slot, first values of biases that are not the layer's. */
  public Map<String, Double> biasInits() {
    return cell.forgetGate == null ? Map.of() : Map.of(cell.forgetGate, forgetGateBias);
  }

  /**
   * The map.
   *
   * @throws IllegalArgumentException if a pattern does not fit, or a budget cannot be met or stands
   *     beside patterns
   */
  public BlockMap build() {
    return trainableWeights == null ? map() : copy().planned();
  }

  private BlockMap planned() {
    divide();
    return map();
  }

  private BlockMap map() {
    BlockMapBuilder map =
        nIn == 0 ? BlockMap.builder().input(INPUT) : BlockMap.builder().input(INPUT, nIn);
    map.injection(injection).seed(seed);
    switch (cell) {
      case GRU -> gruSlots(map);
      case MIN_GRU ->
          map.wire("f", units, gateActivation).state(HIDDEN, units, Activation.IDENTITY);
      case MIN_LSTM -> minLstmSlots(map);
      default -> lstmSlots(map);
    }
    for (String to : cell.fromInput) {
      map.connect(INPUT, to, pattern(to, inputSparsities, inputSparsity));
      connectHidden(map, to);
    }
    cell.fromHidden.stream()
        .filter(to -> !cell.fromInput.contains(to))
        .forEach(to -> connectHidden(map, to));
    switch (cell) {
      case GRU ->
          map.connect(List.of("r", "q"), HIDDEN, BlockFunctions.product())
              .update(HIDDEN, Update.gated("z"));
      case MIN_GRU -> map.update(HIDDEN, Update.gated("f"));
      case MIN_LSTM -> connectShares(map);
      default -> connectMemory(map);
    }
    return map.output(HIDDEN).build();
  }

  private static Sparsity pattern(String to, Map<String, Sparsity> own, Sparsity all) {
    return own.getOrDefault(to, all == null ? Sparsity.dense() : all);
  }

  private void connectHidden(BlockMapBuilder map, String to) {
    if (cell.fromHidden.contains(to)) {
      map.connect(HIDDEN, to, pattern(to, hiddenSparsities, hiddenSparsity));
    }
  }

  private void gruSlots(BlockMapBuilder map) {
    map.wire("r", units, gateActivation)
        .wire("z", units, gateActivation)
        .wire("q", units, Activation.IDENTITY)
        .state(HIDDEN, units, activation);
  }

  private void minLstmSlots(BlockMapBuilder map) {
    map.wire("f", units, Activation.IDENTITY)
        .wire("i", units, Activation.IDENTITY)
        .wireWithoutBias("softF", units, Activation.SOFTPLUS)
        .wireWithoutBias("softI", units, Activation.SOFTPLUS)
        .wireWithoutBias("k", units, gateActivation)
        .state(HIDDEN, units, Activation.IDENTITY);
  }

  /** k = S(log S(f) - log S(i)). */
  private static void connectShares(BlockMapBuilder map) {
    WeightValues minus = WeightValues.constant(-1);
    map.connect("f", "softF", BlockFunctions.identity())
        .connect("i", "softI", BlockFunctions.identity())
        .connect("f", "k", BlockFunctions.identity())
        .connectFixed("softF", "k", Sparsity.diagonal(), minus)
        .connectFixed("i", "k", Sparsity.diagonal(), minus)
        .connect("softI", "k", BlockFunctions.identity())
        .update(HIDDEN, Update.gated("k"));
  }

  private void lstmSlots(BlockMapBuilder map) {
    map.wire("g", units, activation);
    if (cell == GatedCell.COUPLED) {
      map.wire("e", units, Activation.IDENTITY)
          .wireWithoutBias("f", units, gateActivation)
          .wireWithoutBias("i", units, gateActivation);
    } else {
      map.wire("f", units, gateActivation).wire("i", units, gateActivation);
    }
    map.wireWithoutBias("m", units, Activation.IDENTITY)
        .wire("o", units, gateActivation)
        .wireWithoutBias("shown", units, activation)
        .stateWithoutBias("c", units, Activation.IDENTITY)
        .stateWithoutBias(HIDDEN, units, Activation.IDENTITY);
  }

  private void connectMemory(BlockMapBuilder map) {
    if (cell == GatedCell.GRAVES_LSTM) {
      map.connect("c", "f", Sparsity.diagonal())
          .connect("m", "o", Sparsity.diagonal())
          .connect("c", "i", Sparsity.diagonal());
    } else if (cell == GatedCell.COUPLED) {
      map.connect("e", "f", BlockFunctions.identity())
          .connectFixed("e", "i", Sparsity.diagonal(), WeightValues.constant(-1));
    }
    map.connect(List.of("f", "c"), "m", BlockFunctions.product())
        .connect(List.of("i", "g"), "m", BlockFunctions.product())
        .connect("m", "c", BlockFunctions.identity())
        .connect("m", "shown", BlockFunctions.identity())
        .connect(List.of("o", "shown"), HIDDEN, BlockFunctions.product());
  }
}
