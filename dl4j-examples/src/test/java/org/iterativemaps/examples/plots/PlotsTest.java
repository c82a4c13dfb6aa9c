package org.iterativemaps.examples.plots;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.awt.Color;
import java.awt.image.BufferedImage;
import java.util.List;
import org.iterativemaps.dynamics.Behaviour;
import org.iterativemaps.map.BlockMap;
import org.iterativemaps.map.pattern.Sparsity;
import org.iterativemaps.map.plan.HiddenProportion;
import org.iterativemaps.watch.MapSample;
import org.junit.jupiter.api.Test;

class PlotsTest {

  private static final double[] X = {0, 1, 2, 3};
  private static final double[] Y = {0.5, 1.4, 2.6, 3.5};

  /** Nominal width doubled, words, ink in the colours expected, and mostly paper. */
  private static void assertDrawn(Picture picture, Color... colours) {
    BufferedImage image = picture.image();
    assertEquals(2 * Style.WIDTH, image.getWidth());
    assertTrue(image.getHeight() >= 200, "height " + image.getHeight());
    for (Color colour : colours) {
      assertTrue(count(image, colour) >= 40, "too little of " + colour);
    }
    double paper = (double) count(image, Color.WHITE) / image.getWidth() / image.getHeight();
    assertTrue(paper > 0.3 && paper < 0.99, "white share " + paper);
    assertTrue(picture.png().length > 1000);
  }

  static long count(BufferedImage image, Color colour) {
    long count = 0;
    for (int y = 0; y < image.getHeight(); y++) {
      for (int x = 0; x < image.getWidth(); x++) {
        count += (image.getRGB(x, y) & 0xffffff) == (colour.getRGB() & 0xffffff) ? 1 : 0;
      }
    }
    return count;
  }

  @Test
  void learningCurvesShowEveryCurveAndTellTheirEnds() {
    Picture picture =
        LearningCurves.of("t", "epoch", "error")
            .curve("a", X, new double[][] {{4, 3, 2, 1}, {4, 2, 2, 0.5}, {4, 3, 3, 2}})
            .curve("b", X, new double[][] {{5, 5, 5, 5}})
            .picture();
    assertDrawn(picture, Style.colour(0), Style.colour(1));
    assertTrue(picture.alt().contains("a ends at 1; b ends at 5"), picture.alt());
  }

  private static MapSample sample(int iteration, String part, double value) {
    return new MapSample(iteration, 0, "map", "density", part, value);
  }

  @Test
  void theCourseOfAMapHasACurveForEachPart() {
    List<MapSample> samples =
        List.of(
            sample(0, "", 0.5),
            sample(0, "W[x->h]", 0.9),
            sample(0, "once", 1),
            new MapSample(0, 0, "other", "density", "", 7),
            new MapSample(0, 0, "map", "spectral radius", "h->h", 8),
            sample(10, "", 0.4),
            sample(10, "W[x->h]", 0.8),
            sample(20, "", 0.25),
            sample(20, "W[x->h]", Double.NaN)); // a diverged step, passed over
    Picture picture = MapCourse.draw("t", samples, "map", "density");
    assertDrawn(picture, Style.colour(0), Style.colour(1));
    assertTrue(
        picture.alt().endsWith("; whole map ends at 0.25; W[x->h] ends at 0.8"), picture.alt());
    String message =
        assertThrows(
                IllegalArgumentException.class,
                () -> MapCourse.draw("t", samples, "map", "spectral radius"))
            .getMessage();
    assertTrue(message.contains("fewer than two of 'spectral radius' of layer 'map'"), message);
  }

  @Test
  void learningCurvesRefuseWhatCannotBeDrawn() {
    LearningCurves curves = LearningCurves.of("t", "x", "y").logarithmic();
    assertThrows(
        IllegalArgumentException.class, () -> curves.curve("a", X, new double[][] {{1, 2, 3}}));
    assertThrows(
        IllegalArgumentException.class, () -> curves.curve("a", X, new double[][] {{1, 2, 3, 0}}));
    assertThrows(IllegalArgumentException.class, () -> curves.curve("a", X, new double[0][]));
    assertThrows(
        IllegalArgumentException.class,
        () -> curves.curve("a", X, new double[][] {{1, 2, 3, Double.NaN}}));
    assertThrows(IllegalStateException.class, curves::picture);
  }

