package org.iterativemaps.examples.data;

import java.util.List;
import java.util.Random;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.dataset.api.iterator.DataSetIterator;
import org.nd4j.linalg.factory.Nd4j;

/**
 * A small control task: a {@link TwoLinkArm} with an unknown load reaches for a point, and for
 * another when that appears. Seen are the sines and cosines of both angles, measured with noise,
 * and the point; not seen are the speeds and the load, so that one look is not enough. To be told,
 * at every time step, are the torques of an expert who knows all, by computed torque (R. M. Murray,
 * Z. Li, S. S. Sastry, "A Mathematical Introduction to Robotic Manipulation", 1994, section 4.5.2):
 *
 * <pre>    u = M(q) (w² (goal - q) - 2 w q') + C(q, q') q' + N(q) + friction q'</pre>
 *
 * as far as the motors go. What the arm gets is that and a push at random, so that episodes do not
 * follow the expert's path alone.
 */
public final class ArmReaching {

  /** Cosine and sine of each angle, and the point's two coordinates. */
  public static final int INPUTS = 6;

  /** Torques, in newton metres. */
  public static final int OUTPUTS = 2;

  /** Time steps of an episode, of 0.04 s each. */
  public static final int TIME = 50;

  private static final double STEP = 0.04;
  private static final int INNER_STEPS = 2;
  private static final double FRICTION = 0.5;
  private static final double MOST_LOAD = 1;
  private static final double[] STRONGEST = {50, 25};
  private static final double SPEED = 7; // w, per second
  private static final double MEASUREMENT = 0.002; // standard deviation, radians
  private static final double[] PUSHES = {4, 2};

  /** Which episodes of a seed. */
  private enum Part {
    TRAIN,
    VALIDATION,
    TEST
  }

  private final Part part;
  private final long seed;

  private ArmReaching(Part part, long seed) {
    this.part = part;
    this.seed = seed;
  }

  /**
   * Episodes to train with.
   *
   * @param seed of all that is random
   */
  public static ArmReaching train(long seed) {
    return new ArmReaching(Part.TRAIN, seed);
  }

  /**
   * Episodes to decide by: none is one to train with.
   *
   * @param seed of all that is random; may be that of the training
   */
  public static ArmReaching validation(long seed) {
    return new ArmReaching(Part.VALIDATION, seed);
  }

  /**
   * Episodes to test with: none is one of the others.
   *
   * @param seed of all that is random; may be that of the training
   */
  public static ArmReaching test(long seed) {
    return new ArmReaching(Part.TEST, seed);
  }

  /** An episode under way. */
  private static final class Run {
    final TwoLinkArm arm;
    final double[][] goals = new double[2][];
    final int change;
    final Random random;
    double[] state;
    int time;

    Run(Random random) {
      this.random = random;
      arm = new TwoLinkArm(MOST_LOAD * random.nextDouble(), FRICTION);
      double[] start = angles();
      state = new double[] {start[0], start[1], 0, 0};
      goals[0] = angles();
      goals[1] = angles();
      change = TIME / 3 + random.nextInt(TIME / 3);
    }

    /** The second one between stretched and folded: to every tip belongs one pair of angles. */
    private double[] angles() {
      return new double[] {
        -1.2 + 2.4 * random.nextDouble(), 0.3 + 2.1 * random.nextDouble(),
      };
    }

    double[] goal() {
      return goals[time < change ? 0 : 1];
    }

    float[] observe() {
      double q1 = state[0] + MEASUREMENT * random.nextGaussian();
      double q2 = state[1] + MEASUREMENT * random.nextGaussian();
      double[] point = TwoLinkArm.tip(goal()[0], goal()[1]);
      return new float[] {
        (float) StrictMath.cos(q1),
        (float) StrictMath.sin(q1),
        (float) StrictMath.cos(q2),
        (float) StrictMath.sin(q2),
        (float) point[0],
        (float) point[1]
      };
    }

