package org.iterativemaps.watch;

import static org.iterativemaps.layers.Networks.assertClose;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BrokenBarrierException;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.deeplearning4j.nn.api.Model;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.deeplearning4j.optimize.api.BaseTrainingListener;
import org.deeplearning4j.parallelism.ParallelInference;
import org.deeplearning4j.parallelism.ParallelWrapper;
import org.deeplearning4j.parallelism.inference.InferenceMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.nd4j.linalg.api.ndarray.INDArray;

/** DL4J's workers, training and answering: what {@code ParallelTest} leaves of the networks. */
class ParallelNetworksTest {
  private static final int WORKERS = 2;

  @ParameterizedTest
  @EnumSource(
      mode = EnumSource.Mode.EXCLUDE,
      names = {"FEED_FORWARD", "RECURRENT"})
  void averagedWorkersAreTheAverageOfSingleSteps(WatchedNets kind) throws Exception {
    INDArray expected = kind.network().params().dup().assign(0);
    for (int worker = 0; worker < WORKERS; worker++) {
      Model one = kind.network();
      if (one instanceof MultiLayerNetwork network) {
        network.fit(kind.data(worker));
      } else {
        ((ComputationGraph) one).fit(kind.data(worker));
      }
      expected.addi(one.params().div(WORKERS));
    }

    Model network = kind.network();
    INDArray before = network.params().dup();
    try (ParallelWrapper wrapper =
        new ParallelWrapper.Builder<>(network)
            .workers(WORKERS)
            .averagingFrequency(1)
            .trainingMode(ParallelWrapper.TrainingMode.AVERAGING)
            .prefetchBuffer(0)
            .build()) {
      wrapper.setListeners(new Together());
      wrapper.fit(kind.batches(WORKERS));
    }
    assertNotEquals(before, network.params());
    assertClose(expected, network.params(), 1e-5);
  }

  /** A worker copies the network when its thread starts: it must not have changed by then. */
  private static final class Together extends BaseTrainingListener {
    private final CyclicBarrier barrier = new CyclicBarrier(WORKERS);

    @Override
    public void onForwardPass(Model model, List<INDArray> activations) {
      await();
    }

    @Override
    public void onForwardPass(Model model, Map<String, INDArray> activations) {
      await();
    }

    private void await() {
      try {
        barrier.await(1, TimeUnit.MINUTES);
      } catch (InterruptedException | BrokenBarrierException | TimeoutException e) {
        throw new IllegalStateException("a worker is missing", e);
      }
    }
  }

  @ParameterizedTest
  @EnumSource(
      mode = EnumSource.Mode.EXCLUDE,
      names = {"FEED_FORWARD", "RECURRENT"})
  void parallelInferenceAnswersAsTheNetworkDoes(WatchedNets kind) throws Exception {
    Model network = kind.network();
    for (InferenceMode mode : InferenceMode.values()) {
      ParallelInference inference =
          new ParallelInference.Builder(network).inferenceMode(mode).workers(WORKERS).build();
      ExecutorService threads = Executors.newFixedThreadPool(4);
      try {
        List<Future<INDArray>> answers = new ArrayList<>();
        for (int i = 0; i < 8; i++) {
          INDArray question = kind.data(i).getFeatures();
          answers.add(threads.submit(() -> inference.output(question)));
        }
        for (int i = 0; i < 8; i++) {
          INDArray question = kind.data(i).getFeatures();
          INDArray expected =
              network instanceof MultiLayerNetwork multiLayer
                  ? multiLayer.output(question)
                  : ((ComputationGraph) network).outputSingle(question);
          assertClose(expected, answers.get(i).get(1, TimeUnit.MINUTES), 1e-6);
        }
      } finally {
        threads.shutdownNow();
        inference.shutdown();
      }
    }
  }
}
