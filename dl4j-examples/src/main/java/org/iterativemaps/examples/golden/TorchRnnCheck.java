package org.iterativemaps.examples.golden;

import java.util.List;
import java.util.Map;
import org.iterativemaps.examples.golden.GoldenModel.Connection;
import org.iterativemaps.examples.golden.GoldenModel.State;
import org.iterativemaps.map.Injection;
import org.nd4j.linalg.activations.Activation;

/** {@code torch_rnn}: PyTorch's nn.RNN as a dense map over x and h with K = 1, from any h0. */
final class TorchRnnCheck implements CaseCheck {
  private static final String INPUT = TorchModule.INPUT;
  private static final String HIDDEN = TorchModule.HIDDEN;

  @Override
  public void check(GoldenNode node, Implementation via, Comparison comparison) {
    List<String> hidden = List.of(HIDDEN);
    new TorchModule(via.sequences(model(node), HIDDEN, 1), hidden, hidden, hidden)
        .compare(node, comparison);
  }

  private static GoldenModel model(GoldenNode node) {
    State x = new State(INPUT, node.integer("input_size"), Activation.IDENTITY, null);
    State h =
        new State(
            HIDDEN,
            node.integer("hidden_size"),
            GoldenModel.activation(node),
            node.array("bias_ih").add(node.array("bias_hh")));
    return new GoldenModel(
        x,
        List.of(h),
        Map.of(
            GoldenModel.key(HIDDEN, INPUT),
            Connection.dense(INPUT, HIDDEN, node.array("weight_ih")),
            GoldenModel.key(HIDDEN, HIDDEN),
            Connection.dense(HIDDEN, HIDDEN, node.array("weight_hh"))),
        Injection.HOLD);
  }
}
