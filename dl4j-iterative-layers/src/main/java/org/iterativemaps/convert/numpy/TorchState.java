package org.iterativemaps.convert.numpy;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.iterativemaps.activations.StableActivations;
import org.iterativemaps.map.GatedMaps;
import org.iterativemaps.map.MapWeights;
import org.iterativemaps.map.Slot;
import org.nd4j.linalg.activations.IActivation;

/**
 * The {@code state_dict} of a PyTorch module, saved as {@code .npz}, as a map. In Python:
 *
 * <pre>{@code
 * numpy.savez("model.npz", **{k: v.detach().cpu().numpy() for k, v in model.state_dict().items()})
 * }</pre>
 *
 * <p>PyTorch's weights are [target, source]. A prefix is what stands before a module's own keys in
 * the file, such as {@code "encoder."}; empty for the module itself. Activations are not part of a
 * {@code state_dict} and have to be given; {@code nn.GELU()} is {@link
 * org.iterativemaps.activations.Gelu}, {@code nn.GELU(approximate="tanh")} {@link
 * org.iterativemaps.activations.TanhGelu}. Of ND4J's own, GELU, SOFTPLUS, SWISH and MISH become
 * what PyTorch computes under the name ({@link StableActivations#asInPyTorch}).
 *
 * <p>{@code MaskedLinear} of the authors' packages keeps W0 ({@code weight_0}), an update {@code U}
 * and a {@code mask}, and computes with W0 + U ⊙ mask: where the mask is not zero there is a
 * trained weight, zero or not; where W0 alone is not zero, a fixed one.
 *
 * <p>Every array of the file is used, or named in an error: a module that is read in part computes
 * something else. Where a part is wanted, the encoder of a larger model or one layer of several,
 * {@link #allowUnused()} reads it, and {@link #unused()} says what is left. Not thread-safe.
 */
public final class TorchState {
  private static final String INPUT = "x";

  private final Map<String, byte[]> file;
  private final String name;
  private final boolean allowsUnused;
  private final Set<String> used = new HashSet<>(); // by readers that came to an end
  private NamedArrays arrays; // of the present reader

  private TorchState(String name, Map<String, byte[]> file, boolean allowsUnused) {
    this.name = name;
    this.file = file;
    this.allowsUnused = allowsUnused;
  }

  /** Reads a file. Arrays of unknown types in it are refused when a module needs them. */
  public static TorchState read(Path file) throws IOException {
    return new TorchState(file.toString(), Npz.bytes(file), false);
  }

  /** The same file, of which a module may be a part. */
  public TorchState allowUnused() {
    return new TorchState(name, file, true);
  }

  /** The keys that no module has used that was read from this object so far. */
  public List<String> unused() {
    return file.keySet().stream().filter(key -> !used.contains(key)).toList();
  }

  private MapWeights reading(String module, Supplier<MapWeights> reader) {
    arrays = new NamedArrays(name, file);
    MapWeights weights = reader.get();
    if (!allowsUnused) {
      arrays.refuseUnused(
          module,
          "name the module that they belong to, or take the file with allowUnused(), where unused()"
              + " names what is left");
    }
    used.addAll(arrays.used());
    return weights;
  }

  /** The keys in the file. */
  public List<String> keys() {
    return List.copyOf(file.keySet());
  }

  /** One linear module: what it computes with, 1 where that is trained and 0 elsewhere. */
  private record Linear(String key, double[][] weight, double[][] trained, double[] bias) {
    int fromSize() {
      return weight[0].length;
    }

    int toSize() {
      return weight.length;
    }
  }

  /** {@code torch.nn.Linear} or {@code MaskedLinear}. */
  private Linear linear(String prefix) {
    boolean isMasked = arrays.has(prefix + "weight_0");
    double[][] weight = arrays.rows(prefix + (isMasked ? "weight_0" : "weight"));
    int from = weight[0].length;
    double[][] trained = ones(from, weight.length);
    if (isMasked) {
      double[][] update = arrays.matrix(prefix + "U", from, weight.length, Orientation.TO_FROM);
      trained = arrays.matrix(prefix + "mask", from, weight.length, Orientation.TO_FROM);
      for (int to = 0; to < weight.length; to++) {
        for (int i = 0; i < from; i++) {
          weight[to][i] += update[to][i] * trained[to][i];
        }
      }
    }
    double[] bias =
        arrays.has(prefix + "bias") ? arrays.vector(prefix + "bias", weight.length) : null;
    return new Linear(prefix, weight, trained, bias);
  }

  private static double[][] ones(int fromSize, int toSize) {
    double[][] ones = new double[toSize][fromSize];
    for (double[] row : ones) {
      Arrays.fill(row, 1);
    }
    return ones;
  }

  /**
   * {@code torch.nn.Sequential} of Linear or MaskedLinear modules, with activations between: a
   * chain of slots x, h1, h2 … y; run it with as many steps as there are linear modules. A
   * Sequential in it is read in its place.
   *
   * @param prefix of the Sequential
   * @param activations one behind each linear module; the identity where there is none
   * @throws IllegalArgumentException if the file has no such keys, or others; or if sizes do not
   *     fit
   */
  public MapWeights sequential(String prefix, List<IActivation> activations) {
    return reading("sequential(\"" + prefix + "\")", () -> readSequential(prefix, activations));
  }

