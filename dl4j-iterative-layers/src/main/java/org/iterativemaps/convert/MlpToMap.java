package org.iterativemaps.convert;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.deeplearning4j.nn.conf.layers.ActivationLayer;
import org.deeplearning4j.nn.conf.layers.BaseLayer;
import org.deeplearning4j.nn.conf.layers.DropoutLayer;
import org.deeplearning4j.nn.conf.layers.FeedForwardLayer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.iterativemaps.layers.IterativeMapLayer;
import org.iterativemaps.layers.LayerWeights;
import org.iterativemaps.layers.MapLossLayer;
import org.iterativemaps.map.BlockMap;
import org.iterativemaps.map.BlockMapBuilder;
import org.iterativemaps.map.MapWeights;
import org.iterativemaps.map.Parameter;
import org.iterativemaps.map.RealizedMap;
import org.iterativemaps.map.Slot;
import org.iterativemaps.map.change.Changeable;
import org.iterativemaps.map.change.MagnitudePruning;
import org.iterativemaps.map.pattern.Sparsity;
import org.iterativemaps.map.plan.HiddenProportion;
import org.iterativemaps.map.values.WeightValues;
import org.nd4j.linalg.activations.IActivation;
import org.nd4j.linalg.activations.impl.ActivationIdentity;

/**
 * A run of dense layers as one strictly block-lower-triangular map: a slot per layer, K = depth.
 *
 * <p>An output layer becomes a slot that holds its pre-activation, and a MapLossLayer with its
 * activation and loss: loss functions take both together (softmax and cross-entropy). An activation
 * layer becomes the activation of the slot before it, or, where that one has an activation already,
 * a slot behind an exact wire (fixed weights of one on the diagonal).
 */
final class MlpToMap {
  static final String INPUT = "x";
  private static final int MOST_DRAWS = 1000;

  private final MlpRun run;
  private final MlpOptions options;
  private final ConversionReport.Builder report;
  private final List<DenseBlock> blocks = new ArrayList<>();
  private final Map<Node, String> slots = new LinkedHashMap<>(); // the slot of every layer
  private final List<Slot> states = new ArrayList<>();
  private final List<String[]> wires = new ArrayList<>();

  private MlpToMap(MlpRun run, MlpOptions options, ConversionReport.Builder report) {
    this.run = run;
    this.options = options;
    this.report = report;
  }

  /** What becomes of all runs of a network. */
  static Conversion.Plan plan(List<Chain> chains, MlpOptions options) {
    ConversionReport.Builder report = new ConversionReport.Builder();
    List<Piece> pieces = new ArrayList<>();
    List<MlpRun> runs = MlpRuns.find(chains, options, report);
    for (MlpRun run : runs) {
      if (!run.isRun()) {
        report.stays(run.last());
        pieces.add(Piece.kept(run.last()));
      } else if (options.tie() != null) {
        boolean isLast = chains.size() == 1 && run == runs.get(runs.size() - 1);
        pieces.addAll(new TiedStack(run, isLast, options, report).pieces());
      } else {
        pieces.add(new MlpToMap(run, options, report).piece());
      }
    }
    report.speed();
    return new Conversion.Plan(pieces, report.build());
  }

  private Piece piece() {
    Names names = new Names(INPUT);
    int hidden = 0;
    for (Node node : run.nodes()) {
      if (MlpRuns.hasWeights(node)) {
        boolean isOutput = node.layer() instanceof OutputLayer;
        addLayer(node, names.slot(node.givenName(), isOutput ? "y" : "h" + ++hidden));
      } else if (node.layer() instanceof ActivationLayer activation) {
        addActivation(node, activation.getActivationFn(), names);
      } else if (node.layer() instanceof DropoutLayer) {
        slots.put(node, null);
      }
    }
    if (run.nodes().get(0).trained() == null) {
      BlockMap map = options.prunes() ? reaching(map(patterns())) : map(patterns());
      reportSlots(map);
      return new Piece(run.nodes(), layers(map, running -> {}));
    }
    MapWeights weights = pruned(weights(map(blocks.stream().map(b -> Sparsity.dense()).toList())));
    reportSlots(weights.map());
    return new Piece(
        run.nodes(), layers(weights.map(), running -> LayerWeights.write(weights, running)));
  }

