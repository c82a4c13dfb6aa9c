package org.iterativemaps.describe;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.layers.RnnOutputLayer;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.iterativemaps.describe.Description.Cell;
import org.iterativemaps.layers.IterativeMapRecurrentLayer;
import org.iterativemaps.map.BlockMap;
import org.iterativemaps.map.BlockMapBuilder;
import org.iterativemaps.map.Injection;
import org.iterativemaps.map.RealizedMap;
import org.iterativemaps.map.pattern.Sparsity;
import org.iterativemaps.map.pattern.WeightMask;
import org.iterativemaps.map.plan.HiddenProportion;
import org.iterativemaps.map.values.WeightValues;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.buffer.DataType;

class DescriptionTest {
  /** In the shape of the authors' model files, with all that stands in them. */
  private static final String YAML =
      """
      factory_type: callbacks
      model_type: description
      name: description_sparse
      learning_rate: 1e-4

      row_sizes:
        - 8
        - 12
        - 5
      col_sizes:
        - 8
        - 12
        - 5
      bias: True

      block_types:
        - [0, 0, 0]
        - [R=1.00, R=0.5, S=15]
        - [Row=3, W, D]
      initialization_types:
        - [0, 0, 0]
        - ["G=0,0.05", "U=-0.5,0.5", C=0.3]
        - ["G", U, 1]
      trainable:
        - [False, False, False]
        - ['non-zero', True, 'non-zero']
        - [False, True, False]

      activations:
        - Identity
        - ReLU
        - Identity

      activation_sizes:
        - 8
        - 12
        - 5

      callbacks:
          loss:
              func: MSELoss
              idx_list: "asteval::range(8+12, 8+12+5)"
          data:
              func: insert
      """;

  @Test
  void everyWordMeansWhatTheAuthorsCodeDoesWithIt() {
    DescribedMap described = DescriptionYaml.read(YAML).toMap(7);
    BlockMap expected =
        BlockMap.builder()
            .input("x", 8)
            .state("h", 12, Activation.RELU)
            .state("y", 5, Activation.IDENTITY)
            .connect("x", "h", Sparsity.bernoulli(1))
            .connect("h", "h", Sparsity.dense()) // True: every cell is trained
            .connect("y", "h", Sparsity.entries(15))
            .connectFixed("x", "y", Sparsity.fanIn(3), WeightValues.gaussian(0, 1))
            .connect("h", "y", Sparsity.dense())
            .connectFixed("y", "y", Sparsity.diagonal(), WeightValues.constant(1))
            .output("y")
            .injection(Injection.IMPULSE)
            .seed(7)
            .build();
    assertEquals(expected, described.map());
    assertEquals(
        Map.of(
            "x->h", WeightValues.gaussian(0, 0.05),
            "h->h",
                WeightValues.scattered(Sparsity.bernoulli(0.5), WeightValues.uniform(-0.5, 0.5)),
            "y->h", WeightValues.constant(0.3),
            "h->y", WeightValues.uniform(-1, 1)),
        described.initialValues());
  }

  @Test
  void itRunsInALayer() {
    DescribedMap described = DescriptionYaml.read(YAML).toMap(7);
    MultiLayerNetwork network =
        new MultiLayerNetwork(
            new NeuralNetConfiguration.Builder()
                .seed(1)
                .dataType(DataType.DOUBLE)
                .list()
                .layer(
                    new IterativeMapRecurrentLayer.Builder()
                        .map(described.map())
                        .weightInits(described.initialValues())
                        .build())
                .layer(
                    new RnnOutputLayer.Builder()
                        .nIn(5)
                        .nOut(2)
                        .activation(Activation.SOFTMAX)
                        .build())
                .build());
    network.init();
    double[] recurrent = network.getParam("0_W[h->h]").dup().data().asDouble();
    assertEquals(144, recurrent.length);
    long zeros = java.util.Arrays.stream(recurrent).filter(v -> v == 0).count();
    assertTrue(zeros > 40 && zeros < 104, "half of 144 start at 0: " + zeros);
    assertEquals(0.3, network.getParam("0_W[y->h]").getDouble(3));
    MultiLayerNetwork back =
        new MultiLayerNetwork(
            org.deeplearning4j.nn.conf.MultiLayerConfiguration.fromJson(
                network.getLayerWiseConfigurations().toJson()));
    back.init();
    assertEquals(network.params(), back.params());
  }

