package org.iterativemaps.map.change;

import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.iterativemaps.iterate.MapProgram;
import org.iterativemaps.kernel.RandomPrograms;
import org.iterativemaps.kernel.reference.ReferenceKernel;
import org.iterativemaps.map.BlockFunctions;
import org.iterativemaps.map.BlockMap;
import org.iterativemaps.map.BlockMapBuilder;
import org.iterativemaps.map.GatedMapBuilder;
import org.iterativemaps.map.GatedMaps;
import org.iterativemaps.map.MapWeights;
import org.iterativemaps.map.Parameter;
import org.iterativemaps.map.RealizedMap;
import org.iterativemaps.map.Update;
import org.iterativemaps.map.pattern.Sparsity;
import org.iterativemaps.map.values.WeightValues;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** A gated cell with a read-out slot y, dense or sparse, with numbers, and what it computes. */
final class GatedSamples {
  private static final int BATCH = 3;
  private static final int TIME = 4;

  final MapWeights weights;
  private final int steps;
  private final INDArray input;
  private final INDArray outputGradient;

  private GatedSamples(MapWeights weights, int steps, long seed) {
    this.weights = weights;
    this.steps = steps;
    RandomPrograms random = new RandomPrograms(seed);
    this.input = random.normal(DataType.DOUBLE, BATCH, weights.map().input().size(), TIME);
    this.outputGradient =
        random.normal(DataType.DOUBLE, BATCH, weights.map().output().size(), TIME);
  }

  /** Every sixth or twelfth seed the same cell, or slots joined at random; one to six units. */
  static GatedSamples of(long seed) {
    Random random = new Random(seed);
    BlockMapBuilder map = seed % 6 == 5 ? joined(random) : cell(seed, random);
    RealizedMap realized = map.output("y").build().realize();
    return new GatedSamples(Samples.random(realized, seed), 1 + random.nextInt(2), seed);
  }

  private static BlockMapBuilder cell(long seed, Random random) {
    int units = 1 + random.nextInt(6);
    GatedMapBuilder cell =
        switch ((int) (seed % 6)) {
          case 0 -> GatedMaps.lstm(units);
          case 1 -> GatedMaps.gravesLstm(units);
          case 2 -> GatedMaps.coupled(units);
          case 3 -> GatedMaps.gru(units);
          default -> seed % 12 == 4 ? GatedMaps.minGru(units) : GatedMaps.minLstm(units);
        };
    Sparsity[] patterns = {
      Sparsity.dense(), Sparsity.fanIn(1), Sparsity.entries(1), Sparsity.density(0.6)
    };
    cell.nIn(1 + random.nextInt(4))
        .seed(seed)
        .inputSparsity(patterns[random.nextInt(4)])
        .hiddenSparsity(patterns[random.nextInt(4)]);
    BlockMapBuilder map = cell.build().toBuilder();
    String read = "h";
    if (seed % 6 < 3 && random.nextBoolean()) { // y sees what h becomes, not what it was
      map.wireWithoutBias("now", units, Activation.IDENTITY)
          .connect(List.of("o", "shown"), "now", BlockFunctions.product());
      read = "now";
    }
    map.state("y", 1 + random.nextInt(3), Activation.TANH)
        .connect(read, "y", patterns[random.nextInt(2)]);
    if (random.nextBoolean()) {
      map.connect("y", seed % 6 == 4 ? "f" : seed % 6 == 3 ? "r" : "o", Sparsity.dense());
    }
    return map;
  }

