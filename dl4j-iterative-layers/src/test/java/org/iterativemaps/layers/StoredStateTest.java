package org.iterativemaps.layers;

import static org.iterativemaps.layers.Networks.assertClose;
import static org.iterativemaps.layers.Networks.normal;

import java.util.Map;
import org.deeplearning4j.nn.api.layers.RecurrentLayer;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.gradient.Gradient;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.deeplearning4j.nn.workspace.LayerWorkspaceMgr;
import org.iterativemaps.layers.impl.IterativeMapRecurrent;
import org.iterativemaps.map.BlockMap;
import org.iterativemaps.map.pattern.Sparsity;
import org.junit.jupiter.api.Test;
import org.nd4j.common.primitives.Pair;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.indexing.NDArrayIndex;
import org.nd4j.linalg.learning.config.NoOp;
import org.nd4j.linalg.ops.transforms.Transforms;

/** A recurrent layer from any state, again and again, beside its formula written out. */
class StoredStateTest {
  private static final int BATCH = 3;
  private static final int UNITS = 6;
  private static final int TIME = 5;

  private static MultiLayerNetwork network() {
    BlockMap map =
        BlockMap.builder()
            .input("x", 4)
            .state("h", UNITS, Activation.TANH)
            .connect("x", "h", Sparsity.dense())
            .connect("h", "h", Sparsity.dense())
            .output("h")
            .build();
    MultiLayerNetwork network =
        new MultiLayerNetwork(
            new NeuralNetConfiguration.Builder()
                .dataType(DataType.DOUBLE)
                .updater(new NoOp())
                .list()
                .layer(new IterativeMapRecurrentLayer.Builder().map(map).build())
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

  /** h_t = tanh(U x_t + W h_{t-1} + b), and the way back through it. */
  private static final class Formula {
    final INDArray u;
    final INDArray w;
    final INDArray b;
    final INDArray[] x = new INDArray[TIME];
    final INDArray[] h = new INDArray[TIME + 1];
    final INDArray gradientOfU;
    final INDArray gradientOfW;
    final INDArray gradientOfB;
    final INDArray[] gradientOfX = new INDArray[TIME];
    INDArray gradientOfState;

    Formula(MultiLayerNetwork network, INDArray input, INDArray state) {
      u = network.getParam("0_W[x->h]").reshape('c', UNITS, 4);
      w = network.getParam("0_W[h->h]").reshape('c', UNITS, UNITS);
      b = network.getParam("0_b[h]").reshape(1, UNITS);
      gradientOfU = u.like();
      gradientOfW = w.like();
      gradientOfB = b.like();
      h[0] = state;
      for (int t = 0; t < TIME; t++) {
        x[t] = token(input, t);
        INDArray sum = x[t].mmul(u.transpose()).addi(h[t].mmul(w.transpose())).addiRowVector(b);
        h[t + 1] = Transforms.tanh(sum);
      }
    }

    void back(INDArray epsilon) {
      gradientOfState = h[0].like();
      for (int t = TIME - 1; t >= 0; t--) {
        INDArray slope = h[t + 1].mul(h[t + 1]).rsubi(1);
        INDArray ofSum = token(epsilon, t).addi(gradientOfState).muli(slope);
        gradientOfU.addi(ofSum.transpose().mmul(x[t]));
        gradientOfW.addi(ofSum.transpose().mmul(h[t]));
        gradientOfB.addi(ofSum.sum(true, 0));
        gradientOfX[t] = ofSum.mmul(u);
        gradientOfState = ofSum.mmul(w);
      }
    }
  }

  private static INDArray token(INDArray sequence, int t) {
    return sequence.get(NDArrayIndex.all(), NDArrayIndex.all(), NDArrayIndex.point(t)).dup('c');
  }

  private static INDArray vector(INDArray array) {
    return array.dup('c').reshape('c', new long[] {array.length()});
  }

  @Test
  void everyCallGivesWhatTheFormulaGives() {
    MultiLayerNetwork network = network();
    IterativeMapRecurrent layer = (IterativeMapRecurrent) network.getLayer(0);
    for (int call = 0; call < 4; call++) {
      INDArray input = normal(call, BATCH, 4, TIME).dup('f');
      Map<String, INDArray> state = Map.of("h", normal(10 + call, BATCH, UNITS));
      Formula formula = new Formula(network, input, state.get("h"));
      INDArray found = run(network, input, state, false);
      for (int t = 0; t < TIME; t++) {
        assertClose(formula.h[t + 1], token(found, t), 1e-12);
      }
      assertClose(formula.h[TIME], layer.rnnGetTBPTTState().get("h"), 1e-12);
      run(network, input, state, true);
      assertClose(state.get("h"), layer.rnnGetTBPTTState().get("h"), 0);
      INDArray epsilon = normal(20 + call, BATCH, UNITS, TIME).dup('f');
      formula.back(epsilon);
      Pair<Gradient, INDArray> back =
          network.backpropGradient(epsilon, LayerWorkspaceMgr.noWorkspaces());
      Gradient gradient = back.getFirst();
      assertClose(vector(formula.gradientOfU), vector(gradient.getGradientFor("0_W[x->h]")), 1e-11);
      assertClose(vector(formula.gradientOfW), vector(gradient.getGradientFor("0_W[h->h]")), 1e-11);
      assertClose(vector(formula.gradientOfB), vector(gradient.getGradientFor("0_b[h]")), 1e-11);
      for (int t = 0; t < TIME; t++) {
        assertClose(formula.gradientOfX[t], token(back.getSecond(), t), 1e-11);
      }
      assertClose(formula.gradientOfState, layer.initialStateGradient().get("h"), 1e-11);
      assertClose(vector(normal(1, 1, network.numParams())), vector(network.params()), 0);
    }
  }
}
