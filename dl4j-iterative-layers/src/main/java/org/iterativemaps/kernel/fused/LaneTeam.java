package org.iterativemaps.kernel.fused;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.ForkJoinTask;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.concurrent.locks.LockSupport;
import java.util.function.IntConsumer;

/**
 * Runs the parts of one call side by side, phase after phase, in the JVM's common pool: no thread
 * of ours stays behind, and several networks training at once share the processors rather than
 * multiply threads.
 *
 * <p>Waking a sleeping thread takes tens of microseconds, as long as a small call. So helpers are
 * called together before the work is there, wake while the caller still copies its arguments, and
 * spin until it opens and from one phase to the next; and the caller spins for a while before it
 * sleeps. Whoever comes takes the same part in every phase (and with two threads in every call), as
 * long as nobody else has, since what that part reads and writes is in the cache of its processor;
 * and then what is left, so that helpers that are busy elsewhere are not waited for.
 */
final class LaneTeam {
  // About a quarter of a millisecond: longer than small calls take, shorter than a time slice.
  private static final long SPIN_NANOS = 250_000;
  // Floats from which on to copy them side by side takes less time than to wait for each other.
  private static final int LEAST_COPY = 128 * 1024 / Float.BYTES;
  private static final IntConsumer NOTHING = part -> {};

  private final int parts;
  private final List<ForkJoinTask<?>> helpers = new ArrayList<>();
  // The last phase in which each part was taken: who counts it up has the part.
  private final AtomicIntegerArray taken;
  private volatile int phase;
  private final AtomicInteger left = new AtomicInteger();
  private volatile IntConsumer work = NOTHING;
  private volatile Thread sleeper;
  private volatile boolean isDismissed;
  private volatile Throwable failure;

  private LaneTeam(int parts) {
    this.parts = parts;
    this.taken = new AtomicIntegerArray(parts);
  }

  /**
   * Calls helpers for so many parts; {@link #dismiss} must follow.
   *
   * @param parts at least 1, the caller's own included
   */
  static LaneTeam gather(int parts) {
    LaneTeam team = new LaneTeam(parts);
    try {
      for (int i = 1; i < parts; i++) {
        int own = i;
        team.helpers.add(ForkJoinPool.commonPool().submit(() -> team.help(own)));
      }
    } catch (RejectedExecutionException e) {
      // Fewer helpers: the caller takes their parts.
    }
    return team;
  }

  /** Parts of a phase, the caller's included. */
  int parts() {
    return parts;
  }

  private void help(int own) {
    long idleSince = System.nanoTime();
    while (!isDismissed) {
      if (takeParts(own)) {
        idleSince = System.nanoTime();
      } else if (System.nanoTime() - idleSince < SPIN_NANOS) {
        Thread.onSpinWait();
      } else {
        Thread.yield();
      }
    }
  }

  /** Takes the own part before others; false if there was none to take. */
  private boolean takeParts(int own) {
    boolean took = false;
    int now = phase;
    for (int i = 0; i < parts; i++) {
      int part = (own + i) % parts;
      if (taken.get(part) == now - 1 && taken.compareAndSet(part, now - 1, now)) {
        take(part);
        took = true;
      }
    }
    return took;
  }

  private void take(int part) {
    try {
      work.accept(part);
    } catch (RuntimeException | Error e) {
      failure = e;
    } finally {
      Thread waiting = left.decrementAndGet() == 0 ? sleeper : null;
      if (waiting != null) {
        LockSupport.unpark(waiting);
      }
    }
  }

  /**
   * One phase: runs all parts; returns when they are done.
   *
   * @throws RuntimeException what a part threw, after all have ended
   */
  void run(IntConsumer part) {
    work = part;
    left.set(parts);
    phase++; // by this thread only
    takeParts(0);
    awaitAll();
    work = NOTHING; // a helper that comes late holds on to nothing of the call
    if (failure instanceof Error e) {
      throw e;
    } else if (failure instanceof RuntimeException e) {
      throw e;
    }
  }

  /** Something to be copied in so many shares. */
  interface Shares {
    void copy(int share, int shares);
  }

  /** Copies side by side, one phase, or alone what is little. */
  void copy(long floats, Shares work) {
    if (parts == 1 || floats < LEAST_COPY) {
      work.copy(0, 1);
    } else {
      run(part -> work.copy(part, parts));
    }
  }

  /** The parts work on the caller's memory: it cannot leave before, interrupted or not. */
  private void awaitAll() {
    for (long start = System.nanoTime(); System.nanoTime() - start < SPIN_NANOS; ) {
      if (left.get() == 0) {
        return;
      }
      Thread.onSpinWait();
    }
    boolean wasInterrupted = false;
    sleeper = Thread.currentThread();
    while (left.get() > 0) {
      LockSupport.park(this);
      wasInterrupted |= Thread.interrupted();
    }
    sleeper = null;
    if (wasInterrupted) {
      Thread.currentThread().interrupt();
    }
  }

  /** Sends the helpers away; those that have not started leave the pool's queue, last one first. */
  void dismiss() {
    isDismissed = true;
    for (int i = helpers.size() - 1; i >= 0; i--) {
      if (!helpers.get(i).isDone() && !helpers.get(i).tryUnfork()) {
        helpers.get(i).cancel(false);
      }
    }
    helpers.clear();
  }
}