  /** Equal ratios are as far apart as equal differences are without: a straight line. */
  @Test
  void logarithmicPlaces() {
    double[] x = {1, 10, 100, 1000};
    double[] straight = {0, 1, 2, 3};
    LearningCurves curves = LearningCurves.of("t", "x", "y").logarithmicPlaces();
    assertThrows(
        IllegalArgumentException.class,
        () -> curves.curve("a", straight, new double[][] {straight}));
    Picture picture = curves.curve("a", x, new double[][] {straight}).picture();
    Picture linear =
        LearningCurves.of("t", "x", "y").curve("a", x, new double[][] {straight}).picture();
    double inked = count(picture.image(), Style.colour(0));
    double line =
        count(
            LearningCurves.of("t", "x", "y")
                .curve("a", straight, new double[][] {straight})
                .picture()
                .image(),
            Style.colour(0));
    assertEquals(line, inked, 0.02 * line);
    assertTrue(count(linear.image(), Style.colour(0)) > 1.1 * line);
  }

  @Test
  void manyNamesWrapInsteadOfBeingCutOff() {
    LearningCurves few = LearningCurves.of("t", "x", "y");
    LearningCurves many = LearningCurves.of("t", "x", "y");
    for (int i = 0; i < 7; i++) {
      many.curve("a rather long name " + i, X, new double[][] {Y});
      if (i < 2) {
        few.curve("short " + i, X, new double[][] {Y});
      }
    }
    assertTrue(many.picture().image().getHeight() > few.picture().image().getHeight() + 100);
  }

  @Test
  void scatterTellsItsFit() {
    Picture picture =
        ScatterFit.of("t", "x", "y").points("p", X, new double[] {1, 3, 5, 7}).picture();
    assertDrawn(picture, Style.colour(0));
    assertTrue(picture.alt().contains("y = 1 + 2 x,  R² = 1"), picture.alt());
  }

  @Test
  void leastSquaresMatchesAHandComputation() {
    LeastSquares fit = LeastSquares.of(new double[] {1, 2, 3}, new double[] {2, 2, 5});
    assertEquals(1.5, fit.slope(), 1e-12);
    assertEquals(0, fit.intercept(), 1e-12);
    assertEquals(0.75, fit.rSquared(), 1e-12);
    assertEquals(6, fit.at(4), 1e-12);
    assertThrows(
        IllegalArgumentException.class,
        () -> LeastSquares.of(new double[] {1, 1}, new double[] {2, 3}));
  }

  @Test
  void scatterTellsItsParabolaAndLeavesTheOthersOut() {
    ScatterFit plot =
        ScatterFit.of("t", "x", "y")
            .points("p", X, new double[] {1, 0, 1, 4})
            .beside("q", new double[] {9}, new double[] {-7})
            .quadratic();
    Picture picture = plot.picture();
    assertDrawn(picture, Style.colour(0), Style.colour(1));
    assertTrue(picture.alt().contains("4 points; fit y = 1 - 2 x + 1 x²,  R² = 1"), picture.alt());
    assertEquals(1, plot.quadraticFit().quadratic(), 1e-9);
  }

  @Test
  void parabolaMatchesAHandComputation() {
    // Symmetric places: the constant and the quadratic term fit the means 1, 2, 1 at -1, 0, 1.
    QuadraticFit fit =
        QuadraticFit.of(new double[] {-1, -1, 0, 1, 1}, new double[] {0, 2, 2, 0, 2});
    assertEquals(2, fit.constant(), 1e-12);
    assertEquals(0, fit.linear(), 1e-12);
    assertEquals(-1, fit.quadratic(), 1e-12);
    assertEquals(1 - 4 / 4.8, fit.rSquared(), 1e-12);
    assertEquals(0, fit.highest(-1, 1), 1e-12);
    assertEquals(0.5, fit.highest(0.5, 1));
    assertEquals(-0.5, fit.highest(-1, -0.5));
    assertEquals(-2, fit.at(2), 1e-12);
    assertThrows(
        IllegalArgumentException.class,
        () -> QuadraticFit.of(new double[] {1, 2, 1, 2}, new double[] {1, 2, 3, 4}));
    assertTrue(Double.isNaN(QuadraticFit.of(X, new double[] {1, 1, 1, 1}).rSquared()));
  }

