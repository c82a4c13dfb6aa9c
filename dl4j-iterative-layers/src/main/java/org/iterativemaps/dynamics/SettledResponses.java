package org.iterativemaps.dynamics;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;
import org.iterativemaps.iterate.MapProgram;
import org.iterativemaps.kernel.reference.ReferenceKernel;
import org.iterativemaps.map.AttentionBlock;
import org.iterativemaps.map.Injection;
import org.iterativemaps.map.MapWeights;
import org.iterativemaps.map.Parameter;
import org.nd4j.linalg.activations.IActivation;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * What a map makes of many inputs when it is iterated on each until its state comes to rest: the
 * input-output relation of its fixed points, and which inputs have none that is reached.
 *
 * <p>Every input is given to the map from a state of zeros, held or as an impulse, as the map says.
 * An input is no longer computed once its fate is known; what is left of the batch goes on. Source
 * of the question: Muir, "Feed-forward approximations to dynamic recurrent network architectures"
 * (2017), arXiv:1704.06645.
 *
 * <p>Immutable.
 */
public final class SettledResponses {

  /** How an input's iteration ends. */
  public enum Fate {
    /** No unit changes by more than the tolerance from one step to the next. */
    SETTLED,
    /** The state comes back to itself after two or more steps, and did so half the budget ago. */
    OSCILLATES,
    /** A unit is not finite or beyond the largest state. */
    DIVERGES,
    /** None of these within the budget: slow, or chaotic, or a cycle longer than looked for. */
    UNSETTLED
  }

  /**
   * When an input has settled, and when to give up.
   *
   * @param tolerance largest change of any unit in a step that counts as none, at least 0
   * @param mostSteps budget of an input, at least 2
   * @param longestPeriod cycles are looked for up to this many steps, at least 2
   * @param largestState beyond it an iteration counts as diverging, above 0, finite
   */
  public record Settling(double tolerance, int mostSteps, int longestPeriod, double largestState) {

    /**
     * Checks the ranges.
     *
     * @throws IllegalArgumentException if one is out of range
     */
    public Settling {
      if (!(tolerance >= 0 && tolerance < Double.POSITIVE_INFINITY)
          || mostSteps < 2
          || longestPeriod < 2
          || !(largestState > 0 && largestState < Double.POSITIVE_INFINITY)) {
        throw new IllegalArgumentException(
            "settling: found tolerance "
                + tolerance
                + ", mostSteps "
                + mostSteps
                + ", longestPeriod "
                + longestPeriod
                + ", largestState "
                + largestState
                + "; expected at least 0, 2, 2 and above 0, all of them finite");
      }
    }

    /** Up to 1000 steps, cycles of up to 16, states up to 1e9. */
    public static Settling withTolerance(double tolerance) {
      return new Settling(tolerance, 1000, 16, 1e9);
    }

    /** The same with another budget. */
    public Settling atMost(int steps) {
      return new Settling(tolerance, steps, longestPeriod, largestState);
    }
  }

  /**
   * What became of one input.
   *
   * @param fate how it ended
   * @param steps made until that was known
   * @param period steps of its cycle; 0 unless it oscillates
   * @param change largest of any unit in the last step; not a number or infinite where it diverged
   */
  public record Sample(Fate fate, int steps, int period, double change) {}

  private final List<Sample> samples;
  private final INDArray inputs; // those that settled, null if none did
  private final INDArray responses;

  private SettledResponses(List<Sample> samples, INDArray allInputs, double[][] responses) {
    this.samples = samples;
    int[] settled = where(Fate.SETTLED);
    this.inputs = settled.length == 0 ? null : Run.rows(allInputs, settled);
    this.responses =
        settled.length == 0
            ? null
            : Nd4j.createFromArray(
                Arrays.stream(settled).mapToObj(i -> responses[i]).toArray(double[][]::new));
  }

  /**
   * Iterates, in double precision.
   *
   * @param weights the map with its numbers; {@code layers.LayerWeights} reads a layer's
   * @param defaultActivation of slots that name none; may be null if all do
   * @param inputs [samples, nIn], finite; of any floating type
   * @throws IllegalArgumentException if the inputs do not fit the map or are not finite, or the map
   *     has attention blocks, whose inputs do not settle one by one
   */
  public static SettledResponses of(
      MapWeights weights, IActivation defaultActivation, INDArray inputs, Settling settling) {
    int nIn = weights.map().input().size();
    if (inputs.rank() != 2 || inputs.size(1) != nIn) {
      throw new IllegalArgumentException(
          "inputs: found shape "
              + Arrays.toString(inputs.shape())
              + ", expected [samples, "
              + nIn
              + "]");
    }
    if (!AttentionBlock.of(weights.map()).isEmpty()) {
      throw new IllegalArgumentException(
          "map: found attention, in which an input's state depends on other inputs; expected a map"
              + " without it");
    }
    INDArray values = inputs.castTo(DataType.DOUBLE).dup('c');
    if (!Arrays.stream(values.data().asDouble()).allMatch(Double::isFinite)) {
      throw new IllegalArgumentException(
          "inputs: found numbers that are not finite, expected finite ones");
    }
    Run run = new Run(weights, defaultActivation, values, settling);
    while (run.step()) {
      // one step of all inputs whose fate is open
    }
    return new SettledResponses(List.of(run.samples), values, run.responses);
  }