  /** R=p is an independent chance: the counts scatter as those of a binomial distribution do. */
  @Test
  void aChanceIsIndependentForEveryEntry() {
    String yaml =
        YAML.replace("- 12", "- 100")
            .replace("R=0.5", "R=0.2")
            .replace("True, 'n", "'non-zero', 'n");
    Description description = DescriptionYaml.read(yaml);
    double sum = 0;
    double squares = 0;
    int draws = 400;
    for (int seed = 0; seed < draws; seed++) {
      RealizedMap realized = description.toMap(seed).map().realize();
      int count = realized.blocks().get(1).mask().entryCount();
      sum += count;
      squares += (double) count * count;
    }
    double mean = sum / draws;
    double variance = squares / draws - mean * mean;
    assertEquals(2_000, mean, 4 * Math.sqrt(1_600.0 / draws));
    assertEquals(1_600, variance, 5 * 1_600 * Math.sqrt(2.0 / draws));
  }

  @Test
  void whatCountsForNothingIsLeftOut() {
    String yaml =
        YAML.replace("[Row=3, W, D]", "[R=0.0, W, S=0]")
            .replace("[\"G\", U, 1]", "[0, U, 0]")
            .replace("S=15]", "W]")
            .replace("C=0.3]", "0]");
    DescribedMap described = DescriptionYaml.read(yaml).toMap(1);
    assertEquals(
        List.of("x->h", "h->h", "h->y"),
        described.map().blocks().stream().map(b -> b.name()).toList());
  }

  /** No weights, whatever they would be at first; unless every cell is trained, then from 0. */
  @ParameterizedTest
  @ValueSource(strings = {"R=0.0", "R=0", "S=0", "Row=0"})
  void aChanceOrNumberOfZeroHasNoWeights(String zero) {
    String yaml =
        YAML.replace("S=15", zero).replace("[0, 0, 0]\n  - [R", "[0, " + zero + ", 0]\n  - [R");
    Description description = DescriptionYaml.read(yaml);
    DescribedMap described = description.toMap(1);
    assertEquals(
        List.of("x->h", "h->h", "x->y", "h->y", "y->y"),
        described.map().blocks().stream().map(b -> b.name()).toList());
    assertRoundTrip(description);
    Description trained =
        DescriptionYaml.read(
            yaml.replace("True, 'non-zero'", "True, True").replace("[Row=3", "[" + zero));
    DescribedMap all = trained.toMap(1);
    assertEquals(60, all.map().realize().blocks().get(2).mask().entryCount());
    assertEquals(WeightValues.constant(0), all.initialValues().get("y->h"));
    assertRoundTrip(trained);
  }

  /** The authors' lunar lander asks for 15 weights in rows of 8. */
  @Test
  void moreWeightsThanThereAreMeansAll() {
    String yaml =
        YAML.replace("S=15", "S=1000").replace("Row=3", "Row=9").replaceFirst("Identity", "ReLU");
    Description description = DescriptionYaml.read(yaml);
    BlockMap map = description.toMap(1).map();
    assertEquals(60, map.realize().blocks().get(2).mask().entryCount());
    assertEquals(40, map.realize().blocks().get(3).mask().entryCount());
    assertEquals(description, DescriptionYaml.read(DescriptionYaml.write(description)));
    assertRoundTrip(Description.of(description.toMap(1)));
  }

  @Test
  void aWireHoldsTheInput() {
    String yaml =
        YAML.replaceFirst("- \\[0, 0, 0\\]", "- [D, 0, 0]")
            .replaceFirst("(?s)(initialization_types:\\s+- )\\[0, 0, 0\\]", "$1[1, 0, 0]");
    Description description = DescriptionYaml.read(yaml);
    assertEquals(Injection.HOLD, description.toMap(1).map().injection());
    assertRoundTrip(description);
  }

