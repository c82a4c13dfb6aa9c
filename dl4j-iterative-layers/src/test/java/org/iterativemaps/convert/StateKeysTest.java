package org.iterativemaps.convert;

import static org.iterativemaps.convert.SameNetworks.assertClose;
import static org.iterativemaps.convert.SameNetworks.normal;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.deeplearning4j.exception.DL4JInvalidConfigException;
import org.deeplearning4j.nn.conf.MultiLayerConfiguration;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.GravesLSTM;
import org.deeplearning4j.nn.conf.layers.LSTM;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.layers.RnnOutputLayer;
import org.deeplearning4j.nn.conf.layers.recurrent.SimpleRnn;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.iterativemaps.layers.IterativeMapRecurrentLayer;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;

/** A map that was a layer of DL4J's has its state under the same keys. */
@SuppressWarnings("deprecation") // GravesLSTM
class StateKeysTest {
  private static final int UNITS = 5;

  @Test
  void statesGoFromTheLayerToItsMapAndBack() {
    Random random = new Random(1);
    for (Layer layer :
        List.of(
            new LSTM.Builder().nOut(UNITS).build(),
            new GravesLSTM.Builder().nOut(UNITS).build(),
            new SimpleRnn.Builder().nOut(UNITS).build())) {
      MultiLayerNetwork rnn =
          new MultiLayerNetwork(
              new NeuralNetConfiguration.Builder()
                  .seed(3)
                  .dataType(DataType.DOUBLE)
                  .list()
                  .layer(layer)
                  .layer(new RnnOutputLayer.Builder(LossFunction.MSE).nOut(2).build())
                  .setInputType(InputType.recurrent(3))
                  .build());
      rnn.init();
      MultiLayerNetwork map = IterativeMaps.fromRnn(rnn).network();
      INDArray[] tokens = new INDArray[3];
      for (int t = 0; t < tokens.length; t++) {
        tokens[t] = normal(random, DataType.DOUBLE, 2, 3, 1);
      }
      rnn.rnnTimeStep(tokens[0]);
      map.rnnSetPreviousState(0, rnn.rnnGetPreviousState(0));
      assertClose(rnn.rnnTimeStep(tokens[1]), map.rnnTimeStep(tokens[1]), 1e-12);
      assertSameStates(rnn.rnnGetPreviousState(0), map.rnnGetPreviousState(0));
      rnn.rnnClearPreviousState();
      rnn.rnnSetPreviousState(0, map.rnnGetPreviousState(0));
      assertClose(map.rnnTimeStep(tokens[2]), rnn.rnnTimeStep(tokens[2]), 1e-12);
    }
  }

  private static void assertSameStates(Map<String, INDArray> ofLayer, Map<String, INDArray> ofMap) {
    assertEquals(ofLayer.keySet(), ofMap.keySet());
    ofLayer.forEach((key, state) -> assertClose(state, ofMap.get(key), 1e-12));
  }

  @Test
  void keysAreInTheJson() {
    MultiLayerConfiguration keyed = configuration("z");
    MultiLayerConfiguration read = MultiLayerConfiguration.fromJson(keyed.toJson());
    assertEquals(keyed, read);
    assertNotEquals(keyed, configuration("h"));
    MultiLayerNetwork network = new MultiLayerNetwork(read);
    network.init();
    network.rnnTimeStep(normal(new Random(1), DataType.DOUBLE, 2, 3, 1));
    assertEquals(Set.of("z"), network.rnnGetPreviousState(0).keySet());
  }

  private static MultiLayerConfiguration configuration(String key) {
    return new NeuralNetConfiguration.Builder()
        .dataType(DataType.DOUBLE)
        .list()
        .layer(
            new IterativeMapRecurrentLayer.Builder().nIn(3).nOut(UNITS).stateKey("h", key).build())
        .layer(new RnnOutputLayer.Builder(LossFunction.MSE).nIn(UNITS).nOut(2).build())
        .build();
  }

  @Test
  void anotherMapKeepsTheKeysOfItsSlots() {
    IterativeMapRecurrentLayer layer =
        new IterativeMapRecurrentLayer.Builder()
            .nIn(3)
            .lstm(UNITS)
            .stateKey("h", "prevAct")
            .stateKey("c", "prevMem")
            .build();
    layer.setSettings(
        new IterativeMapRecurrentLayer.Builder().nIn(3).gru(UNITS).build().getSettings());
    assertEquals(Map.of("h", "prevAct"), layer.getStateKeys());
  }

  @Test
  void keysThatDoNotFitAreRefused() {
    IterativeMapRecurrentLayer.Builder unknown =
        new IterativeMapRecurrentLayer.Builder().nIn(3).lstm(UNITS).stateKey("g", "k");
    IterativeMapRecurrentLayer.Builder twice =
        new IterativeMapRecurrentLayer.Builder().nIn(3).lstm(UNITS).stateKey("h", "c");
    String message = assertThrows(DL4JInvalidConfigException.class, unknown::build).getMessage();
    assertTrue(message.contains("found slot 'g', expected one of [c, h]"), message);
    message = assertThrows(DL4JInvalidConfigException.class, twice::build).getMessage();
    assertTrue(message.contains("found keys [c, c] of the slots [c, h]"), message);
  }
}
