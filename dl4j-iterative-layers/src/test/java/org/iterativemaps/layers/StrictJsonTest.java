package org.iterativemaps.layers;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.util.Base64;
import java.util.List;
import java.util.stream.Stream;
import java.util.zip.DeflaterOutputStream;
import org.deeplearning4j.nn.conf.MultiLayerConfiguration;
import org.iterativemaps.map.BlockMap;
import org.iterativemaps.map.pattern.Sparsity;
import org.iterativemaps.map.pattern.WeightMask;
import org.iterativemaps.map.values.WeightValues;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.buffer.DataType;

/** Settings from a file that somebody else wrote: the same map, or one exception that says why. */
class StrictJsonTest {

  static Stream<MultiLayerConfiguration> configurations() {
    IterativeMapRecurrentLayer planned =
        new IterativeMapRecurrentLayer.Builder()
            .nIn(6)
            .outputSlot(Activation.SIGMOID)
            .nOut(3)
            .trainableWeights(200)
            .hiddenProportion(0.4)
            .build();
    IterativeMapLayer rules =
        new IterativeMapLayer.Builder()
            .map(
                BlockMap.builder()
                    .input("x", 4)
                    .state("h", 4)
                    .connect("x", "h", Sparsity.dense())
                    .connect("h", "h", Sparsity.groups(2))
                    .connectFixed(
                        "h",
                        "h",
                        Sparsity.dense(),
                        WeightValues.scattered(Sparsity.diagonal(), WeightValues.constant(1e10)))
                    .output("h")
                    .build())
            .weightInit("x", "h", new SparseWeightInit(WeightValues.fanAverage(0.5)))
            .weightInit("h", "h", new SparseWeightInit(WeightValues.orthogonal(1.5)))
            .build();
    return Stream.concat(
        SavingTest.configurations().stream(),
        Stream.of(
            Networks.recurrent(Networks.conf(DataType.FLOAT), planned, 3)
                .getLayerWiseConfigurations(),
            Networks.feedForward(Networks.conf(DataType.FLOAT), rules, 3)
                .getLayerWiseConfigurations()));
  }

  /** Numbers may be others, within their limits; but what is read is what the text says. */
  @ParameterizedTest
  @MethodSource("configurations")
  void whatIsReadIsWhatTheTextSaysOrRefused(MultiLayerConfiguration conf) throws IOException {
    String json = conf.toJson();
    assertEquals(conf, MultiLayerConfiguration.fromJson(json));
    assertEquals(conf, MultiLayerConfiguration.fromYaml(conf.toYaml()));
    int refused = 0;
    for (int seed = 0; seed < 600; seed++) {
      String mutated = new JsonMutations(seed).mutate(json, "settings");
      String which = "seed " + seed + ": " + shown(mutated);
      MultiLayerConfiguration back = null;
      try {
        back = MultiLayerConfiguration.fromJson(mutated);
      } catch (RuntimeException e) {
        assertInstanceOf(MapFormatException.class, e.getCause(), () -> which + ": " + e);
        String message = e.getCause().getMessage();
        assertTrue(message.startsWith("iterative map settings"), () -> which + ": " + message);
        refused++;
      }
      if (back != null) {
        String written = back.toJson();
        assertTrue(
            JsonMutations.sameSettings(mutated, written), () -> which + " became " + written);
      }
    }
    assertTrue(refused > 450, "refused: " + refused);
  }

  private static String shown(String mutated) {
    return mutated.length() > 20_000 ? mutated.length() + " characters" : mutated;
  }

  @ParameterizedTest
  @MethodSource("configurations")
  void aTextThatEndsEarlyIsRefused(MultiLayerConfiguration conf) {
    String json = conf.toJson();
    for (int length = 1; length < json.length(); length += 97) {
      String cut = json.substring(0, length);
      RuntimeException error =
          assertThrows(RuntimeException.class, () -> MultiLayerConfiguration.fromJson(cut));
      assertInstanceOf(IOException.class, error.getCause(), cut);
    }
  }

