package org.iterativemaps.examples.plots;

import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.geom.Rectangle2D;

/**
 * Numbers to colours. One-sided: white to dark blue. Two-sided: vermillion over white to blue, for
 * values of both signs. Both fall in lightness all the way, so that they survive grey print (the
 * two sides of the second one then look alike).
 */
final class ColourScale {

  private static final Color[] ONE_SIDED = {
    Color.WHITE, new Color(0x9fcbe6), new Color(0x2f86bd), new Color(0x08306b)
  };
  private static final Color[] TWO_SIDED = {
    new Color(0x8c2d04),
    new Color(0xd55e00),
    new Color(0xf6c29b),
    Color.WHITE,
    new Color(0x9fcbe6),
    new Color(0x0072b2),
    new Color(0x08306b)
  };

  private final double low;
  private final double high;
  private final double power;

  private ColourScale(double low, double high, double power) {
    this.low = low;
    this.high = high;
    this.power = power;
  }

  /** From 0 to the given value, or symmetric about 0 when there are negative values. */
  static ColourScale covering(double smallest, double largest) {
    if (smallest >= 0) {
      return new ColourScale(0, largest > 0 ? largest : 1, 1);
    }
    double size = Math.max(-smallest, largest);
    return new ColourScale(-size, size, 1);
  }

  /** From 0 to the given value, by its square root, which sets small values off from 0. */
  static ColourScale ofSquareRoot(double largest) {
    return new ColourScale(0, largest > 0 ? largest : 1, 0.5);
  }

  Color of(double value) {
    Color[] colours = low < 0 ? TWO_SIDED : ONE_SIDED;
    double share = Math.pow(Math.min(1, Math.max(0, (value - low) / (high - low))), power);
    double place = share * (colours.length - 1);
    int left = Math.min(colours.length - 2, (int) place);
    return mix(colours[left], colours[left + 1], place - left);
  }

  private static Color mix(Color a, Color b, double share) {
    return new Color(
        (int) Math.round(a.getRed() + share * (b.getRed() - a.getRed())),
        (int) Math.round(a.getGreen() + share * (b.getGreen() - a.getGreen())),
        (int) Math.round(a.getBlue() + share * (b.getBlue() - a.getBlue())));
  }

  private double valueAt(double share) {
    return low + (high - low) * Math.pow(share, 1 / power);
  }

  /** Draws the scale as an upright bar with three labels to its right. */
  void drawBar(Graphics2D g, double x, double y, double width, double height) {
    int bands = (int) (2 * height);
    for (int i = 0; i < bands; i++) {
      g.setColor(of(valueAt(1 - (i + 0.5) / bands)));
      g.fill(new Rectangle2D.Double(x, y + height * i / bands, width, height / bands + 0.5));
    }
    g.setColor(Style.GREY);
    g.setStroke(Style.thin());
    g.draw(new Rectangle2D.Double(x, y, width, height));
    g.setFont(Style.LETTERS);
    g.setColor(Style.INK);
    for (int i = 0; i <= 2; i++) {
      double value = valueAt(i / 2.0);
      float place = (float) (y + height * (1 - i / 2.0) + (i == 2 ? 12 : i == 1 ? 5 : 0));
      g.drawString(Style.number(value), (float) (x + width + 5), place);
    }
  }
}
