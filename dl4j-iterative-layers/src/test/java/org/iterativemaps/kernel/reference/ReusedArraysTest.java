package org.iterativemaps.kernel.reference;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.iterativemaps.iterate.MapProgram;
import org.iterativemaps.kernel.RandomPrograms;
import org.iterativemaps.map.RealizedMap;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** The reference kernel uses its arrays again: nothing of an earlier call may be left in them. */
class ReusedArraysTest {

  /** One kernel through many calls, each against a kernel that has never been called. */
  @Test
  void everyCallIsAsTheFirst() {
    for (long seed = 0; seed < 40; seed++) {
      RandomPrograms random = new RandomPrograms(seed);
      DataType type = random.below(2) == 0 ? DataType.DOUBLE : DataType.FLOAT;
      RealizedMap realized =
          random.map(Activation.TANH, Activation.RELU, Activation.SOFTMAX).realize();
      MapProgram program = MapProgram.sequence(realized, 1 + random.below(3), null);
      ReferenceKernel used = new ReferenceKernel(program);
      for (int call = 0; call < 5; call++) {
        Call training = new Call(program, random, type);
        Call between = random.below(2) == 0 ? null : new Call(program, random, type);
        List<INDArray> expected = training.train(new ReferenceKernel(program), null);
        List<INDArray> found = training.train(used, between);
        assertEquals(expected.size(), found.size());
        for (int i = 0; i < found.size(); i++) {
          assertEquals(expected.get(i), found.get(i), "seed " + seed + ", array " + i);
        }
        assertTrue(used.held() > 0);
        if (random.below(2) == 0) {
          used.rest();
          assertEquals(0, used.held(), "numbers held after rest()");
        }
      }
    }
  }

  /** Arguments of a call. */
  private static final class Call {
    final MapProgram program;
    final INDArray[] parameters;
    final INDArray input;
    final INDArray mask;
    final INDArray[] initial;
    final INDArray outputGradient;
    final int firstTimeStep;

    Call(MapProgram program, RandomPrograms random, DataType type) {
      this.program = program;
      int batch = 1 + random.below(3);
      int time = 1 + random.below(3);
      parameters = random.parameters(program.realized(), type);
      input = random.normal(type, batch, program.size(program.inputSlot()), time);
      mask = random.below(2) == 0 ? null : random.mask(type, batch, time);
      initial = new INDArray[program.slots().size()];
      for (int slot : program.schedule().carried()) {
        initial[slot] =
            random.below(2) == 0 ? null : random.normal(type, batch, program.size(slot));
      }
      outputGradient = random.normal(type, batch, program.size(program.outputSlot()), time);
      firstTimeStep = random.below(time);
    }

    INDArray infer(ReferenceKernel kernel) {
      INDArray output = outputGradient.like();
      kernel.forward(parameters, input, mask, initial, output, false);
      return output;
    }

    /** All that comes out, with another call's inference before the way back. */
    List<INDArray> train(ReferenceKernel kernel, Call between) {
      INDArray output = outputGradient.like();
      INDArray[] gradients = Arrays.stream(parameters).map(INDArray::like).toArray(INDArray[]::new);
      INDArray inputGradient = input.like();
      kernel.forward(parameters, input, mask, initial, output, true);
      List<INDArray> all = new ArrayList<>(Arrays.asList(kernel.lastState()));
      if (between != null) {
        assertEquals(between.infer(new ReferenceKernel(program)), between.infer(kernel));
      }
      kernel.backward(outputGradient, firstTimeStep, gradients, inputGradient);
      all.add(output);
      all.add(inputGradient);
      all.addAll(List.of(gradients));
      all.addAll(Arrays.asList(kernel.stateGradient()));
      return all;
    }
  }

  @Test
  void arraysComeBackFromTheCallBefore() {
    ArrayPool pool = new ArrayPool();
    pool.begin();
    INDArray first = pool.zeros(DataType.FLOAT, 2, 3).addi(1);
    assertNotSame(first, pool.take(DataType.FLOAT, 2, 3));
    pool.giveBack(first);
    assertSame(first, pool.take(DataType.FLOAT, 2, 3));
    pool.begin();
    List<INDArray> again =
        List.of(pool.take(DataType.FLOAT, 2, 3), pool.take(DataType.FLOAT, 2, 3));
    assertTrue(again.stream().anyMatch(array -> array == first));
    assertNotSame(first, pool.take(DataType.FLOAT, 3, 2));
    assertEquals(Nd4j.zeros(DataType.DOUBLE, 2, 3), pool.zeros(DataType.DOUBLE, 2, 3));
    pool.begin();
    pool.begin(); // a call that needs none lets go of all
    assertNotSame(first, pool.take(DataType.FLOAT, 2, 3));
    INDArray stranger = Nd4j.zeros(DataType.FLOAT, 7, 7);
    pool.giveBack(stranger);
    assertNotSame(stranger, pool.take(DataType.FLOAT, 7, 7));
  }
}
