package org.iterativemaps.kernel.fused;

import java.lang.ref.WeakReference;
import java.util.Arrays;
import java.util.function.Supplier;

/**
 * The workers of one kind of call, with their arrays, for as long as they are of use.
 *
 * <p>Arrays grow with the calls and serve smaller ones, too. All are given back, to be made anew as
 * large as is needed, when {@value #PATIENCE} calls in a row would have done with less than half of
 * them; a call of the other kind is one that needs none. So calls that take turns, long and short
 * or training and inference, make nothing anew, and what is rarer than one call in {@value
 * #PATIENCE} is paid for when it comes.
 *
 * <p>Workers at {@link #rest} belong to the garbage collector: it may take them, and only if it has
 * not are they there for the next call. DL4J clears its layers after most calls, so that dropping
 * them outright would have every call allocate.
 */
final class KeptWorkers {
  static final int PATIENCE = 8;

  private final Supplier<FusedWorker> make;
  private FusedWorker[] workers; // null at rest
  WeakReference<FusedWorker[]> resting; // the same, or at rest what is left of them
  private long most; // floats that the largest call needed
  private int smaller; // calls in a row that needed less than half as many

  KeptWorkers(Supplier<FusedWorker> make) {
    this.make = make;
    drop();
  }

  private void drop() {
    workers = new FusedWorker[0];
    resting = new WeakReference<>(workers);
    most = 0;
    smaller = 0;
  }

  /**
   * Workers for a call.
   *
   * @param floats of records that the call needs
   * @return at least {@code count} workers
   */
  FusedWorker[] forCall(int count, long floats) {
    wake();
    note(floats);
    int before = workers.length;
    if (before < count) {
      workers = Arrays.copyOf(workers, count);
      for (int i = before; i < count; i++) {
        workers[i] = make.get();
      }
      resting = new WeakReference<>(workers);
    }
    return workers;
  }

  /** A call of the other kind: it needs none of these workers. */
  void passOver() {
    note(0);
  }

  private void note(long floats) {
    smaller = 2 * floats < most ? smaller + 1 : 0;
    if (smaller == PATIENCE) {
      boolean isAtRest = workers == null;
      drop();
      workers = isAtRest ? null : workers;
    }
    most = Math.max(most, floats);
  }

  private void wake() {
    if (workers == null) {
      workers = resting.get();
      if (workers == null) {
        drop();
      }
    }
  }

  /** Until the next call the garbage collector may take them. */
  void rest() {
    workers = null;
  }

  /** Bytes of arrays that the garbage collector may not take. */
  long bytes() {
    return workers == null ? 0 : Arrays.stream(workers).mapToLong(FusedWorker::bytes).sum();
  }
}
