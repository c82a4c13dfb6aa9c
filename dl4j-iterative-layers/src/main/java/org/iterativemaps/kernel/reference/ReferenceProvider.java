package org.iterativemaps.kernel.reference;

import java.util.List;
import java.util.stream.Stream;
import org.iterativemaps.iterate.MapProgram;
import org.iterativemaps.kernel.KernelMemory;
import org.iterativemaps.kernel.KernelProvider;
import org.iterativemaps.kernel.MapKernel;
import org.iterativemaps.map.BlockFunctions;
import org.iterativemaps.map.Parameter;
import org.iterativemaps.map.RealizedMap;
import org.iterativemaps.map.RealizedMap.RealizedBlock;
import org.iterativemaps.map.Slot;
import org.iterativemaps.map.pattern.WeightMask;
import org.nd4j.linalg.api.buffer.DataType;

/** The reference kernel: any map, floating type and backend. */
public final class ReferenceProvider implements KernelProvider {
  @Override
  public String name() {
    return "reference";
  }

  @Override
  public String description() {
    return "reference kernel on ND4J's operations";
  }

  @Override
  public int order() {
    return 300;
  }

  @Override
  public Answer ask(MapProgram program, DataType type) {
    for (RealizedBlock block : program.realized().blocks()) {
      if (!BlockFunctions.contains(block.block().function())) {
        return Answer.unsuited(
            "block "
                + block.block().name()
                + " is "
                + block.block().function()
                + ", which only a SameDiff graph can run; build the map into one with SDIterative");
      }
    }
    return fits(program.realized())
        ? Answer.runs("it runs every map")
        : Answer.unsuited("a block has more cells than a matrix can hold");
  }

  private static boolean fits(RealizedMap map) {
    return masks(map).stream().allMatch(SpreadMatrix::fits);
  }

  private static List<WeightMask> masks(RealizedMap map) {
    return Stream.concat(
            map.blocks().stream().filter(b -> b.fixedValues() != null).map(RealizedBlock::mask),
            map.parameters().stream().filter(Parameter::isWeight).map(Parameter::mask))
        .toList();
  }

  @Override
  public MapKernel make(MapProgram program, DataType type) {
    return new ReferenceKernel(program);
  }

  /**
   * Training keeps value and pre-activation of every scheduled cell and time step, and what other
   * functions, normalisations and gates make on the way. Every block is spread into a dense matrix
   * for the length of a call, and a gradient of that size.
   */
  @Override
  public KernelMemory memory(MapProgram program, DataType type, long timeSteps) {
    long perTimeStep = numbersPerToken(program);
    long matrices =
        masks(program.realized()).stream()
            .mapToLong(mask -> (long) mask.fromSize() * mask.toSize())
            .sum();
    return new KernelMemory(matrices, perTimeStep, 2 * matrices, perTimeStep * timeSteps);
  }

  private static long numbersPerToken(MapProgram program) {
    long numbers = 0;
    for (int slot = 0; slot < program.slots().size(); slot++) {
      Slot description = program.slots().get(slot);
      long perEvaluation = 2L * program.size(slot);
      perEvaluation += description.isNormalised() ? 2L * program.size(slot) : 0;
      perEvaluation += description.update().readsOldValue() ? program.size(slot) : 0;
      for (int b = 0; b < program.realized().blocks().size(); b++) {
        RealizedBlock block = program.realized().blocks().get(b);
        if (block.to() == slot && block.mask() == null) {
          perEvaluation += 3L * program.size(slot);
          perEvaluation += block.nested() == null ? 0 : numbersPerToken(program.nested(b));
        }
      }
      numbers += program.schedule().evaluationCount(slot) * perEvaluation;
    }
    return numbers;
  }
}
