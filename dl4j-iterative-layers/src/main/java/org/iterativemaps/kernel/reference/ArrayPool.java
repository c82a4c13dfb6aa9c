package org.iterativemaps.kernel.reference;

import java.lang.ref.WeakReference;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Stream;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * Arrays of a kernel's last call for its next one. Fresh memory outside of Java's heap costs more
 * than what it is used for: the operating system clears every page when it is touched first, for
 * 128 x 256 floats twice the time of their product with 256 x 256. Not thread-safe; to be used
 * outside of workspaces.
 */
final class ArrayPool {
  /** What makes arrays alike. */
  private record Kind(DataType type, long rows, long columns) {}

  private final Map<Kind, ArrayDeque<INDArray>> free = new HashMap<>();
  private final List<WeakReference<INDArray>> resting = new ArrayList<>();
  private final Set<INDArray> taken = Collections.newSetFromMap(new IdentityHashMap<>());

  /** Begins a call: what the last one took is free again, what it left is let go of. */
  void begin() {
    free.clear();
    taken.forEach(this::free);
    taken.clear();
    resting.stream().map(WeakReference::get).filter(Objects::nonNull).forEach(this::free);
    resting.clear();
  }

  /**
   * Leaves all arrays to the garbage collector; the next call uses those that are still there. DL4J
   * clears its layers after nearly every call, so that simply dropping them would make fresh ones
   * each time.
   */
  void rest() {
    taken.forEach(array -> resting.add(new WeakReference<>(array)));
    taken.clear();
    free.clear();
  }

  /** A matrix in column-major order with any values, to the next {@link #begin}. */
  INDArray take(DataType type, long rows, long columns) {
    ArrayDeque<INDArray> alike = free.get(new Kind(type, rows, columns));
    INDArray array =
        alike == null || alike.isEmpty()
            ? Nd4j.createUninitialized(type, new long[] {rows, columns}, 'f')
            : alike.pop();
    taken.add(array);
    return array;
  }

  /** As {@link #take}, of zeros. */
  INDArray zeros(DataType type, long rows, long columns) {
    return take(type, rows, columns).assign(0);
  }

  /** As {@link #take}, with the values of a matrix. */
  INDArray copy(INDArray matrix) {
    return take(matrix.dataType(), matrix.size(0), matrix.size(1)).assign(matrix);
  }

  /** Gives back before the call is over what is not needed any more; others' arrays are left. */
  void giveBack(INDArray array) {
    if (taken.remove(array)) {
      free(array);
    }
  }

  /** Numbers in arrays that are kept from the garbage collector. */
  long held() {
    return Stream.concat(free.values().stream().flatMap(Collection::stream), taken.stream())
        .mapToLong(INDArray::length)
        .sum();
  }

  private void free(INDArray array) {
    Kind kind = new Kind(array.dataType(), array.size(0), array.size(1));
    free.computeIfAbsent(kind, k -> new ArrayDeque<>()).push(array);
  }
}
