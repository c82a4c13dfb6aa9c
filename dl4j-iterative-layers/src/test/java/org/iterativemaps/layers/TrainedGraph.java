package org.iterativemaps.layers;

import static org.iterativemaps.layers.Networks.assertClose;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.BiFunction;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.iterativemaps.map.BlockMap;
import org.iterativemaps.samediff.SDIterative;
import org.iterativemaps.samediff.SDMap;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.autodiff.samediff.VariableType;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;
import org.nd4j.linalg.ops.transforms.Transforms;

/**
 * A map and a softmax read-out as a SameDiff graph, trained with L2 and Adam written out: what a
 * network of a map layer and DL4J's output layer is compared with. Nothing of the layers is in it.
 */
final class TrainedGraph {
  private static final String MAP = "0";
  private static final String READ_OUT_W = "1_W";
  private static final String READ_OUT_B = "1_b";

  private final BlockMap map;
  private final int steps;
  private final double learningRate;
  private final double l2;
  private final Map<String, INDArray> parameters = new LinkedHashMap<>(); // by DL4J's key
  private final Map<String, INDArray> firstMoments = new HashMap<>();
  private final Map<String, INDArray> secondMoments = new HashMap<>();
  private final Map<Integer, Unrolled> unrolled = new HashMap<>(); // by number of tokens
  private int iteration;

  /** Begins with the parameters of a network: a layer of this map, then the read-out. */
  TrainedGraph(MultiLayerNetwork like, BlockMap map, int steps, double learningRate, double l2) {
    this.map = map;
    this.steps = steps;
    this.learningRate = learningRate;
    this.l2 = l2;
    like.paramTable().forEach((key, value) -> parameters.put(key, value.dup()));
    parameters.forEach((key, value) -> firstMoments.put(key, value.like()));
    parameters.forEach((key, value) -> secondMoments.put(key, value.like()));
  }

  /** Tokens one after the other; x/t and labels/t are their placeholders, from/slot the state's. */
  private final class Unrolled {
    private final SameDiff sd = SameDiff.create();
    private final SDVariable[] logProbabilities;
    private final Map<String, String> ends = new HashMap<>(); // variables by state slot
    private final String[] differentiable; // the loss depends on these variables

    Unrolled(int time) {
      SDIterative ops = new SDIterative(sd);
      SDMap inGraph = ops.blockMap(MAP, map, DataType.DOUBLE);
      SDVariable weights = sd.var(READ_OUT_W, parameters.get(READ_OUT_W).dup());
      SDVariable bias = sd.var(READ_OUT_B, parameters.get(READ_OUT_B).dup());
      Map<String, SDVariable> state = new LinkedHashMap<>();
      for (String slot : map.stateSlots()) {
        int size = map.slot(slot).size();
        state.put(slot, sd.placeHolder("from/" + slot, DataType.DOUBLE, -1, size));
      }
      logProbabilities = new SDVariable[time];
      SDVariable loss = null;
      for (int t = 0; t < time; t++) {
        String input = map.input().name();
        state.put(input, sd.placeHolder("x/" + t, DataType.DOUBLE, -1, map.input().size()));
        state = new LinkedHashMap<>(ops.iterate("token/" + t, inGraph, state, steps));
        SDVariable logits = state.get(map.output().name()).mmul(weights).add(bias);
        logProbabilities[t] = sd.math().log(sd.nn().softmax(logits, 1));
        SDVariable labels =
            sd.placeHolder("labels/" + t, DataType.DOUBLE, -1, parameters.get(READ_OUT_B).length());
        SDVariable ofToken = logProbabilities[t].mul(labels).sum().neg();
        loss = loss == null ? ofToken : loss.add(ofToken);
      }
      sd.identity("loss", loss);
      sd.setLossVariables("loss");
      String[] names =
          sd.variables().stream()
              .filter(
                  v -> v.getVariableType() == VariableType.VARIABLE || v.name().startsWith("x/"))
              .map(SDVariable::name)
              .toArray(String[]::new);
      sd.createGradFunction(names);
      differentiable =
          Arrays.stream(names).filter(n -> sd.getGradForVariable(n) != null).toArray(String[]::new);
      for (String slot : map.stateSlots()) {
        ends.put(slot, state.get(slot).name());
      }
    }

    void setParameters(Map<String, INDArray> values) {
      values.forEach(
          (key, value) -> {
            INDArray own = sd.getVariable(variable(key)).getArr();
            own.assign(value.reshape(own.shape()));
          });
    }

    /** By variable; zero where the loss does not depend on it. */
    BiFunction<String, INDArray, INDArray> gradients(Map<String, INDArray> data) {
      Map<String, INDArray> found = sd.calculateGradients(data, differentiable);
      return (name, like) ->
          found.containsKey(name) ? found.get(name).reshape(like.shape()) : like.like();
    }
  }

  private Unrolled unrolled(INDArray features) {
    return unrolled.computeIfAbsent(time(features), Unrolled::new);
  }

  /** The read-out's parameters keep their keys; those of the map are in the map's scope. */
  private static String variable(String key) {
    return key.equals(READ_OUT_W) || key.equals(READ_OUT_B) ? key : MAP + "/" + key.substring(2);
  }

  private static int time(INDArray features) {
    return features.rank() == 3 ? (int) features.size(2) : 1;
  }

  private static INDArray token(INDArray array, int t) {
    return array.rank() == 3
        ? array.get(NDArrayIndex.all(), NDArrayIndex.all(), NDArrayIndex.point(t)).dup('c')
        : array;
  }

