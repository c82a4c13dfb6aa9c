package org.iterativemaps.kernel.fused;

import java.io.IOException;
import java.io.InputStream;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.iterativemaps.iterate.MapProgram;
import org.iterativemaps.kernel.SegmentLength;
import org.iterativemaps.lanes.LaneKernelSelection;
import org.junit.jupiter.api.extension.ConditionEvaluationResult;
import org.junit.jupiter.api.extension.ExecutionCondition;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * The machine that a run of the tests stands for, {@code -Dtest.machine}: see {@link
 * OtherMachineTest}. A run with wider vectors than this machine has, or with its own, is named in
 * the build's output and skipped.
 */
public final class TestMachine implements ExecutionCondition {
  static final String NAME = System.getProperty("test.machine", "");
  private static final String VECTORS = "vectors-";
  private static final List<String> NOT_FOR_THE_OTHER =
      List.of("-XX:MaxVectorSize", "-Dtest.machine");

  /** Found only where the tests' engine asks: it takes another process. */
  private static final class Evaluated {
    static final ConditionEvaluationResult RESULT = evaluate();
  }

  /** The fused kernel as it runs here. */
  static FusedKernel kernel(MapProgram program) {
    return new FusedKernel(
        program,
        LaneKernelSelection.selected(),
        SegmentLength.fromProperty(),
        WorkDivision.LEAST_SHARE,
        Measuring.NONE);
  }

  /** Width of this run's vectors. */
  static int bits() {
    return LaneKernelSelection.selected().vectorLanes() * Float.SIZE;
  }

  /** Width that this run stands for, 0: whatever the machine has. */
  static int bitsAsked() {
    return NAME.startsWith(VECTORS) ? Integer.parseInt(NAME.substring(VECTORS.length())) : 0;
  }

  private static ConditionEvaluationResult evaluate() {
    int asked = bitsAsked();
    int machine = asked == 0 ? 0 : bitsWithoutLimit();
    if (machine == asked) {
      return asked == 0
          ? ConditionEvaluationResult.enabled(NAME)
          : skipped(asked + " bits are this machine's own, with which the first run of tests was");
    }
    return machine < asked
        ? skipped("NOT RUN with vectors of " + asked + " bits: this machine has " + machine)
        : ConditionEvaluationResult.enabled(NAME);
  }

  private static ConditionEvaluationResult skipped(String reason) {
    System.out.println("Kernel tests: " + reason);
    return ConditionEvaluationResult.disabled(reason);
  }

  /** What a process without this one's limit on vectors has. */
  private static int bitsWithoutLimit() {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    ManagementFactory.getRuntimeMXBean().getInputArguments().stream()
        .filter(argument -> NOT_FOR_THE_OTHER.stream().noneMatch(argument::startsWith))
        .forEach(command::add);
    command.add("-cp");
    command.add(
        System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")));
    command.add(TestMachine.class.getName());
    try {
      Process process =
          new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.DISCARD).start();
      try (InputStream out = process.getInputStream()) {
        return Integer.parseInt(new String(out.readAllBytes(), StandardCharsets.US_ASCII).strip());
      }
    } catch (IOException e) {
      throw new IllegalStateException("no process to ask for the width of vectors", e);
    }
  }

  @Override
  public ConditionEvaluationResult evaluateExecutionCondition(ExtensionContext context) {
    return Evaluated.RESULT;
  }

  /** Prints the width of this process' vectors. */
  public static void main(String[] args) {
    System.out.println(bits());
  }
}
