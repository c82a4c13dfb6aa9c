package org.iterativemaps.card;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.deeplearning4j.nn.api.Model;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.iterativemaps.FreshJvm;
import org.iterativemaps.iterate.Iteration;
import org.iterativemaps.layers.IterativeMapLayer;
import org.iterativemaps.layers.IterativeMapRecurrentLayer;
import org.iterativemaps.layers.MapFormatException;
import org.iterativemaps.map.Block;
import org.iterativemaps.map.BlockMap;
import org.iterativemaps.map.Slot;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.learning.config.Adam;
import org.nd4j.linalg.learning.config.Sgd;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;

/** What a card says is so. */
class ModelCardTest {
  private static final int SEEDS = 24;

  @TempDir private Path folder;

  private static MultiLayerNetwork planned() {
    MultiLayerNetwork network =
        new MultiLayerNetwork(
            new NeuralNetConfiguration.Builder()
                .seed(1)
                .updater(new Sgd(0.5))
                .list()
                .layer(
                    new IterativeMapLayer.Builder()
                        .name("planned")
                        .nIn(6)
                        .nOut(20)
                        .trainableWeights(100)
                        .hiddenProportion(0.5)
                        .steps(3)
                        .activation(Activation.TANH)
                        .build())
                .layer(
                    new OutputLayer.Builder(LossFunction.MSE)
                        .activation(Activation.IDENTITY)
                        .updater(new Adam(0.25))
                        .nIn(20)
                        .nOut(2)
                        .build())
                .build());
    network.init();
    return network;
  }

  @Test
  void itSaysWhatTheMapsAre() {
    for (int seed = 0; seed < SEEDS; seed++) {
      BlockMap map = Cards.map(seed);
      for (Model network : List.of(Cards.layers(seed), Cards.graph(seed))) {
        ModelCard card = ModelCard.of(network);
        String which = "seed " + seed + ": " + map;
        MapFacts facts = card.maps().get(0);
        assertEquals(1, card.maps().size(), which);
        assertEquals(map.seed(), facts.seed(), which);
        assertEquals(network.numParams(), card.network().parameters(), which);
        List<Slot> slots = map.slots();
        for (int i = 0; i < slots.size(); i++) { // those of nested maps are behind them
          assertEquals(slots.get(i).name(), facts.slots().get(i).name(), which);
          assertEquals(slots.get(i).size(), facts.slots().get(i).size(), which);
        }
        List<BlockFacts> own =
            facts.blocks().stream().filter(block -> !block.name().contains(" / ")).toList();
        assertEquals(
            map.blocks().stream().map(Block::name).toList(),
            own.stream().map(BlockFacts::name).toList(),
            which);
        long weights = // of own and nested blocks
            facts.blocks().stream()
                .filter(block -> block.fixedValues() == null)
                .flatMap(block -> block.masks().stream())
                .mapToLong(MaskFacts::entries)
                .sum();
        assertEquals(facts.trainableWeights(), weights, which);
        assertEquals(
            facts.parameters(), card.network().layers().get(mapAt(card)).parameters(), which);
        assertTrue(
            facts.blocks().stream()
                .allMatch(b -> b.masks().stream().allMatch(m -> m.sha256().length() == 64)),
            which);
      }
    }
  }

  private static int mapAt(ModelCard card) {
    for (int i = 0; i < card.network().layers().size(); i++) {
      if (card.network().layers().get(i).kind().equals("IterativeMapRecurrentLayer")) {
        return i;
      }
    }
    throw new AssertionError(card.network());
  }

  @Test
  void jsonComesBackEqual() throws MapFormatException {
    for (int seed = 0; seed < SEEDS; seed++) {
      ModelCard card =
          ModelCard.of(seed % 2 == 0 ? Cards.layers(seed) : Cards.graph(seed))
              .withTitle("Größe \"" + seed + "\"")
              .withSection(ModelCard.LIMITATIONS, "Two\nlines, and a tab\t.")
              .withSection("Zusätze", "ß")
              .withSection(ModelCard.INTENDED_USE, "None.")
              .withMetric("loss", 1e-300)
              .withMetric("accuracy", 1.0 / 3);
      if (seed % 3 == 0) {
        INDArray data = Nd4j.ones(2, 1);
        card = card.withData(DataSummary.of("ones", data, data));
      }
      String json = card.toJson();
      assertTrue(json.chars().allMatch(c -> c < 0x80 && c != '\r'), json);
      ModelCard back = ModelCard.fromJson(json);
      assertEquals(card, back);
      assertEquals(json, back.toJson());
      assertEquals(card.toMarkdown(), back.toMarkdown());
      assertEquals(
          List.of(ModelCard.LIMITATIONS, "Zusätze", ModelCard.INTENDED_USE),
          List.copyOf(back.sections().keySet()));
    }
  }

