package org.iterativemaps.layers;

import static org.iterativemaps.layers.Networks.assertClose;
import static org.iterativemaps.layers.Networks.normal;

import java.util.Map;
import org.deeplearning4j.nn.api.layers.RecurrentLayer;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.deeplearning4j.nn.workspace.LayerWorkspaceMgr;
import org.iterativemaps.layers.impl.IterativeMapRecurrent;
import org.iterativemaps.map.BlockMap;
import org.iterativemaps.map.pattern.Sparsity;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.learning.config.NoOp;

/** A recurrent layer from any state, again and again, beside the hand-written one. */
class NonlinearStateTest {

  private static MultiLayerNetwork network(Layer layer) {
    MultiLayerNetwork network =
        new MultiLayerNetwork(
            new NeuralNetConfiguration.Builder()
                .dataType(DataType.DOUBLE)
                .updater(new NoOp())
                .list()
                .layer(layer)
                .build());
    network.init();
    network.setParams(normal(1, 1, network.numParams()));
    return network;
  }

  private static INDArray run(
      MultiLayerNetwork network, INDArray input, Map<String, INDArray> state, boolean training) {
    network.rnnClearPreviousState();
    ((RecurrentLayer) network.getLayer(0)).rnnSetTBPTTState(state);
    network.setInput(input);
    return network.rnnActivateUsingStoredState(input, training, !training).get(1).dup();
  }

  @Test
  void everyCallGivesWhatTheHandWrittenLayerGives() {
    BlockMap map =
        BlockMap.builder()
            .input("x", 4)
            .state("h", 6, Activation.TANH)
            .connect("x", "h", Sparsity.dense())
            .connect("h", "h", Sparsity.dense())
            .output("h")
            .build();
    MultiLayerNetwork written = network(new IterativeMapRecurrentLayer.Builder().map(map).build());
    MultiLayerNetwork sameDiff = network(new IterativeMapRecurrentLayer.Builder().map(map).build());
    for (int call = 0; call < 4; call++) {
      INDArray input = normal(call, 3, 4, 5).dup('f');
      Map<String, INDArray> state = Map.of("h", normal(10 + call, 3, 6));
      assertClose(run(written, input, state, false), run(sameDiff, input, state, false), 1e-12);
      RecurrentLayer one = (RecurrentLayer) written.getLayer(0);
      RecurrentLayer other = (RecurrentLayer) sameDiff.getLayer(0);
      assertClose(one.rnnGetTBPTTState().get("h"), other.rnnGetTBPTTState().get("h"), 1e-12);
      run(written, input, state, true);
      run(sameDiff, input, state, true);
      INDArray epsilon = normal(20 + call, 3, 6, 5).dup('f');
      assertClose(
          written.backpropGradient(epsilon, LayerWorkspaceMgr.noWorkspaces()).getSecond(),
          sameDiff.backpropGradient(epsilon, LayerWorkspaceMgr.noWorkspaces()).getSecond(),
          1e-12);
      assertClose(
          ((IterativeMapRecurrent) one).initialStateGradient().get("h"),
          ((IterativeMapRecurrent) other).initialStateGradient().get("h"),
          1e-12);
      assertClose(written.params(), sameDiff.params(), 0);
    }
  }
}
