package org.iterativemaps.dynamics;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import org.apache.commons.math3.linear.Array2DRowRealMatrix;
import org.apache.commons.math3.linear.ArrayRealVector;
import org.apache.commons.math3.linear.LUDecomposition;
import org.iterativemaps.iterate.Schedule;
import org.iterativemaps.map.BlockMap;
import org.iterativemaps.map.MapWeights;
import org.iterativemaps.map.Parameter;
import org.iterativemaps.map.RealizedMap.RealizedBlock;
import org.iterativemaps.map.Slot;
import org.iterativemaps.map.pattern.WeightMask;
import org.iterativemaps.map.values.SparseMatrix;
import org.iterativemaps.map.values.SpectralNorm;
import org.iterativemaps.map.values.SpectralRadius;
import org.nd4j.linalg.activations.IActivation;

/**
 * A proof that a map contracts, whatever its token and its states: from the norms of its blocks.
 *
 * <p>Every slot is a module, z_i &lt;- A_i( sum_j M_ij z_j + c_i ), with A_i of slope at most s_i
 * ({@link Slopes}). With the matrix of gains
 *
 * <pre>    N_ij  =  s_i |M_ij|            |M| the largest singular value, 0 without a block</pre>
 *
 * <p>two states z and w of one token are after a step no further apart than
 *
 * <pre>    |z_i' - w_i'|  &lt;=  sum_j N_ij |z_j - w_j|             in Euclidean lengths</pre>
 *
 * <p>Theorem. If the spectral radius rho(N) is below r, there are scales p &gt; 0 with N p &lt;= r
 * p, and one step shrinks every distance max_i |z_i - w_i| / p_i to at most r of it. If r &lt; 1
 * all states of a sequence of tokens so come together, at least as r^steps, and a held token has
 * one fixed point, which attracts every state. Proof. p = (r I - N)^-1 1 = sum_k N^k 1 / r^(k+1) is
 * positive as N is not negative, and N p = r p - 1; and if |z_j - w_j| &lt;= d p_j for all j, then
 * |z_i' - w_i'| &lt;= sum_j N_ij d p_j &lt;= r d p_i. Of a map without a loop of slots N is
 * nilpotent: rho(N) = 0, and every r &gt; 0 will do.
 *
 * <p>The converse does not hold: a map with rho(N) above 1 may contract all the same.
 *
 * <p>Sources: the theorem of Perron and Frobenius, and Collatz's bounds (Horn, Johnson, Matrix
 * Analysis, chapter 8); networks of contracting modules: Russo, di Bernardo, Sontag, "A contraction
 * approach to the hierarchical analysis and design of networked systems" (2013), and, for recurrent
 * networks of recurrent networks in continuous time, Kozachkov, Ennis, Slotine, "RNNs of RNNs"
 * (2022), from which the use is taken and not the conditions: small gains stand here in place of
 * negative feedback.
 */
public final class Contraction {
  private static final int BISECTIONS = 60;

  private final StateLayout layout;
  private final double[][] trained; // gains of trained blocks, [to][from]
  private final double[][] fixed;

  private Contraction(StateLayout layout, MapWeights weights) {
    this.layout = layout;
    this.trained = new double[layout.count()][layout.count()];
    this.fixed = new double[layout.count()][layout.count()];
    double[] slopes = slopes(layout);
    for (RealizedBlock block : weights.realized().blocks()) {
      int from = layout.place(block.from());
      int to = layout.place(block.to());
      if (from >= 0 && to >= 0) {
        SparseMatrix matrix = SparseMatrix.of(block.mask(), weights.values(block));
        double[][] gains = block.block().isFixed() ? fixed : trained;
        gains[to][from] += slopes[to] * SpectralNorm.of(matrix);
      }
    }
  }

  private static double[] slopes(StateLayout layout) {
    double[] slopes = new double[layout.count()];
    Arrays.setAll(slopes, i -> Slopes.largest(layout.activation(i)).orElseThrow());
    return slopes;
  }

  /**
   * Why no rate can be given of a map, whatever its weights; empty if one can. Its blocks have to
   * be linear and its slots plain: the slope of a product, a gate or a normalisation depends on the
   * state. The activations of its state have to have a largest slope.
   *
   * @param map whose input may still be open
   * @param defaultActivation of slots that name none; where it is null they are not looked at
   */
  public static Optional<String> obstacle(BlockMap map, IActivation defaultActivation) {
    if (!map.isLinear()) {
      return map.whatIsNotLinear().map(part -> part + ", whose slope depends on the state");
    }
    List<Integer> carried = Schedule.sequence(map, 1).carried();
    if (carried.isEmpty()) {
      return Optional.of(StateLayout.NO_STATE);
    }
    for (int index : carried) {
      Slot slot = map.slots().get(index);
      IActivation activation = slot.activation() == null ? defaultActivation : slot.activation();
      if (activation != null && Slopes.largest(activation).isEmpty()) {
        return Optional.of(
            "slot '"
                + slot.name()
                + "' has activation "
                + activation
                + ", of which no largest slope is known");
      }
    }
    return Optional.empty();
  }

