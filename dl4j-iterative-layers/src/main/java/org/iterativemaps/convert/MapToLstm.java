package org.iterativemaps.convert;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Stream;
import org.deeplearning4j.nn.conf.layers.AbstractLSTM;
import org.deeplearning4j.nn.conf.layers.GravesLSTM;
import org.deeplearning4j.nn.conf.layers.LSTM;
import org.iterativemaps.convert.LstmToMap.Part;
import org.iterativemaps.iterate.Iteration;
import org.iterativemaps.layers.IterativeMapRecurrentLayer;
import org.iterativemaps.layers.MapSettings;
import org.iterativemaps.map.Block;
import org.iterativemaps.map.BlockFunctions;
import org.iterativemaps.map.BlockMap;
import org.iterativemaps.map.GatedMapBuilder;
import org.iterativemaps.map.GatedMaps;
import org.iterativemaps.map.MapWeights;
import org.iterativemaps.map.RealizedMap.RealizedBlock;
import org.iterativemaps.map.Slot;
import org.iterativemaps.map.pattern.Sparsity;
import org.iterativemaps.map.pattern.WeightMask;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.activations.IActivation;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * A map of {@link GatedMaps#lstm} or {@link GatedMaps#gravesLstm} as DL4J's LSTM: the reverse of
 * {@link LstmToMap}. It is held against that cell's map with all weights, here its <em>form</em>.
 * What is trained may be missing, and becomes zeros; all else has to be the same.
 */
final class MapToLstm {
  private static final String ACTIVATION = "activation ";

  private final IterativeMapRecurrentLayer layer;
  private final MapSettings settings;
  private final BlockMap map;
  private final boolean hasPeepholes;
  private final BlockMap form;

  MapToLstm(IterativeMapRecurrentLayer layer) {
    this.layer = layer;
    this.settings = layer.getSettings();
    this.map = settings.map();
    this.hasPeepholes =
        LstmToMap.parts(1, 1, true).stream()
            .filter(Part::isPeephole)
            .anyMatch(part -> map.blocks().stream().anyMatch(part::isOf));
    int units = map.output().size();
    GatedMapBuilder cell = hasPeepholes ? GatedMaps.gravesLstm(units) : GatedMaps.lstm(units);
    this.form =
        cell.nIn(map.input().size()) // 0 leaves it open in both
            .activation(activation(LstmToMap.VALUE, Activation.TANH))
            .gateActivation(activation(LstmToMap.FORGET_GATE, Activation.SIGMOID))
            .build();
  }

  private IActivation activation(String slot, Activation ofNone) {
    return slot(map, slot).map(this::activation).orElse(ofNone.getActivationFunction());
  }

  /** The layer's where the slot has none; null of the input. */
  private IActivation activation(Slot slot) {
    return slot.activation() == null && !slot.isInput()
        ? layer.getActivationFn()
        : slot.activation();
  }

  private static Optional<Slot> slot(BlockMap of, String name) {
    return of.slots().stream().filter(slot -> slot.name().equals(name)).findFirst();
  }

  private static Optional<Block> block(BlockMap of, Block like) {
    return of.blocks().stream().filter(block -> block.name().equals(like.name())).findFirst();
  }

  /** Whether it has most slots of an LSTM, so that it is of use to hear about the others. */
  boolean isSimilar() {
    long shared = form.slots().stream().filter(slot -> slot(map, slot.name()).isPresent()).count();
    return 2 * shared > form.slots().size();
  }

  boolean hasFormOf(MapToLstm other) {
    return form.equals(other.form);
  }

  /** Why no LSTM has the same outputs and is trained alike: empty if one does. */
  Optional<String> obstacle() {
    return difference()
        .map(difference -> "it is not quite the map of an LSTM: " + difference)
        .or(() -> trainingObstacle().map(reason -> "it is the map of an LSTM, but it " + reason));
  }

  private Optional<String> trainingObstacle() {
    if (!(settings.iteration() instanceof Iteration.Steps)) {
      return Optional.of("goes on until it has settled, expected 1 step");
    }
    return settings.steps() > 1
        ? Optional.of("takes K = " + settings.steps() + " steps per token, expected 1")
        : LstmToMap.trainingObstacle(layer);
  }

  /** The first thing that differs from the form. */
  private Optional<String> difference() {
    return Stream.of(
            form.slots().stream().map(this::slotDifference),
            map.slots().stream()
                .filter(slot -> slot(form, slot.name()).isEmpty())
                .map(slot -> Optional.of("slot '" + slot.name() + "': expected none of this name")),
            Stream.of(outputDifference()),
            map.blocks().stream().map(this::blockDifference),
            form.blocks().stream()
                .filter(block -> !block.isTrainable() && block(map, block).isEmpty())
                .map(block -> Optional.of(expected(block, "none", kind(block)))))
        .flatMap(differences -> differences.flatMap(Optional::stream))
        .findFirst();
  }

  private Optional<String> slotDifference(Slot expected) {
    String name = "slot '" + expected.name() + "': found ";
    if (slot(map, expected.name()).isEmpty()) {
      return Optional.of(name + "none, expected one of " + expected.size() + " units");
    }
    Slot found = map.slot(expected.name());
    Object bias = found.hasBias() && !expected.hasBias() ? "a bias" : "none";
    Object[][] properties = {
      {"role ", found.role(), expected.role()},
      {"size ", found.size(), expected.size()},
      {ACTIVATION, activation(found), expected.activation()},
      {"", bias, "none"},
      {"normalisation ", found.normalisation(), expected.normalisation()},
      {"update ", found.update().kind(), expected.update().kind()}
    };
    return Stream.of(properties)
        .filter(property -> !Objects.equals(property[1], property[2]))
        .map(
            property ->
                name
                    + property[0]
                    + property[1]
                    + ", expected "
                    + property[2]
                    + (property[0].equals(ACTIVATION) ? origin(expected) : ""))
        .findFirst();
  }

  /** Whose activation is expected. */
  private static String origin(Slot slot) {
    boolean isGate = LstmToMap.GATES.contains(slot.name());
    return isGate || slot.name().equals(LstmToMap.SHOWN)
        ? " as of slot '" + (isGate ? LstmToMap.FORGET_GATE : LstmToMap.VALUE) + "'"
        : "";
  }

  private Optional<String> outputDifference() {
    String expected = form.output().name();
    return map.output().name().equals(expected)
        ? Optional.empty()
        : Optional.of(
            "output: found slot '" + map.output().name() + "', expected '" + expected + "'");
  }

  private Optional<String> blockDifference(Block found) {
    Block expected = block(form, found).orElse(null);
    if (expected == null) {
      return Optional.of(expected(found, kind(found), "none"));
    }
    if (!expected.isTrainable() || !found.isTrainable()) {
      return kind(found).equals(kind(expected))
          ? Optional.empty()
          : Optional.of(expected(found, kind(found), kind(expected)));
    }
    return expected.sparsity().equals(Sparsity.diagonal()) && !isWithinDiagonal(found)
        ? Optional.of(expected(found, "weights beside the diagonal", "none there"))
        : Optional.empty();
  }

  private static String expected(Block block, String found, String expected) {
    return "block " + block.name() + ": found " + found + ", expected " + expected;
  }

  private static String kind(Block block) {
    if (block.isLinear()) {
      return block.isTrainable() ? "trained weights" : "fixed weights";
    }
    return block.function().getClass().getSimpleName();
  }

  private boolean isWithinDiagonal(Block block) {
    BlockFunctions.Linear linear = (BlockFunctions.Linear) block.function();
    WeightMask mask = linear.mask(map.site(block)); // between slots of one size, never open
    for (int to = 0; to < mask.toSize(); to++) {
      for (int entry = mask.targetStart(to); entry < mask.targetStart(to + 1); entry++) {
        if (mask.source(entry) != to) {
          return false;
        }
      }
    }
    return true;
  }

  /** With the map's training settings. */
  @SuppressWarnings("deprecation") // GravesLSTM, by DL4J
  AbstractLSTM layer() {
    AbstractLSTM.Builder<?> builder = hasPeepholes ? new GravesLSTM.Builder() : new LSTM.Builder();
    builder.nIn(map.input().size());
    builder.nOut(map.output().size());
    builder.forgetGateBiasInit(firstBias(LstmToMap.FORGET_GATE));
    builder.gateActivationFunction(form.slot(LstmToMap.FORGET_GATE).activation());
    AbstractLSTM lstm = builder.build();
    TrainingSettings.copy(layer, lstm);
    lstm.setActivationFn(form.slot(LstmToMap.VALUE).activation());
    lstm.setRnnDataFormat(layer.getRnnDataFormat());
    lstm.setWeightInitFnRecurrent(layer.getWeightInitFnRecurrent());
    return lstm;
  }

  private double firstBias(String slot) {
    return settings.biasInits().getOrDefault(slot, layer.getBiasInit());
  }

  /** What first values an LSTM has not, which is of consequence without trained ones. */
  Optional<String> lostFirstValues() {
    List<String> biases =
        LstmToMap.GATES.stream()
            .filter(gate -> !gate.equals(LstmToMap.FORGET_GATE) && map.slot(gate).hasBias())
            .filter(gate -> firstBias(gate) != 0)
            .toList();
    List<String> weights = settings.weightInits().keySet().stream().sorted().toList();
    return biases.isEmpty() && weights.isEmpty()
        ? Optional.empty()
        : Optional.of(
            "begins with the layer's weight initialisers, and with biases of 0 but in the forget"
                + " gate; left out are those of the blocks "
                + weights
                + " and slots "
                + biases);
  }

  /**
   * A map's numbers into DL4J's parameters, zeros where a weight or bias does not exist.
   *
   * @param weights of this map, or of one of its form
   * @param to parameters of the LSTM by key
   */
  void copyWeights(MapWeights weights, Function<String, INDArray> to) {
    Map<String, double[]> all = new HashMap<>();
    for (Part part : LstmToMap.parts(map.input().size(), map.output().size(), hasPeepholes)) {
      double[] numbers =
          all.computeIfAbsent(
              part.key(), key -> new double[Math.toIntExact(to.apply(key).length())]);
      if (!part.isBias()) {
        weights.realized().blocks().stream()
            .filter(block -> part.isOf(block.block()))
            .forEach(block -> spread(weights.values(block), block, part, numbers));
      } else if (weights.map().slot(part.to()).hasBias()) {
        System.arraycopy(weights.bias(part.to()), 0, numbers, part.start(), part.length());
      }
    }
    all.forEach(
        (key, numbers) -> {
          INDArray parameter = to.apply(key);
          INDArray given = Nd4j.createFromArray(numbers).castTo(parameter.dataType());
          parameter.assign(given.reshape('f', parameter.shape()));
        });
  }

  private static void spread(double[] values, RealizedBlock block, Part part, double[] numbers) {
    WeightMask mask = block.mask();
    for (int to = 0; to < mask.toSize(); to++) {
      for (int entry = mask.targetStart(to); entry < mask.targetStart(to + 1); entry++) {
        int cell = part.isPeephole() ? to : to * mask.fromSize() + mask.source(entry);
        numbers[part.start() + cell] = values[entry];
      }
    }
  }
}
