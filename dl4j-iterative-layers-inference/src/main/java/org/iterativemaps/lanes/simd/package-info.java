/**
 * The lane kernels on the Vector API.
 *
 * <p>Invariant: this and its twin for DOUBLE alone import {@code jdk.incubator.vector}, and nothing
 * outside of it names its classes except by string. The module is an incubator, absent from the
 * module graph unless the JVM is started with {@code --add-modules jdk.incubator.vector}; whoever
 * linked against this package without it would fail with {@link NoClassDefFoundError}. The build
 * compiles it in a step of its own.
 */
package org.iterativemaps.lanes.simd;
