package org.iterativemaps.reservoir;

import java.util.ArrayList;
import java.util.List;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.layers.RnnOutputLayer;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;

/**
 * Nonlinear vector autoregression, a reservoir without one: of the last k inputs, s time steps
 * apart, and of all their products of p factors.
 *
 * <pre>
 *   lin(t)       x(t), x(t - s), …, x(t - (k - 1) s)          d = k nIn features
 *   nonlin(t)    the different monomials of degree p of lin(t)    (d + p - 1 over p) of them
 * </pre>
 *
 * <p>The constant feature is the intercept of the read-out. Inputs before the first one are zeros:
 * {@link #warmup} says how many time steps have some. Source: Gauthier, Bollt, Griffith, Barbosa,
 * "Next generation reservoir computing" (2021).
 *
 * <pre>{@code
 * Nvar nvar = new Nvar(2, 1, 2);
 * MultiLayerNetwork network = nvar.network(3, 3);
 * Readout.ridge(2.5e-6).warmup(nvar.warmup()).fit(network, new DataSet(nvar.features(x), y));
 * }</pre>
 *
 * @param delays k, at least 1
 * @param stride s, at least 1
 * @param order p, at least 1; 1 is without products
 */
public record Nvar(int delays, int stride, int order) {
  private static final int MOST_FEATURES = 100_000;

  /** Checks the ranges. */
  public Nvar {
    Checks.atLeast(1, "delays", delays);
    Checks.atLeast(1, "stride", stride);
    Checks.atLeast(1, "order", order);
  }

  /** Time steps at the beginning that look back before the first one. */
  public int warmup() {
    return Math.multiplyExact(delays - 1, stride);
  }

  /**
   * How many features there are.
   *
   * @param nIn features of the input, at least 1
   * @throws IllegalArgumentException if they are more than a hundred thousand
   */
  public int featureCount(int nIn) {
    Checks.atLeast(1, "nIn", nIn);
    double linear = (double) delays * nIn;
    double count = 1;
    for (int i = 1; i <= order && count <= MOST_FEATURES; i++) {
      count = count * (linear + i - 1) / i; // whole in every step
    }
    double all = linear + (order == 1 ? 0 : count);
    if (all > MOST_FEATURES) {
      throw new IllegalArgumentException(
          "order: found "
              + order
              + " of "
              + (long) linear
              + " delayed inputs, which are more than "
              + MOST_FEATURES
              + " features; use a smaller one, or fewer delays");
    }
    return (int) Math.rint(all);
  }

  /**
   * The features of sequences.
   *
   * @param inputs [batch, nIn, time], finite
   * @return [batch, features, time] of the same type: first lin, then nonlin, by the places of
   *     their factors in lin
   * @throws IllegalArgumentException if inputs are no sequences, not finite, or have too many
   *     features
   */
  public INDArray features(INDArray inputs) {
    Checks.finite("inputs", Checks.sequences("inputs", inputs));
    int batch = (int) inputs.size(0);
    int nIn = (int) inputs.size(1);
    int time = (int) inputs.size(2);
    int count = featureCount(nIn);
    int linear = delays * nIn;
    List<int[]> products = order == 1 ? List.of() : products(linear);
    double[] x = inputs.castTo(DataType.DOUBLE).dup('c').data().asDouble();
    double[] features = new double[batch * count * time];
    for (int b = 0; b < batch; b++) {
      for (int f = 0; f < linear; f++) {
        int delay = f / nIn * stride;
        int from = (b * nIn + f % nIn) * time;
        int to = (b * count + f) * time;
        for (int t = delay; t < time; t++) {
          features[to + t] = x[from + t - delay];
        }
      }
      for (int p = 0; p < products.size(); p++) {
        int to = (b * count + linear + p) * time;
        for (int t = 0; t < time; t++) {
          double product = 1;
          for (int factor : products.get(p)) {
            product *= features[(b * count + factor) * time + t];
          }
          features[to + t] = product;
        }
      }
    }
    return Nd4j.createFromArray(features)
        .reshape('c', batch, count, time)
        .castTo(inputs.dataType());
  }

  /** Ascending places of factors, in the order of numbers with these digits. */
  private List<int[]> products(int linear) {
    List<int[]> products = new ArrayList<>();
    int[] places = new int[order];
    while (true) {
      products.add(places.clone());
      int last = order - 1;
      while (last >= 0 && places[last] == linear - 1) {
        last--;
      }
      if (last < 0) {
        return products;
      }
      int next = places[last] + 1;
      for (int i = last; i < order; i++) {
        places[i] = next;
      }
    }
  }

  /**
   * A network that is a read-out of the features alone, of DOUBLE, to be solved for.
   *
   * @param nIn features of the input, at least 1
   * @param nOut outputs, at least 1
   * @throws IllegalArgumentException as {@link #featureCount}
   */
  public MultiLayerNetwork network(int nIn, int nOut) {
    MultiLayerNetwork network =
        new MultiLayerNetwork(
            new NeuralNetConfiguration.Builder()
                .dataType(DataType.DOUBLE)
                .list()
                .layer(
                    new RnnOutputLayer.Builder(LossFunction.MSE)
                        .nIn(featureCount(nIn))
                        .nOut(Checks.atLeast(1, "nOut", nOut))
                        .activation(Activation.IDENTITY)
                        .build())
                .build());
    network.init();
    return network;
  }
}