  private MapWeights readSequential(String prefix, List<IActivation> activations) {
    Pattern key =
        Pattern.compile(Pattern.quote(prefix) + "((?:(?:0|[1-9]\\d{0,8})\\.)+)(weight|weight_0)");
    TreeMap<int[], Linear> linears = new TreeMap<>(Arrays::compare); // by place in the nest
    List<String> found = new ArrayList<>();
    for (String name : arrays.names()) {
      Matcher matcher = key.matcher(name);
      if (matcher.matches()) {
        String[] place = matcher.group(1).split("\\.");
        linears.put(
            Arrays.stream(place).mapToInt(Integer::parseInt).toArray(),
            linear(prefix + matcher.group(1)));
        found.add(matcher.group(1));
      }
    }
    if (linears.isEmpty() || linears.size() != activations.size()) {
      throw new IllegalArgumentException(
          "activations: found "
              + activations.size()
              + ", expected one for each linear module below '"
              + prefix
              + "': "
              + found
              + " of "
              + arrays.names());
    }
    List<Linear> chain = List.copyOf(linears.values());
    StateMap builder = new StateMap();
    Slot from = Slot.input(INPUT, chain.get(0).fromSize());
    builder.addSlot(from);
    for (int i = 0; i < chain.size(); i++) {
      Linear linear = chain.get(i);
      if (linear.fromSize() != from.size()) {
        throw new IllegalArgumentException(
            "module '"
                + linear.key
                + "': found "
                + linear.fromSize()
                + " inputs, expected the "
                + from.size()
                + " outputs of the module before");
      }
      String name = i == chain.size() - 1 ? "y" : "h" + (i + 1);
      Slot to = Slot.state(name, linear.toSize(), activations.get(i), linear.bias != null);
      builder.addSlot(to);
      builder.add(from, to, linear.weight, linear.trained);
      builder.addBias(to, linear.bias);
      from = to;
    }
    return builder.build(from.name());
  }

  /**
   * One layer and direction of {@code torch.nn.RNN}: slots x and h, K = 1; the two biases are added
   * up.
   *
   * @param prefix of the RNN
   * @param layer "l0", "l1" …, with "_reverse" for the other direction
   * @param activation tanh, or what the RNN was made with
   * @throws IllegalArgumentException if the file has no such keys, or sizes do not fit
   */
  public MapWeights rnn(String prefix, String layer, IActivation activation) {
    return reading(
        "rnn(\"" + prefix + "\", \"" + layer + "\")", () -> readRnn(prefix, layer, activation));
  }

  private MapWeights readRnn(String prefix, String layer, IActivation activation) {
    double[][] in = arrays.rows(prefix + "weight_ih_" + layer);
    int size = in.length;
    String recurrent = prefix + "weight_hh_" + layer;
    double[][] loop = arrays.matrix(recurrent, size, size, Orientation.TO_FROM);
    boolean hasBias = arrays.has(prefix + "bias_ih_" + layer);
    Slot x = Slot.input(INPUT, in[0].length);
    Slot h = Slot.state("h", size, activation, hasBias);
    StateMap builder = new StateMap();
    builder.addSlot(x);
    builder.addSlot(h);
    builder.add(x, h, in, ones(x.size(), size));
    builder.add(h, h, loop, ones(size, size));
    if (hasBias) {
      builder.addBias(h, arrays.vector(prefix + "bias_ih_" + layer, size));
      builder.addBias(h, arrays.vector(prefix + "bias_hh_" + layer, size));
    }
    return builder.build("h");
  }

  /**
   * One layer and direction of {@code torch.nn.LSTM}: a map of {@link GatedMaps#lstm} with its
   * slots' names, K = 1,
   *
   * <pre>
   *   i, f, o = sigmoid(W x + b + U h + b'),  g = tanh(W x + b + U h + b')
   *   c &lt;- f * c + i * g,  h &lt;- o * tanh(c)
   * </pre>
   *
   * <p>{@code weight_ih}, [4 units, input], and {@code weight_hh}, [4 units, units], have the rows
   * of i, f, g, o in this order, and so have the biases, [4 units], which are added up; where the
   * file has none, they are zeros.
   *
   * @param prefix of the LSTM
   * @param layer "l0", "l1" …, with "_reverse" for the other direction
   * @throws IllegalArgumentException if the file has no such keys, sizes do not fit, or it is an
   *     LSTM with {@code proj_size}
   */
  public MapWeights lstm(String prefix, String layer) {
    return reading(
        "lstm(\"" + prefix + "\", \"" + layer + "\")",
        () -> GatedModule.lstm(arrays, prefix, layer));
  }