  private static StateLayout layout(MapWeights weights, IActivation defaultActivation) {
    obstacle(weights.map(), defaultActivation)
        .ifPresent(
            reason -> {
              throw new IllegalArgumentException("contraction: " + reason);
            });
    return StateLayout.of(weights, defaultActivation);
  }

  /**
   * The gains of a map.
   *
   * @param weights a map of linear blocks and plain slots, and its numbers, all finite
   * @param defaultActivation of slots that name none, a layer's; may be null if all do
   * @throws IllegalArgumentException if there is an {@link #obstacle}, or a weight is not finite
   */
  public static Contraction of(MapWeights weights, IActivation defaultActivation) {
    return new Contraction(layout(weights, defaultActivation), weights);
  }

  /**
   * A bound without modules: |S W|, S having the activations' largest slopes on its diagonal and W
   * all weights between state units. Below 1, every step shrinks the Euclidean distance of two
   * states to at most this part of it.
   *
   * @param weights as in {@link #of}
   * @param defaultActivation as in {@link #of}
   * @throws IllegalArgumentException as {@link #of}
   */
  public static double bySlope(MapWeights weights, IActivation defaultActivation) {
    StateLayout layout = layout(weights, defaultActivation);
    double[] slopes = slopes(layout);
    double[] ofUnits = new double[layout.size()];
    for (int i = 0; i < slopes.length; i++) {
      Arrays.fill(ofUnits, layout.first(i), layout.first(i) + layout.slot(i).size(), slopes[i]);
    }
    return SpectralNorm.of(layout.weights(weights).rowsTimes(ofUnits));
  }

  /** N, in new arrays: [to][from], by the slots of {@link MapStep#slots}. */
  public double[][] gains() {
    return gains(1);
  }

  private double[][] gains(double factor) {
    double[][] gains = new double[trained.length][trained.length];
    for (int to = 0; to < gains.length; to++) {
      for (int from = 0; from < gains.length; from++) {
        gains[to][from] = fixed[to][from] + factor * trained[to][from];
      }
    }
    return gains;
  }

  /** rho(N). Below 1 the map contracts; 0 without a loop of slots. */
  public double rate() {
    return rate(gains());
  }

  private static double rate(double[][] gains) {
    boolean[][] exists = new boolean[gains.length][gains.length];
    List<Double> values = new ArrayList<>();
    for (int to = 0; to < gains.length; to++) {
      for (int from = 0; from < gains.length; from++) {
        exists[to][from] = gains[to][from] > 0;
        if (exists[to][from]) {
          values.add(gains[to][from]);
        }
      }
    }
    double[] entries = values.stream().mapToDouble(value -> value).toArray();
    return SpectralRadius.of(WeightMask.ofMatrix(exists), entries);
  }

  /**
   * A distance of states that every step shrinks to at most a part of it.
   *
   * @param bound r, that part, above {@link #rate}; the nearer to it, the further apart the scales
   * @throws IllegalArgumentException if it is not above the rate, or too near to be sure
   */
  public SlotNorm norm(double bound) {
    double rate = rate();
    if (!(bound > rate && bound < Double.POSITIVE_INFINITY)) {
      throw new IllegalArgumentException(
          "bound: found " + bound + ", expected a number above the rate " + rate);
    }
    double[][] gains = gains();
    double[][] matrix = new double[gains.length][gains.length];
    for (int to = 0; to < gains.length; to++) {
      for (int from = 0; from < gains.length; from++) {
        matrix[to][from] = (to == from ? bound : 0) - gains[to][from];
      }
    }
    double[] ones = new double[gains.length];
    Arrays.fill(ones, 1);
    double[] scales =
        new LUDecomposition(new Array2DRowRealMatrix(matrix, false), 0)
            .getSolver()
            .solve(new ArrayRealVector(ones, false))
            .toArray();
    double largest = Arrays.stream(scales).max().orElseThrow();
    Arrays.setAll(scales, i -> scales[i] / largest);
    for (int to = 0; to < gains.length; to++) {
      double[] row = gains[to];
      double sum = IntStream.range(0, row.length).mapToDouble(j -> row[j] * scales[j]).sum();
      if (!(scales[to] > 0) || !(sum <= bound * scales[to])) {
        throw new IllegalArgumentException(
            "bound: found " + bound + ", too near the rate " + rate + " for double precision");
      }
    }
    return new SlotNorm(layout, bound, scales);
  }

