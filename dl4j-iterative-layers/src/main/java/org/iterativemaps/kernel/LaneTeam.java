package org.iterativemaps.kernel;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.ForkJoinTask;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
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
 * sleeps. Whoever comes takes the next part, the caller too: helpers that are busy elsewhere are
 * not waited for.
 */
final class LaneTeam {
  // About a quarter of a millisecond: longer than small calls take, shorter than a time slice.
  private static final long SPIN_NANOS = 250_000;
  private static final IntConsumer NOTHING = part -> {};

  private final int parts;
  private final List<ForkJoinTask<?>> helpers = new ArrayList<>();
  // The phase in the upper half, its next part in the lower: who counts the part up has it.
  private final AtomicLong next;
  private final AtomicInteger left = new AtomicInteger();
  private volatile IntConsumer work = NOTHING;
  private volatile Thread sleeper;
  private volatile boolean isDismissed;
  private volatile Throwable failure;

  private LaneTeam(int parts) {
    this.parts = parts;
    this.next = new AtomicLong(parts);
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
        team.helpers.add(ForkJoinPool.commonPool().submit(team::help));
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

  private void help() {
    long idleSince = System.nanoTime();
    while (!isDismissed) {
      if (takeParts()) {
        idleSince = System.nanoTime();
      } else if (System.nanoTime() - idleSince < SPIN_NANOS) {
        Thread.onSpinWait();
      } else {
        Thread.yield();
      }
    }
  }

  /** False if there was none to take. */
  private boolean takeParts() {
    boolean took = false;
    long ticket = next.get();
    while ((int) ticket < parts) {
      if (next.compareAndSet(ticket, ticket + 1)) {
        take((int) ticket);
        took = true;
      }
      ticket = next.get();
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
   * One phase: runs parts 0 … count-1; returns when all are done.
   *
   * @throws RuntimeException what a part threw, after all have ended
   */
  void run(IntConsumer part) {
    work = part;
    left.set(parts);
    next.set((next.get() >>> 32) + 1 << 32);
    takeParts();
    awaitAll();
    work = NOTHING; // a helper that comes late holds on to nothing of the call
    if (failure instanceof Error e) {
      throw e;
    } else if (failure instanceof RuntimeException e) {
      throw e;
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
