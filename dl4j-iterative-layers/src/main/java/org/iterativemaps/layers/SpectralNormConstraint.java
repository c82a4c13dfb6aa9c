package org.iterativemaps.layers;

import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import org.deeplearning4j.nn.api.layers.LayerConstraint;
import org.iterativemaps.map.Block;
import org.iterativemaps.map.BlockMap;
import org.iterativemaps.map.MapWeights;
import org.iterativemaps.map.Parameter;
import org.iterativemaps.map.RealizedMap;
import org.iterativemaps.map.values.SparseMatrix;
import org.iterativemaps.map.values.SpectralNorm;
import org.nd4j.linalg.activations.IActivation;
import org.nd4j.shade.jackson.annotation.JsonCreator;
import org.nd4j.shade.jackson.annotation.JsonProperty;

/**
 * Keeps the largest singular value of each block's weights at a limit: after every update those of
 * a block above it are made smaller by one factor. For maps of any kind, gated ones too; what a
 * loop of several blocks does is {@link ContractionConstraint}'s business.
 */
public final class SpectralNormConstraint extends MapConstraint {
  private static final long serialVersionUID = 1L;

  private static final double MARGIN = 1e-6; // against rounding to FLOAT

  private final TreeSet<String> blocks;

  /**
   * A limit of norms.
   *
   * @param limit above 0 and finite
   * @param blocks names of the blocks it is for, such as "h-&gt;h"; none is all that have weights
   */
  @JsonCreator
  public SpectralNormConstraint(
      @JsonProperty(value = "limit", required = true) double limit,
      @JsonProperty("blocks") String... blocks) {
    super(limit);
    if (!(limit > 0 && limit < Double.POSITIVE_INFINITY)) {
      throw new IllegalArgumentException(
          "limit: found " + limit + ", expected a finite number above 0");
    }
    this.blocks = blocks == null ? new TreeSet<>() : new TreeSet<>(Arrays.asList(blocks));
  }

  /** The blocks it is for; none is all. */
  public List<String> getBlocks() {
    return List.copyOf(blocks);
  }

  @Override
  Optional<String> obstacle(MapSettings settings, IActivation activation) {
    BlockMap map = settings.map();
    List<String> trained =
        map.blocks().stream().filter(block -> hasWeights(map, block)).map(Block::name).toList();
    for (String block : blocks) {
      if (!trained.contains(block)) {
        return Optional.of("found block '" + block + "', expected one of " + trained);
      }
    }
    boolean isForSome =
        map.parameterNames().stream()
            .anyMatch(name -> name.role() == Parameter.Role.WEIGHT && isFor(name.key()));
    return isForSome
        ? Optional.empty()
        : Optional.of("a bias is a vector, without singular values; use l2Bias(…)");
  }

  private static boolean hasWeights(BlockMap map, Block block) {
    return block.function().parameterNames(map.site(block)).stream()
        .anyMatch(name -> name.role() == Parameter.Role.WEIGHT);
  }

  @Override
  MapWeights limited(MapWeights weights, IActivation activation) {
    RealizedMap map = weights.realized();
    Map<String, double[]> values = new HashMap<>();
    boolean isChanged = false;
    for (Parameter parameter : map.parameters()) {
      double[] own = weights.values(parameter.key());
      values.put(parameter.key(), own);
      if (parameter.mask() != null && isFor(parameter.key()) && isFor(map, parameter)) {
        double norm = SpectralNorm.of(SparseMatrix.of(parameter.mask(), own));
        if (norm > getLimit()) {
          double factor = getLimit() * (1 - MARGIN) / norm;
          Arrays.setAll(own, e -> factor * own[e]);
          isChanged = true;
        }
      }
    }
    return isChanged ? new MapWeights(map, values) : weights;
  }

  private boolean isFor(RealizedMap map, Parameter parameter) {
    return blocks.isEmpty() || blocks.contains(map.blocks().get(parameter.block()).block().name());
  }

  @Override
  public LayerConstraint clone() {
    SpectralNormConstraint copy =
        new SpectralNormConstraint(getLimit(), blocks.toArray(String[]::new));
    copy.setParams(getParams());
    return copy;
  }

  @Override
  public boolean equals(Object other) {
    return super.equals(other) && ((SpectralNormConstraint) other).blocks.equals(blocks);
  }

  @Override
  public int hashCode() {
    return 31 * super.hashCode() + blocks.hashCode();
  }

  @Override
  public String toString() {
    return super.toString() + (blocks.isEmpty() ? "" : " of " + blocks);
  }
}
