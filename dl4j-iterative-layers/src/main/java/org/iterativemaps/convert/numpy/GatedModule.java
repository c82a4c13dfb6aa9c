package org.iterativemaps.convert.numpy;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import org.iterativemaps.map.GatedMapBuilder;
import org.iterativemaps.map.GatedMaps;
import org.iterativemaps.map.MapWeights;
import org.iterativemaps.map.Parameter;

/**
 * One layer and direction of PyTorch's LSTM or GRU: matrices and biases whose rows are those of
 * several gates, one gate after the other, taken apart for the slots of a {@link GatedMaps} cell.
 */
final class GatedModule {
  private static final String INPUT = "x";
  private static final String HIDDEN = "h";

  private final int units;
  private final double[][] fromInput; // [gates * units][input]
  private final double[][] fromHidden; // [gates * units][units]
  private final double[] inputBias; // [gates * units], as the next
  private final double[] hiddenBias;
  private final Map<String, double[]> values = new LinkedHashMap<>(); // by key

  private GatedModule(NamedArrays arrays, String prefix, String layer, int gates) {
    String hidden = prefix + "weight_hh_" + layer;
    String input = prefix + "weight_ih_" + layer;
    units = arrays.rows(hidden)[0].length; // of all arrays this one alone says how many
    int rows = Math.multiplyExact(gates, units);
    fromHidden = arrays.matrix(hidden, units, rows, Orientation.TO_FROM);
    fromInput = arrays.matrix(input, arrays.rows(input)[0].length, rows, Orientation.TO_FROM);
    String[] biases = {prefix + "bias_ih_" + layer, prefix + "bias_hh_" + layer};
    boolean hasBias = Arrays.stream(biases).anyMatch(arrays::has); // then it must have both
    inputBias = hasBias ? arrays.vector(biases[0], rows) : new double[rows];
    hiddenBias = hasBias ? arrays.vector(biases[1], rows) : new double[rows];
  }

  /** Rows of i, f, g, o. */
  static MapWeights lstm(NamedArrays arrays, String prefix, String layer) {
    String projection = prefix + "weight_hr_" + layer;
    if (arrays.has(projection)) { // weight_hh does not say the units then
      throw new IllegalArgumentException(
          arrays.file()
              + ": found '"
              + projection
              + "', the projection of an LSTM with proj_size, expected an LSTM without; a map of"
              + " GatedMaps.lstm(n) has none");
    }
    GatedModule module = new GatedModule(arrays, prefix, layer, 4);
    module.gate(0, "i");
    module.gate(1, "f");
    module.gate(2, "g");
    module.gate(3, "o");
    return module.on(GatedMaps.lstm(module.units));
  }

  /** Rows of r, z, n; r is multiplied with what comes from h alone, so n has two slots. */
  static MapWeights gru(NamedArrays arrays, String prefix, String layer) {
    GatedModule module = new GatedModule(arrays, prefix, layer, 3);
    module.gate(0, "r");
    module.gate(1, "z");
    module.inputPart(2, HIDDEN);
    module.hiddenPart(2, "q");
    return module.on(GatedMaps.gru(module.units));
  }

  private void gate(int gate, String slot) {
    inputPart(gate, slot);
    hiddenPart(gate, slot);
  }

  private void inputPart(int gate, String slot) {
    put(gate, INPUT, slot, fromInput, inputBias);
  }

  private void hiddenPart(int gate, String slot) {
    put(gate, HIDDEN, slot, fromHidden, hiddenBias);
  }

  /** The rows of a gate into a block, which has its weights row by row, too. */
  private void put(int gate, String from, String to, double[][] weights, double[] biases) {
    int first = gate * units;
    values.put(
        Parameter.weightKey(from, to),
        Arrays.stream(weights, first, first + units).flatMapToDouble(Arrays::stream).toArray());
    double[] bias = values.computeIfAbsent(Parameter.biasKey(to), key -> new double[units]);
    Arrays.setAll(bias, unit -> bias[unit] + biases[first + unit]);
  }

  private MapWeights on(GatedMapBuilder cell) {
    return new MapWeights(cell.nIn(fromInput[0].length).build().realize(), values);
  }
}
