package org.iterativemaps.layers;

import static org.iterativemaps.layers.Networks.assertClose;
import static org.iterativemaps.layers.Networks.assertDifferent;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BrokenBarrierException;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.deeplearning4j.datasets.iterator.utilty.ListDataSetIterator;
import org.deeplearning4j.nn.api.Model;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.deeplearning4j.optimize.api.BaseTrainingListener;
import org.deeplearning4j.parallelism.ParallelInference;
import org.deeplearning4j.parallelism.ParallelWrapper;
import org.deeplearning4j.parallelism.inference.InferenceMode;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.learning.config.Sgd;

/** Several threads with a copy of the network each, and several threads asking one network. */
class ParallelTest {
  private static final int WORKERS = 2;
  private static final int ROUNDS = 4;
  private static final int BATCH = 5;

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void averagedWorkersAreTheAverageOfSingleSteps(boolean recurrent) throws Exception {
    MultiLayerNetwork expected = network(recurrent);
    MultiLayerNetwork actual = expected.clone();
    INDArray before = expected.params().dup();

    List<DataSet> examples = new ArrayList<>();
    for (int round = 0; round < ROUNDS; round++) {
      INDArray average = expected.params().dup().assign(0);
      for (int worker = 0; worker < WORKERS; worker++) {
        DataSet batch = data(recurrent, round * WORKERS + worker);
        examples.addAll(batch.asList());
        MultiLayerNetwork one = expected.clone();
        one.fit(batch);
        average.addi(one.params());
      }
      expected.setParams(average.divi(WORKERS));
    }

    try (ParallelWrapper wrapper =
        new ParallelWrapper.Builder<>(actual)
            .workers(WORKERS)
            .averagingFrequency(1)
            .trainingMode(ParallelWrapper.TrainingMode.AVERAGING)
            .prefetchBuffer(0)
            .build()) {
      wrapper.setListeners(new Together());
      wrapper.fit(new ListDataSetIterator<>(examples, BATCH));
    }
    assertDifferent(before, actual.params());
    assertClose(expected.params(), actual.params(), 1e-5);
  }

  @ParameterizedTest
  @EnumSource(names = {"SEQUENTIAL", "BATCHED", "INPLACE"})
  void parallelInferenceAnswersAsTheNetworkDoes(InferenceMode mode) throws Exception {
    MultiLayerNetwork network = network(true);
    ParallelInference inference =
        new ParallelInference.Builder(network).inferenceMode(mode).workers(WORKERS).build();
    try {
      askFromThreads(network, inference::output);
    } finally {
      inference.shutdown();
    }
  }

  @Test
  void oneNetworkAnswersManyThreads() throws Exception {
    MultiLayerNetwork network = network(true);
    askFromThreads(network, network::output);
  }

  /**
   * Lets no worker go on before all have started: ParallelWrapper's second worker copies the
   * network when its thread starts, which may be after the first one's first step.
   */
  private static final class Together extends BaseTrainingListener {
    private final CyclicBarrier barrier = new CyclicBarrier(WORKERS);

    @Override
    public void onForwardPass(Model model, List<INDArray> activations) {
      try {
        barrier.await(1, TimeUnit.MINUTES);
      } catch (InterruptedException | BrokenBarrierException | TimeoutException e) {
        throw new IllegalStateException("a worker is missing", e);
      }
    }
  }

  private interface Answer {
    INDArray output(INDArray input);
  }

  private static void askFromThreads(MultiLayerNetwork network, Answer answer) throws Exception {
    int questions = 40;
    List<INDArray> inputs = new ArrayList<>();
    List<INDArray> expected = new ArrayList<>();
    for (int i = 0; i < questions; i++) {
      inputs.add(data(true, i).getFeatures());
      expected.add(network.output(inputs.get(i)));
    }
    ExecutorService threads = Executors.newFixedThreadPool(4);
    try {
      List<Future<INDArray>> answers = new ArrayList<>();
      for (INDArray input : inputs) {
        answers.add(threads.submit(() -> answer.output(input)));
      }
      for (int i = 0; i < questions; i++) {
        assertClose(expected.get(i), answers.get(i).get(), 1e-6);
      }
    } finally {
      threads.shutdownNow();
    }
  }

  private static MultiLayerNetwork network(boolean recurrent) {
    return Networks.network(Networks.conf(DataType.FLOAT).updater(new Sgd(0.5)), recurrent);
  }

  private static DataSet data(boolean recurrent, int seed) {
    DataSet data =
        recurrent
            ? new DataSet(
                Networks.normal(seed, BATCH, 4, 6), Networks.oneHotSequence(seed, BATCH, 3, 6))
            : new DataSet(Networks.normal(seed, BATCH, 4), Networks.oneHot(seed, BATCH, 3));
    data.setFeatures(data.getFeatures().castTo(DataType.FLOAT));
    data.setLabels(data.getLabels().castTo(DataType.FLOAT));
    return data;
  }
}
