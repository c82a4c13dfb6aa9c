package org.iterativemaps.layers;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.deeplearning4j.nn.api.Layer;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.layers.FeedForwardLayer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.conf.layers.recurrent.Bidirectional;
import org.deeplearning4j.nn.conf.layers.recurrent.LastTimeStep;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.iterativemaps.map.BlockMap;
import org.iterativemaps.map.pattern.Sparsity;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** Sizes and parameters that do not fit, in all layers of this library. */
class WrongSizesTest {

  private static BlockMap map() {
    return BlockMap.builder()
        .input("x", 3)
        .state("h", 4, Activation.TANH)
        .state("y", 2, Activation.TANH)
        .connect("x", "h", Sparsity.dense())
        .connect("h", "h", Sparsity.density(0.5))
        .connect("h", "y", Sparsity.entries(5))
        .output("y")
        .build();
  }

  private static List<FeedForwardLayer.Builder<?>> builders() {
    return List.of(
        new IterativeMapLayer.Builder().map(map()).steps(2),
        new IterativeMapRecurrentLayer.Builder().map(map()).steps(2),
        new IterativeMapLayer.Builder().map(map()).steps(2),
        new IterativeMapRecurrentLayer.Builder().map(map()).steps(2));
  }

  @Test
  void anNOutBesideAMapMustBeTheMaps() {
    for (int nOut : new int[] {1, 3, 4, 7, 1000}) {
      for (FeedForwardLayer.Builder<?> builder : builders()) {
        builder.nOut(nOut);
        assertRefused("nOut: found " + nOut, "output slot 'y' of the map has 2", builder::build);
      }
    }
    for (FeedForwardLayer.Builder<?> builder : builders()) {
      FeedForwardLayer layer = builder.nOut(2).build();
      assertEquals(2, layer.getNOut());
    }
  }

  @Test
  void anNInBesideAMapMustBeTheMaps() {
    for (FeedForwardLayer.Builder<?> builder : builders()) {
      builder.nIn(4);
      assertRefused("nIn: found 4", "input slot 'x' of the map has 3", builder::build);
    }
  }

  private static MultiLayerNetwork network(org.deeplearning4j.nn.conf.layers.Layer layer) {
    MultiLayerNetwork network =
        new MultiLayerNetwork(
            new NeuralNetConfiguration.Builder()
                .dataType(DataType.DOUBLE)
                .list()
                .layer(layer)
                .build());
    network.init();
    return network;
  }

  private static List<MultiLayerNetwork> networks() {
    List<MultiLayerNetwork> networks = new ArrayList<>();
    for (FeedForwardLayer.Builder<?> builder : builders()) {
      networks.add(network(builder.build()));
    }
    for (int wrapped = 0; wrapped < 2; wrapped++) {
      networks.add(network(new LastTimeStep(builders().get(1 + 2 * wrapped).build())));
      networks.add(network(new Bidirectional(builders().get(1 + 2 * wrapped).build())));
    }
    return networks;
  }

  @Test
  void aParameterTakesAsManyNumbersAsItHas() {
    Random random = new Random(1);
    for (MultiLayerNetwork network : networks()) {
      Layer layer = network.getLayer(0);
      for (String key : List.copyOf(layer.paramTable().keySet())) {
        long length = layer.getParam(key).length();
        INDArray before = network.params().dup();
        for (long wrong : new long[] {1, 3, length - 1, length + 1, 2 * length, 100}) {
          if (wrong != length) {
            INDArray values = Nd4j.ones(DataType.DOUBLE, wrong);
            String name = key.substring(key.indexOf(key.contains("W[") ? "W[" : "b["));
            assertRefused(name, "[" + wrong + "]", () -> layer.setParam(key, values));
            assertRefused(name, "[" + length + "]", () -> network.setParam("0_" + key, values));
          }
        }
        assertRefused("null", "[" + length + "]", () -> layer.setParam(key, null));
        if (length % 2 == 0) {
          INDArray matrix = Nd4j.ones(DataType.DOUBLE, 2, length / 2);
          if (length > 2) {
            assertRefused("shape [2, ", "", () -> layer.setParam(key, matrix));
          }
        }
        assertEquals(before, network.params());
        for (long[] shape : new long[][] {{length}, {1, length}, {length, 1}}) {
          INDArray values = Nd4j.ones(DataType.DOUBLE, shape).mul(random.nextDouble());
          layer.setParam(key, values);
          assertEquals(values.reshape(length), layer.getParam(key).reshape(length));
        }
      }
      List<String> keys = List.copyOf(layer.paramTable().keySet());
      INDArray more = Nd4j.ones(DataType.DOUBLE, 3);
      String prefix = keys.get(0).startsWith("f") ? "f" : "";
      assertRefused("key 'W'", "expected one of", () -> layer.setParam(prefix + "W", more));
      assertEquals(keys, List.copyOf(layer.paramTable().keySet()));
    }
  }

