package org.iterativemaps.surgery;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotSame;

import java.util.List;
import java.util.Map;
import org.deeplearning4j.nn.api.layers.RecurrentLayer;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.layers.misc.FrozenLayer;
import org.deeplearning4j.nn.conf.layers.misc.FrozenLayerWithBackprop;
import org.deeplearning4j.nn.conf.layers.util.MaskZeroLayer;
import org.deeplearning4j.nn.layers.wrapper.BaseWrapperLayer;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.iterativemaps.layers.IterativeMapRecurrentLayer;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

class RecurrentStatesTest {

  /** What a wrapped map remembers is carried over to the layer of the rebuilt network. */
  @Test
  void followTheUnitsOfWrappedLayers() {
    Layer map = Nets.mapLayer(true);
    for (Layer middle :
        List.of(
            map,
            new MaskZeroLayer(map, 0),
            new FrozenLayer(map),
            new FrozenLayerWithBackprop(new MaskZeroLayer(map, 0)))) {
      String what = middle.getClass().getSimpleName();
      MultiLayerNetwork network = Nets.stack(Nets.adam(), middle, true);
      Nets.fit(network, 0, 1, true);
      INDArray state = Nd4j.rand(DataType.DOUBLE, 2, 6);
      INDArray truncated = Nd4j.rand(DataType.DOUBLE, 2, 6);
      recurrent(network).rnnSetPreviousState(Map.of("h", state));
      recurrent(network).rnnSetTBPTTState(Map.of("h", truncated));
      RecurrentLayer before = recurrent(network);
      Surgery.grow(network, LiveMaps.layers(network).get(0), "h", 2, 1);
      assertNotSame(before, recurrent(network), "the network was not rebuilt");
      assertFollowed(state, recurrent(network).rnnGetPreviousState().get("h"), what);
      assertFollowed(truncated, recurrent(network).rnnGetTBPTTState().get("h"), what);
    }
  }

  @Test
  void followUnderTheirKeys() {
    IterativeMapRecurrentLayer map = (IterativeMapRecurrentLayer) Nets.mapLayer(true);
    map.setStateKeys(Map.of("h", "prevAct"));
    MultiLayerNetwork network = Nets.stack(Nets.adam(), map, true);
    INDArray state = Nd4j.rand(DataType.DOUBLE, 2, 6);
    network.rnnSetPreviousState(1, Map.of("prevAct", state));
    Surgery.grow(network, LiveMaps.layers(network).get(0), "h", 2, 1);
    assertFollowed(state, network.rnnGetPreviousState(1).get("prevAct"), "prevAct");
  }

  private static void assertFollowed(INDArray before, INDArray after, String what) {
    assertArrayEquals(new long[] {2, 8}, after.shape(), what);
    assertEquals(Nd4j.hstack(before, Nd4j.zeros(DataType.DOUBLE, 2, 2)), after, what);
  }

  private static RecurrentLayer recurrent(MultiLayerNetwork network) {
    org.deeplearning4j.nn.api.Layer layer = network.getLayer(1);
    while (layer instanceof BaseWrapperLayer wrapper) {
      layer = wrapper.getUnderlying();
    }
    return assertInstanceOf(RecurrentLayer.class, layer);
  }
}
