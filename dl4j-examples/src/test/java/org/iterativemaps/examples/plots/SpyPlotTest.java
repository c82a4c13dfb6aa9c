package org.iterativemaps.examples.plots;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.awt.Color;
import java.awt.image.BufferedImage;
import java.util.List;
import org.junit.jupiter.api.Test;

class SpyPlotTest {

  private static final int LEFT = 84;
  private static final int TOP = 84;
  private static final int SIDE = 390;

  /** Colour at a place of the matrix, given as shares of its side. */
  private static Color at(Picture picture, double across, double down) {
    BufferedImage image = picture.image();
    return new Color(
        image.getRGB((int) (2 * (LEFT + across * SIDE)), (int) (2 * (TOP + down * SIDE))));
  }

  @Test
  void sourcesGoAcrossAndTargetsDown() {
    SpyPlot plot = SpyPlot.of("t").slot("x", 2).slot("h", 2);
    plot.block("x", "h", visitor -> visitor.entry(1, 0)); // from x1 to h0
    plot.fixedBlock("x", "x", Entries.diagonal(2));
    Picture picture = plot.picture();
    assertEquals(Style.BLUE, at(picture, 0.375, 0.625));
    assertEquals(Color.WHITE, at(picture, 0.625, 0.375), "the mirror image");
    assertEquals(Color.WHITE, at(picture, 0.125, 0.625));
    assertEquals(Color.WHITE, at(picture, 0.125, 0.125), "fixed entries are hollow");
    assertTrue(PlotsTest.count(picture.image(), Style.VERMILLION) > 200);
    assertEquals(Color.WHITE, at(picture, 0.875, 0.875));
    assertEquals(2 * 560, picture.image().getWidth());
    assertTrue(picture.alt().contains("x to h: 1 weights; x to x: 2 fixed weights"), picture.alt());
  }

  @Test
  void millionsOfEntriesBecomeDensity() {
    int size = 1500;
    SpyPlot plot = SpyPlot.of("t").slot("x", size).slot("h", size);
    plot.block("x", "h", Entries.dense(size, size));
    plot.block(
        "h",
        "h",
        visitor -> {
          for (int to = 0; to < size; to++) {
            for (int from = to % 4; from < size; from += 4) {
              visitor.entry(from, to);
            }
          }
        });
    Picture picture = plot.picture();
    ColourScale scale = ColourScale.ofSquareRoot(1);
    assertEquals(scale.of(1), at(picture, 0.25, 0.75));
    assertClose(scale.of(0.25), at(picture, 0.75, 0.75));
    assertEquals(Color.WHITE, at(picture, 0.25, 0.25));
    assertEquals(Color.WHITE, at(picture, 0.75, 0.25));
    assertTrue(picture.alt().contains("x to h: 2250000 weights"), picture.alt());
  }

  private static void assertClose(Color expected, Color found) {
    assertEquals(expected.getRed(), found.getRed(), 12, "" + found);
    assertEquals(expected.getBlue(), found.getBlue(), 12, "" + found);
  }

  @Test
  void aSmallSlotBesideAHugeOneStaysVisible() {
    SlotLayout layout = new SlotLayout(List.of(1_000_000, 1), SIDE, 34);
    assertTrue(layout.start(2) - layout.start(1) >= 34);
    assertEquals(SIDE, layout.start(2));
  }

  @Test
  void namesThatDoNotFitAcrossStandUpright() {
    SpyPlot shorter = SpyPlot.of("t");
    SpyPlot longer = SpyPlot.of("t");
    for (int i = 0; i < 8; i++) {
      shorter.slot("" + i, 5);
      longer.slot("longer " + i, 5);
    }
    int upright = longer.picture().image().getHeight();
    assertTrue(upright > shorter.picture().image().getHeight(), "height " + upright);
  }

  @Test
  void aSlotKeepsItsShare() {
    SlotLayout layout = new SlotLayout(List.of(100, 300), 400, 0);
    assertEquals(100, layout.start(1));
    assertEquals(1, layout.cell(0));
    assertEquals(150, layout.place(1, 50));
  }

  @Test
  void refusesWhatDoesNotFit() {
    SpyPlot plot = SpyPlot.of("t").slot("x", 2).slot("h", 3);
    var outside =
        assertThrows(
            IllegalArgumentException.class,
            () -> plot.block("x", "h", visitor -> visitor.entry(2, 0)));
    assertTrue(outside.getMessage().contains("x -> h"), outside.getMessage());
    assertThrows(IllegalArgumentException.class, () -> plot.block("x", "y", Entries.diagonal(2)));
    assertThrows(IllegalArgumentException.class, () -> plot.slot("x", 1));
    assertThrows(IllegalArgumentException.class, () -> plot.slot("z", 0));
    plot.block("x", "h", Entries.dense(2, 3));
    assertThrows(IllegalStateException.class, () -> plot.slot("late", 1));
    assertThrows(IllegalStateException.class, () -> SpyPlot.of("t").picture());
  }
}
