package org.iterativemaps.examples.plots;

import java.awt.Graphics2D;
import java.awt.geom.Rectangle2D;

/** Shares of little squares that are covered by entries, for matrices with too many of them. */
final class DensityRaster {

  private static final int BIN = 2;

  private final int side;
  private final SlotLayout layout;
  private final double[][] covered;

  DensityRaster(int side, SlotLayout layout) {
    this.side = side;
    this.layout = layout;
    int bins = (side + BIN - 1) / BIN;
    covered = new double[bins][bins];
  }

  void add(SpyPlot.Block block) {
    double width = layout.cell(block.from());
    double height = layout.cell(block.to());
    block
        .entries()
        .forEach(
            (from, to) ->
                cover(
                    layout.place(block.from(), from), layout.place(block.to(), to), width, height));
  }

  /** Adds the area of one entry to the bins it lies in. */
  private void cover(double x, double y, double width, double height) {
    int last = covered.length - 1;
    int left = (int) (x / BIN);
    int top = (int) (y / BIN);
    int right = Math.min(last, (int) ((x + width) / BIN));
    int bottom = Math.min(last, (int) ((y + height) / BIN));
    for (int row = top; row <= bottom; row++) {
      double tall = overlap(y, y + height, row);
      for (int column = left; column <= right; column++) {
        covered[row][column] += tall * overlap(x, x + width, column);
      }
    }
  }

  private static double overlap(double start, double end, int bin) {
    return Math.max(0, Math.min(end, (bin + 1) * BIN) - Math.max(start, bin * BIN)) / BIN;
  }

  /** The densest bin's share, at most 1. */
  private double densest() {
    double most = 0;
    for (double[] row : covered) {
      for (double share : row) {
        most = Math.max(most, share);
      }
    }
    return Math.min(1, most);
  }

  void paint(Graphics2D g) {
    ColourScale scale = ColourScale.ofSquareRoot(densest());
    for (int row = 0; row < covered.length; row++) {
      for (int column = 0; column < covered.length; column++) {
        g.setColor(scale.of(covered[row][column]));
        g.fill(new Rectangle2D.Double(column * BIN, row * BIN, BIN, BIN));
      }
    }
    scale.drawBar(g, side + 14, 22, 16, 160);
    g.drawString("density", side + 12, 12);
  }
}
