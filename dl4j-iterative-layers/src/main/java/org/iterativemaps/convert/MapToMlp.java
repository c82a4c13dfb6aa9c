package org.iterativemaps.convert;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.deeplearning4j.nn.api.Layer;
import org.deeplearning4j.nn.conf.layers.ActivationLayer;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.LossLayer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.params.DefaultParamInitializer;
import org.iterativemaps.iterate.Schedule;
import org.iterativemaps.iterate.Schedule.Evaluation;
import org.iterativemaps.layers.IterativeMapLayer;
import org.iterativemaps.layers.LayerWeights;
import org.iterativemaps.map.Block;
import org.iterativemaps.map.BlockMap;
import org.iterativemaps.map.MapWeights;
import org.iterativemaps.map.RealizedMap.RealizedBlock;
import org.iterativemaps.map.Slot;
import org.iterativemaps.map.pattern.Sparsity;
import org.iterativemaps.map.values.WeightValues;
import org.nd4j.linalg.activations.IActivation;
import org.nd4j.linalg.activations.impl.ActivationIdentity;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * Maps without loops as stacks of dense layers: weights that do not exist become zeros, which are
 * trained from then on.
 */
final class MapToMlp {
  private final Node node;
  private final IterativeMapLayer layer;
  private final BlockMap map;
  private final ConversionReport.Builder report;

  private MapToMlp(Node node, ConversionReport.Builder report) {
    this.node = node;
    this.layer = (IterativeMapLayer) node.layer();
    this.map = layer.getSettings().map();
    this.report = report;
  }

  /** What becomes of all single-input maps of a network. */
  static Conversion.Plan plan(List<Chain> chains) {
    ConversionReport.Builder report = new ConversionReport.Builder();
    List<Piece> pieces = new ArrayList<>();
    int converted = 0;
    for (Chain chain : chains) {
      for (int i = 0; i < chain.nodes().size(); i++) {
        Node node = chain.nodes().get(i);
        if (node.layer().getClass() != IterativeMapLayer.class) {
          report.stays(node);
          pieces.add(Piece.kept(node));
          continue;
        }
        Node next = i + 1 < chain.nodes().size() ? chain.nodes().get(i + 1) : null;
        Piece piece = new MapToMlp(node, report).piece(next);
        i += piece.old().size() - 1;
        pieces.add(piece);
        converted++;
      }
    }
    if (converted == 0) {
      throw new IllegalArgumentException(
          "the network has no IterativeMapLayer; its layers are "
              + chains.stream().flatMap(c -> c.nodes().stream()).map(Node::label).toList());
    }
    return new Conversion.Plan(pieces, report.build());
  }

  private Piece piece(Node next) {
    node.checkSizes(layer);
    map.whatIsNotLinear()
        .ifPresent(
            part -> {
              throw refusal(
                  "is a map whose " + part,
                  "dense layers are linear blocks and plain slots; keep the map");
            });
    List<String> cycle = Cycles.find(map);
    if (!cycle.isEmpty()) {
      throw refusal(
          "has the cycle " + String.join(" -> ", cycle),
          "IterativeMaps.unroll(network) first makes a network of K layers without it");
    }
    List<NewLayer> stack = new ArrayList<>();
    for (RealizedBlock[] blocks : chainOfBlocks()) {
      stack.add(asLayer(blocks, stack.isEmpty()));
    }
    long weights = stack.stream().mapToLong(l -> parameters(l.layer())).sum();
    report.layer(
        node,
        String.join(", ", stack.stream().map(l -> l.layer().getClass().getSimpleName()).toList()),
        weights);
    NewLayer last = stack.get(stack.size() - 1);
    if (next != null
        && next.layer() instanceof LossLayer loss
        && next.preProcessor() == null
        && last.layer() instanceof DenseLayer dense
        && dense.getActivationFn() instanceof ActivationIdentity) {
      stack.set(stack.size() - 1, new NewLayer(outputLayer(dense, loss), last.fill()));
      report.layer(next, "loss of an OutputLayer", 0);
      return new Piece(List.of(node, next), stack);
    }
    last.layer().setLayerName(node.name());
    return new Piece(List.of(node), stack);
  }

  private static long parameters(org.deeplearning4j.nn.conf.layers.Layer layer) {
    return layer.initializer().numParams(layer);
  }