    // region expert
    double[] expert() {
      double[] wanted = new double[2];
      for (int joint = 0; joint < 2; joint++) {
        wanted[joint] =
            SPEED * SPEED * (goal()[joint] - state[joint]) - 2 * SPEED * state[2 + joint];
      }
      return possible(arm.torques(state, wanted));
    }

    // endregion

    private static double[] possible(double[] torques) {
      double[] possible = new double[2];
      for (int joint = 0; joint < 2; joint++) {
        double most = STRONGEST[joint];
        possible[joint] = Math.max(-most, Math.min(most, torques[joint]));
      }
      return possible;
    }

    void move(double[] torques) {
      state = arm.after(state, possible(torques), STEP, INNER_STEPS);
      time++;
    }

    double distance() {
      double[] tip = TwoLinkArm.tip(state[0], state[1]);
      double[] point = TwoLinkArm.tip(goal()[0], goal()[1]);
      return Math.hypot(tip[0] - point[0], tip[1] - point[1]);
    }
  }

  private Run start(int number) {
    if (number < 0) {
      throw new IllegalArgumentException("number: found " + number + ", expected at least 0");
    }
    return new Run(Seeds.of(seed, 3L * number + part.ordinal()));
  }

  /**
   * One episode, always the same for the same number.
   *
   * @param number from 0
   * @return what was seen and what the expert did
   */
  public Episode episode(int number) {
    Run run = start(number);
    float[][] observations = new float[TIME][];
    float[][] actions = new float[TIME][OUTPUTS];
    for (int t = 0; t < TIME; t++) {
      observations[t] = run.observe();
      double[] torques = run.expert();
      for (int joint = 0; joint < OUTPUTS; joint++) {
        actions[t][joint] = (float) torques[joint];
        torques[joint] += PUSHES[joint] * run.random.nextGaussian();
      }
      run.move(torques);
    }
    return new Episode(observations, actions);
  }

  /**
   * Batches in the order of their numbers, made when they are asked for: features [batch, {@link
   * #INPUTS}, {@link #TIME}], labels [batch, {@link #OUTPUTS}, {@link #TIME}].
   *
   * @param count how many episodes, the first ones
   * @param batch size of the batches; the last one may be smaller
   * @return an iterator; a reset begins again with the same batches
   */
  public DataSetIterator iterator(int count, int batch) {
    return SampleIterator.inOrder(count, batch, INPUTS, OUTPUTS, this::batch);
  }

  private DataSet batch(int[] numbers) {
    List<Episode> episodes = IntStream.of(numbers).mapToObj(this::episode).toList();
    return EpisodeWindows.of(episodes, TIME).all();
  }

  /**
   * Lets a controller drive the arms of some episodes, without pushes.
   *
   * @param count how many episodes, the first ones
   * @param controller gets what is seen of all arms, [count, {@link #INPUTS}], once per time step,
   *     and answers with torques, [count, {@link #OUTPUTS}]
   * @return the tips' distance from their points, the mean over steps and episodes, in metres
   */
  public double drive(int count, UnaryOperator<INDArray> controller) {
    List<Run> runs = IntStream.range(0, count).mapToObj(this::start).toList();
    double sum = 0;
    for (int t = 0; t < TIME; t++) {
      INDArray seen = Nd4j.create(runs.stream().map(Run::observe).toArray(float[][]::new));
      double[][] torques = controller.apply(seen).toDoubleMatrix();
      for (int i = 0; i < count; i++) {
        runs.get(i).move(torques[i]);
        sum += runs.get(i).distance();
      }
    }
    return sum / (TIME * count);
  }

  /**
   * The same with the expert, who sees all.
   *
   * @param count how many episodes, the first ones
   * @return the mean distance in metres
   */
  public double driveByExpert(int count) {
    double sum = 0;
    for (int i = 0; i < count; i++) {
      Run run = start(i);
      for (int t = 0; t < TIME; t++) {
        run.move(run.expert());
        sum += run.distance();
      }
    }
    return sum / (TIME * count);
  }
}
