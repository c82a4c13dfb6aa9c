package org.iterativemaps.kernel.fused;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.iterativemaps.iterate.MapProgram;
import org.iterativemaps.kernel.Magnitude;
import org.iterativemaps.kernel.MapKernel;
import org.iterativemaps.kernel.reference.ReferenceKernel;
import org.iterativemaps.map.BlockMap;
import org.iterativemaps.map.RealizedMap;
import org.iterativemaps.map.pattern.Sparsity;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** States of some thousands in FLOAT: no kernel may lose them, nor their gradients. */
class GrowingLoopTest {

  @ParameterizedTest
  @EnumSource(names = {"SOFTPLUS", "SWISH", "MISH", "GELU", "RELU", "SELU"})
  void largeStatesStayNumbers(Activation activation) {
    RealizedMap map =
        BlockMap.builder()
            .input("x", 1)
            .stateWithoutBias("h", 1, activation.getActivationFunction())
            .connect("x", "h", Sparsity.dense())
            .connect("h", "h", Sparsity.dense())
            .output("h")
            .build()
            .realize();
    MapProgram program = MapProgram.sequence(map, 1, null);
    for (MapKernel kernel :
        new MapKernel[] {new ReferenceKernel(program), TestMachine.kernel(program)}) {
      int time = 12;
      INDArray[] parameters = {Nd4j.createFromArray(5f), Nd4j.createFromArray(2f)};
      INDArray[] gradients = {Nd4j.create(DataType.FLOAT, 1), Nd4j.create(DataType.FLOAT, 1)};
      INDArray input = Nd4j.ones(DataType.FLOAT, 2, 1, time);
      INDArray output = Nd4j.create(DataType.FLOAT, 2, 1, time);
      INDArray inputGradient = Nd4j.create(DataType.FLOAT, 2, 1, time);
      kernel.forward(parameters, input, null, null, output, true);
      kernel.backward(Nd4j.ones(DataType.FLOAT, 2, 1, time), 0, gradients, inputGradient);
      // The functions are z, but for SELU, where z is large; SELU's scale only makes it larger.
      double last = 5 * ((1 << time) - 1);
      String message = kernel.getClass().getSimpleName() + ": " + output;
      assertTrue(output.getDouble(1, 0, time - 1) > 0.99 * last, message);
      assertTrue(Magnitude.isFinite(output), message);
      for (INDArray gradient : new INDArray[] {gradients[0], gradients[1], inputGradient}) {
        assertTrue(Magnitude.largest(gradient) > 1, message);
      }
      if (activation == Activation.RELU || activation == Activation.SOFTPLUS) {
        assertEquals(2 * (double) ((1 << time + 1) - 2 - time), gradients[0].getDouble(0), 200);
      }
    }
  }
}
