package org.iterativemaps.kernel.providers;

import org.iterativemaps.iterate.MapProgram;
import org.iterativemaps.kernel.KernelMemory;
import org.iterativemaps.kernel.KernelProvider;
import org.iterativemaps.kernel.MapKernel;
import org.nd4j.linalg.api.buffer.DataType;

/** Two providers of one kind of kernel as one: the network's floating type decides between them. */
abstract class ByType implements KernelProvider {
  private final KernelProvider floats;
  private final KernelProvider doubles;

  ByType(KernelProvider floats, KernelProvider doubles) {
    this.floats = floats;
    this.doubles = doubles;
  }

  private KernelProvider of(DataType type) {
    return type == DataType.DOUBLE ? doubles : floats;
  }

  @Override
  public final String name() {
    return floats.name();
  }

  @Override
  public final String description() {
    return floats.description();
  }

  @Override
  public final int order() {
    return floats.order();
  }

  @Override
  public final Answer ask(MapProgram program, DataType type) {
    Answer answer = of(type).ask(program, type); // whatever the type, a wrong property is an error
    return type == DataType.FLOAT || type == DataType.DOUBLE
        ? answer
        : Answer.unsuited("it is for FLOAT and DOUBLE, this network " + type);
  }

  @Override
  public final MapKernel make(MapProgram program, DataType type) {
    return of(type).make(program, type);
  }

  @Override
  public final KernelMemory memory(MapProgram program, DataType type, long timeSteps) {
    return of(type).memory(program, type, timeSteps);
  }
}
