package org.iterativemaps.kernel.settle;

import java.util.Optional;
import java.util.function.Supplier;
import org.iterativemaps.iterate.LoopGradient;
import org.iterativemaps.iterate.MapProgram;
import org.iterativemaps.iterate.UntilSettled;
import org.iterativemaps.kernel.KernelMemory;
import org.iterativemaps.kernel.KernelSelection;
import org.iterativemaps.kernel.MapKernel;
import org.iterativemaps.kernel.fused.LaneThreads;
import org.nd4j.linalg.api.buffer.DataType;

/** The kernel of a program, whatever its iteration is. */
public final class LoopKernels {
  private LoopKernels() {}

  /**
   * The kernel for one layer: that of {@link KernelSelection#of}, and around it the loop if that
   * goes on until it has settled.
   *
   * @param type FLOAT or DOUBLE
   * @throws IllegalStateException as {@link KernelSelection#of}
   */
  public static MapKernel of(MapProgram program, DataType type) {
    if (!(program.iteration() instanceof UntilSettled until)) {
      return KernelSelection.of(program, type);
    }
    MapProgram oneStep = program.withOneStep();
    return type == DataType.DOUBLE
        ? settling(oneStep, until, new DoubleColumns(), type)
        : settling(oneStep, until, new FloatColumns(), type);
  }

  private static <A> MapKernel settling(
      MapProgram oneStep, UntilSettled until, Columns<A> columns, DataType type) {
    Supplier<MapKernel> kernels = () -> KernelSelection.of(oneStep, type);
    return new SettlingKernel<>(new Loop<>(oneStep, until, kernels.get(), columns, type), kernels);
  }

  /** How a kernel's last forward pass has settled; empty before it, and where nothing has to. */
  public static Optional<SettlingReport> forward(MapKernel kernel) {
    return kernel instanceof SettlingKernel<?> settling
        ? settling.forwardReport()
        : Optional.empty();
  }

  /** How the adjoint of its last way back has settled; empty where nothing has to. */
  public static Optional<SettlingReport> backward(MapKernel kernel) {
    return kernel instanceof SettlingKernel<?> settling
        ? settling.backwardReport()
        : Optional.empty();
  }

  /**
   * The memory of the kernel that {@link #of} would make.
   *
   * @param timeSteps of a sequence; 1 for a single token
   */
  public static KernelMemory memory(MapProgram program, DataType type, long timeSteps) {
    if (!(program.iteration() instanceof UntilSettled until)) {
      return KernelSelection.memory(program, type, timeSteps);
    }
    MapProgram oneStep = program.withOneStep();
    KernelMemory ofStep = KernelSelection.memory(oneStep, type, 1);
    Loop<?> loop = new Loop<>(oneStep, until, null, null, type);
    // Of a thread's slice: what the solver keeps, the present state, the best, the result and the
    // gradient, tokens and theirs; the step.
    long threads = LaneThreads.most();
    long kept = Math.max(2, Math.max(until.solver().kept(), until.backwardSolver().kept()));
    long slice = SettlingKernel.SLICE * (loop.layout.units * (kept + 5) + 2L * loop.nIn);
    long inference = SettlingKernel.SLICE * ofStep.perExampleInference();
    long training = SettlingKernel.SLICE * ofStep.perExampleTraining();
    // Of every example: tokens and fixed points, and on the way back their gradients.
    long readOut = loop.outputAt < 0 ? loop.nOut : 0;
    long example = timeSteps * (loop.nIn + loop.layout.units + readOut);
    // Of every sample the states that its gradient goes through, and a share of each step.
    long visited = 0;
    if (until.gradient() instanceof LoopGradient.Unrolled) {
      visited = until.atMost();
    } else if (until.gradient() instanceof LoopGradient.Phantom phantom) {
      visited = phantom.steps();
    }
    return new KernelMemory(
        threads * (ofStep.fixedInference() + inference + slice),
        example,
        threads * (ofStep.fixedTraining() + training + slice),
        2 * example + timeSteps * visited * (loop.layout.units + 2L));
  }
}