  /**
   * The blocks that the output is computed through, from the input on; one slot after the other.
   */
  private List<RealizedBlock[]> chainOfBlocks() {
    List<RealizedBlock[]> chain = new ArrayList<>();
    List<RealizedBlock> all = layer.getSettings().realized().blocks();
    Schedule.Cell reads = new Schedule.Cell(map.indexOf(map.input().name()), 0);
    for (Evaluation evaluation :
        Schedule.singleToken(map, layer.getSettings().steps()).evaluations()) {
      Schedule.Cell before = reads;
      String slot = map.slots().get(evaluation.target().slot()).name();
      if (!evaluation.reads().stream().allMatch(read -> read.source().equals(before))) {
        List<String> sources =
            evaluation.reads().stream()
                .map(r -> map.slots().get(r.source().slot()).name())
                .toList();
        throw refusal(
            "has slot '" + slot + "' that reads " + sources,
            "a stack of dense layers reads only the layer before; remove the skip connection");
      }
      chain.add(
          evaluation.reads().stream().map(r -> all.get(r.block())).toArray(RealizedBlock[]::new));
      reads = evaluation.target();
    }
    return chain;
  }

  private NewLayer asLayer(RealizedBlock[] blocks, boolean isFirst) {
    Block block = blocks[0].block();
    Slot slot = map.slot(block.to());
    IActivation activation =
        slot.activation() == null ? layer.getActivationFn() : slot.activation();
    String name = (node.name() == null ? "" : node.name() + "-") + slot.name();
    if (blocks.length == 1 && isWire(blocks[0], slot)) {
      ActivationLayer wire = new ActivationLayer(activation);
      wire.setLayerName(name);
      return NewLayer.untrained(wire);
    }
    for (RealizedBlock fixed : blocks) {
      if (!fixed.block().isTrainable()) {
        throw refusal(
            "has fixed weights in block " + fixed.block().name(),
            "a DenseLayer would train them; make them trained, or keep the map");
      }
    }
    DenseLayer dense =
        new DenseLayer.Builder()
            .nIn(map.slot(block.from()).size())
            .nOut(slot.size())
            .hasBias(slot.hasBias())
            .build();
    TrainingSettings.copy(layer, dense);
    dense.setActivationFn(activation);
    dense.setWeightInitFn(
        layer.weightInit(layer.getSettings().realized().parameters().get(blocks[0].parameter())));
    dense.setLayerName(name);
    dense.setIDropout(isFirst && layer.getIDropout() != null ? layer.getIDropout().clone() : null);
    return new NewLayer(dense, fill(block.from(), slot));
  }

  private Consumer<Layer> fill(String from, Slot slot) {
    if (node.trained() == null) {
      return running -> {};
    }
    MapWeights weights = LayerWeights.read(node.trained());
    return running -> {
      INDArray w = running.getParam(DefaultParamInitializer.WEIGHT_KEY);
      w.assign(DenseBlock.dl4jWeights(weights.matrix(from, slot.name())).castTo(w.dataType()));
      if (slot.hasBias()) {
        INDArray b = running.getParam(DefaultParamInitializer.BIAS_KEY);
        b.assign(
            Nd4j.createFromArray(weights.bias(slot.name()))
                .castTo(b.dataType())
                .reshape(b.shape()));
      }
    };
  }

  private boolean isWire(RealizedBlock block, Slot slot) {
    return block.block().sparsity() instanceof Sparsity.Diagonal
        && WeightValues.constant(1).equals(block.block().fixedValues())
        && map.slot(block.block().from()).size() == slot.size()
        && !slot.hasBias();
  }

  private static OutputLayer outputLayer(DenseLayer dense, LossLayer loss) {
    OutputLayer output =
        new OutputLayer.Builder(loss.getLossFn())
            .nIn(dense.getNIn())
            .nOut(dense.getNOut())
            .hasBias(dense.hasBias())
            .build();
    TrainingSettings.copy(dense, output);
    output.setActivationFn(loss.getActivationFn());
    output.setLayerName(loss.getLayerName());
    return output;
  }

  private IllegalArgumentException refusal(String what, String todo) {
    return new IllegalArgumentException("layer " + node.label() + " " + what + ": " + todo);
  }
}
