package org.iterativemaps.map.change;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import org.iterativemaps.map.RealizedMap.RealizedBlock;
import org.iterativemaps.map.pattern.TopK;
import org.iterativemaps.map.pattern.WeightMask;

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
  public static List<MapChange> toSparsity(List<Changeable> maps, double sparsity, Scope scope) {
    if (!(sparsity >= 0 && sparsity < 1)) {
      throw new IllegalArgumentException(
          "sparsity: found "
              + sparsity
              + ", expected a fraction in [0, 1), of cells without a weight");
    }
    if (maps.stream().allMatch(m -> m.blocks().isEmpty())) {
      throw new IllegalArgumentException("blocks: found none to prune, expected at least one");
    }
    return prune(
        maps,
        candidates ->
            scope == Scope.GLOBAL
                ? List.of(new Group(candidates, wanted(sparsity, candidates)))
                : candidates.stream()
                    .map(c -> new Group(List.of(c), wanted(sparsity, List.of(c))))
                    .toList());
  }

  /**
   * Blocks that are compared with each other, and how much of them stays.
   *
   * @param blocks names "from-&gt;to" of trained blocks
   * @param stay how many weights of them stay together; as many as there are, if that is fewer
   */
  public record Share(Set<String> blocks, long stay) {
    /** Copies the names, in their order. */
    public Share {
      blocks = Collections.unmodifiableSet(new LinkedHashSet<>(blocks));
    }
  }

  /**
   * The change that brings groups of a map's blocks to so many weights each, with the protection
   * that {@link MagnitudePruning} describes.
   *
   * @param map the map; its blocks are those of the shares
   * @param shares disjoint groups of its blocks
   * @throws IllegalArgumentException if a share names another block, or a weight is NaN
   */
  public static MapChange toShares(Changeable map, List<Share> shares) {
    for (Share share : shares) {
      if (!map.blocks().containsAll(share.blocks())) {
        throw new IllegalArgumentException(
            "shares: found " + share.blocks() + ", expected some of " + map.blocks());
      }
    }
    return prune(
            List.of(map),
            candidates ->
                shares.stream()
                    .map(share -> new Group(of(share, candidates), share.stay()))
                    .toList())
        .get(0);
  }

  private static List<Candidate> of(Share share, List<Candidate> candidates) {
    return candidates.stream()
        .filter(c -> share.blocks().contains(c.block().block().name()))
        .toList();
  }

  /** Candidates of which together so many weights stay. */
  private record Group(List<Candidate> candidates, long stay) {}

  private static List<MapChange> prune(
      List<Changeable> maps, Function<List<Candidate>, List<Group>> grouping) {
    List<Map<String, Set<Integer>>> paths = new ArrayList<>();
    maps.forEach(m -> paths.add(Map.of()));
    List<MapChange> changes = choose(maps, grouping, paths);
    boolean cut = false;
    for (int i = 0; i < maps.size(); i++) {
      Changeable map = maps.get(i);
      if (Paths.cutBy(map.weights(), map.steps(), changes.get(i))) {
        paths.set(i, Paths.strongest(map.weights(), map.steps()));
        cut = true;
      }
    }
    return cut ? choose(maps, grouping, paths) : changes;
  }

  private static List<MapChange> choose(
      List<Changeable> maps,
      Function<List<Candidate>, List<Group>> grouping,
      List<Map<String, Set<Integer>>> protectedEntries) {
    List<Candidate> candidates = new ArrayList<>();
    for (int i = 0; i < maps.size(); i++) {
      for (RealizedBlock block : maps.get(i).chosen()) {
        Set<Integer> kept = protectedEntries.get(i).getOrDefault(block.block().name(), Set.of());
        candidates.add(new Candidate(i, block, scores(maps.get(i).weights().values(block), kept)));
      }
    }
    List<Map<String, WeightMask>> masks = new ArrayList<>();
    maps.forEach(m -> masks.add(new HashMap<>()));
    for (Group group : grouping.apply(candidates)) {
      keepLargest(group.candidates, stay(group), masks);
    }
    List<MapChange> changes = new ArrayList<>();
    for (int i = 0; i < maps.size(); i++) {
      changes.add(MapChange.ofMasks(maps.get(i).weights().realized(), masks.get(i)));
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

  private static long wanted(double sparsity, List<Candidate> candidates) {
    return (long) Math.rint((1 - sparsity) * candidates.stream().mapToLong(Candidate::cells).sum());
  }

  /** How many weights stay, at least the protected ones. */
  private static int stay(Group group) {
    long weights = 0;
    long kept = 0;
    for (Candidate candidate : group.candidates) {
      weights += candidate.scores.length;
      for (double score : candidate.scores) {
        kept += score == Double.POSITIVE_INFINITY ? 1 : 0;
      }
    }
    return (int) Math.min(weights, Math.max(kept, group.stay));
  }

  private static void keepLargest(
      List<Candidate> candidates, int count, List<Map<String, WeightMask>> masks) {
    int total = candidates.stream().mapToInt(c -> c.scores.length).sum();
    double[] all = new double[total];
    int start = 0;
    for (Candidate candidate : candidates) {
      System.arraycopy(candidate.scores, 0, all, start, candidate.scores.length);
      start += candidate.scores.length;
    }
    int[] kept = TopK.largest(all, count);
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