  private static String everything() {
    return SavingTest.configurations().get(0).toJson();
  }

  /** What was found, what it is replaced by, and what the message says: first of all where. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '~',
      value = {
        "\"version\" : 3|\"version\" : 2|.version: found version 2, this library reads version 3",
        "\"version\" : 3|\"version\" : 0|.version: found version 0",
        "\"role\" : \"state\"|\"role\" : \"stcte\"|.slots[1].role: found \"stcte\", expected one of [in",
        "\"size\" : 5|\"size\" : 4294967304|.slots[1].size: found 4294967304, expected a whole",
        "\"size\" : 5|\"size\" : 1e300|.slots[1].size: found 1.0E300, expected a whole number",
        "\"size\" : 5|\"size\" : 5.0|.slots[1].size: found 5.0",
        "\"size\" : 5|\"size\" : 2147483647|expected at most 100000000",
        "\"steps\" : 3|\"steps\" : 1e300|.steps: found 1.0E300",
        "\"alpha\" : 0.3|\"alhpa\" : 0.3|.slots[1].activation: found {",
        "\"alpha\" : 0.3|\"alpha\" : \"0.3\"|.slots[1].activation: found {",
        "\"activation\" : null|\"activatoin\" : null|.slots[3].activation: no field 'activation'",
        "\"fixed\" : null|\"fixd\" : null|.blocks[0].fixed: no field 'fixed', which version 3 has",
        "\"bias\" : false|\"bias\" : \"false\"|.slots[2].bias: found \"false\", expected true or",
        "\"value\" : 7|\"value\" : 1e1|.blocks[4].sparsity.value: found 10.0",
        "\"toSize\" : 3|\"toSize\" : 2147483646|.sparsity.toSize: found 2147483646, but the slot",
        "\"plan\" : null|\"plan\" : {}|.plan.hiddenSize: no field",
        "\"seed\" : -42|\"seed\" : -42, \"sead\" : 1|.sead: unknown field",
        "\"seed\" : -42|\"seed\" : -42, \"seed\" : 1|found field 'seed' twice",
      })
  void theMessageSaysWhere(String found, String replacement, String message) {
    String json = everything();
    int place = json.indexOf(found, json.indexOf("\"settings\""));
    assertTrue(place > 0, found);
    String mutated =
        json.substring(0, place) + replacement + json.substring(place + found.length());
    String all =
        assertThrows(RuntimeException.class, () -> MultiLayerConfiguration.fromJson(mutated))
            .getCause()
            .getMessage();
    assertTrue(all.contains(message), all);
    assertTrue(all.startsWith("iterative map settings"), all);
  }

  @Test
  void patternsLieOnlySoDeepInEachOther() throws IOException {
    String one = "{\"values\":\"scattered\",\"pattern\":{\"pattern\":\"dense\"},\"of\":";
    for (int depth : new int[] {ScatteredValuesDepth.ALLOWED + 1, 100, 3000, 100_000}) {
      String json =
          everything()
              .replaceFirst(
                  "\"fixed\" : \\{[^}]*}",
                  "\"fixed\" : "
                      + one.repeat(depth)
                      + "{\"values\":\"constant\",\"value\":1}"
                      + "}".repeat(depth));
      RuntimeException error =
          assertThrows(RuntimeException.class, () -> MultiLayerConfiguration.fromJson(json));
      assertInstanceOf(MapFormatException.class, error.getCause());
      assertTrue(error.getMessage().contains("within each other"), error.getMessage());
    }
  }

  private static final class ScatteredValuesDepth {
    static final int ALLOWED = org.iterativemaps.map.values.ScatteredValues.MAX_DEPTH;
  }

  /** As many zeros as one likes: a short text. */
  private static String zeros(int claimed, int bytes) throws IOException {
    ByteArrayOutputStream text = new ByteArrayOutputStream();
    try (DataOutputStream out = new DataOutputStream(new DeflaterOutputStream(text))) {
      out.writeInt(claimed);
      byte[] block = new byte[1 << 16];
      for (int written = 0; written < bytes; written += block.length) {
        out.write(block, 0, Math.min(block.length, bytes - written));
      }
    }
    return Base64.getEncoder().encodeToString(text.toByteArray());
  }

