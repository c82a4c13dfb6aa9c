package org.iterativemaps.kernel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.iterativemaps.iterate.MapProgram;
import org.iterativemaps.kernel.KernelProvider.Answer;
import org.iterativemaps.kernel.reference.ReferenceKernel;
import org.iterativemaps.kernel.reference.ReferenceProvider;
import org.iterativemaps.map.BlockMap;
import org.iterativemaps.map.pattern.Sparsity;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.buffer.DataType;

/** Which provider is taken, and what becomes of those that cannot. */
class KernelSelectionTest {
  static final MapProgram PROGRAM =
      MapProgram.singleToken(
          BlockMap.builder()
              .input("x", 2)
              .state("y", 2, Activation.TANH)
              .connect("x", "y", Sparsity.dense())
              .output("y")
              .build()
              .realize(),
          1,
          null);

  /** A provider that says what it is told to; its kernels are the reference's. */
  private static class Stub implements KernelProvider {
    private final String name;
    private final int order;
    private final Answer answer; // null throws
    private final boolean makes;
    private final List<MapKernel> made = new ArrayList<>();

    Stub(String name, int order, Answer answer, boolean makes) {
      this.name = name;
      this.order = order;
      this.answer = answer;
      this.makes = makes;
    }

    @Override
    public String name() {
      return name;
    }

    @Override
    public String description() {
      return name + " kernel";
    }

    @Override
    public int order() {
      return order;
    }

    @Override
    public Answer ask(MapProgram program, DataType type) {
      if (answer == null) {
        throw new UnsupportedOperationException("cannot even say");
      }
      return answer;
    }

    @Override
    public MapKernel make(MapProgram program, DataType type) {
      if (!makes) {
        throw new UnsatisfiedLinkError("no library");
      }
      made.add(new ReferenceKernel(program));
      return made.get(made.size() - 1);
    }

    @Override
    public KernelMemory memory(MapProgram program, DataType type, long timeSteps) {
      return new KernelMemory(1, 2, 3, 4);
    }
  }

  private static final Answer YES = Answer.runs("it can");

  private static List<String> order(String wanted, KernelProvider... providers) {
    return KernelChoice.candidates(wanted, List.of(providers), PROGRAM, DataType.FLOAT).stream()
        .map(choice -> choice.provider().name())
        .toList();
  }

  @Test
  void theLowestOrderThatRuns() {
    Stub late = new Stub("late", 9, YES, true);
    Stub early = new Stub("early", 1, YES, true);
    Stub no = new Stub("no", 0, Answer.unsuited("too small"), true);
    assertEquals(List.of("early", "late"), order("auto", late, early, no));
    KernelChoice first =
        KernelChoice.candidates("auto", List.of(late, no), PROGRAM, DataType.FLOAT).get(0);
    assertEquals("late kernel, because it can; not no: too small", first.toString());
  }

  @Test
  void aSlowerOneIsTheLastResort() {
    Stub slow = new Stub("slow", 1, Answer.slower("the next is faster"), true);
    Stub fast = new Stub("fast", 2, YES, true);
    assertEquals(List.of("fast", "slow"), order("auto", slow, fast));
    assertEquals(List.of("slow"), order("auto", slow));
  }

  @Test
  void theOneThatIsNamed() {
    Stub first = new Stub("first", 1, YES, true);
    Stub second = new Stub("second", 2, Answer.slower("the other is faster"), true);
    assertEquals(List.of("second", "first"), order("second", first, second));
    IllegalArgumentException unknown =
        assertThrows(IllegalArgumentException.class, () -> order("third", first, second));
    String message = unknown.getMessage();
    assertTrue(message.contains("'third'") && message.contains("first, second"), message);
  }

  @Test
  void namedAndNotThere() {
    Stub gone = new Stub("gone", 1, Answer.unavailable("there is no device"), true);
    Stub other = new Stub("other", 2, YES, true);
    IllegalStateException thrown =
        assertThrows(IllegalStateException.class, () -> order("gone", gone, other));
    assertTrue(thrown.getMessage().contains("there is no device"), thrown.getMessage());
    Stub unsuited = new Stub("unsuited", 1, Answer.unsuited("not this map"), true);
    assertEquals(List.of("other"), order("unsuited", unsuited, other));
  }

