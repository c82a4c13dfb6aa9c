package org.iterativemaps.layers;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.deeplearning4j.nn.api.ParamInitializer;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.distribution.OrthogonalDistribution;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.weights.IWeightInit;
import org.deeplearning4j.nn.weights.WeightInitDistribution;
import org.deeplearning4j.nn.weights.WeightInitIdentity;
import org.deeplearning4j.nn.weights.WeightInitXavierLegacy;
import org.iterativemaps.map.Block;
import org.iterativemaps.map.RandomSource;
import org.iterativemaps.map.RealizedMap;
import org.iterativemaps.map.RealizedMap.Parameter;
import org.iterativemaps.map.RealizedMap.RealizedBlock;
import org.iterativemaps.map.Slot;
import org.iterativemaps.map.WeightMask;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;

/**
 * Parameters of a map layer: one vector {@code W[from->to]} per trained block, holding only the
 * weights that exist, in the order of its mask (by target unit, then by source unit), then one
 * vector {@code b[slot]} per bias.
 *
 * <p>Weights are drawn by DL4J's initialisers with the <em>sparse</em> fan-in and fan-out: entries
 * per target unit and per source unit, averaged over the block; by {@link SparseWeightInit} unit by
 * unit.
 */
public final class IterativeMapParamInitializer implements ParamInitializer {
  private static final IterativeMapParamInitializer INSTANCE = new IterativeMapParamInitializer();

  private IterativeMapParamInitializer() {}

  /** The one instance. */
  public static IterativeMapParamInitializer getInstance() {
    return INSTANCE;
  }

  /**
   * The key of a block's weights in {@code paramTable()}.
   *
   * @param from source slot
   * @param to target slot
   */
  public static String weightKey(String from, String to) {
    return "W[" + from + "->" + to + "]";
  }

  /**
   * The key of a slot's bias in {@code paramTable()}.
   *
   * @param slot the slot
   */
  public static String biasKey(String slot) {
    return "b[" + slot + "]";
  }

  @Override
  public long numParams(NeuralNetConfiguration conf) {
    return numParams(conf.getLayer());
  }

  @Override
  public long numParams(Layer layer) {
    LayerChecks.inputKnown(layer);
    return settings(layer).realized().parameterCount();
  }

  @Override
  public List<String> paramKeys(Layer layer) {
    List<String> keys = new ArrayList<>(weightKeys(layer));
    keys.addAll(biasKeys(layer));
    return keys;
  }

  @Override
  public List<String> weightKeys(Layer layer) {
    return settings(layer).map().blocks().stream()
        .filter(Block::isTrainable)
        .map(b -> weightKey(b.from(), b.to()))
        .toList();
  }

  @Override
  public List<String> biasKeys(Layer layer) {
    return settings(layer).map().slots().stream()
        .filter(Slot::hasBias)
        .map(s -> biasKey(s.name()))
        .toList();
  }

  @Override
  public boolean isWeightParam(Layer layer, String key) {
    return weightKeys(layer).contains(key);
  }

  @Override
  public boolean isBiasParam(Layer layer, String key) {
    return biasKeys(layer).contains(key);
  }

  @Override
  public Map<String, INDArray> init(
      NeuralNetConfiguration conf, INDArray paramsView, boolean initializeParams) {
    IterativeMapConf layer = (IterativeMapConf) conf.getLayer();
    Map<String, INDArray> views = views(conf.getLayer(), paramsView);
    views.keySet().forEach(conf::addVariable);
    if (initializeParams) {
      RealizedMap realized = layer.getSettings().realized();
      int next = 0;
      for (Map.Entry<String, INDArray> view : views.entrySet()) {
        Parameter parameter = realized.parameters().get(next++);
        if (parameter.isBias()) {
          view.getValue().assign(layer.getBiasInit());
        } else {
          RealizedBlock block = realized.blocks().get(parameter.block());
          initWeights(layer.weightInit(block), block, view.getValue(), conf.getSeed());
        }
      }
    }
    return views;
  }

  @Override
  public Map<String, INDArray> getGradientsFromFlattened(
      NeuralNetConfiguration conf, INDArray gradientView) {
    return views(conf.getLayer(), gradientView);
  }

  private static MapSettings settings(Layer layer) {
    return ((IterativeMapConf) layer).getSettings();
  }

