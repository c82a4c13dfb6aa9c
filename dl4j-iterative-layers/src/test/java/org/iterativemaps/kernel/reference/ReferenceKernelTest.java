package org.iterativemaps.kernel.reference;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.iterativemaps.iterate.MapProgram;
import org.iterativemaps.kernel.RandomPrograms;
import org.iterativemaps.map.BlockMap;
import org.iterativemaps.map.BlockMapBuilder;
import org.iterativemaps.map.Injection;
import org.iterativemaps.map.RealizedMap;
import org.iterativemaps.map.RealizedMap.RealizedBlock;
import org.iterativemaps.map.pattern.Sparsity;
import org.iterativemaps.map.pattern.WeightMask;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.activations.impl.ActivationRReLU;
import org.nd4j.linalg.activations.impl.ActivationTanH;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * The reference kernel against the definition: plain loops over every slot in every step, one
 * example at a time, with no schedule and no matrix. Its gradients are checked numerically through
 * the layers ({@code GradientCheckTest}), and here for what DL4J's check does not see.
 */
class ReferenceKernelTest {

  @Test
  void forwardIsTheDefinition() {
    for (long seed = 0; seed < 150; seed++) {
      RandomPrograms random = new RandomPrograms(seed);
      RealizedMap realized = random.map(Activation.TANH).realize();
      BlockMap map = realized.map();
      int steps = 1 + random.below(4);
      int batch = 1 + random.below(3);
      int time = 1 + random.below(4);
      MapProgram program = MapProgram.sequence(realized, steps, null);
      INDArray[] parameters = random.parameters(realized, DataType.DOUBLE);
      INDArray input = random.normal(DataType.DOUBLE, batch, map.input().size(), time);
      INDArray mask = random.below(2) == 0 ? null : random.mask(DataType.DOUBLE, batch, time);
      INDArray output = Nd4j.create(DataType.DOUBLE, batch, map.output().size(), time);
      ReferenceKernel kernel = new ReferenceKernel(program);
      kernel.forward(parameters, input, mask, null, output, false);
      INDArray[] last = kernel.lastState();
      for (int b = 0; b < batch; b++) {
        double[][] state = new double[map.slots().size()][];
        for (int slot = 0; slot < state.length; slot++) {
          state[slot] = new double[program.size(slot)];
        }
        for (int t = 0; t < time; t++) {
          double[] token = new double[map.input().size()];
          for (int i = 0; i < token.length; i++) {
            token[i] = input.getDouble(b, i, t);
          }
          state[0] = token;
          for (int step = 1; step <= steps; step++) {
            state = step(realized, parameters, state);
          }
          double kept = mask == null ? 1 : mask.getDouble(b, t);
          for (int slot = 1; slot < state.length; slot++) {
            for (int i = 0; i < state[slot].length; i++) {
              state[slot][i] *= kept;
            }
          }
          for (int i = 0; i < state[program.outputSlot()].length; i++) {
            assertEquals(
                state[program.outputSlot()][i],
                output.getDouble(b, i, t),
                1e-12,
                "seed " + seed + " " + map);
          }
        }
        for (int slot : program.schedule().carried()) {
          assertArrayEquals(state[slot], last[slot].getRow(b).toDoubleVector(), 1e-12);
        }
      }
    }
  }

  private static double[][] step(RealizedMap realized, INDArray[] parameters, double[][] old) {
    BlockMap map = realized.map();
    double[][] next = new double[old.length][];
    next[0] = map.injection() == Injection.HOLD ? old[0] : new double[old[0].length];
    for (int slot = 1; slot < old.length; slot++) {
      int bias = realized.biasParameter(slot);
      next[slot] =
          bias < 0 ? new double[old[slot].length] : parameters[bias].dup().data().asDouble();
    }
    for (RealizedBlock block : realized.blocks()) {
      WeightMask mask = block.mask();
      for (int to = 0; to < mask.toSize(); to++) {
        for (int entry = mask.targetStart(to); entry < mask.targetStart(to + 1); entry++) {
          double weight =
              block.fixedValues() != null
                  ? block.fixedValues()[entry]
                  : parameters[block.parameter()].getDouble(entry);
          next[block.to()][to] += weight * old[block.from()][mask.source(entry)];
        }
      }
    }
    for (int slot = 1; slot < old.length; slot++) {
      for (int i = 0; i < next[slot].length; i++) {
        next[slot][i] = Math.tanh(next[slot][i]);
      }
    }
    return next;
  }

