package org.iterativemaps.examples;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.iterativemaps.examples.SwapMlpForLoopedMap.Trained;
import org.iterativemaps.examples.data.DigitImages;
import org.iterativemaps.examples.data.DrawnDigits;
import org.iterativemaps.examples.data.Iris;
import org.iterativemaps.examples.notebook.Notebook;
import org.iterativemaps.examples.notebook.Outcome;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.nd4j.linalg.dataset.DataSet;
import picocli.CommandLine;

class SwapMlpForLoopedMapTest {
  @TempDir Path folder;
  private final StringWriter printed = new StringWriter();

  private Outcome<List<Trained>> run(String... arguments) {
    String[] all = Arrays.copyOf(arguments, arguments.length + 3);
    all[arguments.length] = "--quick";
    all[arguments.length + 1] = "--out";
    all[arguments.length + 2] = folder.resolve("out").toString();
    SwapMlpForLoopedMap notebook = new SwapMlpForLoopedMap();
    return Notebook.run(notebook, new PrintWriter(printed), all);
  }

  @Test
  void bothNetworksLearnToRead() throws Exception {
    Outcome<List<Trained>> outcome = run("--seed", "1");
    assertEquals(0, outcome.exitCode(), printed.toString());
    Browser.checkPage(outcome.page(), 2);
    Trained dense = outcome.result().get(0);
    Trained map = outcome.result().get(1);
    // 64-64-64-64-10, and 20 % of 64 * 64 weights, twice, with one bias vector in their place.
    assertEquals(3 * 65 * 64 + 65 * 10, dense.parameters());
    assertEquals(2 * 819 + 64 + 65 * 10, map.parameters());
    for (Trained network : outcome.result()) {
      for (double accuracy : network.accuracies()) {
        assertTrue(accuracy >= 0.92, network.name() + " " + accuracy);
      }
    }
    assertTrue(Files.exists(outcome.page()) && Files.exists(outcome.picture()));
  }

  @Test
  void itTrainsOnMnistFiles() throws IOException {
    DigitImages digits = DrawnDigits.make(400, 28, 5);
    write("train", digits.range(0, 300));
    write("t10k", digits.range(300, 400));
    Outcome<List<Trained>> outcome = run("--mnist", folder.toString());
    assertEquals(0, outcome.exitCode(), printed.toString());
    assertTrue(printed.toString().contains("MNIST"));
  }

  private void write(String set, DigitImages digits) throws IOException {
    int pixels = digits.side() * digits.side();
    ByteBuffer images = ByteBuffer.allocate(16 + digits.count() * pixels);
    images.putInt(0x803).putInt(digits.count()).putInt(digits.side()).putInt(digits.side());
    ByteBuffer labels = ByteBuffer.allocate(8 + digits.count());
    labels.putInt(0x801).putInt(digits.count());
    for (int i = 0; i < digits.count(); i++) {
      for (float ink : digits.pixels().get(i)) {
        images.put((byte) Math.round(255 * ink));
      }
      labels.put((byte) digits.labels()[i]);
    }
    Files.write(folder.resolve(set + "-images-idx3-ubyte"), images.array());
    Files.write(folder.resolve(set + "-labels-idx1-ubyte"), labels.array());
  }

  @Test
  void aMissingFolderIsNamed() {
    Outcome<List<Trained>> outcome = run("--mnist", folder.resolve("absent").toString());
    assertEquals(1, outcome.exitCode());
    assertTrue(printed.toString().contains("absent"), printed.toString());
  }

  @Test
  void itTrainsOnDrawnDigits() {
    Outcome<List<Trained>> outcome = run("--drawn");
    assertEquals(0, outcome.exitCode(), printed.toString());
    assertTrue(printed.toString().contains("drawn digits"), printed.toString());
    assertFalse(printed.toString().contains("CC BY"), printed.toString());
    assertTrue(outcome.result().get(1).accuracies()[0] > 0.9);
  }

  @Test
  void irisIsWhole() throws IOException {
    DataSet iris = Iris.load();
    assertEquals(150, iris.numExamples());
    assertEquals(50, iris.getLabels().sum(0).getDouble(2));
    assertEquals(5.8433, iris.getFeatures().mean(0).getDouble(0), 1e-3);
  }

  @Test
  void itIsTheFirstExampleAndTheDefault() {
    CommandLine examples = Examples.commandLine(Examples.IN_READING_ORDER);
    assertEquals("SwapMlpForLoopedMap", Examples.IN_READING_ORDER.get(0).name());
    assertTrue(examples.getSubcommands().containsKey("SwapMlpForLoopedMap"));
  }
}