  @Test
  void spectrumIsRoundAndTellsTheRadius() {
    Picture picture =
        Spectrum.of("t")
            .eigenvalues("m", new double[] {0.6, -0.3}, new double[] {0.8, 0})
            .picture();
    assertDrawn(picture, Style.colour(0));
    assertTrue(picture.alt().contains("spectral radius 1"), picture.alt());
    BufferedImage image = picture.image();
    int left = image.getWidth();
    int right = 0;
    int top = image.getHeight();
    int bottom = 0;
    for (int y = 100; y < image.getHeight() - 120; y++) { // without title and labels
      for (int x = 160; x < image.getWidth() - 20; x++) {
        if (new Color(image.getRGB(x, y)).getRed() < 60
            && new Color(image.getRGB(x, y)).getBlue() < 60) {
          left = Math.min(left, x);
          right = Math.max(right, x);
          top = Math.min(top, y);
          bottom = Math.max(bottom, y);
        }
      }
    }
    assertEquals(right - left, bottom - top, 8, "the unit circle's width and height");
  }

  @Test
  void weightSharesPartHiddenBlocksFromOthers() {
    BlockMap map =
        BlockMap.builder()
            .input("x", 10)
            .state("h", 20)
            .state("y", 5)
            .connect("x", "h", Sparsity.entries(100))
            .connect("h", "h", Sparsity.entries(200))
            .connect("h", "y", Sparsity.dense())
            .output("y")
            .build();
    Picture picture = WeightShares.draw("t", HiddenProportion.expected(map));
    assertDrawn(picture, Style.BLUE, Style.VERMILLION);
    assertEquals(
        "t: hidden proportion 0.500 of 400 trainable weights; x to h: 100, 25.0 %; h to h: 200,"
            + " 50.0 %, hidden; h to y: 100, 25.0 %",
        picture.alt());
    // Bars are as long as their shares: half of the weights in red, the other half in blue.
    double red = count(picture.image(), Style.VERMILLION);
    assertEquals(1, count(picture.image(), Style.BLUE) / red, 0.02);
  }

  @Test
  void trajectoriesAndCobwebAreDrawn() {
    assertDrawn(
        Trajectories.of("t", "step", "z").path("a", Y).path("b", X, X).picture(),
        Style.colour(0),
        Style.colour(1));
    Picture cobweb = Cobweb.draw("t", z -> z / 2, 0, 1, 0.8, 2);
    assertDrawn(cobweb, Style.colour(0));
    assertTrue(cobweb.alt().contains("2 iterations from 0.8 to 0.2"), cobweb.alt());
    assertThrows(IllegalArgumentException.class, () -> Cobweb.draw("t", z -> z, 1, 0, 0, 1));
    assertThrows(IllegalArgumentException.class, () -> Cobweb.draw("t", z -> z, 0, 1, 0, 0));
  }

  @Test
  void bifurcationsShowEveryGroup() {
    Picture picture =
        Bifurcation.of("t", "w", "h")
            .values("a", X, new double[][] {{1}, {1, 2}, {1, 2, 3}, {0}})
            .values("b", X, new double[4][0])
            .picture();
    assertDrawn(picture);
    assertTrue(
        picture
            .alt()
            .endsWith("a: 7 values, at most 3 at one place; b: 0 values, at most 0 at one place"),
        picture.alt());
    Bifurcation empty = Bifurcation.of("t", "w", "h");
    assertThrows(IllegalStateException.class, empty::picture);
    assertThrows(IllegalArgumentException.class, () -> empty.values("a", X, new double[3][0]));
    assertThrows(
        IllegalArgumentException.class,
        () -> empty.values("a", new double[1], new double[][] {{Double.NaN}}));
  }