  @Test
  void thePageHasEveryMapSlotBlockAndMask() {
    for (int seed = 0; seed < SEEDS; seed++) {
      ModelCard card =
          ModelCard.of(Cards.graph(seed))
              .withSection("Factors", "Light.")
              .withMetric("recall", 0.5);
      List<String> lines = card.toMarkdown().lines().toList();
      assertTrue(lines.contains("## Map map|1"), card::toMarkdown);
      for (SlotFacts slot : card.maps().get(0).slots()) {
        assertTrue(
            lines.stream()
                .anyMatch(line -> line.startsWith("| " + slot.name() + " | " + slot.role())),
            card::toMarkdown);
      }
      for (BlockFacts block : card.maps().get(0).blocks()) {
        assertTrue(
            lines.stream().anyMatch(line -> line.startsWith("| " + block.name() + " | ")),
            card::toMarkdown);
        for (MaskFacts mask : block.masks()) {
          assertTrue(
              lines.stream()
                  .anyMatch(
                      line ->
                          line.startsWith("| " + block.name() + " | ")
                              && line.endsWith(" | " + mask.sha256() + " |")),
              card::toMarkdown);
        }
      }
      assertTrue(
          lines.contains(
              "| map\\|1 | IterativeMapRecurrentLayer | "
                  + String.format(Locale.ROOT, "%,d", card.maps().get(0).parameters())
                  + " | in |"),
          card::toMarkdown);
      assertTrue(lines.containsAll(List.of("## Factors", "Light.", "* recall: 0.5")));
      card.papers().forEach(paper -> assertTrue(lines.contains("* " + paper)));
    }
  }

  @Test
  void plannedAndRealisedHiddenProportion() {
    ModelCard card = ModelCard.of(planned());
    MapFacts map = card.maps().get(0);
    assertEquals("planned", map.address());
    assertEquals(0.5, map.plannedHiddenProportion(), 0.01);
    assertEquals(0.5, map.hiddenProportion(), 0.01);
    assertEquals(100, map.trainableWeights());
    assertEquals("3 steps", map.iteration());
    assertEquals("tanh", map.slots().get(1).activation());
    assertTrue(card.toMarkdown().contains("* hidden proportion 0.5000, planned 0.5000\n"));
    assertNull(ModelCard.of(Cards.layers(0)).maps().get(0).plannedHiddenProportion());
  }

  @Test
  void whatDl4jKnowsOfTheTraining() {
    MultiLayerNetwork network = planned();
    TrainingFacts before = ModelCard.of(network).training();
    assertEquals(0, before.iterations());
    assertNull(before.score());
    network.fit(new DataSet(Nd4j.ones(3, 6), Nd4j.ones(3, 2)));
    network.fit(new DataSet(Nd4j.ones(3, 6), Nd4j.ones(3, 2)));
    network.setEpochCount(2);
    TrainingFacts after = ModelCard.of(network).training();
    assertEquals(2, after.iterations());
    assertEquals(2, after.epochs());
    assertEquals(network.score(), after.score());
    assertEquals(2, after.updaters().size());
    assertEquals("Sgd(learningRate 0.5)", after.updaters().get(0));
    assertTrue(
        after
            .updaters()
            .get(1)
            .equals("Adam(beta1 0.9, beta2 0.999, epsilon 1.0E-8, learningRate 0.25)"),
        after.toString());
    assertEquals(List.of("LossMSE"), after.losses());
  }

  @Test
  void settlingIsDescribed() {
    MultiLayerNetwork network =
        new MultiLayerNetwork(
            new NeuralNetConfiguration.Builder()
                .list()
                .layer(
                    new IterativeMapLayer.Builder()
                        .nIn(2)
                        .nOut(3)
                        .steps(Iteration.untilSettled(0.125))
                        .build())
                .build());
    network.init();
    String iteration = ModelCard.of(network).maps().get(0).iteration();
    assertTrue(iteration.contains("0.125") && !iteration.contains("@"), iteration);
  }