  /** One for every input, in their order. */
  public List<Sample> samples() {
    return samples;
  }

  /** How many inputs had this fate. */
  public int count(Fate fate) {
    return where(fate).length;
  }

  /** Which inputs had this fate, from 0. */
  public int[] where(Fate fate) {
    return IntStream.range(0, samples.size()).filter(i -> samples.get(i).fate == fate).toArray();
  }

  /**
   * The inputs that settled, in their order: [settled, nIn], DOUBLE, a copy.
   *
   * @throws IllegalStateException if none did
   */
  public INDArray inputs() {
    return required(inputs);
  }

  /**
   * The output slot at rest, a row for each row of {@link #inputs()}: [settled, nOut], a copy.
   *
   * @throws IllegalStateException if no input settled
   */
  public INDArray responses() {
    return required(responses);
  }

  private INDArray required(INDArray array) {
    if (array == null) {
      throw new IllegalStateException(
          this + "; there is no response to be had: give more steps, or a map that contracts");
    }
    return array.dup();
  }

  /** Counts, steps, and the first input of each kind that did not settle. */
  @Override
  public String toString() {
    List<String> parts = new ArrayList<>();
    for (Fate fate : Fate.values()) {
      int[] these = where(fate);
      if (these.length > 0 || fate == Fate.SETTLED) {
        parts.add(these.length + " " + words(fate, these));
      }
    }
    return samples.size() + " inputs: " + String.join(", ", parts);
  }

  private String words(Fate fate, int[] these) {
    String name = fate.toString().toLowerCase(Locale.ROOT);
    if (these.length == 0) {
      return name;
    }
    int[] steps = Arrays.stream(these).map(i -> samples.get(i).steps).sorted().toArray();
    Sample first = samples.get(these[0]);
    return switch (fate) {
      case SETTLED ->
          name
              + String.format(
                  Locale.ROOT,
                  " (steps: median %d, most %d)",
                  steps[steps.length / 2],
                  steps[steps.length - 1]);
      case OSCILLATES -> "oscillate (first: input " + these[0] + ", period " + first.period + ")";
      case DIVERGES -> "diverge (first: input " + these[0] + ", seen in step " + first.steps + ")";
      case UNSETTLED ->
          name
              + String.format(
                  Locale.ROOT,
                  " after %d steps (first: input %d, still changing by %.1e)",
                  first.steps,
                  these[0],
                  first.change);
    };
  }

  /** The iteration: what is left of the batch, and what is known of the rest. */
  private static final class Run {
    final Sample[] samples;
    final double[][] responses;
    private final Settling settling;
    private final boolean isHeld;
    private final ReferenceKernel kernel;
    private final INDArray[] parameters;
    private final int nOut;
    private int[] open; // inputs whose fate is not known, row by row of what follows
    private INDArray input; // [open, nIn, 1]
    private INDArray[] states;
    private double[][] values; // after the last step: output, then every slot that is carried
    private final double[][] middle; // by input: values after half the budget
    private final List<double[][]> last = new ArrayList<>(); // by row, of the last steps there are
    private int steps;

    Run(MapWeights weights, IActivation defaultActivation, INDArray inputs, Settling settling) {
      int count = Math.toIntExact(inputs.size(0));
      this.settling = settling;
      this.isHeld = weights.map().injection() == Injection.HOLD;
      this.kernel =
          new ReferenceKernel(MapProgram.sequence(weights.realized(), 1, defaultActivation));
      this.parameters =
          weights.realized().parameters().stream()
              .map(Parameter::key)
              .map(key -> Nd4j.createFromArray(weights.values(key)))
              .toArray(INDArray[]::new);
      this.nOut = weights.map().output().size();
      this.samples = new Sample[count];
      this.responses = new double[count][];
      this.middle = new double[count][];
      this.open = IntStream.range(0, count).toArray();
      this.input = inputs.dup().reshape(count, inputs.size(1), 1);
    }

