package org.iterativemaps.examples;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.abort;

import java.io.IOException;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.deeplearning4j.core.storage.StatsStorage;
import org.deeplearning4j.nn.api.Model;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.conf.layers.RnnOutputLayer;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.deeplearning4j.optimize.api.TrainingListener;
import org.deeplearning4j.ui.VertxUIServer;
import org.deeplearning4j.ui.api.UIServer;
import org.deeplearning4j.ui.model.stats.StatsListener;
import org.deeplearning4j.ui.model.storage.InMemoryStatsStorage;
import org.iterativemaps.layers.IterativeMapLayer;
import org.iterativemaps.layers.IterativeMapRecurrentLayer;
import org.iterativemaps.layers.IterativeMapVertex;
import org.iterativemaps.map.BlockMap;
import org.iterativemaps.map.pattern.Sparsity;
import org.iterativemaps.watch.ui.MapStats;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.learning.config.Adam;

/** DL4J's user interface in a real browser, of networks with maps and of one without. */
@Timeout(240)
class UserInterfaceTest {
  private static final int ITERATIONS = 6;

  @TempDir static Path folder;
  private static UIServer server;
  private static OpenBrowser browser;

  @BeforeAll
  static void start() throws Exception {
    Browser found = Browser.find().orElse(null);
    if (found == null) {
      abort(Browser.MISSING);
    }
    server = VertxUIServer.getInstance(freePort(), false, null);
    browser = new OpenBrowser(found, folder, 1400, 1000);
  }

