package org.iterativemaps.examples.plots;

import java.awt.BasicStroke;
import java.awt.Color;
import java.awt.FontMetrics;
import java.awt.Graphics2D;
import java.awt.geom.AffineTransform;
import java.awt.geom.Line2D;
import java.awt.geom.Rectangle2D;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.IntStream;

/** Paints a {@link SpyPlot}. */
final class SpyPainter {

  private static final int LEFT = 84;
  private static final int TOP = 84;
  private static final int RIGHT = 86;
  private static final int TWO_LINES = 34;
  private static final int LONGEST_NAME = 14;
  private static final int FOOT = 44;
  private static final int LEAST_SLOT = 34;
  private static final double SMALLEST_DOT = 1.5;
  private static final int MOST_DOTS = 30_000;

  private final String title;
  private final List<String> names;
  private final List<Integer> sizes;
  private final List<SpyPlot.Block> blocks;
  private final SlotLayout layout;
  private final int left;
  private final int side;
  private final boolean upright;
  private final int top;
  private final long entries;

  SpyPainter(String title, Map<String, Integer> slots, List<SpyPlot.Block> blocks) {
    this.title = title;
    this.names = slots.keySet().stream().map(SpyPainter::shortened).toList();
    this.sizes = List.copyOf(slots.values());
    this.blocks = blocks;
    FontMetrics metrics = Letters.scratch().getFontMetrics(Style.TITLE);
    int longest = names.stream().mapToInt(metrics::stringWidth).max().orElseThrow();
    this.left = Math.max(LEFT, longest + 24);
    this.side = Style.WIDTH - left - RIGHT;
    this.layout = new SlotLayout(sizes, side, LEAST_SLOT);
    this.upright =
        IntStream.range(0, names.size())
            .anyMatch(i -> metrics.stringWidth(names.get(i)) + 6 > layout.width(i));
    this.top = upright ? longest + 56 : TOP;
    this.entries = blocks.stream().mapToLong(SpyPlot.Block::count).sum();
  }

  int height() {
    return top + side + FOOT;
  }

  private static String shortened(String name) {
    return name.length() <= LONGEST_NAME ? name : name.substring(0, LONGEST_NAME - 1) + "…";
  }

  void paint(Graphics2D g) {
    Letters.centred(g, Style.TITLE, title, Style.WIDTH / 2.0, 24);
    g.translate(left, top);
    if (entries <= MOST_DOTS) {
      blocks.forEach(block -> dots(g, block));
      legend(g);
    } else {
      DensityRaster raster = new DensityRaster(side, layout);
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
        side / 2.0,
        side + 28);
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
    double x = side + 14;
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
      g.draw(new Line2D.Double(0, at, side, at));
      g.draw(new Line2D.Double(at, 0, at, side));
    }
    for (int i = 0; i < names.size(); i++) {
      nameSource(g, i, layout.middle(i));
      nameTarget(g, i, layout.middle(i));
    }
    g.setColor(Color.DARK_GRAY);
    g.setFont(Style.LETTERS);
    g.drawString("from →", -left + 8, -28);
    g.drawString("to ↓", -left + 8, -8);
  }

  /** Above the matrix: name and size, or the name alone from bottom to top where room is scarce. */
  private void nameSource(Graphics2D g, int slot, double at) {
    if (!upright) {
      Letters.centred(g, Style.TITLE, names.get(slot), at, -28);
      Letters.centred(g, Style.LETTERS, size(slot), at, -9);
      return;
    }
    AffineTransform level = g.getTransform();
    g.rotate(-Math.PI / 2, at, -10);
    g.setFont(Style.TITLE);
    g.setColor(Style.INK);
    g.drawString(names.get(slot), (float) at, -5f);
    g.setTransform(level);
  }

  /** Left of the matrix: the name, and the size below it where there is room. */
  private void nameTarget(Graphics2D g, int slot, double at) {
    if (layout.width(slot) < TWO_LINES) {
      Letters.flushRight(g, Style.TITLE, names.get(slot), -10, at + 6);
      return;
    }
    Letters.flushRight(g, Style.TITLE, names.get(slot), -10, at);
    Letters.flushRight(g, Style.LETTERS, size(slot), -10, at + 17);
  }

  private String size(int slot) {
    return String.format(Locale.ROOT, "%d", sizes.get(slot));
  }
}