  @Test
  void oneThatThrowsIsPassedOver() {
    Stub throwing = new Stub("throwing", 1, null, true);
    Stub other = new Stub("other", 2, YES, true);
    KernelChoice choice =
        KernelChoice.candidates("auto", List.of(throwing, other), PROGRAM, DataType.FLOAT).get(0);
    assertSame(other, choice.provider());
    assertTrue(choice.reason().contains("not throwing: it failed"), choice.reason());
    IllegalStateException named =
        assertThrows(IllegalStateException.class, () -> order("throwing", throwing, other));
    assertTrue(named.getMessage().startsWith("-D" + KernelSelection.PROPERTY + "=throwing, but "));
    assertTrue(named.getCause() instanceof UnsupportedOperationException, named.toString());
  }

  @Test
  void oneThatSaysYesAndCannotIsPassedOver() {
    Stub liar = new Stub("liar", 1, YES, false);
    Stub other = new Stub("other", 2, YES, true);
    MapKernel kernel = KernelSelection.make("auto", List.of(liar, other), PROGRAM, DataType.FLOAT);
    assertSame(other.made.get(0), kernel);
    IllegalStateException named =
        assertThrows(
            IllegalStateException.class,
            () -> KernelSelection.make("liar", List.of(liar, other), PROGRAM, DataType.FLOAT));
    assertTrue(named.getMessage().startsWith("-D" + KernelSelection.PROPERTY + "=liar, but "));
    assertTrue(named.getCause() instanceof UnsatisfiedLinkError, named.toString());
    IllegalStateException none =
        assertThrows(
            IllegalStateException.class,
            () -> KernelSelection.make("auto", List.of(liar), PROGRAM, DataType.FLOAT));
    assertTrue(none.getMessage().contains("liar: "), none.getMessage());
    assertTrue(none.getMessage().contains("no library"), none.getMessage());
  }

  @Test
  void ifNoneIsLeftEveryReason() {
    Stub one = new Stub("one", 1, Answer.unsuited("too large"), true);
    Stub two = new Stub("two", 2, Answer.unavailable("no device"), true);
    IllegalStateException thrown =
        assertThrows(IllegalStateException.class, () -> order("auto", one, two));
    String message = thrown.getMessage();
    assertTrue(message.contains("not one: too large; not two: no device"), message);
  }

  private static KernelChoice made(String wanted, KernelProvider... providers) {
    return KernelSelection.made(wanted, List.of(providers), PROGRAM, DataType.FLOAT).choice();
  }

  /** What is said to run a map, in a summary too, is what was made, and a yes is no refusal. */
  @Test
  void theChoiceIsTheOneThatCouldBeMade() {
    Stub liar = new Stub("liar", 1, YES, false);
    Stub other = new Stub("other", 2, YES, true);
    KernelChoice choice = made("auto", liar, other);
    assertSame(other, choice.provider());
    assertEquals(
        "it can; not liar: it said that it can and failed: java.lang.UnsatisfiedLinkError: no"
            + " library",
        choice.reason());
    TestProvider.takes = PROGRAM;
    TestProvider.makes = false;
    try {
      KernelChoice choiceOfAll = KernelSelection.choice(PROGRAM, DataType.BFLOAT16);
      assertEquals("reference", choiceOfAll.provider().name());
      assertTrue(choiceOfAll.reason().contains("not test: it said"), choiceOfAll.reason());
      assertEquals(
          new ReferenceProvider().memory(PROGRAM, DataType.BFLOAT16, 1),
          KernelSelection.memory(PROGRAM, DataType.BFLOAT16, 1));
    } finally {
      TestProvider.takes = null;
      TestProvider.makes = true;
    }
  }

  @Test
  void ifAllFailRefusalsAndFailures() {
    IllegalStateException none =
        assertThrows(
            IllegalStateException.class,
            () ->
                made(
                    "auto",
                    new Stub("no", 1, Answer.unsuited("too large"), true),
                    new Stub("liar", 2, YES, false),
                    new Stub("throwing", 3, null, true)));
    for (String reason :
        List.of(
            "not no: too large", "not liar: it said", "no library", "not throwing: it failed")) {
      assertTrue(none.getMessage().contains(reason), none.getMessage());
    }
    assertTrue(none.getSuppressed()[0] instanceof UnsatisfiedLinkError);
  }

