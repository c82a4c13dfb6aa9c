package org.iterativemaps.kernel;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import org.iterativemaps.iterate.MapProgram;
import org.iterativemaps.kernel.KernelProvider.Answer;
import org.iterativemaps.kernel.KernelProvider.Answer.Fitness;
import org.nd4j.linalg.api.buffer.DataType;

/**
 * Which kernel runs a map here, and why: the same whenever it is asked for the same map in the same
 * JVM.
 *
 * @param provider makes the kernel
 * @param reason why this one, in words that can follow "because"; the refusals of those asked
 *     before
 * @param advice what would make it several times faster; empty if nothing is known
 */
public record KernelChoice(KernelProvider provider, String reason, Optional<String> advice) {

  /** A provider and what it said, or why it could not even say it. */
  private record Asked(KernelProvider provider, Answer answer) {
    String refusal() {
      return "not " + provider.name() + ": " + answer.reason();
    }
  }

  /**
   * All providers that can run a program, the one to take first.
   *
   * @param wanted the name of the provider that the user asked for; {@link KernelSelection#AUTO}
   *     for the first in order that says it should
   * @param providers all there are
   * @throws IllegalArgumentException if there is no provider of this name
   * @throws IllegalStateException if the one asked for is not available here, or none can run the
   *     program; with every reason
   */
  public static List<KernelChoice> candidates(
      String wanted, List<KernelProvider> providers, MapProgram program, DataType type) {
    boolean isAuto = wanted.equals(KernelSelection.AUTO);
    if (!isAuto && providers.stream().noneMatch(p -> p.name().equals(wanted))) {
      throw new IllegalArgumentException(
          "system property "
              + KernelSelection.PROPERTY
              + ": found '"
              + wanted
              + "', expected auto, "
              + String.join(", ", providers.stream().map(KernelProvider::name).toList()));
    }
    List<Asked> asked = new ArrayList<>();
    providers.stream()
        .sorted(
            Comparator.comparing((KernelProvider p) -> !p.name().equals(wanted))
                .thenComparing(KernelProvider::order))
        .forEach(p -> asked.add(ask(p, p.name().equals(wanted), program, type)));
    Asked first = asked.get(0);
    if (!isAuto && first.answer.fitness() == Fitness.UNAVAILABLE) {
      throw new IllegalStateException(
          "-D" + KernelSelection.PROPERTY + "=" + wanted + ", but " + first.answer.reason());
    }
    return inOrder(wanted, asked, program);
  }

  private static Asked ask(
      KernelProvider provider, boolean isWanted, MapProgram program, DataType type) {
    Supplier<Answer> question = () -> provider.ask(program, type);
    if (isWanted) {
      return new Asked(provider, question.get());
    }
    try {
      return new Asked(provider, question.get());
    } catch (RuntimeException | LinkageError e) { // a provider of somebody else's
      return new Asked(provider, Answer.unavailable("it failed when it was asked: " + e));
    }
  }

  private static List<KernelChoice> inOrder(String wanted, List<Asked> asked, MapProgram program) {
    List<KernelChoice> choices = new ArrayList<>();
    List<Asked> able = new ArrayList<>(asked.stream().filter(a -> a.answer.canRun()).toList());
    if (able.isEmpty()) {
      throw new IllegalStateException(
          "no kernel can run "
              + program.realized().map()
              + ": "
              + String.join("; ", asked.stream().map(Asked::refusal).toList()));
    }
    able.sort(
        Comparator.comparing(
            a -> !a.provider.name().equals(wanted) && a.answer.fitness() == Fitness.SLOWER));
    for (Asked one : able) {
      choices.add(choice(one, one.provider.name().equals(wanted), asked));
    }
    return choices;
  }

  private static KernelChoice choice(Asked taken, boolean isWanted, List<Asked> asked) {
    if (isWanted) {
      return new KernelChoice(
          taken.provider, "-D" + KernelSelection.PROPERTY + " says so", taken.answer.advice());
    }
    List<String> reasons = new ArrayList<>(List.of(taken.answer.reason()));
    Optional<String> advice = taken.answer.advice();
    for (Asked other : asked) {
      boolean isBefore = other.provider.order() < taken.provider.order();
      if (other != taken && (isBefore || other.provider.name().equals(KernelSelection.wanted()))) {
        reasons.add(other.refusal());
        advice = advice.or(other.answer::advice);
      }
    }
    return new KernelChoice(taken.provider, String.join("; ", reasons), advice);
  }

  /** One line. */
  @Override
  public String toString() {
    return provider.description() + ", because " + reason + advice.map(a -> "; " + a).orElse("");
  }
}
