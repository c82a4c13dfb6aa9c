package org.iterativemaps.layers;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Map;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.iterativemaps.map.BlockMap;
import org.iterativemaps.map.MapWeights;
import org.iterativemaps.map.pattern.Sparsity;
import org.iterativemaps.map.values.WeightValues;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;

class LayerWeightsTest {

  private static BlockMap reservoir(double recurrent) {
    return BlockMap.builder()
        .input("x", 2)
        .state("h", 2, Activation.TANH)
        .connect("x", "h", Sparsity.dense())
        .connectFixed("h", "h", Sparsity.diagonal(), WeightValues.constant(recurrent))
        .output("h")
        .build();
  }

  private static MultiLayerNetwork network(Layer layer) {
    MultiLayerNetwork network =
        new MultiLayerNetwork(new NeuralNetConfiguration.Builder().list().layer(layer).build());
    network.init();
    return network;
  }

  private static MultiLayerNetwork network(BlockMap map) {
    return network(new IterativeMapLayer.Builder().map(map).steps(2).build());
  }

  /** Same masks, other fixed weights: another map, which would compute something else. */
  @Test
  void fixedValuesAreCompared() {
    MapWeights weights =
        new MapWeights(
            reservoir(0.5).realize(),
            Map.of("W[x->h]", new double[] {1, 2, 3, 4}, "b[h]", new double[] {5, 6}));
    MultiLayerNetwork same = network(reservoir(0.5));
    LayerWeights.write(weights, same.getLayer(0));
    assertArrayEquals(
        new double[] {1, 2, 3, 4}, LayerWeights.read(same.getLayer(0)).weights("x", "h"));
    assertEquals(weights, LayerWeights.read(same.getLayer(0)));
    MultiLayerNetwork other = network(reservoir(0.25));
    double[] before = LayerWeights.read(other.getLayer(0)).weights("x", "h");
    refused(
        "expected the slots, blocks, masks and fixed values",
        () -> LayerWeights.write(weights, other.getLayer(0)));
    assertArrayEquals(before, LayerWeights.read(other.getLayer(0)).weights("x", "h"));
  }

  @ParameterizedTest
  @ValueSource(chars = {'c', 'f'})
  void numbersGoRowByRowWhateverTheArrayIs(char order) {
    double[] numbers = {1, 2, 3, 4, 5, 6};
    for (DataType type : new DataType[] {DataType.FLOAT, DataType.DOUBLE}) {
      INDArray whole = Nd4j.create(type, new long[] {3, 3}, order);
      INDArray part = whole.get(NDArrayIndex.interval(1, 3), NDArrayIndex.all());
      LayerWeights.assign(numbers, part);
      assertEquals(4, whole.getDouble(2, 0));
      assertArrayEquals(numbers, LayerWeights.numbers(part));
      assertEquals(0, whole.getRow(0).sumNumber().doubleValue());
    }
  }

  @Test
  void otherLayersAreNamed() {
    MultiLayerNetwork dense = network(new DenseLayer.Builder().nIn(2).nOut(2).build());
    refused("layer: found DenseLayer", () -> LayerWeights.read(dense.getLayer(0)));
    refused("layer: found null", () -> LayerWeights.read(null));
  }

  private static void refused(String expected, Executable wrong) {
    String message = assertThrows(IllegalArgumentException.class, wrong).getMessage();
    assertTrue(message.contains(expected), message);
  }
}
