package org.iterativemaps.examples;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.List;
import org.deeplearning4j.core.storage.Persistable;
import org.deeplearning4j.core.storage.StatsStorage;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.deeplearning4j.ui.model.stats.StatsListener;
import org.deeplearning4j.ui.model.stats.api.Histogram;
import org.deeplearning4j.ui.model.stats.api.StatsReport;
import org.deeplearning4j.ui.model.stats.api.StatsType;
import org.deeplearning4j.ui.model.stats.impl.SbeStatsReport;
import org.deeplearning4j.ui.model.storage.InMemoryStatsStorage;
import org.iterativemaps.examples.data.DrawnDigits;
import org.iterativemaps.watch.ui.MapStats;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** The numbers of a report: those of the parameters, and of all weights of a map together. */
class MapStatsReportTest {

  @Test
  void theWholeIsThatOfAllWeights() {
    MultiLayerNetwork network = WatchItTrain.network(12);
    StatsStorage storage = new InMemoryStatsStorage();
    network.setListeners(MapStats.listener(storage, 1));
    network.fit(DrawnDigits.make(32, 28, 1).asVectors(32, 1).next());

    String session = storage.listSessionIDs().get(0);
    List<Persistable> updates = storage.getLatestUpdateAllWorkers(session, StatsListener.TYPE_ID);
    StatsReport report = (StatsReport) updates.get(0);
    INDArray input = network.getParam("0_W[x->h]");
    INDArray feedback = network.getParam("0_W[h->h]");
    INDArray all = Nd4j.concat(0, input, feedback);
    StatsType type = StatsType.Parameters;
    assertEquals(feedback.meanNumber().doubleValue(), report.getMean(type).get("0_h→h·W"), 1e-6);
    assertEquals(all.meanNumber().doubleValue(), report.getMean(type).get("0_W"), 1e-6);
    assertEquals(all.stdNumber().doubleValue(), report.getStdev(type).get("0_W"), 1e-6);
    assertEquals(all.ameanNumber().doubleValue(), report.getMeanMagnitudes(type).get("0_W"), 1e-6);

    Histogram histogram = report.getHistograms(type).get("0_W");
    assertEquals(all.minNumber().doubleValue(), histogram.getMin(), 1e-6);
    assertEquals(all.maxNumber().doubleValue(), histogram.getMax(), 1e-6);
    assertEquals(all.length(), Arrays.stream(histogram.getBinCounts()).sum());
    assertTrue(report.getMeanMagnitudes(StatsType.Updates).get("0_W") > 0);
    assertTrue(report.getStdev(StatsType.Gradients).get("0_W") > 0);

    // As a file or another process gets it.
    SbeStatsReport decoded = new SbeStatsReport();
    decoded.decode(report.encode());
    assertEquals(report.getMeanMagnitudes(type).keySet(), decoded.getMeanMagnitudes(type).keySet());
    assertArrayEquals(
        histogram.getBinCounts(), decoded.getHistograms(type).get("0_W").getBinCounts());
  }
}
