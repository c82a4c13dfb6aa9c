package org.iterativemaps.kernel.cuda;

import org.iterativemaps.kernel.cuda.DeviceKernels.Grid;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * The launches of one segment of a call: sweeps over the records of its time steps, sums over all
 * of its samples, and copies between records and arrays. Record 0 is the state before the first
 * time step.
 *
 * @param batch samples; the device computes whole tiles of them
 * @param time time steps
 * @param mask rows [time][stride] of the time mask; 0 without one
 */
record CallRecords(
    DeviceStream stream,
    CudaPlan plan,
    DeviceBlocks blocks,
    CudaDivision division,
    int batch,
    int time,
    long mask) {

  /** Into records: behind the batch come zeros. */
  static final int ZEROS = 1;

  /** Into records: behind the batch comes its last sample, so that all is finite if that is. */
  static final int LAST_SAMPLE = 2;

  private static final int OUT = 0;

  // A guess: a time step that takes longer than 100 ms is a large one.
  private static final int MOST_STEPS_WHERE_LAUNCHES_END = 10;

  // Of gridDim.y on every device.
  private static final int MOST_BLOCKS_OF_TIME = 65_535;

  /** Numbers of a row. */
  int stride() {
    return division.tiles(batch) * division.lanes();
  }

  /** Bytes of all records. */
  long bytes() {
    return Math.multiplyExact(recordBytes(), time + 1L);
  }

  /** Bytes of a record. */
  long recordBytes() {
    return Math.multiplyExact((long) rows() * stride(), numberBytes());
  }

  /** Rows of a record. */
  int rows() {
    return plan.rows.count;
  }

  private int numberBytes() {
    return stream.kernels.precision.bytes;
  }

  /**
   * What a sweep goes over.
   *
   * @param sums the records written to: values forward, gradients back
   * @param values on the way back the values; 0 forward
   * @param matrices of the blocks, or of their transposes
   * @param parameters all of them, biases among them
   * @param arrivals a counter for every tile
   */
  record Sweep(long sums, long values, long matrices, long parameters, long arrivals) {}

  /** Time steps one after the other, from the first by steps of 1 or -1. */
  void inTurn(Sweep sweep, DeviceUpdates updates, int first, int step, int count) {
    int most = stream.kernels.launchesEnd() ? MOST_STEPS_WHERE_LAUNCHES_END : count;
    for (int done = 0; done < count; done += most) {
      stream.zero(sweep.arrivals, (long) Integer.BYTES * division.tiles(batch));
      int some = Math.min(most, count - done);
      launch(sweep, updates, first + step * done, step, some, 1, sweep.arrivals);
    }
  }

  /** All time steps from one on, each for itself: none of the updates reads another. */
  void sideBySide(Sweep sweep, DeviceUpdates updates, int first) {
    int each = (time - first + MOST_BLOCKS_OF_TIME - 1) / MOST_BLOCKS_OF_TIME;
    launch(sweep, updates, first, 1, each, (time - first + each - 1) / each, 0);
  }

  private void launch(
      Sweep sweep,
      DeviceUpdates updates,
      int first,
      int step,
      int count,
      int blocksOfTime,
      long arrivals) {
    if (updates.count() == 0) {
      return;
    }
    int parts = division.parts();
    KernelArguments arguments =
        new KernelArguments()
            .structure()
            .field(updates.phases().pointer)
            .field(updates.sources().pointer)
            .field(updates.uses().pointer)
            .field(updates.updates().pointer)
            .field(updates.terms().pointer)
            .field(sweep.matrices)
            .field(updates.count())
            .field(blocks.panel)
            .field(sweep.parameters)
            .field(sweep.sums)
            .field(sweep.values)
            .field(mask)
            .field(rows())
            .field(stride())
            .field(time)
            .field(first)
            .field(step)
            .field(count)
            .field(parts)
            .field(arrivals);
    stream.launch(
        "sweep" + division.lanes(),
        new Grid(
            division.tiles(batch) * parts,
            blocksOfTime,
            division.threads(),
            blocks.sharedBytes,
            arrivals != 0 && parts > 1),
        arguments);
  }

  /**
   * Begins the arguments of a sum over all samples of the time steps from one on.
   *
   * @param sweep the one back
   * @param isAdded whether it is added to what the result has
   */
  KernelArguments samples(DeviceArray terms, Sweep sweep, int first, boolean isAdded) {
    return new KernelArguments()
        .structure()
        .field(terms.pointer)
        .field((int) (terms.bytes / (3 * Integer.BYTES)))
        .field(sweep.sums)
        .field(sweep.values)
        .field(rows())
        .field(stride())
        .field(first)
        .field(time)
        .field(isAdded ? 1 : 0);
  }

  /** Sums the gradients of all that reads a drive. */
  void sumDrives(DevicePlan of, Sweep sweep, int first) {
    for (int slot = 0; slot < of.driveTerms.length; slot++) {
      if (of.driveTerms[slot] != null) {
        int units = plan.program.sizes[slot];
        stream.launch(
            "addRows",
            (long) (time - first) * units * stride(),
            samples(of.driveTerms[slot], sweep, first, false)
                .argument(plan.rows.drives[slot])
                .argument(units)
                .argument(sweep.sums));
      }
    }
  }

  /** Bytes of the states of all slots that are handed on. */
  long stateBytes() {
    long units = 0;
    for (int slot : plan.program.carried) {
      units += plan.program.sizes[slot];
    }
    return units * stride() * numberBytes();
  }

  /** Copies states, in the rows given by slot, from a record to where they are kept. */
  void keepStates(int[] rows, long records, int record, long to) {
    copyStates(rows, records, record, (row, kept, bytes) -> stream.copy(to + kept, row, bytes));
  }

  /** The way back. */
  void putStates(long from, int[] rows, long records, int record) {
    copyStates(rows, records, record, (row, kept, bytes) -> stream.copy(row, from + kept, bytes));
  }

  /** Copies a state between its rows and its place among those that are kept. */
  private interface StateCopy {
    void copy(long row, long kept, long bytes);
  }

  private void copyStates(int[] rows, long records, int record, StateCopy copy) {
    long kept = 0;
    for (int slot : plan.program.carried) {
      long rowBytes = (long) stride() * numberBytes();
      long bytes = plan.program.sizes[slot] * rowBytes;
      copy.copy(records + record * recordBytes() + rows[slot] * rowBytes, kept, bytes);
      kept += bytes;
    }
  }

  /**
   * Copies an array [batch, units, count] into rows.
   *
   * @param filling {@link #ZEROS} or {@link #LAST_SAMPLE} behind the batch
   * @param records the first record
   * @param rows of a record
   * @param staging room for the array
   */
  void toRows(
      int filling,
      long records,
      int rows,
      int row,
      int firstRecord,
      INDArray from,
      int units,
      GrowingArray staging) {
    long array = staging.bytes(numberBytes() * from.length());
    HostCopies.upload(stream, from, array);
    int count = (int) (from.length() / ((long) batch * units));
    toRows(filling, records, rows, row, firstRecord, array, units, count);
  }

  /** The same of an array on the device. */
  void toRows(
      int filling,
      long records,
      int rows,
      int row,
      int firstRecord,
      long from,
      int units,
      int count) {
    copy(records, rows, row, from, units, firstRecord, count, filling, 0);
  }

  /** Copies rows into an array [batch, units] on the host. */
  void fromRows(long records, int row, int record, INDArray to, int units, GrowingArray staging) {
    long array = staging.bytes(numberBytes() * to.length());
    fromRows(records, row, record, array, units, 1, 0);
    HostCopies.download(stream, array, to);
  }

  /**
   * Copies rows into an array [batch, units, count] on the device, times the mask unless that is 0.
   */
  void fromRows(long records, int row, int firstRecord, long to, int units, int count, long by) {
    copy(records, rows(), row, to, units, firstRecord, count, OUT, by);
  }

  private void copy(
      long records,
      int rows,
      int row,
      long array,
      int units,
      int firstRecord,
      int count,
      int way,
      long by) {
    stream.launch(
        "copyRows",
        (long) count * units * stride(),
        new KernelArguments()
            .argument(records)
            .argument(rows)
            .argument(stride())
            .argument(row)
            .argument(array)
            .argument(units)
            .argument(batch)
            .argument(firstRecord)
            .argument(count)
            .argument(way)
            .argument(by));
  }
}
