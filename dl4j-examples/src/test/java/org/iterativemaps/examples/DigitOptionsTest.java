package org.iterativemaps.examples;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.iterativemaps.examples.data.DigitImages;
import org.iterativemaps.examples.data.HandwrittenDigits;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;
import picocli.CommandLine.MutuallyExclusiveArgsException;

class DigitOptionsTest {

  private static DigitOptions options(String... arguments) {
    DigitOptions options = new DigitOptions();
    new CommandLine(options).parseArgs(arguments);
    return options;
  }

  private static Set<String> images(DigitImages part) {
    Set<String> images = new HashSet<>();
    part.pixels().forEach(image -> images.add(Arrays.toString(image)));
    return images;
  }

  @Test
  void handwrittenDigitsAreTheDefault() throws IOException {
    DigitSets sets = options().load(false, 1);
    assertEquals("handwritten digits", options().name());
    assertEquals(HandwrittenDigits.ATTRIBUTION, options().source());
    assertEquals(1151, sets.train().count());
    assertEquals(287, sets.validation().count());
    assertEquals(359, sets.test().count());
    assertEquals(1797, images(sets.train()).size() + images(sets.validation()).size() + 359);
    Set<String> all = images(sets.train());
    all.addAll(images(sets.validation()));
    all.addAll(images(sets.test()));
    assertEquals(1797, all.size(), "no image is in two parts");
    assertEquals(images(HandwrittenDigits.test()), images(options().load(true, 2).test()));
  }

  @Test
  void drawnOnesAreAsManyAsAreWanted() throws IOException {
    DigitOptions drawn = options("--drawn");
    DigitSets sets = drawn.load(true, 1);
    assertEquals("drawn digits", drawn.name());
    assertEquals(
        List.of(2000, 500, 500),
        List.of(sets.train().count(), sets.validation().count(), sets.test().count()));
    assertEquals(28, sets.train().side());
    DigitSets fewer = sets.atMost(30, 20);
    assertEquals(
        List.of(30, 20, 20),
        List.of(fewer.train().count(), fewer.validation().count(), fewer.test().count()));
    assertSame(sets.train().pixels().get(0), fewer.train().pixels().get(0));
  }

  @Test
  void anotherProcessReadsTheSame() {
    for (String[] arguments :
        new String[][] {{}, {"--drawn"}, {"--mnist", "a folder"}, {"--mnist", "download"}}) {
      DigitOptions options = options(arguments);
      DigitOptions again = options(options.arguments().toArray(String[]::new));
      assertEquals(options.key(), again.key());
      assertEquals(options.source(), again.source());
    }
    assertNotEquals(options("--mnist", "a").key(), options("--mnist", "b").key());
  }

  @Test
  void aMissingFolderIsNamed() {
    IOException missing =
        assertThrows(IOException.class, () -> options("--mnist", "absent").load(true, 1));
    assertTrue(missing.getMessage().contains("absent"), missing.getMessage());
  }

  @ParameterizedTest(name = "{0}")
  @ValueSource(
      strings = {
        "SwapMlpForLoopedMap",
        "DigitRows",
        "PruneWhileTraining",
        "BundleStudy",
        "HiddenProportionStudy"
      })
  void everyDigitExampleHasTheseOptionsAndRefusesTwo(String example) {
    CommandLine examples = Examples.commandLine(Examples.IN_READING_ORDER);
    String usage = examples.getSubcommands().get(example).getUsageMessage();
    assertTrue(usage.contains("--drawn") && usage.contains("--mnist"), usage);
    String[] two = {example, "--drawn", "--mnist", "folder"};
    assertThrows(MutuallyExclusiveArgsException.class, () -> examples.parseArgs(two));
  }
}
