package org.iterativemaps.convert.numpy;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.iterativemaps.convert.numpy.NpyArray.Precision;
import org.iterativemaps.map.BlockFunctions;
import org.iterativemaps.map.BlockMap;
import org.iterativemaps.map.MapWeights;
import org.iterativemaps.map.Normalisation;
import org.iterativemaps.map.Parameter;
import org.iterativemaps.map.RealizedMap;
import org.iterativemaps.map.pattern.Sparsity;
import org.iterativemaps.map.values.WeightValues;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.activations.Activation;

class NumpyWeightsTest {
  @TempDir private Path folder;

  @ParameterizedTest
  @EnumSource(Orientation.class)
  void writtenWeightsAreReadAgain(Orientation orientation) throws IOException {
    MapWeights weights = weights(map(Sparsity.density(0.4)), 1);
    Path file = folder.resolve("map.npz");
    NumpyWeights.write(file, weights, orientation, Precision.DOUBLE);
    MapWeights read = NumpyWeights.read(file, map(Sparsity.dense()), orientation);
    for (String from : new String[] {"x", "h"}) {
      assertArrayEquals(weights.matrix(from, "h"), read.matrix(from, "h"));
    }
    assertEquals(weights.realized().blocks().get(1).mask(), read.realized().blocks().get(1).mask());
    assertArrayEquals(weights.bias("h"), read.bias("h"));
    Map<String, NpyArray> arrays = Npz.read(file);
    double[][] stored = arrays.get("weight[" + orientation.name("x", "h") + "]").rows();
    assertEquals(
        weights.matrix("x", "h")[4][2],
        orientation == Orientation.TO_FROM ? stored[4][2] : stored[2][4]);
  }

  @Test
  void zerosOnTheMaskAreConnections() throws IOException {
    BlockMap map = map(Sparsity.density(0.4));
    MapWeights weights = weights(map, 1);
    double[] zero = new double[weights.weights("h", "h").length];
    Map<String, double[]> numbers =
        Map.of("W[x->h]", weights.weights("x", "h"), "W[h->h]", zero, "b[h]", weights.bias("h"));
    MapWeights zeros = new MapWeights(map.realize(), numbers);
    Path file = folder.resolve("map.npz");
    NumpyWeights.write(file, zeros, Orientation.TO_FROM, Precision.FLOAT);
    MapWeights read = NumpyWeights.read(file, map(Sparsity.dense()), Orientation.TO_FROM);
    assertEquals(zero.length, read.weights("h", "h").length);
    assertEquals(zeros.realized().blocks().get(1).mask(), read.realized().blocks().get(1).mask());
  }

  @Test
  void wrongFilesAreRefused() throws IOException {
    BlockMap map = map(Sparsity.dense());
    MapWeights weights = weights(map, 1);
    Path file = folder.resolve("map.npz");
    NumpyWeights.write(file, weights, Orientation.TO_FROM, Precision.DOUBLE);
    refused("the file has the other orientation", file, map, Orientation.FROM_TO);

    Map<String, NpyArray> arrays = new LinkedHashMap<>(Npz.read(file));
    NpyArray good = arrays.remove("weight[h<-x]");
    Npz.write(file, arrays, Precision.DOUBLE);
    refused("no array 'weight[h<-x]'", file, map, Orientation.TO_FROM);
    arrays.put("weight[h<-x]", NpyArray.matrix(Orientation.FROM_TO.turn(good.rows())));
    Npz.write(file, arrays, Precision.DOUBLE);
    refused("it looks like FROM_TO", file, map, Orientation.TO_FROM);
    arrays.put("weight[h<-x]", good);
    arrays.put("bias[h]", NpyArray.vector(1, 2));
    Npz.write(file, arrays, Precision.DOUBLE);
    refused("array 'bias[h]': found shape [2], expected [5]", file, map, Orientation.TO_FROM);
    arrays.put("bias[h]", NpyArray.vector(1, 2, 3, 4, 5));
    Npz.write(file, arrays, Precision.DOUBLE);
    refused(
        "weights are not zero where the mask has none",
        file,
        map(Sparsity.density(0.3)),
        Orientation.TO_FROM);
  }

  @ParameterizedTest
  @ValueSource(strings = {"weight[g<-x]", "mask[x<-h]", "bias[g]", "fixed[h<-h]", "note"})
  void arraysThatTheMapHasNoUseForAreNamed(String more) throws IOException {
    BlockMap map = map(Sparsity.density(0.4));
    MapWeights weights = weights(map, 1);
    Path file = folder.resolve("map.npz");
    NumpyWeights.write(file, weights, Orientation.TO_FROM, Precision.DOUBLE);
    Map<String, NpyArray> arrays = new LinkedHashMap<>(Npz.read(file));
    arrays.put(more, NpyArray.vector(1, 2));
    Npz.write(file, arrays, Precision.DOUBLE);
    refused("does not use the arrays [" + more + "]", file, map, Orientation.TO_FROM);
    NumpyWeights.Part part = NumpyWeights.readPart(file, map, Orientation.TO_FROM);
    assertEquals(List.of(more), part.unused());
    assertArrayEquals(weights.matrix("h", "h"), part.weights().matrix("h", "h"));
  }

