package org.iterativemaps.convert;

import java.util.List;

/**
 * A converted network and what was done to it.
 *
 * @param <N> MultiLayerNetwork, ComputationGraph, or the configuration of one
 * @param network the new one; the old one is not changed and shares nothing with it
 * @param report layer by layer
 */
public record Conversion<N>(N network, ConversionReport report) {

  /** Pieces for a source, with the report on them. */
  record Plan(List<Piece> pieces, ConversionReport report) {

    <N> Conversion<N> network(Source<?, N> source) {
      return new Conversion<>(source.network(pieces), report);
    }

    <C> Conversion<C> configuration(Source<C, ?> source) {
      return new Conversion<>(source.configuration(pieces), report);
    }
  }
}
