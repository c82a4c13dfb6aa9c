package org.iterativemaps.kernel;

import java.util.Arrays;
import org.iterativemaps.map.RealizedMap.RealizedBlock;
import org.iterativemaps.map.WeightMask;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.api.ops.impl.scatter.ScatterUpdate;
import org.nd4j.linalg.api.ops.impl.shape.Gather;
import org.nd4j.linalg.factory.Nd4j;

/** One block spread into a dense matrix W[to, from], and back. */
final class DenseBlock {
  private final RealizedBlock block;
  private final INDArray cells; // of the entries; null when every cell exists

  DenseBlock(RealizedBlock block) {
    this.block = block;
    WeightMask mask = block.mask();
    long count = (long) mask.fromSize() * mask.toSize();
    if (count > Integer.MAX_VALUE) {
      throw new IllegalArgumentException(
          String.format(
              "block %s: %,d x %,d cells are too many for the reference kernel, which spreads a block"
                  + " into a dense matrix; use smaller slots or another kernel",
              block.block().name(), mask.fromSize(), mask.toSize()));
    }
    this.cells =
        mask.isDense()
            ? null
            : Nd4j.createFromArray(
                Arrays.stream(mask.copyCells()).mapToInt(c -> (int) c).toArray());
  }

  int from() {
    return block.from();
  }

  int to() {
    return block.to();
  }

  INDArray matrix(INDArray[] parameters, DataType type) {
    INDArray values =
        block.fixedValues() != null
            ? Nd4j.createFromArray(block.fixedValues()).castTo(type)
            : parameters[block.parameter()].castTo(type).reshape(block.mask().entryCount());
    int toSize = block.mask().toSize();
    int fromSize = block.mask().fromSize();
    if (cells == null) {
      return values.dup('c').reshape('c', toSize, fromSize);
    }
    INDArray flat = Nd4j.zeros(type, (long) toSize * fromSize);
    Nd4j.exec(new ScatterUpdate(flat, cells, values.dup('c')));
    return flat.reshape('c', toSize, fromSize);
  }

  INDArray entries(INDArray matrix) {
    INDArray flat = matrix.dup('c').reshape('c', matrix.length());
    return cells == null ? flat : Nd4j.exec(new Gather(flat, cells, 0))[0];
  }
}