  private static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0)) {
      return socket.getLocalPort();
    }
  }

  @AfterAll
  static void stop() throws Exception {
    if (browser != null) {
      browser.close();
    }
    if (server != null) {
      UIServer.stopInstance();
    }
  }

  private static NeuralNetConfiguration.Builder conf() {
    return new NeuralNetConfiguration.Builder()
        .seed(7)
        .activation(Activation.TANH)
        .updater(new Adam(0.01));
  }

  private static MultiLayerNetwork network(Layer layer, boolean isSequence) {
    MultiLayerNetwork network =
        new MultiLayerNetwork(
            conf()
                .list(layer, readOut(isSequence))
                .setInputType(isSequence ? InputType.recurrent(4) : InputType.feedForward(4))
                .build());
    network.init();
    return network;
  }

  private static Layer readOut(boolean isSequence) {
    return isSequence
        ? new RnnOutputLayer.Builder().name("out").nOut(3).activation(Activation.SOFTMAX).build()
        : new OutputLayer.Builder().name("out").nOut(3).activation(Activation.SOFTMAX).build();
  }

  private static BlockMap map() {
    return mapOf(4);
  }

  private static BlockMap mapOf(int nIn) {
    return BlockMap.builder()
        .input("x", nIn)
        .state("h", 20, Activation.TANH)
        .state("y.1", 5, Activation.TANH)
        .connect("x", "h", Sparsity.density(0.5))
        .connect("h", "h", Sparsity.density(0.1))
        .connect("h", "y.1", Sparsity.density(0.3))
        .output("y.1")
        .build();
  }

  private static DataSet data(boolean isSequence, int seed) {
    Random random = new Random(seed);
    INDArray features = isSequence ? Nd4j.create(6, 4, 5) : Nd4j.create(6, 4);
    for (long i = 0; i < features.length(); i++) {
      features.putScalar(i, random.nextGaussian());
    }
    INDArray labels = isSequence ? Nd4j.create(6, 3, 5) : Nd4j.create(6, 3);
    for (int b = 0; b < 6; b++) {
      for (int t = 0; t < (isSequence ? 5 : 1); t++) {
        labels.putScalar(isSequence ? new int[] {b, b % 3, t} : new int[] {b, b % 3}, 1);
      }
    }
    return new DataSet(features, labels);
  }

  private interface Listening {
    TrainingListener to(StatsStorage storage);
  }

  /** Trains, and shows it for as long as the pages are looked at. */
  private static void shown(Model network, boolean isSequence, Listening listening, Looking looking)
      throws Exception {
    StatsStorage storage = new InMemoryStatsStorage();
    server.attach(storage);
    try {
      network.setListeners(listening.to(storage));
      for (int i = 0; i < ITERATIONS; i++) {
        if (network instanceof MultiLayerNetwork multiLayer) {
          multiLayer.fit(data(isSequence, i));
        } else {
          ((ComputationGraph) network).fit(data(isSequence, i));
        }
      }
      browser.errors();
      looking.look();
    } finally {
      server.detach(storage);
    }
  }

  private interface Looking {
    void look() throws Exception;
  }

  private static String address(String page) {
    return "http://localhost:" + server.getPort() + "/train/" + page;
  }

  private static String legend(String chart) {
    return "Array.from(document.querySelectorAll('"
        + chart
        + " .legendLabel')).map(e => e.textContent).sort().join(' ')";
  }

  /** The overview's errors, and what it shows the ratios of. */
  private static void overview(String ratios) throws Exception {
    browser.open(address("overview"));
    browser.awaitTrue("document.querySelector('#updateRatioChart .legendLabel') !== null");
    assertEquals(ratios, browser.ask(legend("#updateRatioChart")));
    assertEquals(List.of(), browser.errors());
  }

  private static void system() throws Exception {
    browser.open(address("system"));
    browser.awaitTrue("document.querySelectorAll('canvas').length >= 2");
    browser.awaitTrue("document.body.innerText.includes('CPU')");
    assertEquals(List.of(), browser.errors());
  }

  /** Opens the page of a layer, or of a vertex. */
  private static void model(int index) throws Exception {
    browser.open(address("model"));
    browser.awaitTrue("typeof setSelectedVertex === 'function' && typeof cytoscape === 'function'");
    browser.ask("setSelectedVertex(" + index + "); renderModelPage(true)");
    browser.awaitTrue("document.querySelector('#meanmag .legendLabel') !== null");
  }

  /**
   * What the page shows of a layer: ratios and buttons by name, a histogram behind each button, of
   * as many numbers as there are.
   *
   * @param keys of parameters by name; null if all weights are meant
   */
  private static void parameters(Model network, String layer, Map<String, String> keys)
      throws Exception {
    String names = String.join(" ", keys.keySet());
    assertEquals(names, browser.ask(legend("#meanmag")));
    long weights = 0;
    for (Map.Entry<String, String> name : keys.entrySet()) {
      if (name.getKey().endsWith("W") && name.getValue() != null) {
        weights += network.getParam(layer + "_" + name.getValue()).length();
      }
    }
    assertHistograms("W", weights); // shown before a button is pressed
    for (String div : List.of("param", "upd")) {
      String container = div.equals("param") ? "paramHistButtonsDiv" : "updateHistButtonsDiv";
      assertEquals(
          names,
          browser.ask("$('#" + container + " input').get().map(b => b.value).sort().join(' ')"));
    }
    for (Map.Entry<String, String> name : keys.entrySet()) {
      for (String container : List.of("paramHistButtonsDiv", "updateHistButtonsDiv")) {
        browser.ask(
            "$('#"
                + container
                + " input').filter((i, b) => b.value === '"
                + name.getKey()
                + "').click(); 1");
        browser.ask("executeModelUpdate()");
      }
      assertHistograms(
          name.getKey(),
          name.getValue() == null
              ? weights
              : network.getParam(layer + "_" + name.getValue()).length());
    }
    assertEquals(List.of(), browser.errors());
  }

  private static void assertHistograms(String name, long length) throws Exception {
    for (String chart : List.of("param", "update")) {
      browser.awaitTrue("$('#" + chart + "histSelected').text().includes('(" + name + ")')");
    }
    browser.awaitTrue(counted("parameters") + " === " + length);
    browser.awaitTrue(counted("updates") + " === " + length);
  }

  /** How many numbers the bars of a histogram stand for. */
  private static String counted(String chart) {
    return "$('#"
        + chart
        + "histogram').data('plot').getData()[0].data.reduce((sum, bar) => sum + bar[1], 0)";
  }

  /** By name, sorted as the browser sorts. */
  private static Map<String, String> names(String... keys) {
    Map<String, String> names = new TreeMap<>();
    for (String key : keys) {
      names.put(MapStats.pageName(key), key);
    }
    names.putIfAbsent("W", null);
    return names;
  }

  private static Layer mapLayer() {
    return new IterativeMapLayer.Builder().name("map").map(map()).steps(3).build();
  }

  private static final Map<String, String> KEYS =
      names("W[x->h]", "W[h->h]", "W[h->y.1]", "b[h]", "b[y.1]");

  @Test
  void aNetworkWithoutMapsIsTheBaseline() throws Exception {
    Model network = network(new DenseLayer.Builder().name("dense").nOut(20).build(), false);
    shown(
        network,
        false,
        storage -> new StatsListener(storage, 1),
        () -> {
          overview("0_W 1_W");
          system();
          model(1);
          parameters(network, "0", names("W", "b"));
        });
  }

  /** What MapStats is for, and that these checks can fail. */
  @Test
  void keysAsTheyAreStopThePage() throws Exception {
    shown(
        network(mapLayer(), false),
        false,
        storage -> new StatsListener(storage, 1),
        () -> {
          overview("1_W"); // no weights of the map
          model(1);
          List<String> errors = new ArrayList<>();
          OpenBrowser.await(
              "the page's error",
              () -> {
                errors.addAll(browser.errors());
                return !errors.isEmpty();
              });
          assertTrue(
              errors.get(0).contains("unrecognized expression: #paramBtn_W["), errors.get(0));
        });
  }

  @Test
  void aLayerShowsItsBlocks() throws Exception {
    Model network = network(mapLayer(), false);
    shown(
        network,
        false,
        storage -> MapStats.listener(storage, 1),
        () -> {
          overview("0_W 0_h→h·W 0_h→y․1·W 0_x→h·W 1_W");
          system();
          model(1);
          parameters(network, "0", KEYS);
          assertEquals("h·b h→h·W h→y․1·W x→h·W y․1·b", browser.ask(legend("#learningrate")));
          String table = browser.ask("document.querySelector('#layerInfo').innerText");
          assertTrue(table.contains("IterativeMap"), table);
          assertTrue(table.contains(Long.toString(135)), table); // 40 + 40 + 30 + 20 + 5
        });
  }

  @Test
  void aGatedLayerShowsItsGates() throws Exception {
    Layer layer =
        new IterativeMapRecurrentLayer.Builder().name("map").nIn(4).lstm(10).density(0.3).build();
    MultiLayerNetwork network = network(layer, true);
    shown(
        network,
        true,
        storage -> MapStats.listener(storage, 1),
        () -> {
          model(1);
          parameters(
              network,
              "0",
              names(network.getLayer(0).paramTable().keySet().toArray(String[]::new)));
        });
  }

  @Test
  void aGraphShowsItsVerticesAndLayers() throws Exception {
    ComputationGraph graph =
        new ComputationGraph(
            conf()
                .graphBuilder()
                .addInputs("in")
                .addVertex("loop", new IterativeMapVertex(map(), 2), "in")
                .addLayer(
                    "map",
                    new IterativeMapRecurrentLayer.Builder().nIn(5).map(mapOf(5)).steps(2).build(),
                    "loop")
                .addLayer("out", readOut(true), "map")
                .setInputTypes(InputType.recurrent(4))
                .setOutputs("out")
                .build());
    graph.init();
    shown(
        graph,
        true,
        storage -> MapStats.listener(storage, 1),
        () -> {
          overview(
              "loop_W loop_h→h·W loop_h→y․1·W loop_x→h·W"
                  + " map_W map_h→h·W map_h→y․1·W map_x→h·W out_W");
          model(1);
          parameters(graph, "loop", KEYS);
          String table = browser.ask("document.querySelector('#layerInfo').innerText");
          assertEquals("Layer Name\tloop\nLayer Type\tIterativeMapVertex", table);
          model(2);
          parameters(graph, "map", KEYS);
        });
  }
}
