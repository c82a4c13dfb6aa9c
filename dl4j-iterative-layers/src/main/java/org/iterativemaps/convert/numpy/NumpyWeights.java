package org.iterativemaps.convert.numpy;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.iterativemaps.convert.numpy.NpyArray.Precision;
import org.iterativemaps.map.Block;
import org.iterativemaps.map.BlockMap;
import org.iterativemaps.map.MapWeights;
import org.iterativemaps.map.Parameter;
import org.iterativemaps.map.RealizedMap;
import org.iterativemaps.map.RealizedMap.RealizedBlock;
import org.iterativemaps.map.pattern.Sparsity;
import org.iterativemaps.map.pattern.WeightMask;
import org.iterativemaps.map.values.WeightValues;

/**
 * The weights of a map in an {@code .npz} file, a full matrix per block.
 *
 * <p>Names tell the orientation: {@code weight[h<-x]} has target units as rows, {@code
 * weight[x->h]} source units. Beside it {@code mask[h<-x]}, booleans, where a block is sparse: a
 * weight that is stored as zero and on the mask is a connection. Fixed weights are {@code
 * fixed[h<-x]} with {@code fixed-mask[h<-x]}, biases {@code bias[h]}. What functions that are not
 * linear train, and gains of normalisations, are vectors under their parameters' keys.
 */
public final class NumpyWeights {
  private NumpyWeights() {}

  /** Writes a map's weights. */
  public static void write(
      Path file, MapWeights weights, Orientation orientation, Precision precision)
      throws IOException {
    Map<String, NpyArray> arrays = new LinkedHashMap<>();
    for (RealizedBlock block : linear(weights.realized())) {
      boolean isTrained = block.block().isTrainable();
      double[] values = weights.values(block);
      double[] ones = new double[values.length];
      Arrays.fill(ones, 1);
      arrays.put(
          key(isTrained ? "weight" : "fixed", block.block(), orientation),
          full(values, block.mask(), orientation));
      if (!block.mask().isDense()) {
        arrays.put(
            key(isTrained ? "mask" : "fixed-mask", block.block(), orientation),
            full(ones, block.mask(), orientation));
      }
    }
    for (Parameter parameter : others(weights.realized())) {
      arrays.put(key(parameter, weights.map()), NpyArray.vector(weights.values(parameter.key())));
    }
    Npz.write(file, arrays, precision);
  }

  private static List<RealizedBlock> linear(RealizedMap map) {
    return map.blocks().stream().filter(block -> block.block().isLinear()).toList();
  }

  /** All parameters but the weights of linear blocks. */
  private static List<Parameter> others(RealizedMap map) {
    return map.parameters().stream()
        .filter(p -> !p.isOfBlock() || !map.blocks().get(p.block()).block().isLinear())
        .toList();
  }

  private static String key(Parameter other, BlockMap map) {
    return other.isBias() ? "bias[" + map.slots().get(other.slot()).name() + "]" : other.key();
  }

  private static String key(String kind, Block block, Orientation orientation) {
    return kind + "[" + orientation.name(block.from(), block.to()) + "]";
  }

  static boolean isMask(String key) {
    return key.startsWith("mask[") || key.startsWith("fixed-mask[");
  }

  private static NpyArray full(double[] entries, WeightMask mask, Orientation orientation) {
    double[][] matrix = new double[mask.toSize()][mask.fromSize()];
    long[] cells = mask.copyCells();
    for (int i = 0; i < cells.length; i++) {
      matrix[(int) (cells[i] / mask.fromSize())][(int) (cells[i] % mask.fromSize())] = entries[i];
    }
    return NpyArray.matrix(orientation.turn(matrix));
  }

  /**
   * Reads the weights of a map. A mask in the file takes the place of the map's pattern; without
   * one the map's pattern stays, and what is off it has to be zero.
   *
   * @param file as {@link #write} writes it, or with arrays of those names
   * @param map slots, blocks, output and injection
   * @param orientation of the matrices in the file
   * @throws IOException if the file cannot be read
   * @throws IllegalArgumentException if an array is missing, of an unknown type or has another
   *     shape; if a weight is not zero where the map has none; or if the file has arrays that the
   *     map has no use for. The message names the array and says what to do
   */
  public static MapWeights read(Path file, BlockMap map, Orientation orientation)
      throws IOException {
    NamedArrays arrays = new NamedArrays(file.toString(), Npz.bytes(file));
    MapWeights weights = read(arrays, map, orientation);
    arrays.refuseUnused(
        "the map", "give it their blocks and slots, or read the file with readPart");
    return weights;
  }

  /**
   * As {@link #read}, from a file that may hold more than the map.
   *
   * @throws IOException if the file cannot be read
   * @throws IllegalArgumentException as {@link #read}, but for arrays that the map has no use for
   */
  public static Part readPart(Path file, BlockMap map, Orientation orientation) throws IOException {
    NamedArrays arrays = new NamedArrays(file.toString(), Npz.bytes(file));
    return new Part(read(arrays, map, orientation), arrays.unused());
  }

  /**
   * What a map took from a file.
   *
   * @param weights the map's
   * @param unused names of the arrays that it has no use for, in the file's order
   */
  public record Part(MapWeights weights, List<String> unused) {
    /** Copies the names. */
    public Part {
      unused = List.copyOf(unused);
    }
  }

  private static MapWeights read(NamedArrays arrays, BlockMap map, Orientation orientation) {
    RealizedMap realized = map.realize();
    List<Block> blocks = new ArrayList<>();
    Map<String, double[]> values = new LinkedHashMap<>();
    for (RealizedBlock block : realized.blocks()) {
      if (!block.block().isLinear()) {
        blocks.add(block.block());
        continue;
      }
      boolean isTrained = block.block().isTrainable();
      String name = key(isTrained ? "weight" : "fixed", block.block(), orientation);
      arrays.refuseOther(
          name, key(isTrained ? "weight" : "fixed", block.block(), orientation.other()));
      double[][] matrix =
          arrays.matrix(name, block.mask().fromSize(), block.mask().toSize(), orientation);
      String maskName = key(isTrained ? "mask" : "fixed-mask", block.block(), orientation);
      boolean hasMask = arrays.has(maskName);
      WeightMask mask =
          hasMask
              ? Masks.nonZero(
                  arrays.matrix(
                      maskName, block.mask().fromSize(), block.mask().toSize(), orientation))
              : block.mask();
      Masks.checkOff(matrix, mask, name);
      double[] entries = Masks.entries(matrix, mask);
      blocks.add(
          new Block(
              block.block().from(),
              block.block().to(),
              hasMask || !isTrained ? Sparsity.explicit(mask) : block.block().sparsity(),
              isTrained ? null : WeightValues.explicit(entries)));
      if (isTrained) {
        values.put(Parameter.key("W", block.block().name()), entries);
      }
    }
    for (Parameter parameter : others(realized)) {
      values.put(parameter.key(), arrays.vector(key(parameter, map), parameter.length()));
    }
    return new MapWeights(map.with(map.slots(), blocks).realize(), values);
  }
}
