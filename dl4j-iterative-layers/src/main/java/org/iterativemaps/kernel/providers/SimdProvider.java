package org.iterativemaps.kernel.providers;

/** The fused kernel on the Vector API, for FLOAT and DOUBLE. */
public final class SimdProvider extends ByType {
  /** Of this JVM; for the service loader. */
  public SimdProvider() {
    super(
        new org.iterativemaps.kernel.fused.SimdProvider(),
        new org.iterativemaps.kernel.fused.doubles.SimdProvider());
  }
}
