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
import org.iterativemaps.map.BlockFunction;
import org.iterativemaps.map.BlockFunctions;
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
 * fixed[h<-x]} with {@code fixed-mask[h<-x]}, the two images of a linear product {@code L[y<-u,v]}
 * and {@code R[y<-u,v]} with {@code L-mask[y<-u,v]} and {@code R-mask[y<-u,v]}; biases are {@code
 * bias[h]}, gains of normalisations {@code g[h]}. Those of a map that is nested in a block have the
 * block's place behind their names: {@code weight[b<-a][h<-x]}.
 */
public final class NumpyWeights {
  private NumpyWeights() {}

  /** Writes a map's weights. */
  public static void write(
      Path file, MapWeights weights, Orientation orientation, Precision precision)
      throws IOException {
    Map<String, NpyArray> arrays = new LinkedHashMap<>();
    put(arrays, weights, weights.realized(), ArrayNames.of(orientation));
    Npz.write(file, arrays, precision);
  }

  /** The arrays of a map, which may be nested in that of the weights. */
  private static void put(
      Map<String, NpyArray> arrays, MapWeights weights, RealizedMap map, ArrayNames names) {
    for (RealizedBlock block : map.blocks()) {
      Block rule = block.block();
      if (block.nested() != null) {
        put(arrays, weights, block.nested(), names.within(rule));
      } else if (rule.isFixed()) {
        put(arrays, "fixed", block.fixedValues(), block.mask(), rule, names);
      } else {
        for (Parameter own : own(block, map)) {
          double[] values = weights.values(names.key(own.key()));
          if (own.mask() == null) {
            arrays.put(names.of(symbol(own), rule), NpyArray.vector(values));
          } else {
            put(arrays, kind(own, rule), values, own.mask(), rule, names);
          }
        }
      }
    }
    for (Parameter parameter : map.parameters()) {
      if (!parameter.isOfBlock()) {
        double[] values = weights.values(names.key(parameter.key()));
        arrays.put(name(parameter, map, names), NpyArray.vector(values));
      }
    }
  }

  private static void put(
      Map<String, NpyArray> arrays,
      String kind,
      double[] values,
      WeightMask mask,
      Block block,
      ArrayNames names) {
    arrays.put(names.of(kind, block), full(values, mask, names.orientation()));
    if (!mask.isDense()) {
      double[] ones = new double[values.length];
      Arrays.fill(ones, 1);
      arrays.put(names.of(maskKind(kind), block), full(ones, mask, names.orientation()));
    }
  }

  private static List<Parameter> own(RealizedBlock block, RealizedMap map) {
    return block.parameterCount() == 0
        ? List.of()
        : map.parameters().subList(block.parameter(), block.parameter() + block.parameterCount());
  }

  private static String symbol(Parameter parameter) {
    return parameter.key().substring(0, parameter.key().indexOf('['));
  }

  private static String kind(Parameter weights, Block block) {
    return block.isLinear() ? "weight" : symbol(weights);
  }

  private static String maskKind(String kind) {
    return kind.equals("weight") ? "mask" : kind + "-mask";
  }

  /** Of a bias or gain. */
  private static String name(Parameter ofSlot, RealizedMap map, ArrayNames names) {
    String slot = map.map().slots().get(ofSlot.slot()).name();
    return names.of(ofSlot.isBias() ? "bias" : symbol(ofSlot), slot);
  }

  static boolean isMask(String name) {
    String kind = name.substring(0, Math.max(0, name.indexOf('[')));
    return kind.equals("mask") || kind.endsWith("-mask");
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
    Map<String, double[]> values = new LinkedHashMap<>();
    BlockMap read = read(arrays, map.realize(), ArrayNames.of(orientation), values);
    return new MapWeights(read.realize(), values);
  }

  /**
   * A map, which may be nested in the one that is read, with the masks and fixed values of the
   * file.
   *
   * @param values gets what is trained, by key in the outermost map
   */
  private static BlockMap read(
      NamedArrays arrays, RealizedMap map, ArrayNames names, Map<String, double[]> values) {
    List<Block> blocks = new ArrayList<>();
    for (RealizedBlock block : map.blocks()) {
      Block rule = block.block();
      BlockFunction function = rule.function();
      if (function instanceof BlockFunctions.Nested nested) {
        BlockMap inner = read(arrays, block.nested(), names.within(rule), values);
        boolean isSame = inner.equals(block.nested().map());
        function = isSame ? nested : BlockFunctions.nested(inner, nested.steps());
      } else if (rule.isFixed()) {
        Weights fixed = weights(arrays, "fixed", block.mask(), rule, names);
        function =
            BlockFunctions.fixed(
                Sparsity.explicit(fixed.mask), WeightValues.explicit(fixed.values));
      } else {
        function = trained(arrays, block, own(block, map), names, values);
      }
      blocks.add(new Block(rule.sources(), rule.to(), function));
    }
    for (Parameter parameter : map.parameters()) {
      if (!parameter.isOfBlock()) {
        String name = name(parameter, map, names);
        values.put(names.key(parameter.key()), arrays.vector(name, parameter.length()));
      }
    }
    return map.map().with(map.map().slots(), blocks);
  }

  /** What a block is with the masks of the file. */
  private static BlockFunction trained(
      NamedArrays arrays,
      RealizedBlock block,
      List<Parameter> own,
      ArrayNames names,
      Map<String, double[]> values) {
    Block rule = block.block();
    List<Weights> read = new ArrayList<>();
    for (Parameter parameter : own) {
      String key = names.key(parameter.key());
      if (parameter.mask() == null) {
        values.put(key, arrays.vector(names.of(symbol(parameter), rule), parameter.length()));
      } else {
        read.add(weights(arrays, kind(parameter, rule), parameter.mask(), rule, names));
        values.put(key, read.get(read.size() - 1).values);
      }
    }
    if (rule.function() instanceof BlockFunctions.Linear linear) {
      return BlockFunctions.linear(read.get(0).pattern(linear.sparsity()));
    }
    if (rule.function() instanceof BlockFunctions.LinearProduct product) {
      return BlockFunctions.linearProduct(
          read.get(0).pattern(product.left()), read.get(1).pattern(product.right()));
    }
    for (int i = 0; i < read.size(); i++) {
      if (!read.get(i).mask.equals(own.get(i).mask())) {
        throw new IllegalArgumentException(
            "block "
                + rule.name()
                + ": the file has other weights of "
                + own.get(i).key()
                + " than the map, expected the same; "
                + rule.function()
                + " cannot be given a mask");
      }
    }
    return rule.function();
  }

  /**
   * Weights that exist and their values.
   *
   * @param hasMask whether the file says which exist
   */
  private record Weights(WeightMask mask, double[] values, boolean hasMask) {
    Sparsity pattern(Sparsity otherwise) {
      return hasMask ? Sparsity.explicit(mask) : otherwise;
    }
  }

  private static Weights weights(
      NamedArrays arrays, String kind, WeightMask ofMap, Block block, ArrayNames names) {
    String name = names.of(kind, block);
    arrays.refuseOther(name, names.other(kind, block));
    int from = ofMap.fromSize();
    int to = ofMap.toSize();
    double[][] matrix = arrays.matrix(name, from, to, names.orientation());
    String maskName = names.of(maskKind(kind), block);
    boolean hasMask = arrays.has(maskName);
    WeightMask mask =
        hasMask ? Masks.nonZero(arrays.matrix(maskName, from, to, names.orientation())) : ofMap;
    Masks.checkOff(matrix, mask, name);
    return new Weights(mask, Masks.entries(matrix, mask), hasMask);
  }
}
