package org.iterativemaps.describe;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Texts that somebody else wrote: a description, or one exception that says where and why. */
class DescriptionYamlTest {
  private static final String GOOD =
      """
      row_sizes: [8, 14, 3]
      col_sizes: [8, 14, 3]
      bias: True
      block_types:
        - [0, 0, 0]
        - [R=0.5, Row=3, W]
        - [W, S=15, 0]
      initialization_types:
        - [0, 0, 0]
        - ["G=0,0.05", "U=-1,1", C=0.1]
        - [G, "G=0,0.05", 0]
      trainable:
        - [False, False, False]
        - ['non-zero', 'non-zero', False]
        - [True, 'non-zero', False]
      activations: [Identity, ReLU, Tanh]
      activation_sizes: [8, 14, 3]
      """;

  private static DescriptionException refused(String yaml) {
    return assertThrows(DescriptionException.class, () -> DescriptionYaml.read(yaml));
  }

  private static void assertRefused(String start, String says, String yaml) {
    String message = refused(yaml).getMessage();
    assertTrue(message.startsWith(start) && message.contains(says), message);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '~',
      value = {
        "row_sizes: [8, 14, 3]|row_sizes: [8, 14, x]|line 1, column 20: row_sizes: size: found 'x'",
        "row_sizes: [8, 14, 3]|row_sizes: [8, 999999999, 3]|row_sizes: size: found '999999999'",
        "row_sizes: [8, 14, 3]|row_sizes: [8]|line 1, column 12: row_sizes: found 1 sizes",
        "col_sizes: [8, 14, 3]|col_sizes: [8, 14]|line 2, column 12: col_sizes: found [8, 14]",
        "bias: True|bias: Maybe|line 3, column 7: bias: found 'Maybe'",
        "R=0.5|R=1.5|line 6, column 6: block_types: probability",
        "R=0.5|Q=0.5|line 6, column 6: block_types: block type: found 'Q=0.5'",
        "Row=3, W]|Row=3]|line 6, column 5: block_types: found 2",
        "C=0.1|C=1e999|line 10, column 28: initialization_types: value: found Infinity",
        "'non-zero', False]|'nonzero', False]|trainable: found 'nonzero'",
        "[Identity, ReLU, Tanh]|[Identity, ReLU]|line 16, column 14: activations: found [Id",
        "[Identity, ReLU, Tanh]|[Identity, ReLU, Tan]|line 16, column 31: activations: ",
        "activations:|activation:|activations: no activations in the description",
        "bias: True|bias: [True]|line 3, column 7: bias: found a list",
      })
  void theMessageSaysWhereAndAboutWhat(String found, String replacement, String message) {
    String changed = GOOD.replaceFirst(java.util.regex.Pattern.quote(found), replacement);
    String all = refused(changed).getMessage();
    assertTrue(all.contains(message), all);
  }

  /**
   * The place is where the list is written out. Each list of ten aliases of the one before: 10^9
   * words in one kilobyte.
   */
  @Test
  void aliasesDoNotMultiply() {
    StringBuilder bomb = new StringBuilder("a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n");
    for (int i = 1; i < 9; i++) {
      bomb.append("a").append(i).append(": &a").append(i).append(" [");
      bomb.append(("*a" + (i - 1) + ", ").repeat(9)).append("*a").append(i - 1).append("]\n");
    }
    assertEquals(DescriptionYaml.read(GOOD), DescriptionYaml.read(bomb + GOOD)); // not read
    assertRefused(
        "line 8, column 5: row_sizes: ",
        "found a list",
        bomb + GOOD.replace("row_sizes: [8, 14, 3]", "row_sizes: *a8"));
    assertRefused(
        "line ", "block_types", bomb + GOOD.replace("- [0, 0, 0]\n  - [R", "- *a8\n  - [R"));
    String many = "b: [" + "*a0, ".repeat(2000) + "*a0]\n";
    assertRefused("line 10, column ", "more than 1000 aliases", bomb + many + GOOD);
    assertRefused("line 1, ", "", "a: *nothing\n" + GOOD);
    assertEquals( // as anybody may write it
        DescriptionYaml.read(GOOD),
        DescriptionYaml.read(
            GOOD.replace("row_sizes: [8, 14, 3]", "row_sizes: &sizes [8, 14, 3]")
                .replace("col_sizes: [8, 14, 3]", "col_sizes: *sizes")));
    assertRefused(
        "line 1, ", "row_sizes", GOOD.replace("row_sizes: [8, 14, 3]", "row_sizes: &s [8, *s]"));
  }

  @Test
  void listsLieOnlySoDeepInEachOther() {
    for (int depth : new int[] {60, 3000, 200_000}) {
      String deep = "x: " + "[".repeat(depth) + "]".repeat(depth) + "\n";
      assertRefused("line 1, column ", "more than 50 lists in each other", deep + GOOD);
      assertRefused("line 1, ", "", "x: " + "[".repeat(depth));
      assertRefused("line 1, ", "", "x: " + "{a: ".repeat(depth) + "\n" + GOOD);
      assertRefused("line 1, ", "", "- ".repeat(depth));
    }
  }

  @Test
  void slotsAndWordsHaveLimits() {
    assertRefused(
        "line 1, column 12: row_sizes: ",
        "at most 1000",
        GOOD.replace("row_sizes: [8,", "row_sizes: [" + "1, ".repeat(100_000)));
    String digits = "1".repeat(1_000_000);
    assertRefused("line 6, ", "block_types: found a word of", GOOD.replace("R=0.5", "R=" + digits));
    assertRefused("line 1, ", "found null", null);
    assertRefused("line 1, ", "found nothing", "");
    assertRefused("line 2, ", "found a character", "a: 1\n\u0000");
  }

  /** Whatever is wrong. */
  @Test
  void damagedTextsAreReadOrRefused() {
    List<String> pieces =
        List.of(
            "[",
            "]",
            "{",
            "}",
            ":",
            "-",
            "*a",
            "&a ",
            "!!int ",
            "'",
            "\"",
            "\n",
            "\t",
            "? ",
            "|",
            "%",
            "@",
            "0",
            "999999999999",
            "1e400",
            "~",
            "<<: ",
            "---\n",
            "...",
            "#",
            "é",
            "\u2028");
    int refused = 0;
    for (int seed = 0; seed < 3000; seed++) {
      Random random = new Random(seed);
      StringBuilder text = new StringBuilder(GOOD);
      for (int change = 0; change <= random.nextInt(3); change++) {
        int place = random.nextInt(text.length());
        int end = Math.min(text.length(), place + random.nextInt(3) * random.nextInt(10));
        text.replace(place, end, pieces.get(random.nextInt(pieces.size())));
      }
      String yaml = random.nextInt(10) == 0 ? text.substring(0, text.length() / 2) : "" + text;
      try {
        DescriptionYaml.read(yaml);
      } catch (DescriptionException e) {
        assertTrue(e.line() >= 1 && e.column() >= 1, e.getMessage());
        refused++;
      } catch (RuntimeException e) {
        throw new AssertionError("seed " + seed + ":\n" + yaml, e);
      }
    }
    assertTrue(refused > 1500, "refused: " + refused);
  }
}
