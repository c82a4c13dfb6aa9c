package org.iterativemaps.examples.golden;

import java.util.List;
import java.util.Map;
import org.iterativemaps.examples.golden.GoldenModel.Connection;
import org.iterativemaps.examples.golden.GoldenModel.State;
import org.iterativemaps.map.Injection;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** {@code torch_rnn}: PyTorch's nn.RNN as a dense map over x and h with K = 1, from any h0. */
final class TorchRnnCheck implements CaseCheck {
  private static final String FROM_INPUT = GoldenModel.key("h", "x");
  private static final String FROM_STATE = GoldenModel.key("h", "h");

  @Override
  public void check(GoldenNode node, Implementation via, Comparison comparison) {
    INDArray input = node.array("input");
    INDArray weights = node.get("loss_weights").array("output");
    SequenceNetwork network = via.sequences(model(node), "h", 1);
    for (GoldenNode run : node.get("runs").elements()) {
      String prefix = run.text("initial_state") + " h0: ";
      Map<String, INDArray> h0 = Map.of("h", run.array("h0"));
      INDArray output = network.output(input, h0);
      comparison.compare(prefix + "output", run.array("output"), output);
      comparison.compare(prefix + "h_n", run.array("h_n"), network.lastState(input, h0).get("h"));
      comparison.compare(
          prefix + "loss", run.number("loss"), Compared.weightedSum(output, weights));
      compareGradients(
          prefix + "grad ", run.get("grad"), network.gradients(input, h0, weights), comparison);
    }
  }

  private static void compareGradients(
      String prefix, GoldenNode grad, Gradients found, Comparison comparison) {
    comparison.compare(prefix + "input", grad.array("input"), found.input());
    comparison.compare(prefix + "h0", grad.array("h0"), found.initialState().get("h"));
    comparison.compare(
        prefix + "weight_ih", grad.array("weight_ih"), found.weights().get(FROM_INPUT));
    comparison.compare(
        prefix + "weight_hh", grad.array("weight_hh"), found.weights().get(FROM_STATE));
    comparison.compare(prefix + "bias_ih", grad.array("bias_ih"), found.biases().get("h"));
    comparison.compare(prefix + "bias_hh", grad.array("bias_hh"), found.biases().get("h"));
  }

  private static GoldenModel model(GoldenNode node) {
    State x = new State("x", node.integer("input_size"), Activation.IDENTITY, null);
    State h =
        new State(
            "h",
            node.integer("hidden_size"),
            GoldenModel.activation(node),
            node.array("bias_ih").add(node.array("bias_hh")));
    return new GoldenModel(
        x,
        List.of(h),
        Map.of(
            FROM_INPUT, dense(x, h, node.array("weight_ih")),
            FROM_STATE, dense(h, h, node.array("weight_hh"))),
        Injection.HOLD);
  }

  private static Connection dense(State source, State target, INDArray weight) {
    return new Connection(source.name(), target.name(), Nd4j.onesLike(weight), weight);
  }
}
