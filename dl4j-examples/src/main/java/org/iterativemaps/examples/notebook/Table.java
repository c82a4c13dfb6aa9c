package org.iterativemaps.examples.notebook;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.commonmark.renderer.html.HtmlWriter;

/**
 * Rows under named columns; reals are rounded to four significant digits, columns of numbers are
 * set flush right.
 */
public final class Table {

  private final List<String> columns;
  private final List<List<String>> rows = new ArrayList<>();
  private final boolean[] numeric;
  private String caption = "";

  private Table(List<String> columns) {
    if (columns.isEmpty()) {
      throw new IllegalArgumentException("columns: found none, expected at least one");
    }
    this.columns = columns;
    this.numeric = new boolean[columns.size()];
    Arrays.fill(numeric, true);
  }

  /**
   * Starts a table.
   *
   * @param columns their names
   * @return a table without rows
   */
  public static Table of(String... columns) {
    return new Table(List.of(columns));
  }

  /**
   * Adds a row.
   *
   * @param cells one value per column: numbers, text, {@link Spread}, {@link java.time.Duration}
   * @return this
   */
  public Table row(Object... cells) {
    if (cells.length != columns.size()) {
      throw new IllegalArgumentException(
          "cells: found " + cells.length + ", expected one for each of " + columns);
    }
    List<String> row = new ArrayList<>();
    for (int i = 0; i < cells.length; i++) {
      numeric[i] &= !(cells[i] instanceof CharSequence || cells[i] instanceof Boolean);
      row.add(Format.value(cells[i]));
    }
    rows.add(row);
    return this;
  }

  /**
   * Names the table.
   *
   * @param text printed above it
   * @return this
   */
  public Table caption(String text) {
    caption = text;
    return this;
  }

  /** The table for a terminal, columns padded with blanks. */
  @Override
  public String toString() {
    int[] widths = new int[columns.size()];
    for (int i = 0; i < widths.length; i++) {
      int column = i;
      widths[i] =
          Math.max(
              columns.get(i).length(),
              rows.stream().mapToInt(row -> row.get(column).length()).max().orElse(0));
    }
    StringBuilder text = new StringBuilder(caption.isEmpty() ? "" : caption + "\n");
    text.append(line(columns, widths)).append('\n');
    List<String> rules = Arrays.stream(widths).mapToObj("-"::repeat).toList();
    text.append(String.join("  ", rules));
    rows.forEach(row -> text.append('\n').append(line(row, widths)));
    return text.toString();
  }

  private String line(List<String> cells, int[] widths) {
    StringBuilder line = new StringBuilder();
    for (int i = 0; i < widths.length; i++) {
      String padding = " ".repeat(widths[i] - cells.get(i).length());
      line.append(numeric[i] ? padding + cells.get(i) : cells.get(i) + padding).append("  ");
    }
    return line.toString().stripTrailing();
  }

  void writeTo(HtmlWriter html) {
    html.tag("table", Html.attributes("tabindex", "0"));
    if (!caption.isEmpty()) {
      html.tag("caption");
      html.text(caption);
      html.tag("/caption");
    }
    html.tag("thead");
    writeRow(html, columns, "th");
    html.tag("/thead");
    html.tag("tbody");
    rows.forEach(row -> writeRow(html, row, "td"));
    html.tag("/tbody");
    Html.close(html, "table");
  }

  private void writeRow(HtmlWriter html, List<String> cells, String tag) {
    html.tag("tr");
    for (int i = 0; i < cells.size(); i++) {
      Html.element(html, tag, numeric[i] ? "number" : "word", cells.get(i));
    }
    Html.close(html, "tr");
  }
}
