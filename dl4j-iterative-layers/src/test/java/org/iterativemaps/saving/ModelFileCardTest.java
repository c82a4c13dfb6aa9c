package org.iterativemaps.saving;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.deeplearning4j.util.ModelSerializer;
import org.iterativemaps.card.DataSummary;
import org.iterativemaps.card.ModelCard;
import org.iterativemaps.layers.IterativeMapLayer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;

/** Every file has a card, which is read without the network. */
class ModelFileCardTest {
  private static final INDArray DATA = Nd4j.ones(3, 2);

  @TempDir private Path folder;

  private final MultiLayerNetwork network = network();

  private static MultiLayerNetwork network() {
    MultiLayerNetwork network =
        new MultiLayerNetwork(
            new NeuralNetConfiguration.Builder()
                .seed(3)
                .list()
                .layer(new IterativeMapLayer.Builder().nIn(2).nOut(4).density(0.5).steps(2).build())
                .layer(new OutputLayer.Builder(LossFunction.MSE).nIn(4).nOut(2).build())
                .build());
    network.init();
    network.fit(new DataSet(DATA, DATA));
    return network;
  }

  private Path file(Map<String, byte[]> entries) throws IOException {
    Path file = folder.resolve("changed.zip");
    Files.write(file, Zips.of(entries));
    return file;
  }

  private static void assertRefused(String expected, Path file) {
    String message =
        assertThrows(ModelFileException.class, () -> ModelFile.card(file)).getMessage();
    assertTrue(message.contains(expected) && message.contains("changed.zip: "), message);
  }

  @Test
  void theCardIsInTheFile() throws IOException {
    Path file = folder.resolve("model.zip");
    ModelFile.save(network, file);
    assertEquals(ModelCard.of(network), ModelFile.card(file));
    ModelCard card =
        ModelCard.of(network)
            .withTitle("Ones")
            .withSection(ModelCard.INTENDED_USE, "Nothing.")
            .withData(DataSummary.of("ones", DATA, DATA))
            .withMetric("accuracy", 1);
    ModelFile.save(network, file, true, null, card);
    assertEquals(card, ModelFile.card(file));
    assertEquals(network.params(), ModelFile.load(file).multiLayerNetwork().params());
    MultiLayerNetwork dl4js = ModelSerializer.restoreMultiLayerNetwork(file.toFile(), true);
    assertEquals(network.params(), dl4js.params());
  }

  @Test
  void aNetworkThatIsSavedTwiceHasTheSameEntries() throws IOException {
    Path one = folder.resolve("one.zip");
    Path two = folder.resolve("two.zip");
    ModelFile.save(network, one);
    ModelFile.save(network, two);
    Map<String, byte[]> first = Zips.entries(Files.readAllBytes(one));
    Map<String, byte[]> second = Zips.entries(Files.readAllBytes(two));
    assertEquals(first.keySet(), second.keySet());
    first.forEach((name, bytes) -> assertArrayEquals(bytes, second.get(name), name));
  }

  /** Neither parameters nor configuration are looked at. */
  @Test
  void nothingElseIsRead() throws IOException {
    Path file = folder.resolve("model.zip");
    ModelFile.save(network, file);
    Map<String, byte[]> entries = Zips.entries(Files.readAllBytes(file));
    entries.put("configuration.json", new byte[] {1});
    entries.remove("checksums.sha256");
    entries.remove("coefficients.bin");
    assertEquals(ModelCard.of(network), ModelFile.card(file(entries)));
  }

  @Test
  void damagedMissingAndLaterCardsAreRefused() throws IOException {
    Path file = folder.resolve("model.zip");
    ModelFile.save(network, file);
    Map<String, byte[]> entries = Zips.entries(Files.readAllBytes(file));
    String json = new String(entries.get(ModelFile.CARD), StandardCharsets.US_ASCII);
    byte[] later =
        json.replace("\"version\" : 1", "\"version\" : 7").getBytes(StandardCharsets.US_ASCII);
    entries.put(ModelFile.CARD, later);
    assertRefused("modelCard.json: is not what was saved: its SHA-256 is", file(entries));
    entries.remove("checksums.sha256");
    assertRefused("modelCard.json: model card.version: found version 7", file(entries));
    entries.put(ModelFile.CARD, new byte[] {'{', 3});
    assertRefused("modelCard.json: ", file(entries));
    assertEquals( // what a later library says of it does not keep the network from being loaded
        network.params(), ModelFile.load(file(entries)).multiLayerNetwork().params());
    entries.remove(ModelFile.CARD);
    assertRefused("has no entry 'modelCard.json'", file(entries));
    Files.write(folder.resolve("changed.zip"), new byte[100]);
    assertRefused("is no zip file", folder.resolve("changed.zip"));
  }

  @Test
  void aCardOfSomethingElseIsRefused() throws IOException {
    Path file = folder.resolve("model.zip");
    ModelCard before = ModelCard.of(network);
    network.fit(new DataSet(DATA, DATA));
    String message =
        assertThrows(
                IllegalArgumentException.class,
                () -> ModelFile.save(network, file, true, null, before))
            .getMessage();
    assertTrue(message.contains("card: is not of this network as it is now: it was made"), message);
    assertThrows(
        IllegalArgumentException.class, () -> ModelFile.save(network, file, true, null, null));
    assertFalse(Files.exists(file));
  }
}
