package org.iterativemaps.examples.golden;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.iterativemaps.examples.golden.GoldenModel.Connection;
import org.iterativemaps.examples.golden.GoldenModel.State;
import org.iterativemaps.map.BlockMap;
import org.iterativemaps.map.GatedMaps;
import org.iterativemaps.map.Injection;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.indexing.INDArrayIndex;
import org.nd4j.linalg.indexing.NDArrayIndex;

/**
 * {@code torch_gated}: PyTorch's nn.LSTM and nn.GRU as the maps of {@link GatedMaps} with K = 1,
 * from any h0 and c0.
 */
final class TorchGatedCheck implements CaseCheck {
  private static final String VALUE_OF_GRU = "n"; // two slots: r is multiplied with a part of it

  private enum Cell {
    LSTM(List.of("f", "g", "i", "o")),
    GRU(List.of("n", "r", "z"));

    final List<String> gates; // in the alphabet

    Cell(List<String> gates) {
      this.gates = gates;
    }

    BlockMap map(int inputs, int units) {
      return (this == LSTM ? GatedMaps.lstm(units) : GatedMaps.gru(units)).nIn(inputs).build();
    }
  }

  @Override
  public void check(GoldenNode node, Implementation via, Comparison comparison) {
    Cell cell = GoldenModel.enumValue(Cell.class, node.text("cell"), node);
    BlockMap map = cell.map(node.integer("input_size"), node.integer("hidden_size"));
    List<String> gates = node.texts("gates");
    if (!gates.stream().sorted().toList().equals(cell.gates)) {
      throw new GoldenFormatException(
          node.path() + ".gates: found " + gates + ", expected some order of " + cell.gates);
    }
    List<String> fromInput = slots(gates, TorchModule.HIDDEN);
    List<String> fromHidden = slots(gates, "q");
    GoldenModel model = model(node, fromInput, fromHidden);
    new TorchModule(via.sequences(model, map, 1), map.stateSlots(), fromInput, fromHidden)
        .compare(node, comparison);
  }

  private static List<String> slots(List<String> gates, String valueOfGru) {
    return gates.stream().map(gate -> gate.equals(VALUE_OF_GRU) ? valueOfGru : gate).toList();
  }

  /** What is trained: the map has the other blocks and the activations. */
  private static GoldenModel model(
      GoldenNode node, List<String> fromInput, List<String> fromHidden) {
    int units = node.integer("hidden_size");
    Map<String, Connection> blocks = new LinkedHashMap<>();
    Map<String, INDArray> biases = new LinkedHashMap<>();
    addRows(node, "ih", TorchModule.INPUT, fromInput, blocks, biases);
    addRows(node, "hh", TorchModule.HIDDEN, fromHidden, blocks, biases);
    List<State> states = new ArrayList<>();
    biases.forEach((slot, bias) -> states.add(new State(slot, units, null, bias)));
    State x = new State(TorchModule.INPUT, node.integer("input_size"), Activation.IDENTITY, null);
    return new GoldenModel(x, states, blocks, Injection.HOLD);
  }

  /** The rows of one weight and one bias; a slot that both reach has the sum of two biases. */
  private static void addRows(
      GoldenNode node,
      String which,
      String from,
      List<String> slots,
      Map<String, Connection> blocks,
      Map<String, INDArray> biases) {
    INDArray weight = node.array("weight_" + which);
    INDArray bias = node.array("bias_" + which);
    int units = node.integer("hidden_size");
    for (int gate = 0; gate < slots.size(); gate++) {
      String to = slots.get(gate);
      INDArrayIndex rows = NDArrayIndex.interval(gate * units, (gate + 1) * units);
      blocks.put(
          GoldenModel.key(to, from),
          Connection.dense(from, to, weight.get(rows, NDArrayIndex.all()).dup('c')));
      biases.merge(to, bias.get(rows).dup('c'), INDArray::add);
    }
  }
}
