package org.iterativemaps.examples.plots;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;

class ScatterFitTest {

  private static final double[] X = {0, 0.25, 0.5, 0.75, 1};
  private static final double[] Y = {0, 0.2, 0.5, 0.8, 1};

  private static BufferedImage draw(ScatterFit plot) throws IOException {
    return ImageIO.read(new ByteArrayInputStream(plot.points("points", X, Y).picture().png()));
  }

  private static ScatterFit empty() {
    return ScatterFit.of("title", "x", "y");
  }

  /** The area of the band is that of a tenth of the plot's, more or less. */
  @Test
  void aBandIsAnAreaBelowThePoints() throws IOException {
    double[] low = {0, 0.2, 0.4, 0.6, 0.8};
    double[] high = {0.2, 0.4, 0.6, 0.8, 1};
    BufferedImage without = draw(empty());
    ScatterFit banded = empty().band(X, low, high);
    BufferedImage with = draw(banded);
    int different = 0;
    for (int i = 0; i < with.getWidth() * with.getHeight(); i++) {
      int x = i % with.getWidth();
      int y = i / with.getWidth();
      different += with.getRGB(x, y) == without.getRGB(x, y) ? 0 : 1;
    }
    double share = (double) different / (with.getWidth() * with.getHeight());
    assertTrue(share > 0.03 && share < 0.3, "share of the picture: " + share);
    assertEquals(empty().points("points", X, Y).fit(), banded.fit());
  }

  @Test
  void aBandNeedsTwoEdgesAtEachPlace() {
    double[] four = {0, 1, 2, 3};
    assertThrows(IllegalArgumentException.class, () -> empty().band(X, four, Y));
    assertThrows(IllegalArgumentException.class, () -> empty().band(X, Y, four));
    double[] broken = {0, 1, Double.NaN, 0, 0};
    assertThrows(IllegalArgumentException.class, () -> empty().band(X, Y, broken));
  }
}