  @Test
  void cellsAreHeldAgainstTheBlockBeforeTheyAreUnfolded() throws IOException {
    String many = zeros(400_000_000, 1_000_000);
    String json =
        everything().replaceFirst("\"cells\" : \"[^\"]*\"", "\"cells\" : \"" + many + "\"");
    String message =
        assertThrows(RuntimeException.class, () -> MultiLayerConfiguration.fromJson(json))
            .getCause()
            .getMessage();
    assertTrue(message.contains("a count of 400000000, expected at most 12"), message);
    assertTrue(message.contains(".blocks[8].sparsity"), message);
    String values =
        everything().replaceFirst("\"packed\" : \"[^\"]*\"", "\"packed\" : \"" + many + "\"");
    message =
        assertThrows(RuntimeException.class, () -> MultiLayerConfiguration.fromJson(values))
            .getCause()
            .getMessage();
    assertTrue(message.contains("a count of 400000000, expected at most 9"), message);
    // Room for them all in the block: then all there are.
    String all = zeros(1_000_000, 1_000_000);
    assertEquals(WeightMask.dense(1000, 1000), PackedNumbers.unpackCells(all, 1000, 1000));
    // Where no block says how many there may be, memory does.
    String more = zeros(Integer.MAX_VALUE - 8, 16);
    assertThrows(IllegalArgumentException.class, () -> PackedNumbers.unpack(more, Long.MAX_VALUE));
    assertThrows(
        IllegalArgumentException.class,
        () -> PackedNumbers.unpackCells(more, 100_000_000, 100_000_000));
  }

  @Test
  void aLayerWithoutSettingsSaysSo() {
    MultiLayerConfiguration back =
        MultiLayerConfiguration.fromJson(everything().replace("\"settings\"", "\"setings\""));
    IterativeMapLayer layer = (IterativeMapLayer) back.getConf(0).getLayer();
    String message = assertThrows(IllegalStateException.class, layer::getSettings).getMessage();
    assertTrue(message.contains("\"map\"") && message.contains("settings"), message);
    String none =
        everything().replaceFirst("\"settings\" : \\{", "\"settings\" : null, \"old\" : {");
    assertInstanceOf(
        MapFormatException.class,
        assertThrows(RuntimeException.class, () -> MultiLayerConfiguration.fromJson(none))
            .getCause());
  }

  /** An initialiser of a whole layer is read by DL4J, but its rule by this library. */
  @Test
  void initialisersAreReadStrictly() {
    IterativeMapLayer layer =
        new IterativeMapLayer.Builder()
            .nIn(3)
            .nOut(3)
            .steps(2)
            .weightInit(
                new HiddenProportionInit(
                    9L, 0.5, new SparseWeightInit(WeightValues.identityLeaning(1, 0.25))))
            .build();
    MultiLayerConfiguration conf =
        Networks.feedForward(Networks.conf(DataType.FLOAT), layer, 3).getLayerWiseConfigurations();
    String json = conf.toJson();
    assertEquals(conf, MultiLayerConfiguration.fromJson(json));
    for (List<String> change :
        List.of(
            List.of("\"noise\" : 0.25", "\"noise\" : \"0.25\""),
            List.of("\"noise\" : 0.25", "\"noice\" : 0.25"),
            List.of("\"trainableWeights\" : 9,", ""),
            List.of("\"hiddenProportion\" : 0.5", "\"hidden\" : 0.5"))) {
      String mutated = json.replace(change.get(0), change.get(1));
      assertTrue(!mutated.equals(json), change.get(0) + " in " + json);
      assertThrows(
          RuntimeException.class,
          () -> MultiLayerConfiguration.fromJson(mutated),
          change::toString);
    }
  }
}
