package org.iterativemaps.samediff;

import java.lang.ref.WeakReference;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.autodiff.samediff.internal.InferenceSession;
import org.nd4j.autodiff.samediff.internal.memory.NoOpMemoryMgr;

/**
 * The session of one graph: it holds every array of the graph's last call.
 *
 * <p>It never reuses the memory of an array. SameDiff's own (in 1.0.0-M2.1) hands out what was
 * freed to whoever asks for that shape, whatever its order was, and so mixes up rows and columns
 * from the second call on.
 */
final class GraphSession {
  private WeakReference<InferenceSession> resting = new WeakReference<>(null);

  /** Gives the graph the session, one of before if it is still there. */
  void open(SameDiff graph) {
    graph
        .getSessions()
        .computeIfAbsent(
            Thread.currentThread().getId(),
            thread -> {
              InferenceSession kept = resting.get();
              return kept == null ? create(graph) : kept;
            });
  }

  private static InferenceSession create(SameDiff graph) {
    InferenceSession session = SameDiff.getInferenceFactory().create(graph);
    session.setMmgr(new NoOpMemoryMgr());
    return session;
  }

  /** Until the next call the garbage collector may take the session with its arrays. */
  void rest(SameDiff graph) {
    graph.getSessions().values().stream()
        .findFirst()
        .ifPresent(session -> resting = new WeakReference<>(session));
    graph.getSessions().clear();
  }
}
