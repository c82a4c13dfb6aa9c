package org.iterativemaps.examples;

import java.util.Objects;
import org.deeplearning4j.config.DL4JSystemProperties;
import org.deeplearning4j.core.storage.StatsStorage;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.deeplearning4j.ui.api.UIServer;
import org.deeplearning4j.ui.model.storage.InMemoryStatsStorage;
import org.iterativemaps.watch.ui.MapStats;

/** DL4J's user interface. */
public final class BrowserScreen implements Screen {

  /** For the service loader; fails at once where DL4J's classes are not on the class path. */
  public BrowserScreen() {
    Objects.requireNonNull(UIServer.class);
  }

  @Override
  public String show(MultiLayerNetwork network, int port) {
    System.setProperty(DL4JSystemProperties.UI_SERVER_PORT_PROPERTY, Integer.toString(port));
    // region show
    StatsStorage storage = new InMemoryStatsStorage();
    UIServer server = UIServer.getInstance();
    server.attach(storage);
    network.addListeners(MapStats.listener(storage, 1));
    // endregion
    return server.getAddress();
  }

  @Override
  public void close() throws Exception {
    UIServer.stopInstance();
  }
}
