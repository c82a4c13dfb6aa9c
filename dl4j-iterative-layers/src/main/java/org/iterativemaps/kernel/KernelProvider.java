package org.iterativemaps.kernel;

import java.util.Objects;
import java.util.Optional;
import org.iterativemaps.iterate.MapProgram;
import org.nd4j.linalg.api.buffer.DataType;

/**
 * A kind of kernel: what it can run, and what it makes of it.
 *
 * <p>Providers are found by {@link java.util.ServiceLoader}: a jar of its own brings another kind
 * by naming its class in {@code META-INF/services/org.iterativemaps.kernel.KernelProvider}. {@link
 * KernelSelection} asks them in their order. One that throws, or gives null, is passed over with a
 * warning, unless the system property names it. An answer must be a function of program, type and
 * JVM alone, so that a network is run by the same kernel every time.
 */
public interface KernelProvider {

  /** What the system property {@value KernelSelection#PROPERTY} calls it: a word in lower case. */
  String name();

  /** What it is, in words that can follow "on the". */
  String description();

  /**
   * Its place among the providers, the lowest asked first, of equal ones by name. This library's
   * own: simd 100, scalar 200, reference 300.
   */
  int order();

  /**
   * Whether it can run a program.
   *
   * @param type the network's floating type
   * @throws WrongPropertyException if a system property of its own is wrong: then nothing runs
   */
  Answer ask(MapProgram program, DataType type);

  /**
   * A kernel for one layer.
   *
   * @param type the network's floating type
   */
  MapKernel make(MapProgram program, DataType type);

  /**
   * The memory such a kernel holds.
   *
   * @param timeSteps of a sequence; 1 for a single token
   */
  KernelMemory memory(MapProgram program, DataType type, long timeSteps);

  /**
   * An answer.
   *
   * @param fitness whether it can, and whether it should
   * @param reason in words that can follow "because"
   * @param advice what would make the program several times faster here; empty if nothing is known
   */
  record Answer(Fitness fitness, String reason, Optional<String> advice) {

    /** Checks that there is something to say. */
    public Answer {
      Objects.requireNonNull(fitness, "fitness");
      Objects.requireNonNull(reason, "reason");
      Objects.requireNonNull(advice, "advice");
    }

    /** Whether a provider can run a program, and whether it should. */
    public enum Fitness {
      /** It can. */
      RUNS,
      /** It can, but a provider behind it is faster; it is taken if named, or if none is left. */
      SLOWER,
      /** It cannot run this program, type or backend. */
      UNSUITED,
      /** It can run nothing on this machine. */
      UNAVAILABLE
    }

    /** It can. */
    public static Answer runs(String reason) {
      return new Answer(Fitness.RUNS, reason, Optional.empty());
    }

    /** It can, but one behind it is faster. */
    public static Answer slower(String reason) {
      return new Answer(Fitness.SLOWER, reason, Optional.empty());
    }

    /** It cannot run this program, type or backend. */
    public static Answer unsuited(String reason) {
      return new Answer(Fitness.UNSUITED, reason, Optional.empty());
    }

    /** It can run nothing on this machine. */
    public static Answer unavailable(String reason) {
      return new Answer(Fitness.UNAVAILABLE, reason, Optional.empty());
    }

    /** The same with something that would help. */
    public Answer with(Optional<String> newAdvice) {
      return new Answer(fitness, reason, newAdvice);
    }

    boolean canRun() {
      return fitness == Fitness.RUNS || fitness == Fitness.SLOWER;
    }
  }
}
