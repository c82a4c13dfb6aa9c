package org.iterativemaps.layers;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;
import java.util.function.Predicate;
import org.deeplearning4j.nn.api.ParamInitializer;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.distribution.OrthogonalDistribution;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.weights.IWeightInit;
import org.deeplearning4j.nn.weights.WeightInitDistribution;
import org.deeplearning4j.nn.weights.WeightInitIdentity;
import org.deeplearning4j.nn.weights.WeightInitXavierLegacy;
import org.iterativemaps.map.Block;
import org.iterativemaps.map.Parameter;
import org.iterativemaps.map.RealizedMap;
import org.iterativemaps.map.pattern.RandomSource;
import org.iterativemaps.map.pattern.WeightMask;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;

/**
 * Parameters of a map layer, in the order and with the keys of {@link RealizedMap#parameters()}:
 * one vector {@code W[from->to]} per trained linear block, holding only the weights that exist, in
 * the order of its mask (by target unit, then by source unit), what other functions train, and for
 * every slot the vectors {@code g[slot]} of its normalisation's gain and {@code b[slot]} of its
 * bias.
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
    return keys(layer, name -> true);
  }

  @Override
  public List<String> weightKeys(Layer layer) {
    return keys(layer, name -> name.role() != Parameter.Role.BIAS);
  }

  @Override
  public List<String> biasKeys(Layer layer) {
    return keys(layer, name -> name.role() == Parameter.Role.BIAS);
  }

  private static List<String> keys(Layer layer, Predicate<Parameter.Name> which) {
    return settings(layer).map().parameterNames().stream()
        .filter(which)
        .map(Parameter.Name::key)
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
    Map<String, INDArray> views = views(layer.getSettings(), paramsView);
    views.keySet().forEach(conf::addVariable);
    if (initializeParams) {
      init(layer.getSettings(), views, layer::weightInit, layer.getBiasInit(), conf.getSeed());
    }
    return views;
  }

  /**
   * First values of all parameters.
   *
   * @param views by key; overwritten
   * @param inits the initialiser of a block's weights
   * @param bias first value of biases that have none of their own
   * @param seed for this package's initialisers; DL4J's draw from ND4J's generator
   */
  static void init(
      MapSettings settings,
      Map<String, INDArray> views,
      Function<Parameter, IWeightInit> inits,
      double bias,
      long seed) {
    RealizedMap realized = settings.realized();
    for (Parameter parameter : realized.parameters()) {
      INDArray view = views.get(parameter.key());
      if (view == null) {
        continue; // DL4J's way of saying that everything is fixed
      }
      switch (parameter.role()) {
        case GAIN -> view.assign(1);
        case BIAS -> view.assign(firstBias(settings, parameter, bias));
        default -> initWeights(inits.apply(parameter), realized, parameter, view, seed);
      }
    }
  }

  private static double firstBias(MapSettings settings, Parameter parameter, double ofLayer) {
    return parameter.isBias()
        ? settings
            .biasInits()
            .getOrDefault(settings.map().slots().get(parameter.slot()).name(), ofLayer)
        : ofLayer;
  }

  @Override
  public Map<String, INDArray> getGradientsFromFlattened(
      NeuralNetConfiguration conf, INDArray gradientView) {
    return views(settings(conf.getLayer()), gradientView);
  }

  private static MapSettings settings(Layer layer) {
    return ((IterativeMapConf) layer).getSettings();
  }

  /** The parts of a flat vector, by key. */
  static Map<String, INDArray> views(MapSettings settings, INDArray flat) {
    Map<String, INDArray> views = new LinkedHashMap<>();
    if (flat == null) { // DL4J's way of saying that everything is fixed
      return views;
    }
    INDArray all = flat.reshape(flat.length());
    long start = 0;
    for (Parameter parameter : settings.realized().parameters()) {
      long end = start + parameter.length();
      views.put(parameter.key(), all.get(NDArrayIndex.interval(start, end)));
      start = end;
    }
    return views;
  }

  /** Draws weights that exist, with their sparse fan-in and fan-out. */
  private static void initWeights(
      IWeightInit given, RealizedMap map, Parameter weights, INDArray view, long seed) {
    IWeightInit init = given instanceof HiddenProportionInit plan ? plan.values() : given;
    WeightMask mask = weights.mask();
    double fanIn = mask.entryCount() / (double) mask.toSize();
    double fanOut = mask.entryCount() / (double) mask.fromSize();
    String name = map.blocks().get(weights.block()).block().name();
    if (init instanceof SparseWeightInit sparse) {
      initSparse(sparse, map, weights, view, seed);
    } else if (init instanceof WeightInitIdentity identity) {
      initIdentity(identity, name, mask, view);
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
              name,
              mask.density()));
    } else {
      init.init(fanIn, fanOut, new long[] {mask.entryCount()}, 'c', view);
    }
  }

  private static void initSparse(
      SparseWeightInit init, RealizedMap map, Parameter weights, INDArray view, long seed) {
    Block block = map.blocks().get(weights.block()).block();
    // The place in the network's parameters tells layers apart, and the two of a Bidirectional.
    String place = Long.toString(view.offset());
    RandomSource random =
        block.isLinear()
            ? RandomSource.of(seed, "weights", place, block.from(), block.to())
            : RandomSource.of(seed, "weights", place, weights.key());
    try {
      LayerWeights.assign(init.values().draw(weights.mask(), random), view);
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(
          "weightInit of block " + block.name() + ": " + e.getMessage(), e);
    }
  }

  /** DL4J's identity wants a square matrix; here its diagonal is put where entries exist. */
  private static void initIdentity(
      WeightInitIdentity init, String block, WeightMask mask, INDArray view) {
    if (mask.fromSize() != mask.toSize()) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "block %s: identity weights need slots of one size, found %d and %d",
              block,
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
    LayerWeights.assign(values, view);
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
