package org.iterativemaps.examples.plots;

import java.awt.Color;
import java.awt.Font;
import java.awt.FontMetrics;
import java.awt.Graphics2D;
import java.awt.image.BufferedImage;

/** Places text. */
final class Letters {
  private Letters() {}

  /** Something to measure with before there is a picture. */
  static Graphics2D scratch() {
    return new BufferedImage(1, 1, BufferedImage.TYPE_INT_RGB).createGraphics();
  }

  static FontMetrics metrics() {
    return scratch().getFontMetrics(Style.LETTERS);
  }

  static void centred(Graphics2D g, Font font, String text, double x, double baseline) {
    g.setColor(Style.INK);
    put(g, font, text, x, baseline);
  }

  /** In black or white, whichever stands out from the colour behind. */
  static void onColour(Graphics2D g, Color behind, String text, double x, double baseline) {
    double light = 0.3 * behind.getRed() + 0.59 * behind.getGreen() + 0.11 * behind.getBlue();
    g.setColor(light > 140 ? Style.INK : Color.WHITE);
    put(g, Style.LETTERS, text, x, baseline);
  }

  static void flushRight(Graphics2D g, Font font, String text, double right, double baseline) {
    g.setFont(font);
    g.setColor(Style.INK);
    double width = g.getFontMetrics().stringWidth(text);
    g.drawString(text, (float) (right - width), (float) baseline);
  }

  private static void put(Graphics2D g, Font font, String text, double x, double baseline) {
    g.setFont(font);
    double width = g.getFontMetrics().stringWidth(text);
    g.drawString(text, (float) (x - width / 2), (float) baseline);
  }
}
