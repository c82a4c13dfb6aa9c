package org.iterativemaps.examples.notebook;

import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.nativeblas.NativeOpsHolder;

/**
 * Tells ND4J how many threads it may use; it otherwise decides from the environment at its start.
 */
final class ComputeThreads {
  private ComputeThreads() {}

  static void limitTo(int threads) {
    Nd4j.factory().blas().setMaxThreads(threads);
    NativeOpsHolder.getInstance().getDeviceNativeOps().setOmpNumThreads(threads);
  }

  static int limit() {
    Nd4j.getBackend(); // starts the native library, which can then be asked
    return NativeOpsHolder.getInstance().getDeviceNativeOps().ompGetMaxThreads();
  }
}
