package org.iterativemaps.kernel.reference;

import java.util.Locale;
import org.iterativemaps.kernel.HeapCopy;
import org.iterativemaps.map.pattern.WeightMask;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * Sparse weights spread into a dense matrix W[to, from], and back.
 *
 * <p>The spreading is done on the heap: ND4J's scatter and gather operations take about half a
 * microsecond for every single entry, a plain loop a nanosecond.
 */
public final class SpreadMatrix {
  private final WeightMask mask;
  private final int[] cells; // of the entries; null when every cell exists

  /**
   * For the weights that exist.
   *
   * @param name of the block, for the message
   * @throws IllegalArgumentException if there are too many cells for a matrix
   */
  public SpreadMatrix(String name, WeightMask mask) {
    this.mask = mask;
    if (!fits(mask)) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "block %s: %,d x %,d cells are too many for the reference kernel, which spreads a block"
                  + " into a dense matrix; use smaller slots or another kernel",
              name,
              mask.fromSize(),
              mask.toSize()));
    }
    this.cells = mask.isDense() ? null : cells(mask);
  }

  /** Whether an array can hold all cells. */
  public static boolean fits(WeightMask mask) {
    return (long) mask.fromSize() * mask.toSize() <= WeightMask.MAX_ENTRIES;
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

  /** Rows of the transposed matrix. */
  int from() {
    return mask.fromSize();
  }

  /** Columns of the transposed matrix. */
  int to() {
    return mask.toSize();
  }

  /**
   * W[to, from] in the given floating type, zero where no weight exists.
   *
   * @param entries the weights in entry order; not changed
   */
  public INDArray matrix(INDArray entries, DataType type) {
    INDArray values = entries.castTo(type);
    INDArray flat = cells == null ? values.dup('c') : spread(values, type);
    return flat.reshape('c', mask.toSize(), mask.fromSize());
  }

  private INDArray spread(INDArray values, DataType type) {
    int size = mask.toSize() * mask.fromSize();
    if (type == DataType.DOUBLE) {
      double[] entries = values.dup().data().asDouble();
      double[] matrix = new double[size];
      for (int entry = 0; entry < cells.length; entry++) {
        matrix[cells[entry]] = entries[entry];
      }
      return Nd4j.createFromArray(matrix);
    }
    return Nd4j.createFromArray(spread(values.dup().data().asFloat(), size));
  }

  private float[] spread(float[] entries, int size) {
    float[] matrix = new float[size];
    for (int entry = 0; entry < cells.length; entry++) {
      matrix[cells[entry]] = entries[entry];
    }
    return matrix;
  }

  /**
   * As {@link #matrix}, transposed and into an array that is there.
   *
   * @param into W^T[from, to] in column-major order; overwritten
   */
  void spreadTransposed(INDArray entries, INDArray into) {
    boolean isSame = entries.dataType() == into.dataType();
    if (cells != null && isSame && isFloatsOnCpu(into.dataType())) {
      HeapCopy.write(spread(HeapCopy.read(entries, null), (int) into.length()), into);
    } else {
      into.assign(matrix(entries, into.dataType()).transpose());
    }
  }

  /**
   * The values where weights exist.
   *
   * @param transposed [from, to] in column-major order
   * @param into in entry order; overwritten
   */
  void gatherTransposed(INDArray transposed, INDArray into) {
    INDArray values;
    if (cells == null) {
      values = transposed.reshape('f', new long[] {transposed.length()});
    } else if (isFloatsOnCpu(transposed.dataType())) {
      HeapCopy.write(gather(HeapCopy.read(transposed, null)), into);
      return;
    } else {
      values = entries(transposed.transpose());
    }
    into.assign(values.reshape(into.shape()));
  }

  private static boolean isFloatsOnCpu(DataType type) {
    return type == DataType.FLOAT && Nd4j.getEnvironment().isCPU();
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
    return Nd4j.createFromArray(gather(flat.data().asFloat()));
  }

  private float[] gather(float[] matrix) {
    float[] entries = new float[cells.length];
    for (int entry = 0; entry < cells.length; entry++) {
      entries[entry] = matrix[cells[entry]];
    }
    return entries;
  }
}
