package org.iterativemaps.layers;

import static org.iterativemaps.layers.Networks.assertClose;
import static org.iterativemaps.layers.Networks.normal;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.deeplearning4j.nn.api.layers.RecurrentLayer;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.graph.GraphVertex;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.workspace.LayerWorkspaceMgr;
import org.iterativemaps.map.Injection;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * {@code rnnTimeStep} call after call: whose the arrays of the states are, and what is read anew.
 */
class TimeStepTest {
  private static final int BATCH = 2;

  private static ComputationGraph graph(boolean isVertex) {
    var graph =
        new NeuralNetConfiguration.Builder()
            .seed(3)
            .dataType(DataType.FLOAT)
            .graphBuilder()
            .addInputs("in")
            .setOutputs("loop");
    if (isVertex) {
      GraphVertex vertex = new IterativeMapVertex(Networks.richMap(4, Injection.HOLD), 2);
      graph.addVertex("loop", vertex, "in");
    } else {
      graph.addLayer("loop", Networks.sequence().build(), "in");
    }
    ComputationGraph network = new ComputationGraph(graph.build());
    network.init();
    return network;
  }

  private static INDArray token(int i) {
    return normal(i, BATCH, 4, 1).castTo(DataType.FLOAT);
  }

  private static Map<String, INDArray> copy(Map<String, INDArray> state) {
    Map<String, INDArray> copy = new LinkedHashMap<>();
    state.forEach((name, value) -> copy.put(name, value.dup()));
    return copy;
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void statesThatWereReadOrSetStayAsTheyAre(boolean isVertex) {
    ComputationGraph graph = graph(isVertex);
    ComputationGraph unread = graph(isVertex);
    List<Map<String, INDArray>> read = new ArrayList<>();
    List<Map<String, INDArray>> copies = new ArrayList<>();
    for (int i = 0; i < 24; i++) {
      INDArray expected = unread.rnnTimeStep(token(i))[0];
      assertEquals(expected, graph.rnnTimeStep(token(i))[0]);
      if (i % 5 == 0 || i % 7 < 2) {
        read.add(graph.rnnGetPreviousState("loop"));
        copies.add(copy(read.get(read.size() - 1)));
      }
      if (i % 8 == 4) { // what was read is the user's: set again, in both
        graph.rnnSetPreviousState("loop", read.get(0));
        unread.rnnSetPreviousState("loop", copies.get(0));
      }
    }
    assertEquals(copies, read);
    assertNotEquals(copies.get(0), copies.get(1));
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void clearedStatesBeginAnewWithAnyBatch(boolean isVertex) {
    ComputationGraph graph = graph(isVertex);
    INDArray first = graph.rnnTimeStep(token(1))[0].dup();
    graph.rnnTimeStep(token(2));
    graph.rnnClearPreviousState();
    INDArray five = normal(3, 5, 4, 1).castTo(DataType.FLOAT);
    for (int i = 0; i < 3; i++) {
      assertEquals(5, graph.rnnTimeStep(five)[0].size(0));
    }
    graph.rnnClearPreviousState();
    assertEquals(first, graph.rnnTimeStep(token(1))[0]);
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void changedParametersCountFromTheNextStepOn(boolean isVertex) {
    ComputationGraph graph = graph(isVertex);
    for (int i = 0; i < 6; i++) {
      graph.rnnTimeStep(token(i));
      Map<String, INDArray> state = copy(graph.rnnGetPreviousState("loop"));
      INDArray before = graph.rnnTimeStep(token(9))[0].dup();
      graph.rnnSetPreviousState("loop", copy(state));
      graph.params().addi(0.1); // behind the layer's back
      ComputationGraph fresh = graph(isVertex);
      fresh.setParams(graph.params().dup());
      fresh.rnnSetPreviousState("loop", state);
      INDArray after = graph.rnnTimeStep(token(9))[0];
      assertEquals(fresh.rnnTimeStep(token(9))[0], after);
      assertNotEquals(before, after);
    }
  }

  /** As of a frozen layer, whose forward pass leaves no tape: the step is run again. */
  @ParameterizedTest
  @ValueSource(ints = {1, 2, 5})
  void theWayBackThroughAStepBeginsWhereTheStepDid(int steps) {
    INDArray epsilon = normal(50, BATCH, 3, 1).castTo(DataType.FLOAT);
    ComputationGraph one = graph(false);
    ComputationGraph other = graph(false);
    one.initGradientsView();
    other.initGradientsView();
    RecurrentLayer layer = (RecurrentLayer) one.getLayer("loop");
    RecurrentLayer training = (RecurrentLayer) other.getLayer("loop");
    LayerWorkspaceMgr workspaces = LayerWorkspaceMgr.noWorkspaces();
    Map<String, INDArray> state = Map.of();
    for (int i = 0; i < steps; i++) {
      state = training.rnnGetPreviousState();
      training.rnnTimeStep(token(i), workspaces);
      layer.rnnTimeStep(token(i), workspaces);
    }
    INDArray found = layer.backpropGradient(epsilon, workspaces).getSecond();
    training.rnnSetTBPTTState(state);
    training.rnnActivateUsingStoredState(token(steps - 1), true, true, workspaces);
    INDArray expected = training.backpropGradient(epsilon, workspaces).getSecond();
    assertClose(expected, found, 1e-6);
  }
}