  /** Two wires and two state slots that share a size for one reason or several. */
  private static BlockMapBuilder joined(Random random) {
    int units = 1 + random.nextInt(6);
    BlockMapBuilder map =
        BlockMap.builder()
            .input("x", 1 + random.nextInt(4))
            .wire("u", units, Activation.SIGMOID)
            .wire("v", units, Activation.SIGMOID)
            .state("s", units, Activation.TANH)
            .state("h", units, Activation.TANH)
            .state("y", 1 + random.nextInt(3), Activation.TANH)
            .connect("h", "y", Sparsity.dense())
            .connect(List.of("u", "s"), "h", BlockFunctions.product());
    Sparsity[] patterns = {
      Sparsity.dense(), Sparsity.fanIn(1), Sparsity.diagonal(), Sparsity.density(0.6)
    };
    Update[] updates = {
      Update.replace(),
      Update.residual(0.5),
      Update.leaky(0.3),
      Update.gated("v"),
      Update.gated("u", "s")
    };
    for (String to : List.of("u", "v", "s", "h")) {
      map.connect("x", to, patterns[random.nextInt(2)]);
      for (String from : List.of("u", "s", "h", "y")) {
        boolean isLater = from.equals(to) && from.equals("u"); // no wire reads itself
        if (!isLater && random.nextInt(3) == 0) {
          map.connect(from, to, patterns[random.nextInt(4)]);
        }
      }
    }
    if (random.nextBoolean()) {
      map.connect("u", "v", BlockFunctions.identity());
    }
    if (random.nextBoolean()) {
      map.connect(List.of("h", "u"), "v", BlockFunctions.product());
    }
    if (random.nextBoolean()) {
      map.connectFixed("s", "u", Sparsity.diagonal(), WeightValues.constant(-0.5));
    }
    if (random.nextBoolean()) {
      map.connectFixed("y", "s", Sparsity.density(0.5), WeightValues.gaussian(0, 1));
    }
    return map.update("h", updates[random.nextInt(4)]).update("s", updates[random.nextInt(3)]);
  }

  /** A slot of the class, another for every seed. */
  String slot(long seed) {
    List<String> slots = SizeClass.of(weights.realized(), "h").slots();
    return slots.get((int) (seed / 6 % slots.size()));
  }

  private ReferenceKernel kernel(MapWeights of, INDArray output) {
    ReferenceKernel kernel = new ReferenceKernel(MapProgram.sequence(of.realized(), steps, null));
    INDArray[] initial = new INDArray[of.map().slots().size()];
    kernel.forward(parameters(of), input, null, initial, output, true);
    return kernel;
  }

  private static INDArray[] parameters(MapWeights weights) {
    return weights.realized().parameters().stream()
        .map(parameter -> Nd4j.createFromArray(weights.values(parameter.key())))
        .toArray(INDArray[]::new);
  }

  /** [batch, units of y, time]. */
  INDArray output(MapWeights of) {
    INDArray output = outputGradient.like();
    kernel(of, output);
    return output;
  }

  /** By key. */
  Map<String, double[]> gradients(MapWeights of) {
    INDArray[] gradients = parameters(of);
    kernel(of, outputGradient.like())
        .backward(
            outputGradient, new INDArray[of.map().slots().size()], 0, gradients, input.like());
    Map<String, double[]> byKey = new HashMap<>();
    for (int p = 0; p < gradients.length; p++) {
      byKey.put(of.realized().parameters().get(p).key(), gradients[p].toDoubleVector());
    }
    return byKey;
  }

  /** Numbers after a step down the gradient. */
  MapWeights trained(MapWeights of, double learningRate) {
    Map<String, double[]> values = gradients(of);
    values.forEach(
        (key, gradient) -> {
          double[] old = of.values(key);
          Arrays.setAll(gradient, i -> old[i] - learningRate * gradient[i]);
        });
    return new MapWeights(of.realized(), values);
  }

  /** The numbers that are given, the others as they are. */
  static MapWeights with(MapWeights weights, Map<String, double[]> some) {
    Map<String, double[]> values = new HashMap<>();
    for (Parameter parameter : weights.realized().parameters()) {
      values.put(
          parameter.key(), some.getOrDefault(parameter.key(), weights.values(parameter.key())));
    }
    return new MapWeights(weights.realized(), values);
  }
}
