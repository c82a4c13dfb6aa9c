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
    Nd4j.getEnvironment().setMaxThreads(threads);
    Nd4j.getEnvironment().setMaxMasterThreads(threads);
  }

  static int limit() {
    return Nd4j.getEnvironment().maxThreads();
  }
}
