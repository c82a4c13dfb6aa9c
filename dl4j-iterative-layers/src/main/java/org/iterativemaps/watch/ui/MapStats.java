package org.iterativemaps.watch.ui;

import java.util.regex.Matcher;
import java.util.regex.Pattern;
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
 * <p>With a plain {@code StatsListener} the page "model" stops with an error in the browser's
 * console and shows no histogram, for it builds a selector of CSS from each parameter's name, which
 * of "W[x-&gt;h]" is no valid one; and "overview" leaves the blocks out, for it takes for weights
 * what ends in W. Here the statistics, and they alone, say "x→h·W" instead ({@link #pageName}), and
 * have all weights of a map together as "W". Parameters keep their keys.
 */
public final class MapStats {
  private static final Pattern KEY = Pattern.compile("(\\w+)((?:\\[[^\\[\\]]*])+)");
  private static final Pattern OWNER = Pattern.compile("\\[([^\\[\\]]*)]");

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
   * What the pages call a parameter: "x→h·W" for the key "W[x-&gt;h]", "h·b" for "b[h]". What has
   * no such key, and the name of the layer in front of it, stays.
   *
   * @param name a key, or a layer, "_" and a key, as DL4J has them
   */
  public static String pageName(String name) {
    int start = name.lastIndexOf('_') + 1; // no key has one
    Matcher key = KEY.matcher(name.substring(start));
    if (!key.matches()) {
      return name;
    }
    StringBuilder owners = new StringBuilder();
    Matcher owner = OWNER.matcher(key.group(2));
    while (owner.find()) {
      owners.insert(0, inSelector(owner.group(1)) + '·'); // of nested maps the outer one is last
    }
    String symbol = key.group(1);
    boolean isOfProduct = symbol.equals("L") || symbol.equals("R");
    return name.substring(0, start) + owners + symbol + (isOfProduct ? "W" : "");
  }

  /** Looks the same, and means nothing in a selector. */
  private static String inSelector(String owner) {
    return owner.replace("->", "→").replace(',', '‚').replace('.', '․');
  }
}