  @Test
  void basinsHaveTheColoursOfTheirAttractors() {
    int[][] reached = {{0, 0, 1, 1}, {0, 0, -1, -2}};
    Picture picture =
        Basins.of("t", "p", "q", -1, 1, reached)
            .attractor(0, "first", new double[] {-0.5}, new double[] {0})
            .attractor(1, "second", new double[] {0.5, 7}, new double[] {-0.5, 0})
            .unstable("left", new double[] {0}, new double[] {0})
            .picture();
    assertTrue(count(picture.image(), Style.colour(0)) >= 40);
    assertTrue(count(picture.image(), Style.colour(1)) >= 40);
    assertEquals(
        "t: basins in the plane of p and q; 12.5 % diverge; 12.5 % do not settle; 50 % to attractor"
            + " 1; 25 % to attractor 2",
        picture.alt());
    int[] low = picture.image().getRGB(200, 700, 1, 1, null, 0, 1); // row 0 is lowest
    int[] high = picture.image().getRGB(200, 200, 1, 1, null, 0, 1);
    assertEquals(low[0], high[0]); // both in the first basin
    assertTrue(low[0] != picture.image().getRGB(900, 700));
    assertThrows(IllegalArgumentException.class, () -> Basins.of("t", "p", "q", 1, 1, reached));
    assertThrows(
        IllegalArgumentException.class, () -> Basins.of("t", "p", "q", 0, 1, new int[][] {{-3}}));
    assertThrows(
        IllegalArgumentException.class, () -> Basins.of("t", "p", "q", 0, 1, new int[0][]));
    double[][] starts = Basins.starts(-1, 1, 2);
    assertEquals(List.of(-0.5, -0.5), List.of(starts[0][0], starts[0][1]));
    assertEquals(List.of(0.5, -0.5), List.of(starts[1][0], starts[1][1]));
  }

  @Test
  void impulsesTellWhenTheyEnd() {
    Picture picture =
        ImpulsePlot.of("t", "y")
            .response("finite", new double[] {1, 0.5, 0, 0})
            .response("fading", new double[] {1, 0.5, 0.25, 0.125})
            .picture();
    assertDrawn(picture, Style.colour(0), Style.colour(1));
    assertEquals("t; finite: exactly 0 from step 3 on; fading: 0.125 after 4 steps", picture.alt());
    assertThrows(IllegalStateException.class, () -> ImpulsePlot.of("t", "y").picture());
  }

  @Test
  void behavioursAreThreePanels() {
    Behaviour behaviour =
        new Behaviour(
            List.of(1, 2, Behaviour.UNSETTLED),
            List.of(0.5, 0.7),
            List.of(1.0, 0.1, 0.0),
            List.of(1.0, 0.2, Double.POSITIVE_INFINITY),
            Behaviour.Probe.DEFAULT);
    Picture picture = BehaviourPlot.of("t").map("a", behaviour).map("b", behaviour).picture();
    assertDrawn(picture, Style.colour(0), Style.colour(1));
    assertTrue(picture.alt().contains("; a: settles on 67 % of 3 tokens"), picture.alt());
    assertThrows(IllegalStateException.class, () -> BehaviourPlot.of("t").picture());
  }

  @Test
  void heatMapPaintsItsLargestValueDarkest() {
    List<String> names = List.of("p", "q");
    Picture picture = HeatMap.draw("t", "c", names, "r", names, new double[][] {{0, 1}, {2, 8}});
    assertDrawn(picture, ColourScale.covering(0, 8).of(8), ColourScale.covering(0, 8).of(2));
    assertThrows(
        IllegalArgumentException.class,
        () -> HeatMap.draw("t", "c", names, "r", names, new double[][] {{0, 1}, {2}}));
  }

  @Test
  void coloursFallInLightness() {
    ColourScale scale = ColourScale.covering(0, 1);
    double before = 256;
    for (int i = 0; i <= 20; i++) {
      Color colour = scale.of(i / 20.0);
      double light = 0.3 * colour.getRed() + 0.59 * colour.getGreen() + 0.11 * colour.getBlue();
      assertTrue(light < before, "at " + i);
      before = light;
    }
    assertEquals(Color.WHITE, ColourScale.covering(-3, 2).of(0));
  }

  @Test
  void imageGridPaintsInkDark() {
    Picture picture = ImageGrid.draw("t", 2, 2, List.of(new float[] {1, 0, 0, 0}), List.of("one"));
    assertTrue(count(picture.image(), Color.BLACK) > 10_000);
    assertEquals(0, count(picture.image(), Style.VERMILLION));
    Picture framed =
        ImageGrid.draw("t", 2, 2, List.of(new float[4]), List.of(""), java.util.Set.of(0));
    assertTrue(count(framed.image(), Style.VERMILLION) > 1000);
    assertThrows(
        IllegalArgumentException.class, () -> ImageGrid.draw("t", 2, 2, List.of(), List.of()));
  }

  @Test
  void picturesNeedWords() {
    BufferedImage image = new BufferedImage(2, 2, BufferedImage.TYPE_INT_RGB);
    assertThrows(IllegalArgumentException.class, () -> new Picture(image, 1, " "));
  }
}
