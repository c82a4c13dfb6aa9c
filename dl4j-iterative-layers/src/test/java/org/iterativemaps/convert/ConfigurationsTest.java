package org.iterativemaps.convert;

import static org.iterativemaps.convert.SameNetworks.assertClose;
import static org.iterativemaps.convert.UnrollingTest.assertRefused;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.MultiLayerConfiguration;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.layers.ActivationLayer;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.LSTM;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.conf.layers.recurrent.Bidirectional;
import org.deeplearning4j.nn.conf.layers.recurrent.LastTimeStep;
import org.deeplearning4j.nn.conf.layers.recurrent.SimpleRnn;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.iterativemaps.layers.IterativeMapLayer;
import org.iterativemaps.layers.IterativeMapRecurrentLayer;
import org.iterativemaps.layers.MapLossLayer;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;

/** Configurations and graphs go the same ways as networks, with one argument, too. */
class ConfigurationsTest {

  @Test
  void mlpsAndBack() {
    MultiLayerConfiguration list = list(dense(3, 4), dense(4, 4), output(4));
    MultiLayerConfiguration map = IterativeMaps.fromMlp(list).network();
    assertEquals(List.of(IterativeMapLayer.class, MapLossLayer.class), kinds(map));
    assertEquals(kinds(list), kinds(IterativeMaps.toMlp(map).network()));
    assertEquals(numParams(list), numParams(map));

    ComputationGraphConfiguration graph = graph(dense(3, 4), dense(4, 4), output(4));
    ComputationGraphConfiguration maps = IterativeMaps.fromMlp(graph).network();
    assertEquals(List.of("v1", "v2"), List.copyOf(maps.getVertices().keySet()));
    ComputationGraphConfiguration back = IterativeMaps.toMlp(maps).network();
    assertEquals(numParams(graph), numParams(maps));
    assertEquals(numParams(graph), numParams(back));
  }

  @Test
  void rnnsAndBack() {
    MultiLayerConfiguration list = list(rnn(3), new LastTimeStep(rnn(4)));
    MultiLayerConfiguration map = IterativeMaps.fromRnn(list).network();
    assertEquals(List.of(IterativeMapRecurrentLayer.class, LastTimeStep.class), kinds(map));
    assertEquals(kinds(list), kinds(IterativeMaps.toRnn(map).network()));
    assertEquals(numParams(list), numParams(map));

    ComputationGraphConfiguration conf = graph(rnn(3), new LastTimeStep(rnn(4)));
    ComputationGraphConfiguration maps = IterativeMaps.fromRnn(conf).network();
    assertEquals(numParams(conf), numParams(maps));
    assertEquals(numParams(conf), numParams(IterativeMaps.toRnn(maps).network()));
    ComputationGraph graph = new ComputationGraph(conf);
    graph.init();
    ComputationGraph converted = IterativeMaps.fromRnn(graph).network();
    assertInstanceOf(IterativeMapRecurrentLayer.class, converted.getLayer("v0").conf().getLayer());
    INDArray input = SameNetworks.normal(new Random(1), DataType.DOUBLE, 2, 3, 5);
    assertClose(graph.outputSingle(input), converted.outputSingle(input), 1e-12);
  }

  /** Sizes that DL4J has not inferred: the layer is named, whatever it is wrapped in. */
  @Test
  void layersWithoutSizesAreNamed() {
    Layer[] mlps = {
      new DenseLayer.Builder().name("open").nOut(4).build(),
      new OutputLayer.Builder(LossFunction.MSE).name("open").nOut(4).build()
    };
    for (Layer layer : mlps) {
      named("'open'", () -> IterativeMaps.fromMlp(list(layer)));
      named("'v1'", () -> IterativeMaps.fromMlp(graph(dense(3, 4), layer)));
      named("'open'", () -> IterativeMaps.fromMlp(list(layer), MlpOptions.tied(4, 2)));
    }
    Layer[] rnns = {
      new SimpleRnn.Builder().nOut(4).build(),
      new LSTM.Builder().nOut(4).build(),
      new LastTimeStep(new SimpleRnn.Builder().nOut(4).build()),
      new Bidirectional(new LSTM.Builder().nOut(4).build())
    };
    for (Layer layer : rnns) {
      layer.setLayerName("open");
      named("'open'", () -> IterativeMaps.fromRnn(list(layer)));
      named("'v0'", () -> IterativeMaps.fromRnn(graph(layer)));
      named("'open'", () -> IterativeMaps.fromRnn(list(layer), RnnOptions.exact().asOneMap()));
    }
    Layer open = IterativeMaps.loopedLayer(4, 1).name("open").build();
    named("'open'", () -> IterativeMaps.toMlp(list(open)));
    Layer openRnn = IterativeMaps.rnnLayer(4).name("open").build();
    named("'open'", () -> IterativeMaps.toRnn(list(openRnn)));
  }

