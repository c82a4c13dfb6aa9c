package org.iterativemaps.convert;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.layers.recurrent.SimpleRnn;
import org.deeplearning4j.nn.params.SimpleRnnParamInitializer;
import org.iterativemaps.layers.IterativeMapRecurrentLayer;
import org.iterativemaps.layers.LayerWeights;
import org.iterativemaps.map.BlockMap;
import org.iterativemaps.map.BlockMapBuilder;
import org.iterativemaps.map.Injection;
import org.iterativemaps.map.MapWeights;
import org.iterativemaps.map.Parameter;
import org.iterativemaps.map.RealizedMap;
import org.iterativemaps.map.pattern.Sparsity;
import org.iterativemaps.map.values.WeightValues;
import org.nd4j.linalg.activations.impl.ActivationIdentity;

/**
 * Several SimpleRnn layers, one above the other, as one map with the same outputs.
 *
 * <p>All slots of a map read the old state. With K = 1 layer l + 1 would so see what layer l was at
 * the token before: a wavefront, each layer one token behind the one below. Here a token takes K =
 * L steps, one per layer, and the recurrent weights of layer l read its state of K steps ago:
 *
 * <pre>    h_l[n] = A( W_l h_{l-1}[n-1] + U_l h_l[n-K] + b_l )</pre>
 *
 * through K - 1 slots that hand the state on unchanged (fixed weights of one). Steps that are K
 * apart have the same phase, and phase l of layer l reads phase l - 1 of layer l - 1 at the same
 * token and its own phase l at the token before: exactly the stack. The other phases are not
 * needed, and the schedule does not compute them: every layer is computed once per token.
 */
final class RnnStack {
  private final List<Node> nodes;
  private final ConversionReport.Builder report;
  private final Names names = new Names(RnnToMap.INPUT);
  private final Map<Node, String> slots = new LinkedHashMap<>();

  RnnStack(List<Node> nodes, ConversionReport.Builder report) {
    this.nodes = List.copyOf(nodes);
    this.report = report;
    for (int i = 0; i < nodes.size(); i++) {
      slots.put(nodes.get(i), names.slot(nodes.get(i).givenName(), RnnToMap.HIDDEN + (i + 1)));
    }
  }

  Piece piece() {
    BlockMap map = map();
    Node last = nodes.get(nodes.size() - 1);
    IterativeMapRecurrentLayer.Builder builder =
        new IterativeMapRecurrentLayer.Builder().map(map).steps(nodes.size());
    String from = RnnToMap.INPUT;
    for (Node node : nodes) {
      builder.weightInit(from, slots.get(node), rnn(node).getWeightInitFn());
      builder.weightInit(memory(node), slots.get(node), RnnToMap.recurrentInit(rnn(node)));
      from = slots.get(node);
      report.layer(node, "slot " + from, node.parameters());
    }
    IterativeMapRecurrentLayer layer = RnnToMap.layer(builder, rnn(nodes.get(0)));
    layer.setLayerName(last.name());
    Layer wrapped = RnnToMap.rewrapped(last.layer(), rnn -> layer);
    Consumer<org.deeplearning4j.nn.api.Layer> fill =
        running -> {
          RealizedMap realized = layer.getSettings().realized();
          LayerWeights.write(weights(realized), realized, running.paramTable(), "");
        };
    return new Piece(nodes, List.of(new NewLayer(wrapped, fill)));
  }

  private static SimpleRnn rnn(Node node) {
    return (SimpleRnn) RnnToMap.innermost(node.layer());
  }

  /** The slot that holds the state of K - 1 steps ago. */
  private String memory(Node node) {
    return memory(node, nodes.size() - 1);
  }

  private String memory(Node node, int stepsAgo) {
    return slots.get(node) + ".ago" + stepsAgo;
  }

  private BlockMap map() {
    BlockMapBuilder builder =
        BlockMap.builder()
            .input(RnnToMap.INPUT, Math.toIntExact(rnn(nodes.get(0)).getNIn()))
            .injection(Injection.HOLD);
    for (Node node : nodes) {
      int size = Math.toIntExact(rnn(node).getNOut());
      builder.state(slots.get(node), size, rnn(node).getActivationFn());
      for (int ago = 1; ago < nodes.size(); ago++) {
        builder.stateWithoutBias(memory(node, ago), size, new ActivationIdentity());
      }
    }
    String from = RnnToMap.INPUT;
    for (Node node : nodes) {
      String slot = slots.get(node);
      builder.connect(from, slot, Sparsity.dense());
      builder.connect(memory(node), slot, Sparsity.dense());
      String before = slot;
      for (int ago = 1; ago < nodes.size(); ago++) {
        builder.connectFixed(
            before, memory(node, ago), Sparsity.diagonal(), WeightValues.constant(1));
        before = memory(node, ago);
      }
      from = slot;
    }
    return builder.output(from).build();
  }

  private MapWeights weights(RealizedMap map) {
    Map<String, double[]> values = new LinkedHashMap<>();
    String from = RnnToMap.INPUT;
    for (Node node : nodes) {
      String slot = slots.get(node);
      values.put(
          Parameter.weightKey(from, slot),
          RnnToMap.weights(node, SimpleRnnParamInitializer.WEIGHT_KEY));
      values.put(
          Parameter.weightKey(memory(node), slot),
          RnnToMap.weights(node, SimpleRnnParamInitializer.RECURRENT_WEIGHT_KEY));
      values.put(Parameter.biasKey(slot), RnnToMap.bias(node, ""));
      from = slot;
    }
    return new MapWeights(map, values);
  }
}
