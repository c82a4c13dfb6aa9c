package org.iterativemaps.examples;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.abort;

import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The example as people see it; leaves the pictures of docs/watching.md in target/ui. */
@Timeout(240)
class WatchItTrainInBrowserTest {
  @TempDir Path folder;

  @Test
  void pagesShowTheMapWhileItIsPruned() throws Exception {
    Browser found = Browser.find().orElse(null);
    if (found == null) {
      abort(Browser.MISSING);
    }
    int port;
    try (ServerSocket socket = new ServerSocket(0)) {
      port = socket.getLocalPort();
    }
    Path pictures = Files.createDirectories(Path.of("target", "ui"));
    MultiLayerNetwork network = WatchItTrain.network(32);
    long before = network.numParams();
    try (Screen screen = new BrowserScreen();
        OpenBrowser browser = new OpenBrowser(found, folder, 1300, 1000)) {
      String address = screen.show(network, port);
      assertTrue(address.endsWith(":" + port), address);
      WatchItTrain.train(network, 640, 6);
      assertTrue(network.numParams() < before, "pruned");

      browser.open(address + "/train/overview");
      browser.awaitTrue("document.querySelector('#updateRatioChart .legendLabel') !== null");
      assertEquals(List.of(), browser.errors());
      browser.picture(pictures.resolve("ui-overview.png"), 1300, 870);

      browser.open(address + "/train/model");
      browser.awaitTrue("typeof cytoscape === 'function'");
      browser.ask("setSelectedVertex(1); renderModelPage(true)");
      browser.awaitTrue("document.querySelectorAll('#paramHistButtonsDiv input').length === 4");
      browser.ask(
          "$('#paramHistButtonsDiv input').filter((i, b) => b.value === 'h→h·W').click();"
              + " executeModelUpdate()");
      browser.awaitTrue("$('#paramhistSelected').text().includes('(h→h·W)')");
      String bars = "$('#parametershistogram').data('plot').getData()[0].data";
      long weights = network.getParam("0_W[h->h]").length(); // those that pruning left
      browser.awaitTrue(bars + ".reduce((sum, bar) => sum + bar[1], 0) === " + weights);
      assertEquals(List.of(), browser.errors());
      browser.picture(pictures.resolve("ui-model.png"), 1300, 1500);
    }
  }
}
