package org.iterativemaps.spark;

import java.util.ArrayList;
import java.util.List;
import org.deeplearning4j.nn.api.Model;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.dataset.MultiDataSet;
import org.nd4j.linalg.factory.Nd4j;

/**
 * The averaging of {@link SparkMaps} without Spark, in plain DL4J: copies of a network, {@code fit}
 * one after the other, means of {@code params()} and of the updater's state.
 */
final class OneMachine {
  private OneMachine() {}

  /** What changes the network after a round: listeners as DL4J calls them. */
  interface AfterRound {
    void iterationsDone(Model network, int begin, int end);
  }

  static void fit(Model network, List<? extends DataSet> data, SparkSettings settings) {
    fit(network, data, settings, (n, begin, end) -> {});
  }

  static void fit(
      Model network, List<? extends DataSet> data, SparkSettings settings, AfterRound after) {
    List<MultiDataSet> examples = new ArrayList<>();
    for (DataSet batch : data) {
      for (DataSet example : batch.asList()) {
        examples.add((MultiDataSet) example.toMultiDataSet());
      }
    }
    fitMulti(network, examples, settings, after);
  }

  static void fitMulti(
      Model network, List<MultiDataSet> examples, SparkSettings settings, AfterRound after) {
    int workers = settings.workers();
    AveragingPlan plan =
        new AveragingPlan(
            settings.seed(), workers, settings.batchSize(), settings.localSteps(), examples.size());
    List<List<MultiDataSet>> mine = new ArrayList<>();
    for (int w = 0; w < workers; w++) {
      mine.add(new ArrayList<>());
    }
    for (int i = 0; i < examples.size(); i++) {
      mine.get(plan.workerOf(i)).add(examples.get(i));
    }
    int rounds = 0;
    for (int epoch = 0; epoch < settings.epochs(); epoch++) {
      for (int round = 0; round < plan.roundsPerEpoch(); round++, rounds++) {
        INDArray parameters = null;
        INDArray state = null;
        long seen = 0;
        int before = iteration(network);
        int last = before;
        for (int w = 0; w < workers; w++) {
          Model copy = copy(network);
          Nd4j.getRandom().setSeed(plan.noiseSeed(rounds, w));
          long examplesOfWorker = 0;
          for (int[] batch : plan.batches(w, epoch, round)) {
            List<MultiDataSet> chosen = new ArrayList<>();
            for (int place : batch) {
              chosen.add(mine.get(w).get(place));
            }
            step(copy, inOneOrder(MultiDataSet.merge(chosen)));
            examplesOfWorker += batch.length;
          }
          if (examplesOfWorker > 0) {
            parameters = add(parameters, copy.params(), examplesOfWorker);
            state = add(state, state(copy), examplesOfWorker);
            seen += examplesOfWorker;
            last = Math.max(last, iteration(copy));
          }
        }
        network.params().assign(parameters.div(seen));
        if (state != null) {
          state(network).assign(state.div(seen));
        }
        setCounts(network, last, epoch(network));
        after.iterationsDone(network, before, last);
      }
      setCounts(network, iteration(network), epoch(network) + 1);
    }
  }

  /** Dropout draws in the order of the elements, and merging picks one or the other. */
  private static MultiDataSet inOneOrder(MultiDataSet batch) {
    for (int i = 0; i < batch.numFeatureArrays(); i++) {
      batch.setFeatures(i, batch.getFeatures(i).dup('c'));
    }
    return batch;
  }

  private static INDArray add(INDArray sum, INDArray vector, long examples) {
    if (vector == null || vector.length() == 0) {
      return sum;
    }
    INDArray part = vector.castTo(org.nd4j.linalg.api.buffer.DataType.DOUBLE).mul(examples);
    return sum == null ? part : sum.add(part);
  }

  private static void step(Model network, MultiDataSet batch) {
    if (network instanceof MultiLayerNetwork layers) {
      layers.fit(
          new DataSet(
              batch.getFeatures(0),
              batch.getLabels(0),
              batch.getFeaturesMaskArrays() == null ? null : batch.getFeaturesMaskArray(0),
              batch.getLabelsMaskArrays() == null ? null : batch.getLabelsMaskArray(0)));
    } else {
      ((ComputationGraph) network).fit(batch);
    }
  }

  /** A graph's clone would begin to count anew. */
  static Model copy(Model network) {
    Model copy =
        network instanceof MultiLayerNetwork layers
            ? layers.clone()
            : ((ComputationGraph) network).clone();
    setCounts(copy, iteration(network), epoch(network));
    return copy;
  }

  static INDArray state(Model network) {
    return network instanceof MultiLayerNetwork layers
        ? layers.getUpdater().getStateViewArray()
        : ((ComputationGraph) network).getUpdater().getStateViewArray();
  }

  static int iteration(Model network) {
    return network instanceof MultiLayerNetwork layers
        ? layers.getIterationCount()
        : ((ComputationGraph) network).getConfiguration().getIterationCount();
  }

  static int epoch(Model network) {
    return network instanceof MultiLayerNetwork layers
        ? layers.getEpochCount()
        : ((ComputationGraph) network).getConfiguration().getEpochCount();
  }

  static void setCounts(Model network, int iteration, int epoch) {
    if (network instanceof MultiLayerNetwork layers) {
      layers.setIterationCount(iteration);
      layers.setEpochCount(epoch);
    } else {
      ((ComputationGraph) network).getConfiguration().setIterationCount(iteration);
      ((ComputationGraph) network).getConfiguration().setEpochCount(epoch);
    }
  }
}