  @Test
  void equalOrdersAreAskedByNameAndAllSayWhyNot() {
    Stub b = new Stub("b", 1, YES, true);
    Stub a = new Stub("a", 1, Answer.unsuited("too small"), true);
    for (KernelProvider[] providers : new KernelProvider[][] {{a, b}, {b, a}}) {
      assertEquals("it can; not a: too small", made("auto", providers).reason());
    }
    Stub c = new Stub("c", 1, YES, true);
    assertEquals(List.of("b", "c"), order("auto", c, b));
  }

  /** Also of those behind it: else one of them were taken. */
  @Test
  void theLastResortSaysWhyNoneElse() {
    Stub slow = new Stub("slow", 1, Answer.slower("the next is faster"), true);
    Stub fast = new Stub("fast", 2, Answer.unsuited("too large"), true);
    Stub liar = new Stub("liar", 3, YES, false);
    assertEquals("the next is faster; not fast: too large", made("auto", slow, fast).reason());
    String reason = made("auto", slow, fast, liar).reason();
    assertTrue(reason.startsWith("the next is faster; not fast: too large; not liar: "), reason);
  }

  /** The user's error, whichever provider sees it first. */
  @Test
  void aWrongPropertyPassesNobodyOver() {
    WrongPropertyException wrong = new WrongPropertyException("p", "x", "a number");
    Stub other = new Stub("other", 2, YES, true);
    Stub asking =
        new Stub("asking", 1, YES, true) {
          @Override
          public Answer ask(MapProgram program, DataType type) {
            throw wrong;
          }
        };
    Stub making =
        new Stub("making", 1, YES, true) {
          @Override
          public MapKernel make(MapProgram program, DataType type) {
            throw wrong;
          }
        };
    for (Stub stub : List.of(asking, making)) {
      for (String wanted : List.of("auto", stub.name(), "other")) {
        if (stub == asking || !wanted.equals("other")) {
          assertSame(
              wrong, assertThrows(WrongPropertyException.class, () -> made(wanted, stub, other)));
        }
      }
    }
    assertThrows(WrongPropertyException.class, () -> made("third", other));
  }

  /** What the log says while a kernel is made. */
  private static String log(String wanted, KernelProvider... providers) {
    PrintStream before = System.err;
    ByteArrayOutputStream text = new ByteArrayOutputStream();
    System.setErr(new PrintStream(text, true, StandardCharsets.UTF_8));
    try {
      KernelSelection.make(wanted, List.of(providers), PROGRAM, DataType.FLOAT);
    } finally {
      System.setErr(before);
    }
    return text.toString(StandardCharsets.UTF_8);
  }

  @Test
  void aNamedOneThatRefusesAMapLeavesItToTheOthersWithAWarning() {
    Stub named = new Stub("named", 5, Answer.unsuited("not this map"), true);
    Stub last = new Stub("last", 2, Answer.slower("the other is faster"), true);
    Stub best = new Stub("best", 3, YES, true);
    assertEquals(order("auto", last, best, named), order("named", last, best, named));
    String log = log("named", last, best, named);
    assertTrue(log.contains("WARN"), log);
    assertTrue(log.contains("-D" + KernelSelection.PROPERTY + "=named the best kernel"), log);
    assertTrue(log.contains("not named: not this map"), log);
    assertFalse(log("named", last, best, named).contains("WARN"), "once");
  }

  /** {@link TestProvider} is in the test tree's META-INF/services, as another jar's would be. */
  @Test
  void aProviderOfAnotherJar() {
    List<String> names = KernelSelection.providers().stream().map(KernelProvider::name).toList();
    assertTrue(names.containsAll(List.of("simd", "scalar", "reference", "test")), names.toString());
    assertTrue(KernelSelection.of(PROGRAM, DataType.BFLOAT16) instanceof ReferenceKernel);
    TestProvider.takes = PROGRAM;
    try {
      KernelChoice choice = KernelSelection.choice(PROGRAM, DataType.BFLOAT16);
      assertEquals("test", choice.provider().name());
      KernelChoice named =
          KernelChoice.candidates("test", KernelSelection.providers(), PROGRAM, DataType.FLOAT)
              .get(0);
      assertEquals("test", named.provider().name());
      assertEquals(Optional.of("for free"), named.advice());
    } finally {
      TestProvider.takes = null;
    }
    assertTrue(
        new ReferenceProvider().ask(PROGRAM, DataType.DOUBLE).reason().contains("every map"));
  }
}