  private Map<String, INDArray> views(Layer layer, INDArray flat) {
    Map<String, INDArray> views = new LinkedHashMap<>();
    if (flat == null) { // DL4J's way of saying that everything is fixed
      return views;
    }
    INDArray all = flat.reshape(flat.length());
    List<Parameter> parameters = settings(layer).realized().parameters();
    long start = 0;
    int next = 0;
    for (String key : paramKeys(layer)) {
      long end = start + parameters.get(next++).length();
      views.put(key, all.get(NDArrayIndex.interval(start, end)));
      start = end;
    }
    return views;
  }

  /**
   * Draws the weights of one block that exist, with their sparse fan-in and fan-out.
   *
   * @param given one of DL4J's initialisers or of this package's
   * @param block which weights exist
   * @param view [entries] in the order of the mask; overwritten
   * @param seed for this package's initialisers; DL4J's draw from ND4J's generator
   * @throws IllegalArgumentException if the initialiser needs another block: a square or dense one
   */
  public static void initWeights(IWeightInit given, RealizedBlock block, INDArray view, long seed) {
    IWeightInit init = given instanceof HiddenProportionInit plan ? plan.values() : given;
    WeightMask mask = block.mask();
    double fanIn = mask.entryCount() / (double) mask.toSize();
    double fanOut = mask.entryCount() / (double) mask.fromSize();
    if (init instanceof SparseWeightInit sparse) {
      initSparse(sparse, block, view, seed);
    } else if (init instanceof WeightInitIdentity identity) {
      initIdentity(identity, block, view);
    } else if (mask.isDense()) {
      init.init(fanIn, fanOut, new long[] {mask.toSize(), mask.fromSize()}, 'c', view);
    } else if (init instanceof WeightInitXavierLegacy) {
      // The one initialiser that looks at the shape of a matrix instead of fan-in and fan-out.
      Nd4j.randn(view).divi(Math.sqrt(fanIn + fanOut));
    } else if (isOrthogonal(init)) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "block %s: DL4J's orthogonal weights need a dense block, found density %.4g; use"
                  + " MapWeightInit.ORTHOGONAL with Sparsity.groups(n), another initialiser or"
                  + " Sparsity.dense()",
              block.block().name(),
              mask.density()));
    } else {
      init.init(fanIn, fanOut, new long[] {mask.entryCount()}, 'c', view);
    }
  }

  private static void initSparse(
      SparseWeightInit init, RealizedBlock block, INDArray view, long seed) {
    // The place in the network's parameters tells layers apart, and the two of a Bidirectional.
    RandomSource random =
        RandomSource.of(
            seed,
            "weights",
            Long.toString(view.offset()),
            block.block().from(),
            block.block().to());
    try {
      assign(init.values().draw(block.mask(), random), view);
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(
          "weightInit of block " + block.block().name() + ": " + e.getMessage(), e);
    }
  }

  private static void assign(double[] values, INDArray view) {
    view.assign(Nd4j.createFromArray(values).castTo(view.dataType()));
  }

  /** DL4J's identity wants a square matrix; here its diagonal is put where entries exist. */
  private static void initIdentity(WeightInitIdentity init, RealizedBlock block, INDArray view) {
    WeightMask mask = block.mask();
    if (mask.fromSize() != mask.toSize()) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "block %s: identity weights need slots of one size, found %d and %d",
              block.block().name(),
              mask.fromSize(),
              mask.toSize()));
    }
    double one =
        init.init(1, 1, new long[] {1, 1}, 'c', Nd4j.create(view.dataType(), 1)).getDouble(0);
    double[] values = new double[mask.entryCount()];
    for (int to = 0; to < mask.toSize(); to++) {
      for (int entry = mask.targetStart(to); entry < mask.targetStart(to + 1); entry++) {
        values[entry] = mask.source(entry) == to ? one : 0;
      }
    }
    assign(values, view);
  }

  private static boolean isOrthogonal(IWeightInit init) {
    // WeightInitDistribution shows its distribution in its JSON alone.
    return init instanceof WeightInitDistribution
        && NeuralNetConfiguration.mapper()
            .valueToTree(init)
            .toString()
            .contains(OrthogonalDistribution.class.getSimpleName());
  }
}