  /**
   * One layer and direction of {@code torch.nn.GRU}: a map of {@link GatedMaps#gru}, K = 1,
   *
   * <pre>
   *   r, z = sigmoid(W x + b + U h + b'),  q = U h + b'
   *   h &lt;- (1 - z) * tanh(W x + b + r * q) + z * h
   * </pre>
   *
   * <p>{@code weight_ih}, [3 units, input], {@code weight_hh}, [3 units, units], and the biases, [3
   * units], have the rows of r, z, n in this order. Those of n are the blocks and biases of h and
   * of q; the two biases of r and of z are added up. Without biases in the file they are zeros.
   *
   * @param prefix of the GRU
   * @param layer "l0", "l1" …, with "_reverse" for the other direction
   * @throws IllegalArgumentException if the file has no such keys, or sizes do not fit
   */
  public MapWeights gru(String prefix, String layer) {
    return reading(
        "gru(\"" + prefix + "\", \"" + layer + "\")", () -> GatedModule.gru(arrays, prefix, layer));
  }

  /**
   * A {@code MaskedLinear} or {@code Linear} that is applied to the whole state, cut into blocks at
   * the slots.
   *
   * @param prefix of the module
   * @param slots of the state, in its order, the input first; with their activations
   * @param output which slot is read
   * @throws IllegalArgumentException if the sizes do not add up, or something but a wire leads into
   *     the input slot
   */
  public MapWeights wholeState(String prefix, List<Slot> slots, String output) {
    return reading("wholeState(\"" + prefix + "\")", () -> readWholeState(prefix, slots, output));
  }

  private MapWeights readWholeState(String prefix, List<Slot> slots, String output) {
    Linear linear = linear(prefix);
    int size = slots.stream().mapToInt(Slot::size).sum();
    if (linear.fromSize() != size || linear.toSize() != size) {
      throw new IllegalArgumentException(
          "module '"
              + prefix
              + "': found "
              + linear.toSize()
              + " x "
              + linear.fromSize()
              + " weights, expected those of a state of "
              + size
              + " units, the sum of the slots");
    }
    StateMap builder = new StateMap();
    slots.forEach(builder::addSlot);
    int toStart = 0;
    for (Slot to : slots) {
      int fromStart = 0;
      for (Slot from : slots) {
        double[][] weight = part(linear.weight, toStart, to.size(), fromStart, from.size());
        double[][] mask = part(linear.trained, toStart, to.size(), fromStart, from.size());
        builder.add(from, to, weight, mask);
        fromStart += from.size();
      }
      builder.addBias(
          to,
          linear.bias == null
              ? null
              : Arrays.copyOfRange(linear.bias, toStart, toStart + to.size()));
      toStart += to.size();
    }
    return builder.build(output);
  }

  private static double[][] part(double[][] all, int top, int rows, int left, int columns) {
    double[][] part = new double[rows][];
    Arrays.setAll(part, r -> Arrays.copyOfRange(all[top + r], left, left + columns));
    return part;
  }

  /**
   * {@code Sequential2D}: a module (Linear or MaskedLinear) per block, {@code blocks.(i, j)} from
   * slot i to slot j. Biases of the blocks that reach a slot are added up. Blocks without weights
   * (Identity) are not in the file; the input is held, or an impulse, as the layer is told.
   *
   * @param prefix of the Sequential2D
   * @param slots in its order, the input first; with the activations that are applied to the sums
   * @param output which slot is read
   * @throws IllegalArgumentException if a block does not fit its slots, or leads into the input
   *     slot
   */
  public MapWeights sequential2D(String prefix, List<Slot> slots, String output) {
    return reading(
        "sequential2D(\"" + prefix + "\")", () -> readSequential2D(prefix, slots, output));
  }

  private MapWeights readSequential2D(String prefix, List<Slot> slots, String output) {
    StateMap builder = new StateMap();
    slots.forEach(builder::addSlot);
    List<String> used = new ArrayList<>();
    for (int i = 0; i < slots.size(); i++) {
      for (int j = 0; j < slots.size(); j++) {
        String key = prefix + "blocks.(" + i + ", " + j + ").";
        if (!arrays.has(key + "weight") && !arrays.has(key + "weight_0")) {
          continue;
        }
        used.add(key);
        Linear linear = linear(key);
        Slot from = slots.get(i);
        Slot to = slots.get(j);
        if (linear.fromSize() != from.size() || linear.toSize() != to.size()) {
          throw new IllegalArgumentException(
              String.format(
                  Locale.ROOT,
                  "module '%s': found weights of %d x %d (to x from), expected %d x %d for the slots"
                      + " '%s' to '%s'",
                  key,
                  linear.toSize(),
                  linear.fromSize(),
                  to.size(),
                  from.size(),
                  from.name(),
                  to.name()));
        }
        builder.add(from, to, linear.weight, linear.trained);
        builder.addBias(to, linear.bias);
      }
    }
    for (String name : arrays.names()) {
      if (name.startsWith(prefix + "blocks.") && used.stream().noneMatch(name::startsWith)) {
        throw new IllegalArgumentException(
            "array '" + name + "': no Linear or MaskedLinear between two of the slots");
      }
    }
    return builder.build(output);
  }
}
