package org.iterativemaps.kernel;

import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.iterativemaps.iterate.MapProgram;
import org.iterativemaps.kernel.reference.ReferenceProvider;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.nd4j.linalg.api.buffer.DataType;

/** A provider of somebody else's is passed over by name, or by class where it has none. */
class BrokenProviderTest {
  private static final KernelProvider.Answer YES = KernelProvider.Answer.runs("it can");

  private static KernelChoice made(String wanted, KernelProvider... providers) {
    return KernelSelection.made(
            wanted, List.of(providers), KernelSelectionTest.PROGRAM, DataType.DOUBLE)
        .choice();
  }

  /** Ways to go wrong. */
  private enum Wrong {
    NAME_THROWS,
    NAME_IS_NULL,
    DESCRIPTION_THROWS,
    ORDER_THROWS,
    ASK_THROWS,
    ANSWER_IS_NULL,
    MAKE_THROWS,
    KERNEL_IS_NULL
  }

  private record Broken(Wrong how) implements KernelProvider {
    private <T> T unless(Wrong wrong, T value) {
      if (how == wrong) {
        throw new IllegalArgumentException(how.name());
      }
      return value;
    }

    @Override
    public String name() {
      return how == Wrong.NAME_IS_NULL ? null : unless(Wrong.NAME_THROWS, "broken");
    }

    @Override
    public String description() {
      return unless(Wrong.DESCRIPTION_THROWS, "broken kernel");
    }

    @Override
    public int order() {
      return unless(Wrong.ORDER_THROWS, 1);
    }

    @Override
    public Answer ask(MapProgram program, DataType type) {
      return how == Wrong.ANSWER_IS_NULL ? null : unless(Wrong.ASK_THROWS, YES);
    }

    @Override
    public MapKernel make(MapProgram program, DataType type) {
      unless(Wrong.MAKE_THROWS, YES);
      return null;
    }

    @Override
    public KernelMemory memory(MapProgram program, DataType type, long timeSteps) {
      throw new AssertionError("its kernel never runs");
    }
  }

  @ParameterizedTest
  @EnumSource(Wrong.class)
  void whateverIsWrongIsPassedOver(Wrong how) {
    Broken broken = new Broken(how);
    ReferenceProvider other = new ReferenceProvider();
    boolean hasName = how != Wrong.NAME_THROWS && how != Wrong.NAME_IS_NULL;
    String name = hasName ? "broken" : Broken.class.getName();
    KernelChoice choice = made("auto", broken, other);
    assertSame(other, choice.provider());
    assertTrue(
        choice.reason().startsWith("it runs every map; not " + name + ": it "), choice.reason());
    IllegalStateException none =
        assertThrows(IllegalStateException.class, () -> made("auto", broken));
    assertTrue(none.getMessage().contains("not " + name + ": it "), none.getMessage());
    if (hasName) {
      IllegalStateException named =
          assertThrows(IllegalStateException.class, () -> made("broken", broken, other));
      assertTrue(named.getMessage().contains("=broken, but it "), named.getMessage());
      assertTrue(named.getCause() != null, named.toString());
    }
  }
}
