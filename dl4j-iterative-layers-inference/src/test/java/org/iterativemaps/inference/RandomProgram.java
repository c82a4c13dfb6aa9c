package org.iterativemaps.inference;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.iterativemaps.lanes.LaneActivation;
import org.iterativemaps.lanes.LaneActivation.Kind;

/** Programs of all operations, with states, of bounded values; everything follows from the seed. */
final class RandomProgram {
  private static final Kind[] KINDS = {
    Kind.TANH, Kind.SIGMOID, Kind.RELU, Kind.LEAKY_RELU, Kind.SOFTSIGN
  };

  private final Random random;
  private final ProgramBuilder into;
  private final List<Integer> readable = new ArrayList<>();

  private RandomProgram(long seed) {
    random = new Random(seed);
    into = Program.builder(1 + random.nextInt(20));
    readable.add(into.input());
  }

  static Program of(long seed) {
    return new RandomProgram(seed).program();
  }

  static float[] token(Random random, int size) {
    float[] token = new float[size];
    for (int unit = 0; unit < size; unit++) {
      token[unit] = (float) random.nextGaussian();
    }
    return token;
  }

  private Program program() {
    List<Integer> states = new ArrayList<>();
    int count = random.nextInt(4);
    for (int s = 0; s < count; s++) { // some of one size, which may be handed on to each other
      int size = random.nextBoolean() ? into.size(0) : 1 + random.nextInt(20);
      states.add(into.state("s" + s, size));
    }
    readable.addAll(states);
    int cells = 1 + random.nextInt(6);
    for (int c = 0; c < cells; c++) {
      readable.add(cell(1 + random.nextInt(20)));
    }
    for (int state : states) {
      switch (random.nextInt(5)) {
        case 0 -> {} // stays
        case 1 -> carryAny(state, states);
        default -> into.carry(state, cell(into.size(state)));
      }
    }
    if (random.nextBoolean()) {
      into.sequence();
    }
    if (random.nextBoolean()) {
      into.lastOnly();
    }
    return into.card("card " + random.nextInt(100) + " é").build(cell(1 + random.nextInt(5)));
  }

  /** From another state, or from the token, as in a delay line, where one is as large. */
  private void carryAny(int state, List<Integer> states) {
    List<Integer> from = new ArrayList<>(states);
    from.add(into.input());
    from.removeIf(register -> into.size(register) != into.size(state));
    into.carry(state, from.get(random.nextInt(from.size())));
  }

  /** A register of bounded values, made of some others. */
  private int cell(int size) {
    int sum = into.register(size);
    into.fill(sum, random.nextBoolean() ? -1 : into.vector(token(random, size)));
    int products = 1 + random.nextInt(2);
    for (int p = 0; p < products; p++) {
      int source = readable.get(random.nextInt(readable.size()));
      into.multiplyAdd(sum, into.matrix(matrix(into.size(source), size)), source);
    }
    int part = readable.get(random.nextInt(readable.size()));
    if (into.size(part) <= size) {
      into.put(sum, random.nextInt(size - into.size(part) + 1), part);
    }
    int other = into.register(size);
    switch (random.nextInt(6)) {
      case 0 -> {
        into.normalise(other, random.nextBoolean(), sum);
        int gain = into.vector(token(random, size));
        int bias = random.nextBoolean() ? -1 : into.vector(token(random, size));
        into.scaleUnits(sum, gain, bias, other);
      }
      case 1 -> {
        into.copy(other, sum);
        into.softmax(sum, other);
      }
      case 2 -> {
        into.scale(other, -0.5f, sum);
        into.add(sum, other);
      }
      case 3 -> {
        into.activate(other, new LaneActivation(Kind.SIGMOID, 0), sum);
        int product = into.register(size);
        into.fill(product, -1);
        into.addProduct(product, other, sum);
        into.subtractProduct(product, other, other);
        into.copy(sum, product);
      }
      default -> {}
    }
    Kind kind = KINDS[random.nextInt(KINDS.length)];
    int result = into.register(size);
    into.activate(result, new LaneActivation(kind, kind == Kind.LEAKY_RELU ? 0.1f : 0), sum);
    into.activate(result, new LaneActivation(Kind.TANH, 0), result);
    return result;
  }

  private Matrix matrix(int from, int to) {
    if (random.nextInt(3) == 0) {
      return Matrix.dense(from, to, weights(from * to));
    }
    double density = random.nextDouble();
    List<Integer> sources = new ArrayList<>();
    int[] starts = new int[to + 1];
    for (int row = 0; row < to; row++) {
      for (int column = 0; column < from; column++) {
        if (random.nextDouble() < density) {
          sources.add(column);
        }
      }
      starts[row + 1] = sources.size();
    }
    int[] columns = sources.stream().mapToInt(Integer::intValue).toArray();
    return Matrix.sparse(from, to, starts, columns, weights(columns.length));
  }

  private float[] weights(int count) {
    float[] weights = token(random, count);
    for (int i = 0; i < count; i++) {
      weights[i] *= 0.4f;
    }
    return weights;
  }
}