  private void addLayer(Node node, String slot) {
    DenseBlock block = new DenseBlock(node, blocks.isEmpty() ? INPUT : lastSlot().name(), slot);
    blocks.add(block);
    boolean isOutput = node.layer() instanceof OutputLayer;
    IActivation activation =
        isOutput ? new ActivationIdentity() : ((BaseLayer) node.layer()).getActivationFn();
    states.add(Slot.state(slot, block.toSize(), activation, block.hasBias()));
    slots.put(node, slot);
  }

  private void addActivation(Node node, IActivation activation, Names names) {
    Slot last = lastSlot();
    if (last.activation() instanceof ActivationIdentity) {
      states.set(states.size() - 1, last.with(activation));
      slots.put(node, last.name());
    } else {
      String slot = names.slot(node.givenName(), last.name() + ".a");
      states.add(Slot.state(slot, last.size(), activation, false));
      wires.add(new String[] {last.name(), slot});
      slots.put(node, slot);
    }
  }

  private Slot lastSlot() {
    return states.get(states.size() - 1);
  }

  private BlockMap map(List<Sparsity> patterns) {
    BlockMapBuilder builder = BlockMap.builder().input(INPUT, blocks.get(0).fromSize());
    states.forEach(builder::add);
    for (int b = 0; b < blocks.size(); b++) {
      builder.connect(blocks.get(b).from(), blocks.get(b).to(), patterns.get(b));
    }
    for (String[] wire : wires) {
      builder.connectFixed(wire[0], wire[1], Sparsity.diagonal(), WeightValues.constant(1));
    }
    return builder.output(lastSlot().name()).injection(options.injection()).build();
  }

  /** Cells in the blocks between hidden slots, and which blocks these are. */
  private List<Boolean> hiddenBlocks() {
    BlockMap dense = map(blocks.stream().map(b -> Sparsity.dense()).toList());
    return HiddenProportion.expected(dense).blocks().stream()
        .map(HiddenProportion.Share::isHidden)
        .toList();
  }

  private long[] budget(List<Boolean> isHidden) {
    long hidden = 0;
    long all = 0;
    for (int b = 0; b < blocks.size(); b++) {
      long cells = (long) blocks.get(b).fromSize() * blocks.get(b).toSize();
      hidden += isHidden.get(b) ? cells : 0;
      all += cells;
    }
    try {
      return Pruning.budget(hidden, all - hidden, options.density(), options.hiddenProportion());
    } catch (IllegalArgumentException e) {
      String layers = run.weighted().stream().map(Node::label).collect(Collectors.joining(", "));
      throw new IllegalArgumentException("the map of " + layers + ": " + e.getMessage(), e);
    }
  }

  /** The patterns of an untrained network: random ones of the density that is asked for. */
  private List<Sparsity> patterns() {
    if (!options.prunes()) {
      return blocks.stream().map(b -> Sparsity.dense()).toList();
    }
    if (options.hiddenProportion() == null) {
      return blocks.stream().map(b -> Sparsity.density(options.density())).toList();
    }
    List<Boolean> isHidden = hiddenBlocks();
    long[] budget = budget(isHidden);
    double[] cells = new double[2];
    for (int b = 0; b < blocks.size(); b++) {
      cells[isHidden.get(b) ? 0 : 1] += (double) blocks.get(b).fromSize() * blocks.get(b).toSize();
    }
    return isHidden.stream()
        .map(
            h ->
                h ? Sparsity.density(budget[0] / cells[0]) : Sparsity.density(budget[1] / cells[1]))
        .toList();
  }

  /** The same map with masks from another seed if those it has leave no way to the output. */
  private BlockMap reaching(BlockMap map) {
    for (int more = 0; more < MOST_DRAWS; more++) {
      RealizedMap drawn = map.withSeed(map.seed() + more).realize();
      Map<String, double[]> zeros = new HashMap<>(); // as good as others: a zero is a weight
      drawn.parameters().forEach(p -> zeros.put(p.key(), new double[p.length()]));
      if (Changeable.all(new MapWeights(drawn, zeros), states.size()).reachesOutput()) {
        return drawn.map();
      }
    }
    throw new IllegalArgumentException(
        "density: "
            + MOST_DRAWS
            + " random patterns of so few weights had no way from the input of layer "
            + run.weighted().get(0).label()
            + " to the output of layer "
            + run.last().label()
            + "; use a higher one, or prune a network with weights");
  }

