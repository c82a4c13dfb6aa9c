package org.iterativemaps.card;

import org.iterativemaps.map.pattern.Sparsity;
import org.iterativemaps.map.pattern.WeightMask;

/**
 * Which weights of a block exist: the rule and what it drew.
 *
 * <p>The hash is the SHA-256 of the mask in compressed rows, as numbers of four bytes, big-endian:
 * units of the target, units of the source, the start of each target's entries and behind them the
 * number of all (one more than there are targets), and each entry's source. Two masks with one hash
 * are the same weights.
 *
 * @param key of the weights, as DL4J calls a trained block's parameters: {@code W[x->h]}
 * @param pattern the rule as configured
 * @param fromSize units of the source slot
 * @param toSize units of the target slot
 * @param entries weights that exist
 * @param sha256 of the mask, 64 hexadecimal digits
 */
public record MaskFacts(
    String key, String pattern, int fromSize, int toSize, int entries, String sha256) {

  static MaskFacts of(String key, Sparsity pattern, WeightMask mask) {
    ValueDigest digest = new ValueDigest().add(mask.toSize()).add(mask.fromSize());
    for (int to = 0; to <= mask.toSize(); to++) {
      digest.add(mask.targetStart(to));
    }
    for (int entry = 0; entry < mask.entryCount(); entry++) {
      digest.add(mask.source(entry));
    }
    return new MaskFacts(
        key,
        // An explicit mask may have millions of cells; its hash says which it is.
        pattern instanceof Sparsity.Explicit ? "Explicit" : pattern.toString().replace("[]", ""),
        mask.fromSize(),
        mask.toSize(),
        mask.entryCount(),
        digest.hex());
  }

  /** Entries over cells, in (0, 1]. */
  public double density() {
    return entries / ((double) fromSize * toSize);
  }
}
