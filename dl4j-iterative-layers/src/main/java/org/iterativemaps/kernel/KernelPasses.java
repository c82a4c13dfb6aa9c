package org.iterativemaps.kernel;

import java.util.Collection;
import org.nd4j.linalg.api.memory.MemoryWorkspace;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** What kernels say of passes that there were not, and how they hand out states. */
public final class KernelPasses {
  private KernelPasses() {}

  /**
   * Checks that a pass has been made.
   *
   * @param ofPass something it leaves; null before it
   * @param pass "forward" or "backward"
   * @return what it leaves
   * @throws IllegalStateException if there is nothing
   */
  public static <T> T required(T ofPass, String pass) {
    if (ofPass == null) {
      throw new IllegalStateException("there was no " + pass + " pass yet");
    }
    return ofPass;
  }

  /**
   * Checks that there is a way back.
   *
   * @param tape null without one
   * @return the tape
   * @throws IllegalStateException if there is none
   */
  public static <T> T requiredTape(T tape) {
    if (tape == null) {
      throw new IllegalStateException("backward needs a training forward pass before it");
    }
    return tape;
  }

  /**
   * Copies outside of any workspace.
   *
   * @param bySlot arrays, some of them null
   * @param slots those that are copied; null for the others
   */
  public static INDArray[] copies(INDArray[] bySlot, Collection<Integer> slots) {
    INDArray[] copies = new INDArray[bySlot.length];
    try (MemoryWorkspace none = Nd4j.getMemoryManager().scopeOutOfWorkspaces()) {
      for (int slot : slots) {
        copies[slot] = bySlot[slot] == null ? null : bySlot[slot].dup('f');
      }
    }
    return copies;
  }
}
