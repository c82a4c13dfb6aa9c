package org.iterativemaps.examples.notebook;

import java.math.BigDecimal;
import java.math.MathContext;
import java.time.Duration;
import java.util.Locale;

/** How numbers and times read, the same on the terminal and on the page. */
final class Format {
  private Format() {}

  /** A table cell or a shown value: reals with four significant digits, the rest as it is. */
  static String value(Object value) {
    if (value instanceof Double || value instanceof Float) {
      return real(((Number) value).doubleValue());
    }
    return value instanceof Duration ? duration((Duration) value) : String.valueOf(value);
  }

  static String real(double value) {
    if (!Double.isFinite(value)) {
      return Double.toString(value);
    }
    double size = Math.abs(value);
    if (size != 0 && (size < 1e-4 || size >= 1e7)) {
      return String.format(Locale.ROOT, "%.3e", value);
    }
    BigDecimal rounded = new BigDecimal(value).round(new MathContext(4));
    return (rounded.scale() < 0 ? rounded.setScale(0) : rounded).toPlainString();
  }

  /** Milliseconds below a second, minutes above two, seconds between. */
  static String duration(Duration elapsed) {
    double seconds = elapsed.toNanos() / 1e9;
    if (seconds < 1) {
      return String.format(Locale.ROOT, "%.0f ms", seconds * 1e3);
    }
    return seconds < 120
        ? String.format(Locale.ROOT, "%.1f s", seconds)
        : String.format(Locale.ROOT, "%d min %02d s", elapsed.toMinutes(), elapsed.toSecondsPart());
  }
}
