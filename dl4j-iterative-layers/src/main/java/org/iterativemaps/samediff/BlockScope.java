package org.iterativemaps.samediff;

import java.util.function.Supplier;
import org.iterativemaps.map.BlockSite;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/** What a block finds when it is written into a graph. */
interface BlockScope {

  /** The graph. */
  SameDiff graph();

  /** What the map computes in. */
  DataType dataType();

  /** Where the block stands. */
  BlockSite site();

  /**
   * One of the block's parameters by its key: weights as a matrix W[to, from] with zeros where none
   * exist, all else as a vector.
   */
  SDVariable parameter(String key);

  /**
   * A constant of the block, made once however often the block is evaluated.
   *
   * @param key unique in the map, such as {@code site().key("F")}
   * @param value called the first time
   */
  SDVariable constant(String key, Supplier<INDArray> value);

  /** z W^T: the linear image of [rows, from] by W[to, from]. */
  default SDVariable image(SDVariable z, SDVariable weights) {
    return graph().mmul(z, weights, false, true, false);
  }
}
