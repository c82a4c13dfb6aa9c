package org.iterativemaps.samediff;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.iterativemaps.map.BlockMap;
import org.iterativemaps.map.Parameter;
import org.iterativemaps.map.RealizedMap;
import org.iterativemaps.map.pattern.RandomSource;
import org.iterativemaps.map.pattern.WeightMask;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * A block map whose weights live in a graph, made by {@link SDIterative#blockMap}. Everything that
 * is iterated with it shares its variables: one vector per parameter, named {@code
 * name/W[from->to]}, {@code name/b[slot]} and so on, and the matrices spread from them once per
 * evaluation.
 */
public final class SDMap {
  private final String name;
  private final RealizedMap realized;
  private final BlockMap map;
  private final SameDiff graph;
  private final DataType dataType;
  private final Map<String, SDVariable> variables = new LinkedHashMap<>();
  private final Map<String, SDVariable> matrices = new LinkedHashMap<>();
  private final Map<String, SDVariable> constants = new LinkedHashMap<>();
  private final MapGraph steps;

  SDMap(String name, RealizedMap realized, SDIterative ops, DataType dataType) {
    this.name = name;
    this.realized = realized;
    this.map = realized.map();
    this.graph = ops.graph();
    this.dataType = dataType;
    for (Parameter parameter : realized.parameters()) {
      SDVariable vector =
          graph.var(name + "/" + parameter.key(), initial(parameter).castTo(dataType));
      variables.put(parameter.key(), vector);
      matrices.put(
          parameter.key(),
          parameter.isWeight()
              ? ops.spread(name + "/matrix/" + parameter.key(), vector, parameter.mask())
              : vector);
    }
    this.steps = newSteps();
  }

  /** Steps that share nothing with those written so far: for the body of a loop. */
  MapGraph newSteps() {
    return new MapGraph(
        realized,
        graph,
        dataType,
        new MapGraph.Values() {
          @Override
          public SDVariable parameter(Parameter parameter) {
            return matrices.get(parameter.key());
          }

          @Override
          public SDVariable constant(String key, Supplier<INDArray> value) {
            return constants.computeIfAbsent(key, k -> graph.constant(name + "/" + k, value.get()));
          }
        });
  }

  /**
   * First values, the same on every JVM: weights from a normal distribution with variance 2 /
   * (fan-in + fan-out), both counted over the weights that exist; biases 0, gains 1. Source:
   * Glorot, Bengio (2010), equation 12.
   */
  private INDArray initial(Parameter parameter) {
    double[] first = new double[parameter.length()];
    if (parameter.isWeight()) {
      WeightMask mask = parameter.mask();
      double fans = (1.0 / mask.toSize() + 1.0 / mask.fromSize()) * mask.entryCount();
      RandomSource random = RandomSource.of(map.seed(), "init", name, parameter.key());
      for (int i = 0; i < first.length; i++) {
        first[i] = random.nextGaussian() * Math.sqrt(2 / fans);
      }
    } else if (parameter.role() == Parameter.Role.GAIN) {
      Arrays.fill(first, 1);
    }
    return Nd4j.createFromArray(first);
  }

  /** Its name: the prefix of its variables. */
  public String name() {
    return name;
  }

  /** What it was made from. */
  public BlockMap description() {
    return map;
  }

  /** Its parameters' variables by key, such as {@link Parameter#weightKey}. */
  public Map<String, SDVariable> variables() {
    return new LinkedHashMap<>(variables);
  }

  /**
   * One parameter's variable.
   *
   * @param key such as {@link Parameter#weightKey}
   * @throws IllegalArgumentException if there is none
   */
  public SDVariable variable(String key) {
    if (!variables.containsKey(key)) {
      throw new IllegalArgumentException(
          "map '" + name + "': unknown parameter '" + key + "'; it has " + variables.keySet());
    }
    return variables.get(key);
  }

  /** How many numbers are trained. */
  public long parameterCount() {
    return realized.parameterCount();
  }

  DataType dataType() {
    return dataType;
  }

  MapGraph steps() {
    return steps;
  }

  /**
   * Refuses a state that does not fit.
   *
   * @param op for the message
   */
  void check(String op, Map<String, SDVariable> state) {
    List<String> allowed = new ArrayList<>(map.stateSlots());
    allowed.add(map.input().name());
    state.forEach(
        (slot, value) -> {
          if (!allowed.contains(slot)) {
            throw new IllegalArgumentException(
                op + " of map '" + name + "': found slot '" + slot + "', expected " + allowed);
          }
          Checks.rows(op + " of map '" + name + "', slot '" + slot + "'", value, size(slot));
          Checks.dataType(op + " of map '" + name + "', slot '" + slot + "'", value, dataType);
        });
  }

  private int size(String slot) {
    return map.slot(slot).size();
  }
}
