package org.iterativemaps.watch.ui;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.deeplearning4j.ui.model.stats.api.Histogram;
import org.deeplearning4j.ui.model.stats.api.StatsReport;
import org.deeplearning4j.ui.model.stats.api.StatsType;

/**
 * Statistics of all weights of a map together, from those of its blocks, under the name "W": the
 * pages ask for it before a block is chosen, and one of them fails where there is none.
 *
 * <p>Of n_b weights of block b with mean m_b, standard deviation s_b and mean magnitude a_b, and N
 * = sum n_b:
 *
 * <pre>
 *   mean            m = sum n_b m_b / N
 *   deviation       s = sqrt(sum ((n_b - 1) s_b^2 + n_b (m_b - m)^2) / (N - 1))
 *   mean magnitude  a = sum n_b a_b / N
 * </pre>
 *
 * Counts of a histogram are those of the blocks, each bin as a whole put where its middle is: a
 * weight may be one bin off.
 *
 * @param report changed; blocks by their page names
 * @param type of parameters: not activations
 */
record WholeLayers(StatsReport report, StatsType type) {

  /** Adds them where histograms were collected, which alone tell how many weights a block has. */
  void add() {
    Map<String, Histogram> histograms = report.getHistograms(type);
    if (histograms == null) {
      return;
    }
    Map<String, List<String>> layers = new LinkedHashMap<>(); // blocks by name of the whole
    for (String name : histograms.keySet()) {
      int key = name.lastIndexOf('_') + 1;
      if (name.endsWith("W") && name.indexOf('·', key) >= 0) {
        layers.computeIfAbsent(name.substring(0, key) + "W", whole -> new ArrayList<>()).add(name);
      }
    }
    layers.forEach(this::add);
  }

  private void add(String whole, List<String> blocks) {
    Map<String, Histogram> histograms = report.getHistograms(type);
    double[] sizes = new double[blocks.size()];
    double all = 0;
    for (int b = 0; b < sizes.length; b++) {
      for (int count : histograms.get(blocks.get(b)).getBinCounts()) {
        sizes[b] += count;
      }
      all += sizes[b];
    }
    if (all == 0) {
      return;
    }
    histograms.put(whole, merged(blocks.stream().map(histograms::get).toList()));
    Map<String, Double> means = report.getMean(type);
    Map<String, Double> deviations = report.getStdev(type);
    Map<String, Double> magnitudes = report.getMeanMagnitudes(type);
    if (magnitudes != null) {
      magnitudes.put(whole, mean(blocks, sizes, all, magnitudes));
    }
    if (means != null) {
      double mean = mean(blocks, sizes, all, means);
      if (deviations != null) {
        double squares = 0;
        for (int b = 0; b < sizes.length; b++) {
          double deviation = sizes[b] < 2 ? 0 : deviations.get(blocks.get(b)); // NaN of one weight
          double apart = means.get(blocks.get(b)) - mean;
          squares += Math.max(0, sizes[b] - 1) * deviation * deviation + sizes[b] * apart * apart;
        }
        deviations.put(whole, Math.sqrt(squares / Math.max(1, all - 1)));
      }
      means.put(whole, mean);
    }
  }

  private static double mean(
      List<String> blocks, double[] sizes, double all, Map<String, Double> values) {
    double sum = 0;
    for (int b = 0; b < sizes.length; b++) {
      sum += sizes[b] == 0 ? 0 : sizes[b] * values.get(blocks.get(b));
    }
    return sum / all;
  }

  private static Histogram merged(List<Histogram> blocks) {
    double min = blocks.stream().mapToDouble(Histogram::getMin).min().orElse(0);
    double max = blocks.stream().mapToDouble(Histogram::getMax).max().orElse(0);
    int bins = blocks.get(0).getNBins();
    int[] counts = new int[bins];
    for (Histogram block : blocks) {
      double width = (block.getMax() - block.getMin()) / block.getNBins();
      for (int i = 0; i < block.getBinCounts().length; i++) {
        double middle = block.getMin() + (i + 0.5) * width;
        int bin = (int) ((middle - min) / (max - min) * bins); // 0 where nothing is finite
        counts[Math.max(0, Math.min(bins - 1, bin))] += block.getBinCounts()[i];
      }
    }
    return new Histogram(min, max, bins, counts);
  }
}
