package org.iterativemaps.kernel;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.ForkJoinTask;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntConsumer;

/**
 * Runs the parts of one call side by side, in the JVM's common pool: no thread of ours stays
 * behind, and several networks training at once share the processors rather than multiply threads.
 *
 * <p>Waking a sleeping thread takes tens of microseconds, as long as a small call. So helpers are
 * called together before the work is there, wake while the caller still copies its arguments, and
 * spin until it opens; and the caller spins for a while before it sleeps. Whoever comes takes the
 * next part, the caller too: helpers that are busy elsewhere are not waited for.
 */
final class LaneTeam {
  // About a quarter of a millisecond: longer than small calls take, shorter than a time slice.
  private static final long SPIN_NANOS = 250_000;
  private static final IntConsumer NOTHING = part -> {};

  private final int parts;
  private final List<ForkJoinTask<?>> helpers = new ArrayList<>();
  private final AtomicInteger next = new AtomicInteger();
  private final CountDownLatch left;
  private volatile IntConsumer work;
  private volatile boolean isCancelled;
  private volatile Throwable failure;

  private LaneTeam(int parts) {
    this.parts = parts;
    this.left = new CountDownLatch(parts);
  }

  /**
   * Calls helpers for so many parts; {@link #run} or {@link #cancel} must follow.
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

  private void help() {
    long start = System.nanoTime();
    while (work == null && !isCancelled) {
      if (System.nanoTime() - start < SPIN_NANOS) {
        Thread.onSpinWait();
      } else {
        Thread.yield();
      }
    }
    if (work != null) {
      takeParts();
    }
  }

  private void takeParts() {
    for (int part = next.getAndIncrement(); part < parts; part = next.getAndIncrement()) {
      try {
        work.accept(part);
      } catch (RuntimeException | Error e) {
        failure = e;
      } finally {
        left.countDown();
      }
    }
  }

  /**
   * Runs parts 0 … count-1; returns when all are done.
   *
   * @throws RuntimeException what a part threw, after all have ended
   */
  void run(IntConsumer part) {
    work = part;
    takeParts();
    long start = System.nanoTime();
    while (left.getCount() > 0 && System.nanoTime() - start < SPIN_NANOS) {
      Thread.onSpinWait();
    }
    awaitAll();
    work = NOTHING; // a helper that comes late holds on to nothing of the call
    withdraw();
    if (failure instanceof Error e) {
      throw e;
    } else if (failure instanceof RuntimeException e) {
      throw e;
    }
  }

  private void awaitAll() {
    boolean wasInterrupted = false;
    while (true) {
      try {
        left.await();
        break;
      } catch (InterruptedException e) {
        wasInterrupted = true; // the parts work on our memory: leaving now is not possible
      }
    }
    if (wasInterrupted) {
      Thread.currentThread().interrupt();
    }
  }

  /** Takes helpers that have not started out of the pool's queue, the last one first. */
  private void withdraw() {
    for (int i = helpers.size() - 1; i >= 0; i--) {
      if (!helpers.get(i).isDone() && !helpers.get(i).tryUnfork()) {
        helpers.get(i).cancel(false);
      }
    }
    helpers.clear();
  }

  /** Sends the helpers away; of no effect after {@link #run}. */
  void cancel() {
    isCancelled = true;
    withdraw();
  }
}