  @Test
  void fixedWeightsAreWrittenAndReadToo() throws IOException {
    BlockMap map =
        BlockMap.builder()
            .input("x", 3)
            .state("h", 5, Activation.TANH)
            .connect("x", "h", Sparsity.dense())
            .connectFixed("h", "h", Sparsity.fanIn(2), WeightValues.gaussian(0, 1))
            .output("h")
            .seed(3)
            .build();
    MapWeights weights = weights(map, 1);
    Path file = folder.resolve("map.npz");
    NumpyWeights.write(file, weights, Orientation.TO_FROM, Precision.DOUBLE);
    MapWeights read = NumpyWeights.read(file, map, Orientation.TO_FROM);
    assertArrayEquals(weights.matrix("h", "h"), read.matrix("h", "h"));
    assertEquals(1, read.realized().parameters().stream().filter(p -> !p.isBias()).count());
  }

  /** A linear product, and a map in a map in a map, each with its own masks and fixed weights. */
  private static BlockMap nonlinear(Sparsity pattern, WeightValues fixed, long seed) {
    BlockMap map =
        BlockMap.builder()
            .input("u", 4)
            .state("v", 4, Activation.TANH)
            .state("y", 4, Activation.TANH)
            .connect("u", "v", pattern)
            .connectFixed("u", "v", Sparsity.fanIn(2), fixed)
            .connect(List.of("u", "v"), "y", BlockFunctions.linearProduct(pattern, pattern))
            .normalise("y", Normalisation.RMS)
            .output("y")
            .seed(seed)
            .build();
    for (String slot : new String[] {"p", "q"}) {
      map =
          BlockMap.builder()
              .input("in-" + slot)
              .state(slot, 4, Activation.TANH)
              .connect("in-" + slot, slot, BlockFunctions.nested(map, 2))
              .connect("in-" + slot, slot, pattern)
              .output(slot)
              .seed(seed)
              .build();
    }
    return map.withInputSize(4).toBuilder()
        .state("end", 4, Activation.TANH)
        .connect(List.of("in-q", "q"), "end", BlockFunctions.linearProduct(pattern, pattern))
        .output("end")
        .build();
  }

  /** L, R, nested keys: the file says at which cells the numbers are, whatever the map drew. */
  @ParameterizedTest
  @EnumSource(Orientation.class)
  void whatIsNotLinearKeepsItsCells(Orientation orientation) throws IOException {
    WeightValues fixed = WeightValues.gaussian(0, 1);
    BlockMap map = nonlinear(Sparsity.fanIn(2), fixed, 1);
    MapWeights weights = weights(map, 1);
    Path file = folder.resolve("map.npz");
    NumpyWeights.write(file, weights, orientation, Precision.DOUBLE);
    BlockMap dense = nonlinear(Sparsity.dense(), WeightValues.constant(1), 1);
    BlockMap others = nonlinear(Sparsity.fanIn(2), fixed, 2);
    for (BlockMap into : List.of(map, dense, others)) {
      MapWeights read = NumpyWeights.read(file, into, orientation).on(map.realize());
      assertEquals(weights, read, into.toString());
    }
    Map<String, NpyArray> arrays = new LinkedHashMap<>(Npz.read(file));
    String name = orientation == Orientation.TO_FROM ? "L[end<-in-q,q]" : "L[in-q,q->end]";
    Parameter left =
        weights.realized().parameters().stream()
            .filter(p -> p.key().equals("L[in-q,q->end]"))
            .findFirst()
            .orElseThrow();
    double[][] stored = orientation.turn(arrays.get(name).rows());
    assertArrayEquals(weights.values(left.key()), Masks.entries(stored, left.mask()));
    String inner =
        orientation == Orientation.TO_FROM
            ? "R-mask[y<-u,v][p<-in-p][q<-in-q]"
            : "R-mask[u,v->y][in-p->p][in-q->q]";
    assertTrue(arrays.containsKey(inner), arrays.keySet()::toString);
    refused("the file has the other orientation", file, map, orientation.other());
    arrays.remove(inner);
    Npz.write(file, arrays, Precision.DOUBLE);
    assertEquals(weights, NumpyWeights.read(file, map, orientation).on(map.realize()));
    refused("are not zero where the mask has none", file, others, orientation);
  }

  private static void refused(String expected, Path file, BlockMap map, Orientation orientation) {
    IllegalArgumentException refused =
        assertThrows(
            IllegalArgumentException.class, () -> NumpyWeights.read(file, map, orientation));
    assertTrue(refused.getMessage().contains(expected), refused::getMessage);
  }

  private static BlockMap map(Sparsity loop) {
    return BlockMap.builder()
        .input("x", 3)
        .state("h", 5, Activation.TANH)
        .connect("x", "h", Sparsity.dense())
        .connect("h", "h", loop)
        .output("h")
        .build();
  }

  static MapWeights weights(BlockMap map, long seed) {
    Random random = new Random(seed);
    RealizedMap realized = map.realize();
    Map<String, double[]> values = new LinkedHashMap<>();
    for (Parameter p : realized.parameters()) {
      double[] own = new double[p.length()];
      Arrays.setAll(own, i -> random.nextGaussian());
      values.put(p.key(), own);
    }
    return new MapWeights(realized, values);
  }
}
