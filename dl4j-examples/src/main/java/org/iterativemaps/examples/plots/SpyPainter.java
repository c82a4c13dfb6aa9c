package org.iterativemaps.examples.plots;

import java.awt.BasicStroke;
import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.geom.Line2D;
import java.awt.geom.Rectangle2D;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Paints a {@link SpyPlot}. */
final class SpyPainter {

  private static final int LEFT = 84;
  private static final int TOP = 84;
  private static final int SIDE = 390;
  private static final int FOOT = 44;
  private static final int LEAST_SLOT = 34;
  private static final double SMALLEST_DOT = 1.5;
  private static final int MOST_DOTS = 30_000;

  private final String title;
  private final List<String> names;
  private final List<Integer> sizes;
  private final List<SpyPlot.Block> blocks;
  private final SlotLayout layout;
  private final long entries;

  SpyPainter(String title, Map<String, Integer> slots, List<SpyPlot.Block> blocks) {
    this.title = title;
    this.names = List.copyOf(slots.keySet());
    this.sizes = List.copyOf(slots.values());
    this.blocks = blocks;
    this.layout = new SlotLayout(sizes, SIDE, LEAST_SLOT);
    this.entries = blocks.stream().mapToLong(SpyPlot.Block::count).sum();
  }

  int height() {
    return TOP + SIDE + FOOT;
  }

  void paint(Graphics2D g) {
    Letters.centred(g, Style.TITLE, title, Style.WIDTH / 2.0, 24);
    g.translate(LEFT, TOP);
    if (entries <= MOST_DOTS) {
      blocks.forEach(block -> dots(g, block));
      legend(g);
    } else {
      DensityRaster raster = new DensityRaster(SIDE, layout);
      blocks.forEach(raster::add);
      raster.paint(g);
    }
    grid(g);
    double cells = sizes.stream().mapToDouble(Integer::doubleValue).sum();
    String share = Style.number(100 * entries / (cells * cells));
    Letters.centred(
        g,
        Style.LETTERS,
        String.format(Locale.ROOT, "%,d entries, %s %% of all cells", entries, share),
        SIDE / 2.0,
        SIDE + 28);
  }

  private void dots(Graphics2D g, SpyPlot.Block block) {
    double width = layout.cell(block.from());
    double height = layout.cell(block.to());
    block
        .entries()
        .forEach(
            (from, to) ->
                dot(
                    g,
                    layout.place(block.from(), from) + width / 2,
                    layout.place(block.to(), to) + height / 2,
                    Math.max(SMALLEST_DOT, 0.84 * width),
                    Math.max(SMALLEST_DOT, 0.84 * height),
                    block.trainable()));
  }

  /** Trainable: filled blue. Fixed: orange, hollow where there is room. */
  private static void dot(
      Graphics2D g, double x, double y, double width, double height, boolean trainable) {
    g.setColor(trainable ? Style.BLUE : Style.VERMILLION);
    if (trainable || Math.min(width, height) < 5) {
      g.fill(new Rectangle2D.Double(x - width / 2, y - height / 2, width, height));
    } else {
      g.setStroke(new BasicStroke(1.8f));
      g.draw(
          new Rectangle2D.Double(
              x - width / 2 + 0.9, y - height / 2 + 0.9, width - 1.8, height - 1.8));
    }
  }

  private void legend(Graphics2D g) {
    if (blocks.stream().allMatch(SpyPlot.Block::trainable)) {
      return;
    }
    double x = SIDE + 14;
    g.setFont(Style.LETTERS);
    dot(g, x + 5, 8, 10, 10, true);
    dot(g, x + 5, 32, 10, 10, false);
    g.setColor(Style.INK);
    g.drawString("trains", (float) x + 16, 13);
    g.drawString("fixed", (float) x + 16, 37);
  }

  private void grid(Graphics2D g) {
    g.setStroke(new BasicStroke(1.2f));
    for (int i = 0; i <= names.size(); i++) {
      g.setColor(i == 0 || i == names.size() ? Style.INK : Style.GREY);
      double at = layout.start(i);
      g.draw(new Line2D.Double(0, at, SIDE, at));
      g.draw(new Line2D.Double(at, 0, at, SIDE));
    }
    for (int i = 0; i < names.size(); i++) {
      double at = layout.middle(i);
      Letters.centred(g, Style.TITLE, names.get(i), at, -28);
      Letters.flushRight(g, Style.TITLE, names.get(i), -10, at);
      small(g, i, at);
    }
    g.setColor(Color.DARK_GRAY);
    g.setFont(Style.LETTERS);
    g.drawString("from →", -LEFT + 8, -28);
    g.drawString("to ↓", -LEFT + 8, -8);
  }

  /** The size of a slot below its name. */
  private void small(Graphics2D g, int slot, double at) {
    String size = String.format(Locale.ROOT, "%d", sizes.get(slot));
    Letters.centred(g, Style.LETTERS, size, at, -9);
    Letters.flushRight(g, Style.LETTERS, size, -10, at + 17);
  }
}