    /** Whether there is more to do. */
    boolean step() {
      INDArray output = Nd4j.create(DataType.DOUBLE, open.length, nOut, 1);
      kernel.forward(parameters, input, null, states, output, false);
      states = kernel.lastState();
      steps++;
      double[][] before = values;
      values = rows(output, states);
      if (steps == settling.mostSteps / 2) {
        IntStream.range(0, open.length).forEach(row -> middle[open[row]] = values[row]);
      }
      boolean isLast = steps == settling.mostSteps;
      boolean[] stays = new boolean[open.length];
      for (int row = 0; row < open.length; row++) {
        Sample sample = fate(row, before, isLast);
        stays[row] = sample == null;
        if (sample != null) {
          samples[open[row]] = sample;
          if (sample.fate == Fate.SETTLED) {
            responses[open[row]] = Arrays.copyOf(values[row], nOut);
          }
        }
      }
      if (steps > settling.mostSteps - 1 - settling.longestPeriod) {
        last.add(0, values);
      }
      if (!isHeld && steps == 1) {
        input = Nd4j.zerosLike(input); // an impulse is over
      }
      keep(IntStream.range(0, open.length).filter(row -> stays[row]).toArray());
      return open.length > 0;
    }

    /** Null while it is not known. */
    private Sample fate(int row, double[][] before, boolean isLast) {
      double change = before == null ? Double.NaN : distance(values[row], before[row]);
      if (!(largest(values[row]) <= settling.largestState)) {
        return new Sample(Fate.DIVERGES, steps, 0, change);
      }
      if (change <= settling.tolerance) {
        return new Sample(Fate.SETTLED, steps, 0, change);
      }
      if (!isLast) {
        return null;
      }
      int period = period(row);
      return new Sample(period > 0 ? Fate.OSCILLATES : Fate.UNSETTLED, steps, period, change);
    }

    /**
     * Of a row that is there after the last step, 0 if it is on no cycle. That the state is where
     * it was a few steps ago does not do: a spiral that slowly comes to rest is, too. It has to
     * have been on the same cycle half the budget ago.
     */
    private int period(int row) {
      for (int period = 2; period <= last.size(); period++) {
        if (distance(values[row], last.get(period - 1)[row]) <= settling.tolerance) {
          for (int ago = 0; ago < period; ago++) {
            if (distance(middle[open[row]], last.get(ago)[row]) <= settling.tolerance) {
              return period;
            }
          }
          return 0;
        }
      }
      return 0;
    }

    private void keep(int[] rows) {
      if (rows.length == open.length) {
        return;
      }
      if (rows.length > 0) {
        input = rows(input, rows).reshape(rows.length, input.size(1), 1);
        for (int slot = 0; slot < states.length; slot++) {
          states[slot] = states[slot] == null ? null : rows(states[slot], rows);
        }
      }
      values = rows(values, rows);
      last.replaceAll(step -> rows(step, rows));
      open = Arrays.stream(rows).map(row -> open[row]).toArray();
    }

    /** ND4J's getRows makes a view of every row first, which costs far more than the numbers do. */
    private static INDArray rows(INDArray all, int[] rows) {
      double[] numbers = all.dup('c').data().asDouble();
      int size = (int) all.size(1);
      double[] some = new double[rows.length * size];
      for (int row = 0; row < rows.length; row++) {
        System.arraycopy(numbers, rows[row] * size, some, row * size, size);
      }
      return Nd4j.createFromArray(some).reshape(rows.length, size);
    }

    private static double[][] rows(double[][] all, int[] rows) {
      return Arrays.stream(rows).mapToObj(row -> all[row]).toArray(double[][]::new);
    }

    /** Output and carried slots side by side. */
    private static double[][] rows(INDArray output, INDArray[] states) {
      double[][] rows = new double[(int) output.size(0)][0];
      append(rows, output);
      for (INDArray state : states) {
        if (state != null) {
          append(rows, state);
        }
      }
      return rows;
    }

    private static void append(double[][] rows, INDArray slot) {
      double[] numbers = slot.dup('c').data().asDouble();
      int size = numbers.length / rows.length;
      for (int row = 0; row < rows.length; row++) {
        int width = rows[row].length;
        rows[row] = Arrays.copyOf(rows[row], width + size);
        System.arraycopy(numbers, row * size, rows[row], width, size);
      }
    }

    /** Not a number if one is. */
    private static double distance(double[] a, double[] b) {
      double largest = 0;
      for (int i = 0; i < a.length; i++) {
        largest = Math.max(largest, Math.abs(a[i] - b[i]));
      }
      return largest;
    }

    private static double largest(double[] values) {
      return Arrays.stream(values).map(Math::abs).reduce(0, Math::max);
    }
  }
}
