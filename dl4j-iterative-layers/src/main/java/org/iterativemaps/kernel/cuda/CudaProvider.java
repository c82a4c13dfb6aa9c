package org.iterativemaps.kernel.cuda;

import java.util.Locale;
import java.util.Optional;
import org.iterativemaps.iterate.MapProgram;
import org.iterativemaps.kernel.KernelMemory;
import org.iterativemaps.kernel.KernelProvider;
import org.iterativemaps.kernel.KernelSelection;
import org.iterativemaps.kernel.MapKernel;
import org.iterativemaps.kernel.SegmentLength;
import org.iterativemaps.kernel.WrongPropertyException;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.factory.Nd4j;

/**
 * The kernel for NVIDIA GPUs. It is taken where the system property {@value
 * KernelSelection#PROPERTY} names it, and for maps of as much work as {@value #AUTO_PROPERTY} says.
 * Without either it is not: it has not been run on a GPU yet, so that nobody knows when it is the
 * faster one.
 */
public final class CudaProvider implements KernelProvider {
  /** What the system property calls it. */
  public static final String NAME = "cuda";

  /**
   * System property: how many multiplications by weights a time step has at least, for one sample,
   * in maps that this kernel is taken for without being named.
   */
  public static final String AUTO_PROPERTY = "org.iterativemaps.cuda.auto";

  private static final int IN_FRONT = 50; // of the kernels on the CPU
  private static final int BEHIND = 400;

  /** For the service loader. */
  public CudaProvider() {}

  /** The devices, looked for once in a JVM and only where it is wanted. */
  private static final class Found {
    static final CudaDevices DEVICES;
    static final String OBSTACLE; // null if there are devices

    static {
      CudaDevices devices = null;
      String obstacle = null;
      try {
        devices = CudaDevices.open();
      } catch (UnavailableException | IllegalStateException e) {
        obstacle = e.getMessage();
      } catch (LinkageError e) { // JNA cannot work here, or the driver lacks a function
        obstacle = "the NVIDIA driver's library cannot be called: " + e;
      }
      DEVICES = devices;
      OBSTACLE = obstacle;
    }

    private Found() {}
  }

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public String description() {
    return "CUDA kernel";
  }

  @Override
  public int order() {
    return System.getProperty(AUTO_PROPERTY) == null ? BEHIND : IN_FRONT;
  }

  @Override
  public Answer ask(MapProgram program, DataType type) {
    Optional<Long> least = leastWork();
    boolean isWanted = KernelSelection.wanted().equals(NAME);
    if (!isWanted && least.isEmpty()) {
      return Answer.unavailable(
          "it has not been measured on a GPU yet; -D"
              + KernelSelection.PROPERTY
              + "="
              + NAME
              + " takes it all the same");
    }
    if (Found.OBSTACLE != null) {
      return Answer.unavailable(Found.OBSTACLE);
    }
    Optional<String> obstacle = obstacle(program, type);
    if (obstacle.isPresent()) {
      return Answer.unsuited(obstacle.get());
    }
    long work = isWanted ? 0 : CudaPlan.multiplications(program);
    if (!isWanted && work < least.get()) {
      return Answer.slower(
          String.format(
              Locale.ROOT,
              "a time step has %,d multiplications by weights, -D%s says %,d",
              work,
              AUTO_PROPERTY,
              least.get()));
    }
    return Answer.runs("there is " + Found.DEVICES);
  }

  /** Empty without the property. */
  private static Optional<Long> leastWork() {
    String property = System.getProperty(AUTO_PROPERTY);
    if (property == null) {
      return Optional.empty();
    }
    try {
      long least = Long.parseLong(property.trim());
      if (least >= 0) {
        return Optional.of(least);
      }
    } catch (NumberFormatException e) {
      // said below
    }
    throw new WrongPropertyException(
        AUTO_PROPERTY, property, "multiplications by weights in a time step, from 0");
  }

  private static Optional<String> obstacle(MapProgram program, DataType type) {
    if (Precision.of(type).isEmpty()) {
      return Optional.of("it is for FLOAT and DOUBLE, this network " + type);
    }
    if (!Nd4j.getEnvironment().isCPU()) {
      return Optional.of("ND4J's arrays have to be on the CPU: use nd4j-native");
    }
    return CudaPlan.obstacle(program, type);
  }

  @Override
  public MapKernel make(MapProgram program, DataType type) {
    return new CudaKernel(
        program,
        Precision.of(type).orElseThrow(),
        Found.DEVICES.next(),
        CudaDivision::usual,
        SegmentLength.fromProperty());
  }

  /** Of the heap, which holds next to nothing: records and patterns are on the device. */
  @Override
  public KernelMemory memory(MapProgram program, DataType type, long timeSteps) {
    return new KernelMemory(0, 0, 0, 0);
  }
}
