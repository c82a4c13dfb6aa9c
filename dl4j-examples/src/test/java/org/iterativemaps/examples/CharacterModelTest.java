package org.iterativemaps.examples;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.iterativemaps.examples.data.Characters;
import org.iterativemaps.examples.notebook.Notebook;
import org.iterativemaps.examples.notebook.Outcome;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CharacterModelTest {

  private final StringWriter printed = new StringWriter();

  private Outcome<CharacterModel.Result> run(String... args) {
    return Notebook.run(new CharacterModel(), new PrintWriter(printed), args);
  }

  @Test
  void threeLayersOfEqualWeightsLearnCharacters(@TempDir Path folder) {
    Outcome<CharacterModel.Result> outcome =
        run("--quick", "--seed", "1", "--out", folder.toString());
    assertEquals(0, outcome.exitCode(), printed.toString());
    CharacterModel.Result result = outcome.result();
    int characters = result.characters();
    double chance = Math.log(characters) / Math.log(2);
    assertTrue(characters > 50 && characters < 70, "found " + characters);
    assertEquals(4.4, result.frequencyBits(), 0.2);
    assertEquals(3, result.all().size());
    for (CharacterModel.Trained one : result.all()) {
      assertEquals(4 * 48 * (characters + 48), one.weights(), one.name());
      // Four biases a unit in all of them, and the output layer.
      int units = one.name().startsWith("DL4J") ? 48 : 96;
      assertEquals(
          one.weights() + 4 * units + (units + 1) * characters, one.parameters(), one.name());
      assertEquals(1, one.bits().length);
      assertTrue(one.bits()[0] > 1 && one.bits()[0] < chance - 1, one.name() + one.bits()[0]);
      assertTrue(one.validation()[0][1] < chance - 1, one.name());
      assertTrue(one.milliseconds() > 0);
      assertTrue(one.sample().startsWith("The "), one.sample());
      assertEquals(300, one.sample().length());
    }
    assertTrue(printed.toString().contains("both in the public domain"));
  }

  @Test
  void samplesFollowTheSeedAndDoNotDependOnWhatWasReadBefore() {
    Characters characters = Characters.of("some characters to write with", 1);
    MultiLayerNetwork network =
        CharacterModel.network(
            CharacterModel.sparseGru(6, characters.size(), 1), characters.size(), 1);
    String first = CharacterModel.sample(network, characters, "some", 60, 5);
    assertEquals(60, first.length());
    assertTrue(first.startsWith("some"));
    assertEquals(first, CharacterModel.sample(network, characters, "some", 60, 5));
    assertNotEquals(first, CharacterModel.sample(network, characters, "some", 60, 6));
  }

  @Test
  void aTextOfOnesOwnThatIsTooShortIsRefused(@TempDir Path folder) throws Exception {
    Path text = Files.writeString(folder.resolve("short.txt"), "A short text.\n".repeat(285));
    Outcome<CharacterModel.Result> outcome =
        run("--quick", "--text", text.toString(), "--out", folder.resolve("page").toString());
    assertEquals(1, outcome.exitCode());
    assertTrue(printed.toString().contains("expected more than the 3200"), printed.toString());
    assertFalse(printed.toString().contains("public domain"), printed.toString());
  }
}
