package org.iterativemaps.examples.plots;

import java.awt.Graphics2D;
import java.awt.RenderingHints;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.function.Consumer;
import javax.imageio.ImageIO;

/**
 * An image with what it says in words. Held at twice its nominal size, for print and fine screens.
 *
 * @param image the pixels
 * @param width nominal width, in CSS pixels
 * @param alt the picture in words, for those who cannot see it; not empty
 */
public record Picture(BufferedImage image, int width, String alt) {

  private static final int SCALE = 2;

  static {
    System.setProperty("java.awt.headless", "true");
  }

  /**
   * Refuses pictures without words.
   *
   * @param image the pixels
   * @param width nominal width, in CSS pixels
   * @param alt the picture in words
   */
  public Picture {
    if (alt.isBlank()) {
      throw new IllegalArgumentException("alt: found a blank text, expected the picture in words");
    }
  }

  /**
   * Draws on a white canvas.
   *
   * @param width nominal width
   * @param height nominal height
   * @param alt the picture in words
   * @param painter draws in nominal coordinates
   * @return the picture
   */
  static Picture draw(int width, int height, String alt, Consumer<Graphics2D> painter) {
    BufferedImage image =
        new BufferedImage(width * SCALE, height * SCALE, BufferedImage.TYPE_INT_RGB);
    Graphics2D g = image.createGraphics();
    try {
      g.setRenderingHint(RenderingHints.KEY_ANTIALIASING, RenderingHints.VALUE_ANTIALIAS_ON);
      g.setRenderingHint(
          RenderingHints.KEY_TEXT_ANTIALIASING, RenderingHints.VALUE_TEXT_ANTIALIAS_ON);
      g.setRenderingHint(
          RenderingHints.KEY_FRACTIONALMETRICS, RenderingHints.VALUE_FRACTIONALMETRICS_ON);
      g.setRenderingHint(RenderingHints.KEY_STROKE_CONTROL, RenderingHints.VALUE_STROKE_PURE);
      g.setColor(java.awt.Color.WHITE);
      g.fillRect(0, 0, image.getWidth(), image.getHeight());
      g.scale(SCALE, SCALE);
      painter.accept(g);
    } finally {
      g.dispose();
    }
    return new Picture(image, width, alt);
  }

  /**
   * The picture as a PNG file.
   *
   * @return its bytes
   */
  public byte[] png() {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try {
      if (!ImageIO.write(image, "png", bytes)) {
        throw new IllegalStateException("This Java cannot write PNG files");
      }
    } catch (IOException e) {
      throw new UncheckedIOException("Cannot encode a PNG", e);
    }
    return bytes.toByteArray();
  }
}
