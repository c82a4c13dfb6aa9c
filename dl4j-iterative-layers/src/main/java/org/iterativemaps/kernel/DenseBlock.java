package org.iterativemaps.kernel;

import java.util.Locale;
import org.iterativemaps.map.RealizedMap.RealizedBlock;
import org.iterativemaps.map.WeightMask;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * One block spread into a dense matrix W[to, from], and back.
 *
 * <p>The spreading is done on the heap: ND4J's scatter and gather operations take about half a
 * microsecond for every single entry, a plain loop a nanosecond.
 */
public final class DenseBlock {
  private final RealizedBlock block;
  private final int[] cells; // of the entries; null when every cell exists

  public DenseBlock(RealizedBlock block) {
    this.block = block;
    WeightMask mask = block.mask();
    long count = (long) mask.fromSize() * mask.toSize();
    if (count > WeightMask.MAX_ENTRIES) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "block %s: %,d x %,d cells are too many for the reference kernel, which spreads a block"
                  + " into a dense matrix; use smaller slots or another kernel",
              block.block().name(),
              mask.fromSize(),
              mask.toSize()));
    }
    this.cells = mask.isDense() ? null : cells(mask);
  }

  private static int[] cells(WeightMask mask) {
    int[] cells = new int[mask.entryCount()];
    for (int to = 0; to < mask.toSize(); to++) {
      for (int entry = mask.targetStart(to); entry < mask.targetStart(to + 1); entry++) {
        cells[entry] = to * mask.fromSize() + mask.source(entry);
      }
    }
    return cells;
  }

  int from() {
    return block.from();
  }

  int to() {
    return block.to();
  }

  /** W[to, from] in the given floating type, zero where no weight exists. */
  public INDArray matrix(INDArray[] parameters, DataType type) {
    INDArray values =
        block.fixedValues() != null
            ? Nd4j.createFromArray(block.fixedValues()).castTo(type)
            : parameters[block.parameter()].castTo(type);
    INDArray flat = cells == null ? values.dup('c') : spread(values, type);
    return flat.reshape('c', block.mask().toSize(), block.mask().fromSize());
  }

  private INDArray spread(INDArray values, DataType type) {
    int size = block.mask().toSize() * block.mask().fromSize();
    if (type == DataType.DOUBLE) {
      double[] entries = values.dup().data().asDouble();
      double[] matrix = new double[size];
      for (int entry = 0; entry < cells.length; entry++) {
        matrix[cells[entry]] = entries[entry];
      }
      return Nd4j.createFromArray(matrix);
    }
    float[] entries = values.dup().data().asFloat();
    float[] matrix = new float[size];
    for (int entry = 0; entry < cells.length; entry++) {
      matrix[cells[entry]] = entries[entry];
    }
    return Nd4j.createFromArray(matrix);
  }

  /** The values of a matrix [to, from] where weights exist, in entry order. */
  public INDArray entries(INDArray matrix) {
    INDArray flat = matrix.dup('c').reshape('c', new long[] {matrix.length()});
    if (cells == null) {
      return flat;
    }
    if (flat.dataType() == DataType.DOUBLE) {
      double[] from = flat.data().asDouble();
      double[] entries = new double[cells.length];
      for (int entry = 0; entry < cells.length; entry++) {
        entries[entry] = from[cells[entry]];
      }
      return Nd4j.createFromArray(entries);
    }
    float[] from = flat.data().asFloat();
    float[] entries = new float[cells.length];
    for (int entry = 0; entry < cells.length; entry++) {
      entries[entry] = from[cells[entry]];
    }
    return Nd4j.createFromArray(entries);
  }
}
