package org.iterativemaps.examples;

import java.util.Map;
import org.iterativemaps.examples.EncoderMaps.Sizes;
import org.iterativemaps.map.BlockMap;
import org.iterativemaps.map.pattern.RandomSource;
import org.iterativemaps.samediff.SDIterative;
import org.iterativemaps.samediff.SDMap;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.autodiff.samediff.TrainingConfig;
import org.nd4j.autodiff.samediff.VariableType;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.MultiDataSet;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.learning.config.Adam;

/** Digits, an encoder and a softmax over digits for every token, in one SameDiff graph. */
final class EncoderNetwork {
  final SameDiff graph = SameDiff.create();

  // region network
  EncoderNetwork(BlockMap encoder, Sizes sizes, int steps, long seed) {
    SDVariable digits = graph.placeHolder("digits", DataType.FLOAT, -1, SortedDigits.DIGITS);
    SDVariable places = graph.placeHolder("places", DataType.FLOAT, -1, sizes.time());
    SDVariable sorted = graph.placeHolder("sorted", DataType.FLOAT, -1, SortedDigits.DIGITS);
    SDVariable embedding = digits.mmul(weights("E", SortedDigits.DIGITS, sizes.width(), seed));

    SDIterative iterative = new SDIterative(graph);
    SDMap map = iterative.blockMap("encoder", encoder, DataType.FLOAT);
    Map<String, SDVariable> start = Map.of("p", places, "h", embedding);
    Map<String, SDVariable> end = iterative.iterate("run", map, start, steps);

    SDVariable out = end.get(encoder.output().name());
    SDVariable logits = out.mmul(weights("R", sizes.width(), SortedDigits.DIGITS, seed));
    graph.nn().softmax("predicted", logits, -1);
    graph.loss().softmaxCrossEntropy("loss", sorted, logits, null);
    graph.setLossVariables("loss");
  }

  // endregion

  private SDVariable weights(String name, int from, int to, long seed) {
    RandomSource random = RandomSource.of(seed, name);
    double[] values = new double[from * to];
    for (int i = 0; i < values.length; i++) {
      values[i] = random.nextGaussian() * Math.sqrt(2.0 / (from + to));
    }
    INDArray matrix = Nd4j.createFromArray(values).reshape(from, to).castTo(DataType.FLOAT);
    return graph.var(name, matrix);
  }

  long parameters() {
    return graph.variables().stream()
        .filter(v -> v.getVariableType() == VariableType.VARIABLE)
        .mapToLong(v -> v.getArr().length())
        .sum();
  }

  void prepare(double learningRate) {
    graph.setTrainingConfig(
        new TrainingConfig.Builder()
            .updater(new Adam(learningRate))
            .dataSetFeatureMapping("digits", "places")
            .dataSetLabelMapping("sorted")
            .build());
    QuietSameDiff.run(graph::createGradFunction);
  }

  /** One update. */
  void fit(SortedDigits batch) {
    graph.fit(
        new MultiDataSet(
            new INDArray[] {batch.digits(), batch.places()}, new INDArray[] {batch.sorted()}));
  }

  double loss(SortedDigits data) {
    return graph.output(data.placeholders(), "loss").get("loss").getDouble(0);
  }

  /** Share of the digits that are right. */
  double accuracy(SortedDigits data) {
    INDArray predicted = graph.output(data.placeholders(), "predicted").get("predicted");
    INDArray right = predicted.argMax(1).eq(data.sorted().argMax(1));
    return right.castTo(DataType.DOUBLE).meanNumber().doubleValue();
  }
}