  /** The largest magnitudes stay. */
  private MapWeights pruned(MapWeights full) {
    if (!options.prunes()) {
      return full;
    }
    List<MagnitudePruning.Share> shares = new ArrayList<>();
    if (options.hiddenProportion() != null) {
      List<Boolean> isHidden = hiddenBlocks();
      long[] budget = budget(isHidden);
      shares.add(new MagnitudePruning.Share(names(isHidden, true), budget[0]));
      shares.add(new MagnitudePruning.Share(names(isHidden, false), budget[1]));
    } else {
      for (DenseBlock block : blocks) {
        long keep = Math.round(options.density() * block.fromSize() * block.toSize());
        shares.add(new MagnitudePruning.Share(Set.of(block.name()), keep));
      }
    }
    return MagnitudePruning.toShares(Changeable.all(full, states.size()), shares).carry(full);
  }

  private Set<String> names(List<Boolean> isHidden, boolean hidden) {
    return IntStream.range(0, blocks.size())
        .filter(b -> isHidden.get(b) == hidden)
        .mapToObj(b -> blocks.get(b).name())
        .collect(Collectors.toSet());
  }

  private MapWeights weights(BlockMap map) {
    Map<String, double[]> values = new HashMap<>();
    for (DenseBlock block : blocks) {
      values.put(Parameter.weightKey(block.from(), block.to()), block.values());
      if (block.hasBias()) {
        values.put(Parameter.biasKey(block.to()), block.bias());
      }
    }
    return new MapWeights(map.realize(), values);
  }

  private List<NewLayer> layers(BlockMap map, Consumer<org.deeplearning4j.nn.api.Layer> fill) {
    IterativeMapLayer.Builder builder =
        new IterativeMapLayer.Builder().map(map).steps(states.size());
    for (DenseBlock block : blocks) {
      if (block.weightInit() != null) {
        builder.weightInit(block.from(), block.to(), block.weightInit());
      }
    }
    IterativeMapLayer layer = builder.build();
    TrainingSettings.copy(run.first(), layer);
    layer.setIDropout(run.inputDropout());
    layer.setLayerName(mapName(run));
    List<NewLayer> layers = new ArrayList<>(List.of(new NewLayer(layer, fill)));
    if (run.endsInOutput()) {
      OutputLayer output = (OutputLayer) run.last().layer();
      MapLossLayer loss = new MapLossLayer(output);
      // Not used, but a saved layer without them is taken for one of an old format.
      TrainingSettings.copy(output, loss);
      loss.setIDropout(null); // the map's
      layers.add(NewLayer.untrained(loss));
    }
    return layers;
  }

  /** The name of the last layer; where that one becomes a MapLossLayer, of the one before it. */
  static String mapName(MlpRun run) {
    List<Node> weighted = run.weighted();
    String last = run.last().name();
    if (!run.endsInOutput() || last == null) {
      return last;
    }
    String before = weighted.size() < 2 ? null : weighted.get(weighted.size() - 2).name();
    return before == null ? last + "-map" : before;
  }

  private void reportSlots(BlockMap map) {
    HiddenProportion counts = HiddenProportion.realized(map.realize());
    for (Map.Entry<Node, String> entry : slots.entrySet()) {
      Node node = entry.getKey();
      if (!MlpRuns.hasWeights(node)) {
        String what =
            node.layer() instanceof DropoutLayer ? "input dropout" : "activation of slot ";
        boolean isLeftOut = entry.getValue() == null && node != run.nodes().get(0);
        report.layer(
            node,
            isLeftOut ? "left out" : entry.getValue() == null ? what : what + entry.getValue(),
            0);
        continue;
      }
      DenseBlock block = blocks.stream().filter(b -> b.node() == node).findFirst().orElseThrow();
      double weights =
          counts.blocks().stream()
              .filter(share -> share.block().equals(block.name()))
              .mapToDouble(HiddenProportion.Share::weights)
              .sum();
      long biases = block.hasBias() ? block.toSize() : 0;
      boolean isOutput = ((FeedForwardLayer) node.layer()) instanceof OutputLayer;
      report.layer(
          node,
          "slot " + block.to() + (isOutput ? " and MapLossLayer" : ""),
          (long) weights + biases);
    }
  }
}
