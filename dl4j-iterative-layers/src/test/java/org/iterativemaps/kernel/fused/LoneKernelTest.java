package org.iterativemaps.kernel.fused;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.iterativemaps.iterate.Iteration;
import org.iterativemaps.iterate.MapProgram;
import org.iterativemaps.kernel.MapKernel;
import org.iterativemaps.kernel.reference.ReferenceKernel;
import org.iterativemaps.lanes.LaneKernelSelection;
import org.iterativemaps.map.BlockFunctions;
import org.iterativemaps.map.BlockMap;
import org.iterativemaps.map.BlockMapBuilder;
import org.iterativemaps.map.Injection;
import org.iterativemaps.map.Update;
import org.iterativemaps.map.pattern.Sparsity;
import org.iterativemaps.map.values.WeightValues;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** Maps without a trained weight, one example: against the reference. */
class LoneKernelTest {
  private static final INDArray[] NONE = {};

  private static MapProgram program(int seed) {
    Random random = new Random(seed);
    int units = new int[] {1, 3, 15, 16, 17, 33, 70}[random.nextInt(7)];
    Update[] updates = {
      Update.replace(),
      Update.leaky(0.25),
      Update.residual(0.5),
      Update.gated("g"),
      Update.gated("g", "w")
    };
    BlockMapBuilder map =
        BlockMap.builder()
            .input("x", 1 + random.nextInt(20))
            .injection(Injection.values()[random.nextInt(2)])
            .seed(seed)
            .wireWithoutBias("g", units, Activation.SIGMOID)
            .wireWithoutBias("w", units, Activation.IDENTITY)
            .stateWithoutBias("h", units, Activation.TANH)
            .stateWithoutBias("y", 1 + random.nextInt(40), Activation.IDENTITY)
            .update("h", updates[random.nextInt(updates.length)])
            .connect("h", "w", BlockFunctions.identity())
            .connect(List.of("g", "h"), "h", BlockFunctions.product());
    Sparsity[] patterns = {Sparsity.dense(), Sparsity.density(0.3), Sparsity.fanIn(1)};
    WeightValues values = WeightValues.gaussian(0, 0.3);
    String[][] blocks = {{"x", "g"}, {"h", "g"}, {"x", "h"}, {"h", "h"}, {"y", "h"}, {"h", "y"}};
    for (String[] block : blocks) {
      Sparsity pattern = block[0].equals("h") ? patterns[random.nextInt(3)] : Sparsity.dense();
      map.connectFixed(block[0], block[1], units == 1 ? Sparsity.dense() : pattern, values);
    }
    return MapProgram.sequence(
        map.output(random.nextBoolean() ? "h" : "y").build().realize(),
        Iteration.steps(2 + random.nextInt(2)),
        Activation.TANH.getActivationFunction());
  }

  private static MapKernel around(MapProgram program, MapKernel others) {
    return LoneKernel.around(program, LaneKernelSelection.selected(), others);
  }

  private static INDArray normal(int seed, long... shape) {
    Random random = new Random(seed);
    INDArray array = Nd4j.create(DataType.FLOAT, shape, 'f');
    for (long i = 0; i < array.length(); i++) {
      array.putScalar(i, (float) random.nextGaussian());
    }
    return array;
  }

  private static void assertClose(INDArray expected, INDArray found, String where) {
    assertArrayEquals(expected.shape(), found.shape(), where);
    double[] e = expected.castTo(DataType.DOUBLE).dup('c').data().asDouble();
    double[] f = found.castTo(DataType.DOUBLE).dup('c').data().asDouble();
    for (int i = 0; i < e.length; i++) {
      assertEquals(e[i], f[i], 1e-4 * (1 + Math.abs(e[i])), where + ", place " + i);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 20, 40, 60, 80})
  void outputsAndStatesAreTheReferences(int first) {
    for (int seed = first; seed < first + 20; seed++) {
      MapProgram program = program(seed);
      String where = "seed " + seed + ", " + program.realized().map();
      MapKernel reference = new ReferenceKernel(program);
      MapKernel lone = around(program, new Untouched());
      assertTrue(lone instanceof LoneKernel, where);
      int nIn = program.size(program.inputSlot());
      int nOut = program.size(program.outputSlot());
      INDArray[] state = null;
      for (int call = 0; call < 3; call++) {
        int time = call == 2 ? 1 : 7;
        INDArray input = normal(seed + call, 1, nIn, time);
        INDArray expected = Nd4j.create(DataType.FLOAT, new long[] {1, nOut, time}, 'f');
        INDArray found = Nd4j.create(DataType.FLOAT, new long[] {1, nOut, time}, 'c');
        reference.forward(NONE, input, null, state, expected, false);
        lone.forward(NONE, input, null, state, found, false);
        assertClose(expected, found, where);
        INDArray[] states = reference.lastState();
        INDArray[] again = lone.lastState(call == 1 ? lone.lastState() : null);
        for (int slot = 0; slot < states.length; slot++) {
          assertEquals(states[slot] == null, again[slot] == null, where);
          if (states[slot] != null) {
            assertClose(states[slot], again[slot], where);
          }
        }
        state = Arrays.stream(states).map(s -> s == null ? null : s.dup()).toArray(INDArray[]::new);
      }
    }
  }

  /** Batches, masks and training go to the kernel around which it is. */
  @ParameterizedTest
  @ValueSource(ints = {1, 2})
  void otherCallsAreTheOthers(int seed) {
    MapProgram program = program(seed);
    Untouched others = new Untouched();
    MapKernel lone = around(program, others);
    int nIn = program.size(program.inputSlot());
    INDArray output = Nd4j.create(DataType.FLOAT, 1, program.size(program.outputSlot()), 4);
    lone.forward(null, normal(1, 1, nIn, 4), null, null, output, true);
    lone.forward(null, normal(1, 1, nIn, 4), Nd4j.ones(1, 4), null, output, false);
    lone.forward(null, normal(1, 2, nIn, 4), null, null, output, false);
    assertEquals(3, others.calls);
    lone.forward(null, normal(1, 1, nIn, 4), null, null, output, false);
    assertEquals(3, others.calls);
  }

  @ParameterizedTest
  @ValueSource(ints = {1})
  void mapsThatTrainAreTheOthers(int seed) {
    MapProgram program = program(seed);
    BlockMap map = program.realized().map().toBuilder().connect("x", "y", Sparsity.dense()).build();
    MapProgram trains =
        MapProgram.sequence(
            map.realize(), program.iteration(), Activation.TANH.getActivationFunction());
    assertFalse(around(trains, new Untouched()) instanceof LoneKernel);
  }

  /** Counts its calls. */
  private static final class Untouched implements MapKernel {
    private int calls;

    @Override
    public void forward(
        INDArray[] parameters,
        INDArray input,
        INDArray mask,
        INDArray[] initial,
        INDArray output,
        boolean training) {
      assertEquals(0, parameters.length);
      calls++;
    }

    @Override
    public INDArray[] lastState() {
      return NONE;
    }

    @Override
    public void backward(
        INDArray outputGradient,
        INDArray[] lastStateGradient,
        int firstTimeStep,
        INDArray[] gradients,
        INDArray inputGradient) {
      calls++;
    }

    @Override
    public INDArray[] stateGradient() {
      return NONE;
    }

    @Override
    public boolean hasTape() {
      return false;
    }

    @Override
    public void dropTape() {
      calls++;
    }

    @Override
    public void rest() {
      calls++;
    }
  }
}
