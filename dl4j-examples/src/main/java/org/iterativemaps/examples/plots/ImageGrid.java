package org.iterativemaps.examples.plots;

import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.geom.Rectangle2D;
import java.util.List;
import java.util.Set;

/** Small grey images side by side, dark on light, each with a word below. */
public final class ImageGrid {

  private static final int GAP = 8;
  private static final int LABEL = 20;
  private static final int TOP = 40;

  private ImageGrid() {}

  /**
   * Draws the images.
   *
   * @param title what they are
   * @param perRow how many side by side
   * @param side height and width of each in pixels
   * @param images side · side values each, row by row, 0 (light) to 1 (dark); not modified
   * @param labels a word for each, or empty texts
   * @return the picture
   */
  public static Picture draw(
      String title, int perRow, int side, List<float[]> images, List<String> labels) {
    return draw(title, perRow, side, images, labels, Set.of());
  }

  /**
   * Draws the images, some of them in a coloured frame.
   *
   * @param title what they are
   * @param perRow how many side by side
   * @param side height and width of each in pixels
   * @param images side · side values each, row by row, 0 (light) to 1 (dark); not modified
   * @param labels a word for each, or empty texts
   * @param framed which of the images get the frame, counted from 0
   * @return the picture
   */
  public static Picture draw(
      String title,
      int perRow,
      int side,
      List<float[]> images,
      List<String> labels,
      Set<Integer> framed) {
    if (images.isEmpty() || labels.size() != images.size() || perRow < 1) {
      throw new IllegalArgumentException(
          "images, labels, perRow: found "
              + images.size()
              + ", "
              + labels.size()
              + ", "
              + perRow
              + ", expected at least one image, a label for each, at least one per row");
    }
    int cell = (Style.WIDTH - GAP) / perRow;
    int rows = (images.size() + perRow - 1) / perRow;
    int[] tops = new int[rows + 1];
    tops[0] = TOP;
    for (int row = 0; row < rows; row++) {
      List<String> below =
          labels.subList(row * perRow, Math.min(labels.size(), (row + 1) * perRow));
      tops[row + 1] = tops[row] + cell + (below.stream().allMatch(String::isEmpty) ? 0 : LABEL);
    }
    String alt = title + ": " + images.size() + " images of " + side + " by " + side + " pixels";
    return Picture.draw(
        Style.WIDTH,
        tops[rows] + GAP,
        alt,
        g -> {
          Letters.centred(g, Style.TITLE, title, Style.WIDTH / 2.0, 24);
          for (int i = 0; i < images.size(); i++) {
            double x = GAP + (i % perRow) * cell;
            double y = tops[i / perRow];
            paint(g, x, y, cell - GAP, side, images.get(i));
            frame(g, x, y, cell - GAP, framed.contains(i));
            Letters.centred(
                g, Style.LETTERS, labels.get(i), x + (cell - GAP) / 2.0, y + cell - GAP + 17);
          }
        });
  }

  private static void paint(
      Graphics2D g, double x, double y, double size, int side, float[] image) {
    double pixel = size / side;
    for (int row = 0; row < side; row++) {
      for (int column = 0; column < side; column++) {
        int light = Math.round(255 * (1 - image[row * side + column]));
        g.setColor(new Color(light, light, light));
        g.fill(
            new Rectangle2D.Double(x + column * pixel, y + row * pixel, pixel + 0.2, pixel + 0.2));
      }
    }
  }

  private static void frame(Graphics2D g, double x, double y, double size, boolean coloured) {
    g.setColor(coloured ? Style.VERMILLION : Style.GREY);
    g.setStroke(coloured ? Style.thick() : Style.thin());
    g.draw(new Rectangle2D.Double(x, y, size, size));
  }
}
