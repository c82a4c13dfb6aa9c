package org.iterativemaps.export.onnx;

/**
 * How a network is written as an ONNX model.
 *
 * @param hasStates whether states go in and come out, for streams; else every sequence begins from
 *     zeros. Of a network without memory it means nothing
 * @param hasSparseWeights whether sparse matrices are held as the weights that exist and their
 *     places, where that is shorter: a weight takes 12 bytes, a cell of a dense matrix 4. ONNX
 *     Runtime fills in the zeros while it loads, so that the file is smaller, but memory and time
 *     are those of dense matrices. Few other programs read it; ONNX's own checker says that
 *     operators take no sparse matrix
 */
public record OnnxOptions(boolean hasStates, boolean hasSparseWeights) {

  /** Sequences from zeros, dense matrices: what every runtime reads. */
  public static OnnxOptions standard() {
    return new OnnxOptions(false, false);
  }

  /** The same with states. */
  public OnnxOptions withStates() {
    return new OnnxOptions(true, hasSparseWeights);
  }

  /** The same with sparse weights. */
  public OnnxOptions withSparseWeights() {
    return new OnnxOptions(hasStates, true);
  }
}
