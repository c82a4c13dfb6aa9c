package org.iterativemaps.watch.ui;

import org.deeplearning4j.core.storage.StatsStorageRouter;
import org.deeplearning4j.ui.model.stats.StatsListener;

/**
 * DL4J's {@code StatsListener}, so that its user interface shows maps.
 *
 * <pre>{@code
 * StatsStorage storage = new InMemoryStatsStorage();
 * UIServer.getInstance().attach(storage); // http://localhost:9000
 * network.addListeners(MapStats.listener(storage, 10));
 * }</pre>
 *
 * <p>The page "model" of DL4J's interface builds a selector from each parameter's name, which of
 * "W[x-&gt;h]" is no valid one: with a plain {@code StatsListener} it stops with an error in the
 * browser's console, and shows no histogram. Here the statistics, and they alone, say "W⟨x→h⟩"
 * instead; parameters keep their keys.
 */
public final class MapStats {
  private MapStats() {}

  /**
   * A listener for one network, with or without maps.
   *
   * @param storage where the statistics go, such as an {@code InMemoryStatsStorage}
   * @param every how many iterations there are between two reports, at least 1
   * @throws IllegalArgumentException if there is no storage, or every is below 1
   */
  public static StatsListener listener(StatsStorageRouter storage, int every) {
    if (every < 1) {
      throw new IllegalArgumentException(
          "every: found " + every + ", expected at least 1 iteration");
    }
    return new StatsListener(named(storage), every);
  }

  /**
   * The storage for a {@code StatsListener} of one's own settings: what is reported through it goes
   * to the given storage under names that the pages can show.
   *
   * @param storage where the statistics go
   * @throws IllegalArgumentException if there is none
   */
  public static StatsStorageRouter named(StatsStorageRouter storage) {
    if (storage == null) {
      throw new IllegalArgumentException("storage: found null, expected a StatsStorageRouter");
    }
    return storage instanceof NamedStats ? storage : new NamedStats(storage);
  }

  /**
   * What the pages call a parameter: its key with ⟨, →, ⟩, ‚ and · for the characters of block
   * names that mean something in a selector of CSS.
   *
   * @param key such as "W[x-&gt;h]", with or without the layer and "_" before it
   */
  public static String pageName(String key) {
    return key.replace("->", "→")
        .replace('[', '⟨')
        .replace(']', '⟩')
        .replace(',', '‚')
        .replace('.', '·');
  }
}
