package org.iterativemaps.convert;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.OptionalDouble;
import org.iterativemaps.kernel.KernelSelection;

/**
 * What a conversion did, layer by layer.
 *
 * @param entries one per layer that was there before
 * @param notes what else happened, where a stack was cut and why, dropout left out; and what would
 *     make the maps faster in this JVM
 * @param tyingLoss where layers were tied, sum |W_i - mean W|^2 / sum |W_i|^2 over the tied weights
 *     and biases: 0 if nothing was lost, near 1 for unrelated layers; else empty
 */
public record ConversionReport(List<Entry> entries, List<String> notes, OptionalDouble tyingLoss) {

  /**
   * One layer.
   *
   * @param layer its name or place, and its kind
   * @param became a slot, a layer, or "stays"
   * @param weightsBefore its parameters, biases counted
   * @param weightsAfter those of them that are left
   */
  public record Entry(String layer, String became, long weightsBefore, long weightsAfter) {}

  /** Copies the lists. */
  public ConversionReport {
    entries = List.copyOf(entries);
    notes = List.copyOf(notes);
  }

  /** The same with one note more. */
  ConversionReport with(String note) {
    List<String> more = new ArrayList<>(notes);
    more.add(note);
    return new ConversionReport(entries, more, tyingLoss);
  }

  /** All parameters before. */
  public long weightsBefore() {
    return entries.stream().mapToLong(Entry::weightsBefore).sum();
  }

  /** All parameters after. */
  public long weightsAfter() {
    return entries.stream().mapToLong(Entry::weightsAfter).sum();
  }

  /** A table. */
  @Override
  public String toString() {
    int layer = width("all", entries.stream().map(Entry::layer).toList());
    int became = width("became", entries.stream().map(Entry::became).toList());
    String line = "%-" + layer + "s  %-" + became + "s %,12d %,12d%n";
    String head = line.replace(",12d", "12s");
    StringBuilder text = new StringBuilder();
    text.append(String.format(Locale.ROOT, head, "layer", "became", "weights", "after"));
    List<Entry> lines = new ArrayList<>(entries);
    lines.add(new Entry("all", "", weightsBefore(), weightsAfter()));
    for (Entry e : lines) {
      text.append(
          String.format(Locale.ROOT, line, e.layer, e.became, e.weightsBefore, e.weightsAfter));
    }
    tyingLoss.ifPresent(loss -> text.append(String.format(Locale.ROOT, "tying loss %.4g%n", loss)));
    notes.forEach(note -> text.append(note).append(System.lineSeparator()));
    return text.toString();
  }

  private static int width(String least, List<String> texts) {
    return Math.max(least.length(), texts.stream().mapToInt(String::length).max().orElse(0));
  }

  /** Collects a report. */
  static final class Builder {
    private final List<Entry> entries = new ArrayList<>();
    private final List<String> notes = new ArrayList<>();
    private final Averages averages = new Averages();

    void layer(Node node, String became, long after) {
      entries.add(new Entry(node.label(), became, node.parameters(), after));
    }

    void stays(Node node) {
      layer(node, "stays", node.parameters());
    }

    /** Stays, because of what it has or is. */
    void stays(Node node, String obstacle) {
      stays(node);
      note(node.leftAlone(obstacle));
    }

    /** What has been said so far, for an error that ends with it; empty if nothing. */
    String notesSoFar() {
      return notes.isEmpty() ? "" : ". " + String.join(". ", notes);
    }

    void note(String note) {
      notes.add(note);
    }

    /** What would make maps faster in this JVM, if anything. */
    void speed() {
      KernelSelection.advice().ifPresent(this::note);
    }

    /** Of all layers of the network that are tied. */
    Averages averages() {
      return averages;
    }

    ConversionReport build() {
      return new ConversionReport(entries, notes, averages.lossIfAny());
    }
  }
}
