package org.iterativemaps.examples.plots;

import java.awt.FontMetrics;
import java.awt.Graphics2D;
import java.awt.geom.Rectangle2D;
import java.util.Locale;
import org.iterativemaps.map.plan.HiddenProportion;

/**
 * Where the unknowns of a map sit: a bar for each trained block as long as its share of the
 * weights, those between hidden slots in a colour of their own.
 */
public final class WeightShares {
  private static final int ROW = 30;
  private static final int BAR = 18;
  private static final int TOP = 58;
  private static final int GAP = 10;

  private WeightShares() {}

  /**
   * Draws the shares.
   *
   * @param title what it is about
   * @param shares expected or realised
   * @return the picture; its words tell the hidden proportion and every share
   */
  public static Picture draw(String title, HiddenProportion shares) {
    int height = TOP + ROW * shares.blocks().size() + GAP;
    return Picture.draw(Style.WIDTH, height, words(title, shares), g -> paint(g, title, shares));
  }

  private static void paint(Graphics2D g, String title, HiddenProportion shares) {
    g.setColor(Style.INK);
    g.setFont(Style.TITLE);
    g.drawString(title, GAP, 22);
    g.setFont(Style.LETTERS);
    g.drawString(summary(shares), GAP, 44);
    FontMetrics metrics = Letters.metrics();
    int names = GAP;
    int numbers = GAP;
    for (HiddenProportion.Share share : shares.blocks()) {
      names = Math.max(names, 2 * GAP + metrics.stringWidth(arrow(share)));
      numbers = Math.max(numbers, 2 * GAP + metrics.stringWidth(number(share)));
    }
    double longest =
        shares.blocks().stream().mapToDouble(HiddenProportion.Share::share).max().orElse(1);
    double y = TOP;
    for (HiddenProportion.Share share : shares.blocks()) {
      double length = share.share() / longest * (Style.WIDTH - names - numbers);
      g.setColor(share.isHidden() ? Style.VERMILLION : Style.BLUE);
      g.fill(new Rectangle2D.Double(names, y, Math.max(1, length), BAR));
      g.setColor(Style.INK);
      float baseline = (float) y + BAR - 4;
      g.drawString(arrow(share), GAP, baseline);
      g.drawString(number(share), (float) (names + length) + GAP, baseline);
      y += ROW;
    }
  }

  private static String arrow(HiddenProportion.Share share) {
    return share.block().replace("->", " \u2192 ");
  }

  private static String number(HiddenProportion.Share share) {
    return String.format(Locale.ROOT, "%,.0f, %.1f %%", share.weights(), 100 * share.share());
  }

  private static String summary(HiddenProportion shares) {
    return String.format(
        Locale.ROOT,
        "hidden proportion %.3f of %,.0f trainable weights",
        shares.value(),
        shares.weights());
  }

  private static String words(String title, HiddenProportion shares) {
    StringBuilder words = new StringBuilder(title + ": " + summary(shares));
    for (HiddenProportion.Share share : shares.blocks()) {
      words.append("; ").append(share.block().replace("->", " to ")).append(": ");
      words.append(number(share)).append(share.isHidden() ? ", hidden" : "");
    }
    return words.toString();
  }
}
