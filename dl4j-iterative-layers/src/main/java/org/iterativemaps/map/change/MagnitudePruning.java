package org.iterativemaps.map.change;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.iterativemaps.map.RealizedMap.RealizedBlock;
import org.iterativemaps.map.Selection;
import org.iterativemaps.map.WeightMask;

/**
 * Pruning by magnitude: the weights with the smallest |w| go.
 *
 * <p>A <em>sparsity</em> s is the fraction of a block's cells without a weight: round((1-s) cells)
 * weights stay, and a block that has fewer already is left as it is. Of weights of equal magnitude
 * the one with the lower number (by target unit, then by source unit) stays.
 *
 * <p>Protected, whatever s is: the largest weight of every block, so that no slot loses all its
 * inputs, and, if the output slot would otherwise be cut off from the input slot, the strongest
 * path between them: the one whose smallest |w| is largest, among those that the map's steps allow.
 *
 * <p>Sources: Han, Pool, Tran, Dally, "Learning both weights and connections for efficient neural
 * networks", NeurIPS 2015; global scope: Blalock et al., "What is the state of neural network
 * pruning?", MLSys 2020, section 2.3.
 */
public final class MagnitudePruning {
  /** Which weights are compared with each other. */
  public enum Scope {
    /** Those of one block: every block reaches the sparsity. */
    PER_BLOCK,
    /** Those of all blocks given, of all maps: the sparsity is reached over all of them. */
    GLOBAL
  }

  private MagnitudePruning() {}

  /**
   * The changes that bring maps to a sparsity.
   *
   * @param maps the maps and the blocks of them to prune
   * @param sparsity in [0, 1)
   * @param scope what is compared
   * @return one change per map, in their order; without effect where nothing has to go
   * @throws IllegalArgumentException if the sparsity is out of range, no block is given, or a
   *     weight is NaN
   */
  public static List<MapChange> toSparsity(List<TrainedMap> maps, double sparsity, Scope scope) {
    if (!(sparsity >= 0 && sparsity < 1)) {
      throw new IllegalArgumentException(
          "sparsity: found "
              + sparsity
              + ", expected a fraction in [0, 1), of cells without a weight");
    }
    if (maps.stream().allMatch(m -> m.blocks().isEmpty())) {
      throw new IllegalArgumentException("blocks: found none to prune, expected at least one");
    }
    List<Map<String, Set<Integer>>> paths = new ArrayList<>();
    maps.forEach(m -> paths.add(Map.of()));
    List<MapChange> changes = choose(maps, sparsity, scope, paths);
    boolean cut = false;
    for (int i = 0; i < maps.size(); i++) {
      if (Paths.cutBy(maps.get(i), changes.get(i))) {
        paths.set(i, Paths.strongest(maps.get(i)));
        cut = true;
      }
    }
    return cut ? choose(maps, sparsity, scope, paths) : changes;
  }

  private static List<MapChange> choose(
      List<TrainedMap> maps,
      double sparsity,
      Scope scope,
      List<Map<String, Set<Integer>>> protectedEntries) {
    List<Candidate> candidates = new ArrayList<>();
    for (int i = 0; i < maps.size(); i++) {
      for (RealizedBlock block : maps.get(i).chosen()) {
        Set<Integer> kept = protectedEntries.get(i).getOrDefault(block.block().name(), Set.of());
        candidates.add(new Candidate(i, block, scores(maps.get(i).weights(block), kept)));
      }
    }
    List<Map<String, WeightMask>> masks = new ArrayList<>();
    maps.forEach(m -> masks.add(new HashMap<>()));
    if (scope == Scope.PER_BLOCK) {
      for (Candidate candidate : candidates) {
        candidate.keepInto(masks, stay(sparsity, List.of(candidate)));
      }
    } else {
      keepLargestOfAll(candidates, stay(sparsity, candidates), masks);
    }
    List<MapChange> changes = new ArrayList<>();
    for (int i = 0; i < maps.size(); i++) {
      changes.add(MapChange.ofMasks(maps.get(i).map(), masks.get(i)));
    }
    return changes;
  }

  /**
   * A block and the scores of its weights.
   *
   * @param map index of its map
   * @param block the block
   * @param scores |w|, infinite where protected
   */
  private record Candidate(int map, RealizedBlock block, double[] scores) {
    void keepInto(List<Map<String, WeightMask>> masks, int count) {
      int[] kept = Selection.largest(scores, Math.min(count, scores.length));
      masks.get(map).put(block.block().name(), Masks.keep(block.mask(), kept));
    }

    long cells() {
      return (long) block.mask().fromSize() * block.mask().toSize();
    }
  }

  private static double[] scores(double[] weights, Set<Integer> kept) {
    double[] scores = new double[weights.length];
    int largest = 0;
    for (int i = 0; i < weights.length; i++) {
      scores[i] = Math.abs(weights[i]);
      largest = scores[i] > scores[largest] ? i : largest;
    }
    scores[largest] = Double.isNaN(scores[largest]) ? Double.NaN : Double.POSITIVE_INFINITY;
    kept.forEach(entry -> scores[entry] = Double.POSITIVE_INFINITY);
    return scores;
  }

  /** How many weights stay, at least the protected ones. */
  private static int stay(double sparsity, List<Candidate> candidates) {
    long cells = 0;
    long weights = 0;
    long kept = 0;
    for (Candidate candidate : candidates) {
      cells += candidate.cells();
      weights += candidate.scores.length;
      for (double score : candidate.scores) {
        kept += score == Double.POSITIVE_INFINITY ? 1 : 0;
      }
    }
    return (int) Math.min(weights, Math.max(kept, Math.rint((1 - sparsity) * cells)));
  }

  private static void keepLargestOfAll(
      List<Candidate> candidates, int count, List<Map<String, WeightMask>> masks) {
    int total = candidates.stream().mapToInt(c -> c.scores.length).sum();
    double[] all = new double[total];
    int start = 0;
    for (Candidate candidate : candidates) {
      System.arraycopy(candidate.scores, 0, all, start, candidate.scores.length);
      start += candidate.scores.length;
    }
    int[] kept = Selection.largest(all, count);
    start = 0;
    int next = 0;
    for (Candidate candidate : candidates) {
      int end = start + candidate.scores.length;
      int first = next;
      while (next < kept.length && kept[next] < end) {
        kept[next++] -= start;
      }
      int[] own = Arrays.copyOfRange(kept, first, next);
      masks
          .get(candidate.map)
          .put(candidate.block.block().name(), Masks.keep(candidate.block.mask(), own));
      start = end;
    }
  }
}
