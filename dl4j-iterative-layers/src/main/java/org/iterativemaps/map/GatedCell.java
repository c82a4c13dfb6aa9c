package org.iterativemaps.map;

import java.util.List;

/** The cells of {@link GatedMaps}. */
enum GatedCell {
  LSTM(List.of("g", "f", "o", "i"), List.of("g", "f", "o", "i"), "f"),
  GRAVES_LSTM(List.of("g", "f", "o", "i"), List.of("g", "f", "o", "i"), "f"),
  COUPLED(List.of("g", "e", "o"), List.of("g", "e", "o"), "e"),
  GRU(List.of("r", "z", "h"), List.of("r", "z", "q"), null),
  MIN_GRU(List.of("f", "h"), List.of(), null),
  MIN_LSTM(List.of("f", "i", "h"), List.of(), "f");

  /** Slots that read the token, in the order of their blocks. */
  final List<String> fromInput;

  /** Slots that read the output of the token before. */
  final List<String> fromHidden;

  /** The slot whose bias decides how much is kept at first; null where that is left at 0. */
  final String forgetGate;

  GatedCell(List<String> fromInput, List<String> fromHidden, String forgetGate) {
    this.fromInput = fromInput;
    this.fromHidden = fromHidden;
    this.forgetGate = forgetGate;
  }
}