  private static void named(String name, org.junit.jupiter.api.function.Executable call) {
    assertRefused("layer " + name + " (", call);
    assertRefused("found nIn 0 and nOut 4, expected at least 1", call);
  }

  /** New vertices never take the place of others, whatever those are called. */
  @Test
  void newVerticesGetNamesThatAreFree() {
    ComputationGraph graph =
        new ComputationGraph(
            FromMlpTest.conf(DataType.DOUBLE)
                .graphBuilder()
                .addInputs("in")
                .addLayer("out-map", new ActivationLayer(Activation.CUBE), "in")
                .addLayer("out", output(3), "out-map")
                .setOutputs("out")
                .build());
    graph.init();
    ComputationGraph map = IterativeMaps.fromMlp(graph).network();
    // An activation layer works in place, on what it is given.
    INDArray input = SameNetworks.normal(new Random(1), DataType.DOUBLE, 2, 3);
    assertEquals(3, map.getNumLayers());
    assertClose(graph.outputSingle(input.dup()), map.outputSingle(input.dup()), 1e-12);

    ComputationGraph maps =
        new ComputationGraph(
            FromMlpTest.conf(DataType.DOUBLE)
                .graphBuilder()
                .addInputs("in")
                .addLayer("m-h1", new ActivationLayer(Activation.CUBE), "in")
                .addLayer("m", IterativeMaps.mlpLayer(Activation.TANH, 5, 4).nIn(3).build(), "m-h1")
                .setOutputs("m")
                .build());
    maps.init();
    ComputationGraph dense = IterativeMaps.toMlp(maps).network();
    assertEquals(3, dense.getNumLayers());
    assertClose(maps.outputSingle(input.dup()), dense.outputSingle(input.dup()), 1e-12);
  }

  private static DenseLayer dense(int nIn, int nOut) {
    return new DenseLayer.Builder().nIn(nIn).nOut(nOut).build();
  }

  private static SimpleRnn rnn(int nIn) {
    return new SimpleRnn.Builder().nIn(nIn).nOut(4).build();
  }

  private static OutputLayer output(int nIn) {
    return new OutputLayer.Builder(LossFunction.MSE)
        .activation(Activation.IDENTITY)
        .nIn(nIn)
        .nOut(2)
        .build();
  }

  private static MultiLayerConfiguration list(Layer... layers) {
    NeuralNetConfiguration.ListBuilder list = FromMlpTest.conf(DataType.DOUBLE).list();
    for (Layer layer : layers) {
      list.layer(layer.clone());
    }
    return list.build();
  }

  private static ComputationGraphConfiguration graph(Layer... layers) {
    var graph = FromMlpTest.conf(DataType.DOUBLE).graphBuilder().addInputs("in");
    String before = "in";
    for (int i = 0; i < layers.length; i++) {
      graph.addLayer("v" + i, layers[i].clone(), before);
      before = "v" + i;
    }
    return graph.setOutputs(before).build();
  }

  private static List<?> kinds(MultiLayerConfiguration conf) {
    List<Class<?>> kinds = new ArrayList<>();
    conf.getConfs().forEach(c -> kinds.add(c.getLayer().getClass()));
    return kinds;
  }

  private static long numParams(MultiLayerConfiguration conf) {
    MultiLayerNetwork network = new MultiLayerNetwork(conf.clone());
    network.init();
    return network.numParams();
  }

  private static long numParams(ComputationGraphConfiguration conf) {
    ComputationGraph network = new ComputationGraph(conf.clone());
    network.init();
    return network.numParams();
  }
}
