package org.iterativemaps.benchmarks;

import java.util.concurrent.TimeUnit;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.iterativemaps.map.change.MagnitudePruning;
import org.iterativemaps.surgery.BlockChoice;
import org.iterativemaps.surgery.Surgery;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.factory.Nd4j;
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
 * A dense looped map of the shape of {@link LoopedBenchmark} before ("unpruned") and after
 * ("pruned") some of its weights were pruned from the training network.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.SampleTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
public class PruneBenchmark {
  private static final int CLASSES = 10;

  /** "unpruned" or "pruned". */
  @Param("unpruned")
  public String subject;

  /** Fraction of the map's weights that is pruned. */
  @Param("0.9")
  public String sparsity;

  /** Compute threads. */
  @Param("2")
  public int threads;

  private MultiLayerNetwork network;
  private DataSet batch;
  private LayerCall call;

  /** Trains a dense network for two steps, and prunes it. */
  @Setup
  public void build() {
    Subjects.prepare("fused-simd", threads);
    network =
        Subjects.network(
            LoopedStack.layers("fused-simd", "1")
                .layer(
                    new OutputLayer.Builder(LossFunction.MCXENT)
                        .activation(Activation.SOFTMAX)
                        .nIn(LoopedStack.WIDTH)
                        .nOut(CLASSES)
                        .build())
                .build());
    INDArray labels = Nd4j.zeros(LoopedStack.BATCH, CLASSES);
    labels.putColumn(3, Nd4j.ones(LoopedStack.BATCH, 1));
    INDArray input = Nd4j.randn('f', new int[] {LoopedStack.BATCH, LoopedStack.WIDTH});
    batch = new DataSet(input, labels);
    network.fit(batch);
    network.fit(batch);
    if (subject.equals("pruned")) {
      Surgery.prune(
          network,
          BlockChoice.all(),
          Double.parseDouble(sparsity),
          MagnitudePruning.Scope.PER_BLOCK);
    }
    call = new LayerCall(mapAlone(), input);
  }

  /** The map of the network in one without read-out. */
  private MultiLayerNetwork mapAlone() {
    MultiLayerNetwork alone =
        Subjects.network(
            Subjects.configuration()
                .list()
                .layer(network.getLayer(0).conf().getLayer().clone())
                .build());
    alone.setParams(network.getLayer(0).params());
    return alone;
  }

  /** Forward and backward of the map alone. */
  @Benchmark
  public void training() {
    call.training();
  }

  /** One step of training of the network, with read-out and Adam. */
  @Benchmark
  public double fit() {
    network.fit(batch);
    return network.score();
  }
}
