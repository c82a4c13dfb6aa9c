package org.iterativemaps.layers;

import java.util.HashMap;
import java.util.Map;
import org.deeplearning4j.nn.weights.IWeightInit;
import org.iterativemaps.map.BlockMap;
import org.iterativemaps.map.Injection;
import org.iterativemaps.map.Sparsity;
import org.nd4j.linalg.activations.IActivation;

/** The options of {@link MapOptions} while a builder collects them; null where not given. */
public final class MapDraft {
  BlockMap map;
  int steps = 1;
  Sparsity inputSparsity;
  Sparsity hiddenSparsity;
  Boolean hasBias;
  Injection injection;
  Long seed;
  final Map<String, IWeightInit> weightInits = new HashMap<>();

  MapDraft() {}

  /**
   * The settings these options make.
   *
   * @param nIn 0 if not given
   * @param nOut 0 if not given
   * @throws IllegalArgumentException if the options contradict each other or something is missing
   */
  MapSettings settings(long nIn, long nOut) {
    BlockMap whole = map == null ? shortForm(nOut) : generalForm(nOut);
    if (nIn > 0) {
      whole = withInputSize(whole, nIn);
    }
    return new MapSettings(whole, steps, weightInits);
  }

  private BlockMap shortForm(long nOut) {
    if (nOut <= 0) {
      throw new IllegalArgumentException(
          "nOut: found " + nOut + ", expected the number of hidden units; or give a map(…)");
    }
    BlockMap.Builder builder = BlockMap.builder().input("x");
    if (hasBias == null || hasBias) {
      builder.state("h", size("nOut", nOut));
    } else {
      builder.stateWithoutBias("h", size("nOut", nOut), (IActivation) null);
    }
    return builder
        .connect("x", "h", inputSparsity == null ? Sparsity.dense() : inputSparsity)
        .connect("h", "h", hiddenSparsity == null ? Sparsity.dense() : hiddenSparsity)
        .output("h")
        .injection(injection == null ? Injection.HOLD : injection)
        .seed(seed == null ? BlockMap.DEFAULT_SEED : seed)
        .build();
  }

  private BlockMap generalForm(long nOut) {
    refuseBesideMap("inputSparsity or density", inputSparsity);
    refuseBesideMap("hiddenSparsity or density", hiddenSparsity);
    refuseBesideMap("hasBias", hasBias);
    refuseBesideMap("injection", injection);
    refuseBesideMap("maskSeed", seed);
    if (nOut > 0 && nOut != map.output().size()) {
      throw new IllegalArgumentException(
          "nOut: found "
              + nOut
              + ", but output slot '"
              + map.output().name()
              + "' of the map has "
              + map.output().size()
              + " units; leave nOut out");
    }
    return map;
  }

  private static void refuseBesideMap(String option, Object value) {
    if (value != null) {
      throw new IllegalArgumentException(
          option + ": given beside map(…), which says it already; put it into the map");
    }
  }

  /** The map with its input at this size; a size it has already must be the same. */
  static BlockMap withInputSize(BlockMap map, long nIn) {
    if (!map.isOpen() && map.input().size() != nIn) {
      throw new IllegalArgumentException(
          "nIn: found "
              + nIn
              + ", but input slot '"
              + map.input().name()
              + "' of the map has "
              + map.input().size()
              + " units; leave one of the two out");
    }
    return map.withInputSize(size("nIn", nIn));
  }

  static int size(String name, long size) {
    if (size > Integer.MAX_VALUE) {
      throw new IllegalArgumentException(
          name + ": found " + size + ", expected at most " + Integer.MAX_VALUE);
    }
    return (int) size;
  }
}