  @Test
  void alsoThroughAGraph() {
    ComputationGraph graph =
        new ComputationGraph(
            new NeuralNetConfiguration.Builder()
                .dataType(DataType.DOUBLE)
                .graphBuilder()
                .addInputs("in")
                .addLayer("map", builders().get(0).build(), "in")
                .setOutputs("map")
                .build());
    graph.init();
    assertRefused(
        "W[x->h]",
        "found shape [3], expected [12]",
        () -> graph.setParam("map_W[x->h]", Nd4j.ones(DataType.DOUBLE, 3)));
  }

  /** DL4J would copy them all, over what comes behind. */
  @Test
  void alsoThroughTheVertexOfAGraph() {
    ComputationGraph graph =
        new ComputationGraph(
            new NeuralNetConfiguration.Builder()
                .dataType(DataType.DOUBLE)
                .graphBuilder()
                .addInputs("in")
                .addVertex("map", new IterativeMapVertex(map(), 2), "in")
                .addLayer("out", new OutputLayer.Builder().nIn(2).nOut(2).build(), "map")
                .setOutputs("out")
                .build());
    graph.init();
    INDArray before = graph.params().dup();
    for (int wrong : new int[] {1, 3, 11, 13, 100}) {
      assertRefused(
          "W[x->h]",
          "found shape [" + wrong + "], expected [12]",
          () -> graph.setParam("map_W[x->h]", Nd4j.ones(DataType.DOUBLE, wrong)));
      assertTableRefused(graph.getLayer("map"), wrong);
    }
    assertEquals(before, graph.params());
    graph.setParam("map_W[x->h]", Nd4j.ones(DataType.DOUBLE, 12));
    assertEquals(Nd4j.ones(DataType.DOUBLE, 12), graph.getParam("map_W[x->h]"));
    for (int i = 0; i < 12; i++) {
      before.putScalar(i, 1);
    }
    assertEquals(before, graph.params());
  }

  @Test
  void aTableOfParametersHasThoseThatAreThere() {
    for (FeedForwardLayer.Builder<?> builder : builders()) {
      MultiLayerNetwork network = network(builder.build());
      Layer layer = network.getLayer(0);
      INDArray before = network.params().dup();
      for (int wrong : new int[] {1, 3, 13, 100}) {
        assertTableRefused(layer, wrong);
      }
      Map<String, INDArray> fewer = new LinkedHashMap<>(layer.paramTable());
      fewer.remove("W[x->h]");
      assertRefused(
          "found keys [W[h->h], ", "expected [W[x->h], ", () -> layer.setParamTable(fewer));
      layer.setParamTable(new LinkedHashMap<>(layer.paramTable()));
      assertEquals(before, network.params());
      assertEquals(12, layer.getParam("W[x->h]").length());
    }
  }

  private static void assertTableRefused(Layer layer, int wrong) {
    Map<String, INDArray> table = new LinkedHashMap<>(layer.paramTable());
    table.put("W[x->h]", Nd4j.ones(DataType.DOUBLE, wrong));
    assertRefused(
        "W[x->h]", "found shape [" + wrong + "], expected [12]", () -> layer.setParamTable(table));
    table.put("W[x->h]", Nd4j.ones(DataType.DOUBLE, 12, 1));
    assertRefused("found shape [12, 1]", "expected [12]", () -> layer.setParamTable(table));
  }

  private static void assertRefused(String expected, String also, Executable call) {
    String message = assertThrows(IllegalArgumentException.class, call).getMessage();
    assertTrue(message.contains(expected) && message.contains(also), message);
  }
}