  /** The placeholders' values; a token that the mask leaves out has no label. */
  private Map<String, INDArray> data(
      INDArray features, INDArray labels, INDArray mask, Map<String, INDArray> from) {
    Map<String, INDArray> data = new HashMap<>();
    for (int t = 0; t < time(features); t++) {
      data.put("x/" + t, token(features, t));
      INDArray label = token(labels, t).dup('c');
      data.put("labels/" + t, mask == null ? label : label.muliColumnVector(column(mask, t)));
    }
    for (String slot : map.stateSlots()) {
      INDArray zero = Nd4j.zeros(DataType.DOUBLE, features.size(0), map.slot(slot).size());
      data.put("from/" + slot, from.getOrDefault(slot, zero));
    }
    return data;
  }

  private static INDArray column(INDArray mask, int t) {
    return mask.get(NDArrayIndex.all(), NDArrayIndex.interval(t, t + 1)).dup('c');
  }

  /** What the read-out gives, in the shape of DL4J's. */
  INDArray output(INDArray features) {
    Unrolled graph = unrolled(features);
    graph.setParameters(parameters);
    INDArray none =
        Nd4j.zeros(DataType.DOUBLE, features.size(0), parameters.get(READ_OUT_B).length());
    INDArray labels = features.rank() == 3 ? sequence(none, time(features)) : none;
    Map<String, INDArray> data = data(features, labels, null, Map.of());
    INDArray output = labels.like();
    for (int t = 0; t < time(features); t++) {
      String name = graph.logProbabilities[t].name();
      token(output, t, Transforms.exp(graph.sd.output(data, name).get(name)));
    }
    return output;
  }

  private static INDArray sequence(INDArray like, int time) {
    return Nd4j.zeros(DataType.DOUBLE, like.size(0), like.size(1), time);
  }

  private static void token(INDArray array, int t, INDArray value) {
    if (array.rank() == 3) {
      array.get(NDArrayIndex.all(), NDArrayIndex.all(), NDArrayIndex.point(t)).assign(value);
    } else {
      array.assign(value);
    }
  }

  /** dL/dx of the loss summed over the batch. */
  INDArray inputGradient(INDArray features, INDArray labels) {
    Unrolled graph = unrolled(features);
    graph.setParameters(parameters);
    Map<String, INDArray> data = data(features, labels, null, Map.of());
    BiFunction<String, INDArray, INDArray> gradients = graph.gradients(data);
    INDArray gradient = features.like();
    for (int t = 0; t < time(features); t++) {
      token(gradient, t, gradients.apply("x/" + t, token(features, t)));
    }
    return gradient;
  }

  /** One update; gives the score before it. */
  double fit(INDArray features, INDArray labels, INDArray mask) {
    return fit(features, labels, mask, Map.of(), parameters);
  }

  /** One update by the gradient at other parameters. */
  void fitAt(INDArray features, INDArray labels, Map<String, INDArray> at) {
    fit(features, labels, null, Map.of(), at);
  }

  /** One update per segment, each from the state, taken as given, that the one before ended in. */
  void fitTruncated(INDArray features, INDArray labels, INDArray mask, int length) {
    Map<String, INDArray> from = Map.of();
    for (int t = 0; t < features.size(2); t += length) {
      int end = (int) Math.min(features.size(2), t + length);
      INDArray tokens = SequenceTest.times(features, t, end);
      INDArray answers = SequenceTest.times(labels, t, end);
      INDArray ofMask = mask.get(NDArrayIndex.all(), NDArrayIndex.interval(t, end)).dup('c');
      Unrolled graph = unrolled(tokens);
      graph.setParameters(parameters);
      Map<String, INDArray> data = data(tokens, answers, ofMask, from);
      Map<String, INDArray> to = new HashMap<>();
      graph.ends.forEach((slot, name) -> to.put(slot, graph.sd.output(data, name).get(name).dup()));
      fit(tokens, answers, ofMask, from, parameters);
      from = to;
    }
  }

  private double fit(
      INDArray features,
      INDArray labels,
      INDArray mask,
      Map<String, INDArray> from,
      Map<String, INDArray> at) {
    Unrolled graph = unrolled(features);
    graph.setParameters(at);
    Map<String, INDArray> data = data(features, labels, mask, from);
    double batch = features.size(0);
    double score = graph.sd.output(data, "loss").get("loss").getDouble(0) / batch;
    BiFunction<String, INDArray, INDArray> ofVariables = graph.gradients(data);
    Map<String, INDArray> gradients = new LinkedHashMap<>();
    for (String key : parameters.keySet()) {
      INDArray value = parameters.get(key);
      INDArray gradient = ofVariables.apply(variable(key), value).div(batch);
      if (!key.substring(2).startsWith("b")) {
        score += 0.5 * l2 * value.mul(value).sumNumber().doubleValue();
        gradient.addi(value.mul(l2));
      }
      gradients.put(key, gradient);
    }
    iteration++;
    gradients.forEach(this::adam);
    return score;
  }

  private void adam(String key, INDArray gradient) {
    INDArray first = firstMoments.get(key);
    INDArray second = secondMoments.get(key);
    first.muli(0.9).addi(gradient.mul(0.1));
    second.muli(0.999).addi(gradient.mul(gradient).muli(1 - 0.999));
    double rate =
        learningRate * Math.sqrt(1 - Math.pow(0.999, iteration)) / (1 - Math.pow(0.9, iteration));
    parameters.get(key).subi(first.mul(rate).divi(Transforms.sqrt(second).addi(1e-8)));
  }

  /** Whether a network has these parameters now. */
  void assertSame(MultiLayerNetwork network, double tolerance) {
    assertEquals(parameters.keySet(), network.paramTable().keySet());
    parameters.forEach((key, value) -> assertClose(value, network.getParam(key), tolerance));
  }
}
