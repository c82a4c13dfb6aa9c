package org.iterativemaps.benchmarks;

import java.util.concurrent.TimeUnit;
import org.deeplearning4j.nn.conf.layers.LSTM;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.conf.layers.RnnOutputLayer;
import org.deeplearning4j.nn.conf.layers.recurrent.SimpleRnn;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.iterativemaps.layers.IterativeMapRecurrentLayer;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/**
 * Whole {@code MultiLayerNetwork.fit} steps with read-out, loss and Adam: "sequence" is the shape
 * of {@link SequenceBenchmark} with K = 1, "looped" that of {@link LoopedBenchmark}.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.SampleTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
public class FitBenchmark {
  private static final int CLASSES = 10;

  /** What is measured. */
  @Param("fused-simd")
  public String subject;

  /** "sequence" or "looped". */
  @Param("looped")
  public String shape;

  /** Density of the map's blocks. */
  @Param("0.1")
  public String density;

  /** Compute threads. */
  @Param("2")
  public int threads;

  private MultiLayerNetwork network;
  private DataSet batch;

  /** Builds network and data. */
  @Setup
  public void build() {
    Subjects.prepare(subject, threads);
    if (shape.equals("looped")) {
      network =
          Subjects.network(
              LoopedStack.layers(subject, density)
                  .layer(
                      new OutputLayer.Builder(LossFunction.MCXENT)
                          .activation(Activation.SOFTMAX)
                          .nIn(LoopedStack.WIDTH)
                          .nOut(CLASSES)
                          .build())
                  .build());
      INDArray labels = Nd4j.zeros(LoopedStack.BATCH, CLASSES);
      labels.putColumn(3, Nd4j.ones(LoopedStack.BATCH, 1));
      batch = new DataSet(Nd4j.randn(LoopedStack.BATCH, LoopedStack.WIDTH), labels);
    } else {
      network =
          Subjects.network(
              Subjects.configuration()
                  .list()
                  .layer(recurrent())
                  .layer(
                      new RnnOutputLayer.Builder(LossFunction.MCXENT)
                          .activation(Activation.SOFTMAX)
                          .nIn(200)
                          .nOut(CLASSES)
                          .build())
                  .build());
      INDArray labels = Nd4j.zeros(32, CLASSES, 20);
      labels.get(NDArrayIndex.all(), NDArrayIndex.point(3), NDArrayIndex.all()).assign(1);
      batch = new DataSet(Nd4j.randn('f', new int[] {32, 100, 20}), labels);
    }
  }

  private Layer recurrent() {
    return switch (subject) {
      case "SimpleRnn" -> new SimpleRnn.Builder().nIn(100).nOut(200).build();
      case "LSTM" -> new LSTM.Builder().nIn(100).nOut(200).build();
      default ->
          new IterativeMapRecurrentLayer.Builder()
              .nIn(100)
              .nOut(200)
              .density(Double.parseDouble(density))
              .build();
    };
  }

  /** One step of training. */
  @Benchmark
  public double fit() {
    network.fit(batch);
    return network.score();
  }
}