  @Test
  void twoAndFourSlotsHaveNames() {
    Cell full = new Cell(Sparsity.dense(), WeightValues.gaussian(0, 1), Trainable.ALL);
    Description two =
        new Description(
            List.of(3, 2),
            List.of(List.of(Cell.ABSENT, Cell.ABSENT), List.of(full, full)),
            false,
            List.of("Identity", "Tanh"));
    assertEquals(
        "[x, y]", two.toMap(1).map().slots().stream().map(s -> s.name()).toList().toString());
    assertFalse(two.toMap(1).map().output().hasBias());
    List<List<Cell>> rows = new ArrayList<>();
    for (int to = 0; to < 4; to++) {
      rows.add(java.util.Collections.nCopies(4, to == 0 ? Cell.ABSENT : full));
    }
    Description four =
        new Description(
            List.of(3, 4, 5, 2), rows, true, List.of("Identity", "ELU", "Sigmoid", "ReLU"));
    BlockMap map = four.toMap(1).map();
    assertEquals("[x, h1, h2, y]", map.slots().stream().map(s -> s.name()).toList().toString());
    double all = 12.0 + 15 + 6 + 11 * 11;
    assertEquals(81 / all, HiddenProportion.expected(map).value(), 1e-12);
    assertRoundTrip(two);
    assertRoundTrip(four);
  }

  /** Text, description and map, each way. */
  private static void assertRoundTrip(Description description) {
    String yaml = DescriptionYaml.write(description);
    assertEquals(description, DescriptionYaml.read(yaml), yaml);
    DescribedMap described = description.toMap(5);
    Description again = Description.of(described);
    assertEquals(described, again.toMap(5));
    assertEquals(again, DescriptionYaml.read(DescriptionYaml.write(again)));
  }

  @Test
  void roundTripsOfRandomDescriptions() {
    int trips = 0;
    for (long seed = 0; seed < 2_000; seed++) {
      Random random = new Random(seed);
      int count = 2 + random.nextInt(4);
      List<Integer> sizes = new ArrayList<>();
      List<String> activations = new ArrayList<>(List.of("Identity"));
      for (int slot = 0; slot < count; slot++) {
        sizes.add(4 + random.nextInt(20));
        if (slot > 0) {
          activations.add(
              List.of("Identity", "ReLU", "Sigmoid", "ELU", "Tanh").get(random.nextInt(5)));
        }
      }
      List<List<Cell>> rows = new ArrayList<>();
      for (int to = 0; to < count; to++) {
        List<Cell> row = new ArrayList<>();
        for (int from = 0; from < count; from++) {
          row.add(to == 0 ? Cell.ABSENT : randomCell(random));
        }
        rows.add(row);
      }
      Description description = new Description(sizes, rows, random.nextBoolean(), activations);
      String yaml = DescriptionYaml.write(description);
      assertEquals(description, DescriptionYaml.read(yaml), yaml);
      try {
        description.toMap(1);
      } catch (IllegalArgumentException e) {
        assertTrue(e.getMessage().contains("cannot be reached"), e.getMessage());
        continue;
      }
      assertRoundTrip(description);
      trips++;
    }
    assertTrue(trips > 1_000, "trips " + trips);
  }