  /**
   * The same map with its rate at most a limit: of every set of slots that hear of each other and
   * are above it, the trained weights among them are made smaller by one factor. All others stay.
   *
   * @param weights as in {@link #of}
   * @param defaultActivation as in {@link #of}
   * @param limit above 0
   * @return the same object if nothing had to change
   * @throws IllegalArgumentException as {@link #of}, if the limit is out of range, or if fixed
   *     weights alone are not below it
   */
  public static MapWeights limited(
      MapWeights weights, IActivation defaultActivation, double limit) {
    if (!(limit > 0 && limit < Double.POSITIVE_INFINITY)) {
      throw new IllegalArgumentException(
          "limit: found " + limit + ", expected a finite number above 0");
    }
    Contraction contraction = of(weights, defaultActivation);
    double[] factors = contraction.factors(limit); // by target slot, for its loops
    if (Arrays.stream(factors).allMatch(factor -> factor == 1)) {
      return weights;
    }
    boolean[][] reaches = contraction.reaches();
    StateLayout layout = contraction.layout;
    Map<String, double[]> values = new LinkedHashMap<>();
    for (Parameter parameter : weights.realized().parameters()) {
      values.put(parameter.key(), weights.values(parameter.key()));
    }
    for (RealizedBlock block : weights.realized().blocks()) {
      int from = layout.place(block.from());
      int to = layout.place(block.to());
      if (block.block().isTrainable() && from >= 0 && to >= 0 && reaches[to][from]) {
        double[] own = values.get(weights.realized().parameters().get(block.parameter()).key());
        Arrays.setAll(own, e -> own[e] * factors[to]);
      }
    }
    return new MapWeights(weights.realized(), values);
  }

  /** Whether one slot hears of another: [from][to]. */
  private boolean[][] reaches() {
    double[][] gains = gains();
    int count = gains.length;
    boolean[][] reaches = new boolean[count][count];
    for (int from = 0; from < count; from++) {
      for (int to = 0; to < count; to++) {
        reaches[from][to] = gains[to][from] > 0;
      }
    }
    for (int by = 0; by < count; by++) {
      for (int from = 0; from < count; from++) {
        for (int to = 0; to < count; to++) {
          reaches[from][to] |= reaches[from][by] && reaches[by][to];
        }
      }
    }
    return reaches;
  }

  private double[] factors(double limit) {
    boolean[][] reaches = reaches();
    double[] factors = new double[trained.length];
    for (int slot = 0; slot < factors.length; slot++) {
      int one = slot;
      int[] loop =
          IntStream.range(0, factors.length)
              .filter(other -> reaches[one][other] && reaches[other][one])
              .toArray();
      boolean isDone = loop.length > 0 && loop[0] < slot;
      factors[slot] = loop.length == 0 ? 1 : isDone ? factors[loop[0]] : factor(loop, limit);
    }
    return factors;
  }

  /** The largest factor of the trained weights of a loop that keeps its rate below a limit. */
  private double factor(int[] loop, double limit) {
    double whole = rate(part(gains(1), loop));
    double least = rate(part(gains(0), loop));
    if (whole <= limit) {
      return 1;
    }
    if (least >= limit) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "limit: found %s, but the fixed weights among %s alone have a rate of %s; expected"
                  + " smaller fixed weights, or a higher limit",
              limit,
              Arrays.stream(loop).mapToObj(i -> layout.slot(i).name()).toList(),
              least));
    }
    if (least == 0 && Arrays.stream(part(fixed, loop)).flatMapToDouble(Arrays::stream).sum() == 0) {
      return limit / whole;
    }
    double low = 0; // the rate grows with the factor
    double high = 1;
    for (int i = 0; i < BISECTIONS; i++) {
      double middle = (low + high) / 2;
      if (rate(part(gains(middle), loop)) <= limit) {
        low = middle;
      } else {
        high = middle;
      }
    }
    return low;
  }

  private static double[][] part(double[][] matrix, int[] slots) {
    double[][] part = new double[slots.length][slots.length];
    for (int to = 0; to < slots.length; to++) {
      for (int from = 0; from < slots.length; from++) {
        part[to][from] = matrix[slots[to]][slots[from]];
      }
    }
    return part;
  }
}
