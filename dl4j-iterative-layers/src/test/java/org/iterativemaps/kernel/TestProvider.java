package org.iterativemaps.kernel;

import java.util.Optional;
import org.iterativemaps.iterate.MapProgram;
import org.iterativemaps.kernel.reference.ReferenceKernel;
import org.nd4j.linalg.api.buffer.DataType;

/** A provider that the library knows nothing of; it runs the one program it is told to. */
public final class TestProvider implements KernelProvider {
  static volatile MapProgram takes;
  static volatile boolean makes = true;

  @Override
  public String name() {
    return "test";
  }

  @Override
  public String description() {
    return "test kernel";
  }

  @Override
  public int order() {
    return 1;
  }

  @Override
  public Answer ask(MapProgram program, DataType type) {
    return program == takes
        ? Answer.runs("it was told so").with(Optional.of("for free"))
        : Answer.unsuited("it is a test");
  }

  @Override
  public MapKernel make(MapProgram program, DataType type) {
    if (!makes) {
      throw new IllegalStateException("it was told not to");
    }
    return new ReferenceKernel(program);
  }

  @Override
  public KernelMemory memory(MapProgram program, DataType type, long timeSteps) {
    return new KernelMemory(0, 0, 0, 0);
  }
}
