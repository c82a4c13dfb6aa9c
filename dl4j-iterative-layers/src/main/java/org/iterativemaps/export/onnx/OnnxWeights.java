package org.iterativemaps.export.onnx;

/** How an ONNX model holds matrices of which not all cells have a weight. */
public enum OnnxWeights {
  /** All cells, zeros among them: what every runtime reads. */
  DENSE,
  /**
   * The weights that exist and their places, where that is shorter: a weight takes 12 bytes, a cell
   * of a dense matrix 4. ONNX Runtime fills in the zeros while it loads, so that the file is
   * smaller, and memory and time are those of dense matrices.
   */
  SPARSE
}
