package org.iterativemaps.kernel;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.iterativemaps.iterate.MapProgram;
import org.iterativemaps.kernel.KernelProvider.Answer;
import org.iterativemaps.kernel.KernelProvider.Answer.Fitness;
import org.nd4j.linalg.api.buffer.DataType;

/** All providers, asked about one program: the wanted one, then by order, then by name. */
final class AskedProviders {
  private final String wanted;
  private final MapProgram program;
  private final List<Asked> asked;

  /**
   * What a provider says of itself.
   *
   * @param name its class where it does not say
   * @param order the last where it does not say
   * @param failure what it threw when it should have said; null if nothing
   */
  private record Named(KernelProvider provider, String name, int order, Throwable failure) {
    static Named of(KernelProvider provider) {
      String name = provider.getClass().getName();
      try {
        name = Objects.requireNonNull(provider.name(), "no name");
        Objects.requireNonNull(provider.description(), "no description");
        return new Named(provider, name, provider.order(), null);
      } catch (RuntimeException | LinkageError e) { // a provider of somebody else's
        return new Named(provider, name, Integer.MAX_VALUE, e);
      }
    }

    Asked ask(MapProgram program, DataType type) {
      if (failure != null) {
        return failed("it cannot say what it is: ", failure);
      }
      try {
        Answer answer = provider.ask(program, type);
        return new Asked(provider, name, Objects.requireNonNull(answer, "no answer"), null);
      } catch (WrongPropertyException e) {
        throw e;
      } catch (RuntimeException | LinkageError e) {
        return failed("it failed when it was asked: ", e);
      }
    }

    private Asked failed(String what, Throwable e) {
      return new Asked(provider, name, Answer.unavailable(what + e), e);
    }
  }

  /**
   * A provider and what it said, or why it could not even say it.
   *
   * @param failure what it threw; null if nothing
   */
  private record Asked(KernelProvider provider, String name, Answer answer, Throwable failure) {
    boolean is(Fitness fitness) {
      return answer.fitness() == fitness;
    }

    String refusal() {
      return "not " + name + ": " + answer.reason();
    }
  }

  private AskedProviders(String wanted, MapProgram program, List<Asked> asked) {
    this.wanted = wanted;
    this.program = program;
    this.asked = asked;
  }

  /**
   * Asks all.
   *
   * @throws WrongPropertyException if there is none of the wanted name, or a provider says that
   *     another property is wrong
   * @throws IllegalStateException if the wanted one is not available here
   */
  static AskedProviders of(
      String wanted, List<KernelProvider> providers, MapProgram program, DataType type) {
    List<Named> named =
        providers.stream()
            .map(Named::of)
            .sorted(
                Comparator.comparing((Named n) -> !n.name.equals(wanted))
                    .thenComparing(Named::order)
                    .thenComparing(Named::name))
            .toList();
    boolean isAuto = wanted.equals(KernelSelection.AUTO);
    if (!isAuto && named.stream().noneMatch(n -> n.name.equals(wanted))) {
      String names = String.join(", ", named.stream().map(Named::name).toList());
      throw new WrongPropertyException(
          KernelSelection.PROPERTY, wanted, KernelSelection.AUTO + ", " + names);
    }
    List<Asked> asked = named.stream().map(n -> n.ask(program, type)).toList();
    if (!isAuto && asked.get(0).is(Fitness.UNAVAILABLE)) {
      throw new IllegalStateException(
          says(wanted) + ", but " + asked.get(0).answer.reason(), asked.get(0).failure);
    }
    return new AskedProviders(wanted, program, asked);
  }

  /** What the user wrote. */
  static String says(String wanted) {
    return "-D" + KernelSelection.PROPERTY + "=" + wanted;
  }

  /**
   * Those that can, the one to take first: the wanted one, those that should, the others.
   *
   * @throws IllegalStateException if there is none; with every reason
   */
  List<KernelChoice> choices() {
    List<KernelChoice> choices =
        asked.stream()
            .filter(a -> a.answer.canRun())
            .sorted(Comparator.comparing(a -> !isWanted(a) && a.is(Fitness.SLOWER)))
            .map(this::choice)
            .toList();
    if (choices.isEmpty()) {
      throw noneLeft(List.of());
    }
    return choices;
  }

  private boolean isWanted(Asked one) {
    return one.name.equals(wanted);
  }

  private KernelChoice choice(Asked taken) {
    if (isWanted(taken)) {
      String reason = "-D" + KernelSelection.PROPERTY + " says so";
      return new KernelChoice(taken.provider, reason, taken.answer.advice());
    }
    List<String> reasons = new ArrayList<>(List.of(taken.answer.reason()));
    Optional<String> advice = taken.answer.advice();
    for (Asked other : asked) {
      if (other != taken && isPassedOver(other, taken)) {
        reasons.add(other.refusal());
        advice = advice.or(other.answer::advice);
      }
    }
    return new KernelChoice(taken.provider, String.join("; ", reasons), advice);
  }

  /** Whether what it said is why another one is taken. */
  private boolean isPassedOver(Asked other, Asked taken) {
    if (other.failure != null || taken.is(Fitness.SLOWER)) {
      return !other.answer.canRun();
    }
    return !other.is(Fitness.RUNS) && asked.indexOf(other) < asked.indexOf(taken);
  }

  /** Those that threw, and what. */
  List<String> failures() {
    return asked.stream().filter(a -> a.failure != null).map(Asked::refusal).toList();
  }

  /** The error if those that can failed, too. */
  IllegalStateException noneLeft(List<String> failures) {
    List<String> reasons = new ArrayList<>(failures);
    asked.stream().filter(a -> !a.answer.canRun()).map(Asked::refusal).forEach(reasons::add);
    return new IllegalStateException(
        "no kernel can run " + program.realized().map() + ": " + String.join("; ", reasons));
  }
}
