package org.iterativemaps.card;

import java.util.Locale;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.iterativemaps.map.Slot;
import org.iterativemaps.map.Update;
import org.nd4j.linalg.activations.IActivation;

/**
 * A slot of a map.
 *
 * @param name of a slot in a nested map behind that of the nested map's block: "x-&gt;h / b"
 * @param role "input", "state" or "wire"
 * @param size units
 * @param activation of what arrives; null for the input
 * @param hasBias whether a bias is trained
 * @param normalisation "NONE", "LAYER" or "RMS"
 * @param update how the new value is combined with the old one: "replaced", "residual 0.5", "gated
 *     by …"
 */
public record SlotFacts(
    String name,
    String role,
    int size,
    String activation,
    boolean hasBias,
    String normalisation,
    String update) {

  /**
   * A slot.
   *
   * @param activation its own or the layer's; null for the input
   */
  static SlotFacts of(String prefix, Slot slot, IActivation activation) {
    return new SlotFacts(
        prefix + slot.name(),
        slot.role().name().toLowerCase(Locale.ROOT),
        slot.size(),
        activation == null ? null : activation.toString(),
        slot.hasBias(),
        slot.normalisation().name(),
        text(slot.update()));
  }

  private static String text(Update update) {
    return switch (update.kind()) {
      case REPLACE -> "replaced";
      case RESIDUAL -> "residual " + update.scale();
      case LEAKY -> "leaky " + update.scale();
      case GATED, TWO_GATES ->
          "gated by "
              + Stream.of(update.keep(), update.write())
                  .filter(gate -> gate != null)
                  .collect(Collectors.joining(" and "));
    };
  }
}
