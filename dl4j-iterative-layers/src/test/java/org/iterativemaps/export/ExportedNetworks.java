package org.iterativemaps.export;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Random;
import org.deeplearning4j.nn.api.Model;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.distribution.NormalDistribution;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.iterativemaps.inference.InferenceModel;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.indexing.NDArrayIndex;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;

/** Small networks to be written. */
public final class ExportedNetworks {
  private static final double TOLERANCE = 1e-6;

  private ExportedNetworks() {}

  public static NeuralNetConfiguration.ListBuilder layers(DataType type, Layer... layers) {
    NeuralNetConfiguration.ListBuilder list =
        new NeuralNetConfiguration.Builder()
            .seed(7)
            .dataType(type)
            .weightInit(new NormalDistribution(0, 0.4))
            .activation(Activation.TANH)
            .list();
    for (Layer layer : layers) {
      list.layer(layer);
    }
    return list;
  }

  public static MultiLayerNetwork network(Layer... layers) {
    MultiLayerNetwork network = new MultiLayerNetwork(layers(DataType.FLOAT, layers).build());
    network.init();
    randomise(network.params());
    return network;
  }

  /** Biases, gains and statistics begin with 0 or 1, where much goes unnoticed. */
  public static void randomise(INDArray parameters) {
    Random random = new Random(3);
    for (long i = 0; i < parameters.length(); i++) {
      parameters.putScalar(i, parameters.getDouble(i) + 0.1 * Math.abs(random.nextGaussian()));
    }
  }

  public static ComputationGraph graph(ComputationGraphConfiguration.GraphBuilder builder) {
    ComputationGraph graph = new ComputationGraph(builder.build());
    graph.init();
    return graph;
  }

  public static OutputLayer output(int nIn) {
    return new OutputLayer.Builder(LossFunction.MCXENT)
        .nIn(nIn)
        .nOut(2)
        .activation(Activation.SOFTMAX)
        .build();
  }

  /** Written to a file and read again. */
  public static InferenceModel written(Path folder, Model network) throws IOException {
    Path file = folder.resolve("model.maps");
    InferenceExport.write(network, file);
    return InferenceModel.read(file);
  }

  public static float[][] rows(INDArray matrix) {
    return matrix.castTo(DataType.FLOAT).toFloatMatrix();
  }

  public static void assertClose(float[] expected, float[] actual, String where) {
    assertEquals(expected.length, actual.length, where);
    for (int i = 0; i < expected.length; i++) {
      double allowed = TOLERANCE * Math.max(1, Math.abs(expected[i]));
      assertEquals(expected[i], actual[i], allowed, where + ", unit " + i);
    }
  }

  /** [batch, units, time] to [time][units]. */
  public static float[][] tokens(INDArray sequences, int sample) {
    return rows(sequences.get(NDArrayIndex.point(sample)).transpose().dup('c'));
  }
}
