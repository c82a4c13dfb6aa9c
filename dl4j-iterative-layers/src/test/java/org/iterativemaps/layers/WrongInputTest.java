package org.iterativemaps.layers;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.Map;
import java.util.stream.Stream;
import org.deeplearning4j.exception.DL4JInvalidInputException;
import org.deeplearning4j.nn.api.Layer;
import org.deeplearning4j.nn.conf.RNNFormat;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.deeplearning4j.nn.workspace.LayerWorkspaceMgr;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** Wrong input at run time: DL4J's exception, what was found and expected, layer name and index. */
class WrongInputTest {
  private final MultiLayerNetwork single =
      Networks.feedForward(
          Networks.conf(DataType.DOUBLE), Networks.single().name("loop").build(), 3);
  private final MultiLayerNetwork sequence = sequence(RNNFormat.NCW);

  private static MultiLayerNetwork sequence(RNNFormat format) {
    return Networks.recurrent(
        Networks.conf(DataType.DOUBLE),
        Networks.sequence().dataFormat(format).name("loop").build(),
        3);
  }

  @Test
  void rank() {
    assertRefused(() -> single.output(zeros(2, 4, 3)), "rank 3", "[2, 4, 3]", "expected rank 2");
    assertRefused(() -> sequence.output(zeros(2, 4)), "rank 2", "[2, 4]", "expected rank 3");
    assertRefused(() -> sequence.output(zeros(2, 4, 3, 1)), "rank 4", "expected rank 3");
  }

  @Test
  void width() {
    assertRefused(() -> single.output(zeros(2, 5)), "size 5", "[2, 5]", "nIn = 4");
    assertRefused(() -> sequence.output(zeros(2, 5, 4)), "size 5", "axis 1", "nIn = 4");
    assertRefused(() -> sequence(RNNFormat.NWC).output(zeros(2, 4, 5)), "size 5", "axis 2");
  }

  @Test
  void mask() {
    assertRefused(
        () -> single.output(zeros(2, 4), false, zeros(3, 1), null), "Mask", "[3, 1]", "[2, 1]");
    for (INDArray mask : new INDArray[] {zeros(3, 4), zeros(2, 5)}) {
      assertRefused(
          () -> sequence.output(zeros(2, 4, 4), false, mask, null),
          "Mask",
          Arrays.toString(mask.shape()),
          "[batch, time] = [2, 4]");
    }
    // DL4J's output layer refuses other ranks, if there is one.
    Layer layer = sequence.getLayer(0);
    layer.setMaskArray(zeros(2, 4, 1));
    assertRefused(
        () -> layer.activate(zeros(2, 4, 4), false, LayerWorkspaceMgr.noWorkspaces()),
        "Mask",
        "[2, 4, 1]");
  }

  @Test
  void carriedState() {
    sequence.rnnTimeStep(zeros(2, 4, 1));
    assertRefused(
        () -> sequence.rnnTimeStep(zeros(3, 4, 1)),
        "batch size 2",
        "the input, 3",
        "rnnClearPreviousState");
    sequence.rnnClearPreviousState();
    assertEquals(3, sequence.rnnTimeStep(zeros(3, 4, 1)).size(0));
    assertRefused(
        () -> sequence.rnnSetPreviousState(0, Map.of("z", zeros(2, 5))), "'z'", "[h, g, y]");
    assertRefused(() -> sequence.rnnSetPreviousState(0, Map.of("x", zeros(2, 4))), "'x'");
    assertRefused(
        () -> sequence.rnnSetPreviousState(0, Map.of("h", zeros(2, 6))),
        "'h'",
        "[2, 6]",
        "[batch, 5]");
    assertRefused(() -> sequence.rnnSetPreviousState(0, Map.of("h", zeros(2, 5, 1))), "[2, 5, 1]");
  }

  private static void assertRefused(Executable run, String... parts) {
    String message = assertThrows(DL4JInvalidInputException.class, run).getMessage();
    Stream.concat(Stream.of(parts), Stream.of("layer name: loop", "layer index: 0"))
        .forEach(part -> assertTrue(message.contains(part), () -> part + " in: " + message));
  }

  private static INDArray zeros(long... shape) {
    return Nd4j.zeros(DataType.DOUBLE, shape);
  }
}
