package org.iterativemaps.kernel.providers;

/** The fused kernel in plain Java, for FLOAT and DOUBLE. */
public final class ScalarProvider extends ByType {
  /** Of this JVM; for the service loader. */
  public ScalarProvider() {
    super(
        new org.iterativemaps.kernel.fused.ScalarProvider(),
        new org.iterativemaps.kernel.fused.doubles.ScalarProvider());
  }
}