  private static Cell randomCell(Random random) {
    Sparsity pattern =
        switch (random.nextInt(7)) {
          case 0 -> Sparsity.diagonal();
          case 1 -> Sparsity.bernoulli(1e-5 + random.nextDouble() * 0.9);
          case 2 -> Sparsity.entries(1 + random.nextInt(16));
          case 3 -> Sparsity.fanIn(1 + random.nextInt(4));
          case 4 -> null;
          default -> Sparsity.dense();
        };
    if (pattern == null) {
      return new Cell(null, WeightValues.constant(0), Trainable.values()[1 + random.nextInt(2)]);
    }
    WeightValues values =
        switch (random.nextInt(5)) {
          case 0 -> WeightValues.constant(random.nextInt(2));
          case 1 ->
              WeightValues.constant(random.nextGaussian() * Math.pow(10, random.nextInt(9) - 4));
          case 2 -> WeightValues.uniform(-random.nextDouble(), random.nextDouble());
          default -> WeightValues.gaussian(random.nextGaussian(), random.nextDouble());
        };
    return new Cell(pattern, values, Trainable.values()[random.nextInt(3)]);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '~',
      value = {
        "R=0.5, S=15|Q=0.5, S=15|18|14|block type: found 'Q=0.5', expected 0, W, D, R=p",
        "R=0.5, S=15|R=0.5x, S=15|18|14|found 'R=0.5x'",
        "R=0.5, S=15|R=1.5, S=15|18|14|probability: found 1.5",
        "- ReLU|- [ReLU]|31|5|expected one word",
        "Row=3|row=3|19|6|block type: found 'row=3'",
        "U=-0.5,0.5|U=-0.5|22|18|initialization type: found 'U=-0.5'",
        "U=-0.5,0.5|U=0.5,-0.5|22|18|high: found -0.5",
        "C=0.3|C|22|32|initialization type: found 'C'",
        "'non-zero', True|'nonzero', True|26|6|trainable: found 'nonzero'",
        "Row=3|0|19|6|a block of type 0 has no weights",
        "- ReLU|- Relu|31|5|activation: found 'Relu'",
        "bias: True|bias: perhaps|14|7|expected True or False",
        "[Row=3, W, D]|[Row=3, W]|19|5|found 2, expected one for each of the 3 slots",
        "- 12|- twelve|8|5|size: found 'twelve'",
        "bias: True|bias: True\\nbias: True|15|1|found twice",
        "block_types:|types:|1|1|no block_types",
        "- [0, 0, 0]|- [V, 0, 0]|17|6|",
        "bias: True|bias: [True|16|12|",
      })
  void aWrongWordIsNamedWithItsPlace(
      String found, String replacement, int line, int column, String says) {
    String yaml =
        YAML.replaceFirst(java.util.regex.Pattern.quote(found), replacement.replace("\\n", "\n"));
    DescriptionException error =
        assertThrows(DescriptionException.class, () -> DescriptionYaml.read(yaml));
    String place = "line " + error.line() + ", column " + error.column() + ": ";
    assertTrue(error.getMessage().startsWith(place), error.getMessage());
    assertTrue(error.getMessage().contains(says == null ? "" : says), error.getMessage());
    assertEquals(
        "line " + line + ", column " + column,
        place.substring(0, place.length() - 2),
        error.getMessage());
  }

  @ParameterizedTest
  @ValueSource(strings = {"\u0007", "\u0000", "\uFFFE"})
  void aCharacterThatNoFileMayHaveIsNamedWithItsPlace(String character) {
    String yaml = YAML.replace("- ReLU", "- Re" + character + "LU");
    DescriptionException error =
        assertThrows(DescriptionException.class, () -> DescriptionYaml.read(yaml));
    assertTrue(error.getMessage().contains("a character that no YAML"), error.getMessage());
    assertEquals(List.of(31, 7), List.of(error.line(), error.column()), error.getMessage());
  }

  @Test
  void sizesMustAgree() {
    String yaml = YAML.replaceFirst("(?s)(col_sizes:\\s+- )8", "$19");
    assertTrue(
        assertThrows(DescriptionException.class, () -> DescriptionYaml.read(yaml))
            .getMessage()
            .contains("col_sizes: found [9, 12, 5], expected the row_sizes [8, 12, 5]"));
    String intoInput =
        YAML.replaceFirst("0, 0, 0", "0, W, 0")
            .replaceFirst("False, False, False", "False, True, False");
    assertTrue(
        assertThrows(DescriptionException.class, () -> DescriptionYaml.read(intoInput))
            .getMessage()
            .startsWith("line 17, column 3: block_types: row 1, block 2: only tokens are written"));
    for (String nothing : new String[] {"", "just words", "- 1"}) {
      assertThrows(DescriptionException.class, () -> DescriptionYaml.read(nothing), nothing);
    }
  }

  @Test
  void whatTheLanguageHasNoWordForIsRefused() {
    BlockMapBuilder map =
        BlockMap.builder().input("x", 3).state("y", 4, Activation.RELU).output("y");
    BlockMap explicit =
        map.connect("x", "y", Sparsity.explicit(WeightMask.ofCells(3, 4, new long[] {1, 5})))
            .build();
    DescribedMap described = new DescribedMap(explicit, Map.of("x->y", WeightValues.constant(1)));
    String message =
        assertThrows(
                IllegalArgumentException.class,
                () -> DescriptionYaml.write(Description.of(described)))
            .getMessage();
    assertTrue(message.contains("no word for"), message);
    assertThrows(
        IllegalArgumentException.class, () -> Description.of(new DescribedMap(explicit, Map.of())));
  }
}
