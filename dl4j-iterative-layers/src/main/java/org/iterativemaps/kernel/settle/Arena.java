package org.iterativemaps.kernel.settle;

import java.lang.ref.SoftReference;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.IntFunction;

/**
 * Arrays that are used again: a pass makes dozens of the size of the state, and the time to get
 * them fresh is a good part of its own.
 *
 * @param <A> float[] or double[]
 */
final class Arena<A> {
  private final IntFunction<A> fresh;
  private final Consumer<A> clear;
  private final List<Lent<A>> lent = new ArrayList<>();
  private Map<Integer, Deque<A>> free = new HashMap<>(); // by length; null while it rests
  private SoftReference<Map<Integer, Deque<A>>> resting;

  private record Lent<A>(int length, A array) {}

  Arena(IntFunction<A> fresh, Consumer<A> clear) {
    this.fresh = fresh;
    this.clear = clear;
  }

  /** Zeros. */
  A make(int length) {
    if (free == null) {
      free = resting.get();
      free = free == null ? new HashMap<>() : free;
    }
    A array = free.getOrDefault(length, new ArrayDeque<>()).poll();
    if (array == null) {
      array = fresh.apply(length);
    } else {
      clear.accept(array);
    }
    lent.add(new Lent<>(length, array));
    return array;
  }

  /** A point to come back to. */
  int mark() {
    return lent.size();
  }

  /** Takes back all that was made since a mark: nobody may use it any more. */
  void release(int mark) {
    for (Lent<A> one : lent.subList(mark, lent.size())) {
      free.computeIfAbsent(one.length, key -> new ArrayDeque<>()).add(one.array);
    }
    keep(mark);
  }

  /** Leaves to its users what was made since a mark. */
  void keep(int mark) {
    lent.subList(mark, lent.size()).clear();
  }

  /** Leaves what is free to the garbage collector, until it is asked for again. */
  void rest() {
    lent.clear(); // what a pass that failed has left
    if (free != null) {
      resting = new SoftReference<>(free);
      free = null;
    }
  }
}
