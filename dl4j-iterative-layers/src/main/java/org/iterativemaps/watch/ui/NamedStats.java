package org.iterativemaps.watch.ui;

import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.deeplearning4j.core.storage.Persistable;
import org.deeplearning4j.core.storage.StatsStorageRouter;
import org.deeplearning4j.core.storage.StorageMetaData;
import org.deeplearning4j.ui.model.stats.api.StatsReport;
import org.deeplearning4j.ui.model.stats.api.StatsType;

/** Passes statistics on under names that the pages can show. */
record NamedStats(StatsStorageRouter storage) implements StatsStorageRouter {

  @Override
  public void putUpdate(Persistable update) {
    if (update instanceof StatsReport report) {
      rename(report);
    }
    storage.putUpdate(update);
  }

  @Override
  public void putUpdate(Collection<? extends Persistable> updates) {
    updates.forEach(this::putUpdate);
  }

  /** Activations are by layer: DL4J's names, which stay. */
  private static void rename(StatsReport report) {
    rename(report.getLearningRates(), report::reportLearningRates);
    for (StatsType type : List.of(StatsType.Parameters, StatsType.Gradients, StatsType.Updates)) {
      rename(report.getHistograms(type), names -> report.reportHistograms(type, names));
      rename(report.getMean(type), names -> report.reportMean(type, names));
      rename(report.getStdev(type), names -> report.reportStdev(type, names));
      rename(report.getMeanMagnitudes(type), names -> report.reportMeanMagnitudes(type, names));
      new WholeLayers(report, type).add();
    }
  }

  /** What was not collected is null, and stays it. */
  private static <T> void rename(Map<String, T> byKey, Consumer<Map<String, T>> report) {
    if (byKey != null) {
      Map<String, T> byName = new LinkedHashMap<>();
      byKey.forEach((key, value) -> byName.put(MapStats.pageName(key), value));
      report.accept(byName);
    }
  }

  @Override
  public void putStaticInfo(Persistable staticInfo) {
    storage.putStaticInfo(staticInfo);
  }

  @Override
  public void putStaticInfo(Collection<? extends Persistable> staticInfo) {
    storage.putStaticInfo(staticInfo);
  }

  @Override
  public void putStorageMetaData(StorageMetaData storageMetaData) {
    storage.putStorageMetaData(storageMetaData);
  }

  @Override
  public void putStorageMetaData(Collection<? extends StorageMetaData> storageMetaData) {
    storage.putStorageMetaData(storageMetaData);
  }
}