  /** The gradient with respect to the initial state, against differences of the loss. */
  @Test
  void initialStateGradientIsTheDerivative() {
    int compared = 0;
    for (long seed = 0; seed < 10; seed++) {
      RandomPrograms random = new RandomPrograms(seed);
      RealizedMap realized = random.map(Activation.TANH, Activation.SIGMOID).realize();
      MapProgram program = MapProgram.sequence(realized, 1 + random.below(3), null);
      INDArray[] parameters = random.parameters(realized, DataType.DOUBLE);
      INDArray input = random.normal(DataType.DOUBLE, 2, realized.map().input().size(), 3);
      INDArray weights = random.normal(DataType.DOUBLE, 2, realized.map().output().size(), 3);
      INDArray[] initial = new INDArray[realized.map().slots().size()];
      for (int slot : program.schedule().carried()) {
        initial[slot] = random.normal(DataType.DOUBLE, 2, program.size(slot));
      }
      ReferenceKernel kernel = new ReferenceKernel(program);
      INDArray output = Nd4j.create(DataType.DOUBLE, weights.shape());
      kernel.forward(parameters, input, null, initial, output, true);
      INDArray[] gradients = new INDArray[parameters.length];
      for (int p = 0; p < gradients.length; p++) {
        gradients[p] = parameters[p].like();
      }
      kernel.backward(weights, 0, gradients, Nd4j.create(DataType.DOUBLE, input.shape()));
      INDArray[] stateGradient = kernel.stateGradient();
      for (int slot : program.schedule().carried()) {
        INDArray start = initial[slot];
        for (long i = 0; i < start.length(); i++) {
          double value = start.getDouble(i);
          start.putScalar(i, value + 1e-6);
          kernel.forward(parameters, input, null, initial, output, false);
          double up = output.mul(weights).sumNumber().doubleValue();
          start.putScalar(i, value - 1e-6);
          kernel.forward(parameters, input, null, initial, output, false);
          double down = output.mul(weights).sumNumber().doubleValue();
          start.putScalar(i, value);
          assertEquals((up - down) / 2e-6, stateGradient[slot].dup('c').getDouble(i), 1e-7);
          compared++;
        }
      }
    }
    assertTrue(compared > 100, "compared " + compared);
  }

  @Test
  void theTapeIsKeptForOneTrainingPass() {
    RealizedMap realized = new RandomPrograms(1).map(Activation.TANH).realize();
    MapProgram program = MapProgram.sequence(realized, 2, null);
    INDArray[] parameters = new RandomPrograms(2).parameters(realized, DataType.DOUBLE);
    INDArray input = Nd4j.ones(DataType.DOUBLE, 1, realized.map().input().size(), 1);
    INDArray output = Nd4j.create(DataType.DOUBLE, 1, realized.map().output().size(), 1);
    ReferenceKernel kernel = new ReferenceKernel(program);
    assertThrows(IllegalStateException.class, kernel::lastState);
    kernel.forward(parameters, input, null, null, output, false);
    assertFalse(kernel.hasTape());
    assertThrows(IllegalStateException.class, () -> kernel.backward(output, 0, parameters, input));
    assertThrows(IllegalStateException.class, kernel::stateGradient);
    kernel.forward(parameters, input, null, null, output, true);
    kernel.forward(parameters, input, null, null, output, false);
    assertTrue(kernel.hasTape(), "inference leaves the tape alone");
    kernel.dropTape();
    assertFalse(kernel.hasTape());
  }

  @Test
  void whatAKernelCannotRunIsRefused() {
    BlockMapBuilder map =
        BlockMap.builder().input("x", 60_000).connect("x", "h", Sparsity.entries(9)).output("h");
    RealizedMap wide = map.state("h", 60_000).build().realize();
    MapProgram program = MapProgram.singleToken(wide, 1, new ActivationTanH());
    String message =
        assertThrows(IllegalArgumentException.class, () -> new ReferenceKernel(program))
            .getMessage();
    assertTrue(message.contains("block x->h: 60,000 x 60,000 cells"), message);
    assertThrows(IllegalArgumentException.class, () -> MapProgram.singleToken(wide, 1, null));
    message =
        assertThrows(
                IllegalArgumentException.class,
                () -> MapProgram.singleToken(wide, 1, new ActivationRReLU()))
            .getMessage();
    assertTrue(message.contains("LEAKYRELU"), message);
  }
}