  @Test
  void networksWithoutMapsHaveCardsAsWell() throws MapFormatException {
    MultiLayerNetwork network =
        new MultiLayerNetwork(
            new NeuralNetConfiguration.Builder()
                .list()
                .layer(new DenseLayer.Builder().nIn(3).nOut(4).build())
                .build());
    network.init();
    ModelCard card = ModelCard.of(network);
    assertTrue(card.maps().isEmpty() && card.papers().isEmpty());
    assertEquals(
        List.of(new LayerFacts("layer0", "DenseLayer", 16, List.of())), card.network().layers());
    assertEquals(card, ModelCard.fromJson(card.toJson()));
  }

  @Test
  void aCardIsOfOneNetworkAtOneTime() {
    MultiLayerNetwork network = planned();
    ModelCard card = ModelCard.of(network).withTitle("T").withMetric("m", 1);
    assertEquals(Optional.empty(), card.obstacle(network));
    assertEquals(Optional.empty(), card.obstacle(planned()));
    assertTrue(card.obstacle(Cards.layers(0)).orElseThrow().contains("layers are others"));
    network.fit(new DataSet(Nd4j.ones(3, 6), Nd4j.ones(3, 2)));
    String reason = card.obstacle(network).orElseThrow();
    assertTrue(reason.contains("after 0 iterations") && reason.contains("now they are 1"), reason);
    BlockMap map = Cards.map(0);
    MultiLayerNetwork one = plain(map);
    MultiLayerNetwork other = plain(map.withSeed(map.seed() + 1));
    assertNotEquals(ModelCard.of(one).maps(), ModelCard.of(other).maps());
    assertTrue(
        ModelCard.of(one).obstacle(other).orElseThrow().contains("map layer0 is another one now"));
  }

  private static MultiLayerNetwork plain(BlockMap map) {
    MultiLayerNetwork network =
        new MultiLayerNetwork(
            new NeuralNetConfiguration.Builder()
                .list()
                .layer(new IterativeMapRecurrentLayer.Builder().map(map).steps(2).build())
                .build());
    network.init();
    return network;
  }

  /** In the other JVM. */
  static final class Written {
    private Written() {}

    public static void main(String[] args) throws IOException {
      for (int seed = 0; seed < 3; seed++) {
        Files.writeString(
            Path.of(args[0], seed + ".json"), ModelCard.of(Cards.layers(seed)).toJson());
      }
    }
  }

  @Test
  void anotherJvmWritesTheSame() throws Exception {
    FreshJvm.run(Written.class, folder);
    for (int seed = 0; seed < 3; seed++) {
      assertEquals(
          Files.readString(folder.resolve(seed + ".json")),
          ModelCard.of(Cards.layers(seed)).toJson());
    }
  }

  @Test
  void thePapersAreThoseToCite() throws IOException {
    String citation = Files.readString(Path.of("..", "CITATION.cff"));
    for (Paper paper : Paper.OF_MAPS) {
      assertTrue(citation.contains("value: " + paper.identifier() + "\n"), paper.toString());
      assertTrue(citation.contains("year: " + paper.year() + "\n"), paper.toString());
      assertTrue(citation.contains(paper.title()), paper.toString());
      for (String author : paper.authors().split(", ")) {
        assertTrue(citation.contains("family-names: " + author + "\n"), paper.toString());
      }
    }
    assertEquals(
        Paper.OF_MAPS.size(), citation.lines().filter(line -> line.contains("arXiv:")).count());
  }

  @Test
  void wrongWordsAreNamed() {
    ModelCard card = ModelCard.of(Cards.layers(0));
    assertThrows(IllegalArgumentException.class, () -> card.withTitle(" "));
    assertThrows(IllegalArgumentException.class, () -> card.withTitle("a\nb"));
    assertThrows(IllegalArgumentException.class, () -> card.withSection("a", null));
    assertThrows(IllegalArgumentException.class, () -> card.withSection(null, "a"));
    assertThrows(IllegalArgumentException.class, () -> card.withMetric("a", Double.NaN));
    assertThrows(IllegalArgumentException.class, () -> ModelCard.of(null));
    MultiLayerNetwork raw = new MultiLayerNetwork(planned().getLayerWiseConfigurations());
    assertThrows(IllegalStateException.class, () -> ModelCard.of(raw));
    assertEquals(Map.of(), card.sections());
  }
}
