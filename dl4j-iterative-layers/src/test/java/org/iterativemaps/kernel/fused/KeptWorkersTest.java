package org.iterativemaps.kernel.fused;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.reflect.Field;
import java.util.Random;
import org.deeplearning4j.nn.api.Layer;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.RnnOutputLayer;
import org.deeplearning4j.nn.conf.layers.misc.FrozenLayer;
import org.deeplearning4j.nn.conf.layers.recurrent.Bidirectional;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.iterativemaps.iterate.MapProgram;
import org.iterativemaps.kernel.RandomPrograms;
import org.iterativemaps.lanes.LaneKernelSelection;
import org.iterativemaps.lanes.LaneKernels;
import org.iterativemaps.layers.IterativeMapRecurrentLayer;
import org.iterativemaps.map.BlockMap;
import org.iterativemaps.map.pattern.Sparsity;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;

/** What a kernel holds after large calls, small ones and a rest. */
class KeptWorkersTest {
  private static final int N_IN = 7;
  private static final int N_OUT = 30;
  private static final MapProgram PROGRAM =
      MapProgram.sequence(
          BlockMap.builder()
              .input("x", N_IN)
              .state("h", N_OUT, Activation.TANH)
              .connect("x", "h", Sparsity.dense())
              .connect("h", "h", Sparsity.density(0.3))
              .output("h")
              .build()
              .realize(),
          2,
          null);

  private final LaneKernels kernels = LaneKernelSelection.selected();
  private final INDArray[] parameters =
      new RandomPrograms(1).parameters(PROGRAM.realized(), DataType.FLOAT);

  @AfterEach
  void threadsByDefault() {
    System.clearProperty(LaneThreads.PROPERTY);
  }

  private FusedKernel kernel(int segment) {
    return new FusedKernel(PROGRAM, kernels, segment, 0, Measuring.NONE);
  }

  private INDArray run(FusedKernel kernel, boolean isTraining, int batch, int time) {
    INDArray input = new RandomPrograms(batch).normal(DataType.FLOAT, batch, N_IN, time);
    INDArray output = Nd4j.zeros(DataType.FLOAT, batch, N_OUT, time);
    kernel.forward(parameters, input, null, null, output, isTraining);
    if (!isTraining) {
      return output;
    }
    INDArray[] gradients = new INDArray[parameters.length];
    for (int p = 0; p < gradients.length; p++) {
      gradients[p] = parameters[p].like();
    }
    INDArray inputGradient = input.like();
    kernel.backward(output, 0, gradients, inputGradient);
    kernel.dropTape();
    return Nd4j.toFlattened('f', output, inputGradient, gradients[0], gradients[1], gradients[2]);
  }

  /** What a kernel holds, but for layouts and sums that follow from the map. */
  private long held(FusedKernel kernel) {
    return kernel.bytes() - kernel.bytesOfMap();
  }

  /** After eight small calls of any kind what is held is what they need, for any large call. */
  @ParameterizedTest
  @CsvSource({"1, 0", "2, 0", "3, 3"})
  void smallCallsGiveBack(int threads, int segment) {
    System.setProperty(LaneThreads.PROPERTY, String.valueOf(threads));
    for (int seed = 0; seed < 6; seed++) {
      Random random = new Random(seed);
      FusedKernel kernel = kernel(segment);
      run(kernel, random.nextBoolean(), 200 + random.nextInt(200), 10 + random.nextInt(10));
      run(kernel, true, 200 + random.nextInt(200), 10 + random.nextInt(10));
      long large = held(kernel);
      FusedKernel fresh = kernel(segment);
      boolean isTraining = random.nextBoolean();
      int batch = 1 + random.nextInt(40);
      int time = 1 + random.nextInt(5);
      for (int call = 0; call < KeptWorkers.PATIENCE; call++) {
        run(kernel, isTraining, batch, time);
        run(fresh, isTraining, batch, time);
      }
      String what = "seed " + seed + ", batch " + batch + ", time " + time;
      // The other kind's states are left: two arrays of the last large batch.
      assertTrue(held(kernel) <= held(fresh) + 3 * 4 * 400 * N_OUT, what);
      assertTrue(held(kernel) < large / 2, what);
    }
  }

  @Test
  void oneLargeCallInEightAndTurnsOfBothKindsMakeNothingAnew() {
    FusedKernel kernel = kernel(0);
    run(kernel, true, 300, 20);
    run(kernel, false, 5, 3);
    FusedWorker[] training = kernel.workers(true).resting.get();
    FusedWorker[] inference = kernel.workers(false).resting.get();
    for (int turn = 0; turn < 5; turn++) {
      for (int call = 0; call < 3; call++) {
        run(kernel, true, 2, 1);
        run(kernel, false, 5, 3);
      }
      run(kernel, true, 300, 20);
      assertSame(training, kernel.workers(true).resting.get());
      assertSame(inference, kernel.workers(false).resting.get());
    }
    for (int call = 0; call < KeptWorkers.PATIENCE; call++) {
      run(kernel, true, 2, 1);
    }
    assertNotSame(training, kernel.workers(true).resting.get());
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 3})
  void atRestNothingIsHeldButWhatFollowsFromTheMap(int segment) {
    FusedKernel kernel = kernel(segment);
    INDArray trained = run(kernel, true, 300, 20);
    INDArray inferred = run(kernel, false, 300, 20);
    INDArray stateGradient = kernel.stateGradient()[1];
    kernel.rest();
    // Last states of both kinds, and the gradient: what may still be asked for.
    assertEquals(3 * 4 * 300 * N_OUT, held(kernel));
    assertEquals(stateGradient, kernel.stateGradient()[1]);
    assertEquals(trained, run(kernel, true, 300, 20));
    assertEquals(inferred, run(kernel, false, 300, 20));
    run(kernel, true, 1, 1);
    run(kernel, false, 1, 1);
    kernel.rest();
    assertEquals(3 * 4 * N_OUT, held(kernel));
  }

  @Test
  void callsAfterARestMayFindTheirWorkersGone() {
    FusedKernel kernel = kernel(0);
    INDArray trained = run(kernel, true, 300, 20);
    kernel.rest();
    kernel.workers(true).resting.clear(); // as the garbage collector does
    assertEquals(trained, run(kernel, true, 300, 20));
    INDArray small = run(kernel, true, 3, 2);
    assertEquals(run(kernel(0), true, 3, 2), small);
  }

  /** However many passes for inference come between, the tape is not given back. */
  @Test
  void aTapeIsKeptThroughInference() {
    FusedKernel kernel = kernel(0);
    INDArray input = new RandomPrograms(3).normal(DataType.FLOAT, 200, N_IN, 10);
    INDArray output = Nd4j.zeros(DataType.FLOAT, 200, N_OUT, 10);
    INDArray[] gradients = {parameters[0].like(), parameters[1].like(), parameters[2].like()};
    INDArray[] expected = {parameters[0].like(), parameters[1].like(), parameters[2].like()};
    kernel.forward(parameters, input, null, null, output, true);
    kernel.backward(output, 0, expected, input.like());
    kernel.dropTape();
    kernel.forward(parameters, input, null, null, output, true);
    for (int call = 0; call < 3 * KeptWorkers.PATIENCE; call++) {
      run(kernel, false, 1, 1);
    }
    kernel.backward(output, 0, gradients, input.like());
    kernel.dropTape();
    for (int p = 0; p < gradients.length; p++) {
      assertArrayEquals(expected[p].data().asFloat(), gradients[p].data().asFloat());
    }
  }

  private static IterativeMapRecurrentLayer layer() {
    return new IterativeMapRecurrentLayer.Builder()
        .nIn(N_IN)
        .nOut(N_OUT)
        .activation(Activation.TANH)
        .build();
  }

  private static RnnOutputLayer readOut(int nIn) {
    return new RnnOutputLayer.Builder(LossFunction.MSE)
        .nIn(nIn)
        .nOut(2)
        .activation(Activation.IDENTITY)
        .build();
  }

  private static MultiLayerNetwork network(org.deeplearning4j.nn.conf.layers.Layer first, int n) {
    MultiLayerNetwork network =
        new MultiLayerNetwork(
            new NeuralNetConfiguration.Builder()
                .list(first, readOut(n))
                .setInputType(InputType.recurrent(N_IN))
                .build());
    network.init();
    return network;
  }

  private static DataSet data(int batch, int time) {
    return new DataSet(
        Nd4j.rand(DataType.FLOAT, batch, N_IN, time), Nd4j.rand(DataType.FLOAT, batch, 2, time));
  }

  /** The kernel inside a layer. */
  private static FusedKernel kernelOf(Object layer) throws ReflectiveOperationException {
    Field run = layer.getClass().getDeclaredField("run");
    run.setAccessible(true);
    Field kernel = run.get(layer).getClass().getDeclaredField("kernel");
    kernel.setAccessible(true);
    return (FusedKernel) kernel.get(run.get(layer));
  }

  private static Object inner(Object wrapper, String field) throws ReflectiveOperationException {
    Field of = wrapper.getClass().getDeclaredField(field);
    of.setAccessible(true);
    return of.get(wrapper);
  }

  private void assertAtRest(Object layer, int batch) throws ReflectiveOperationException {
    assertTrue(held(kernelOf(layer)) <= 3 * 4 * batch * N_OUT, "held: " + held(kernelOf(layer)));
  }

  @Test
  void networksGiveBackWhatDl4jClears() throws ReflectiveOperationException {
    MultiLayerNetwork network = network(layer(), N_OUT);
    Layer map = network.getLayer(0);
    network.fit(data(64, 50));
    assertAtRest(map, 64);
    network.output(data(64, 50).getFeatures());
    assertAtRest(map, 64);
    network.setInput(data(64, 50).getFeatures());
    network.feedForward(true, false);
    assertTrue(held(kernelOf(map)) > 3 * 4 * 64 * N_OUT, "a tape was expected");
    network.clear();
    assertAtRest(map, 64);
    network.rnnTimeStep(data(64, 1).getFeatures());
    assertAtRest(map, 64);
    ComputationGraph graph = network(layer(), N_OUT).toComputationGraph();
    graph.fit(data(64, 50));
    assertAtRest(graph.getLayer(0), 64);
    graph.output(data(64, 50).getFeatures());
    assertAtRest(graph.getLayer(0), 64);
  }

  @Test
  void wrappersPassItOn() throws ReflectiveOperationException {
    MultiLayerNetwork both = network(new Bidirectional(Bidirectional.Mode.ADD, layer()), N_OUT);
    both.fit(data(64, 20));
    assertAtRest(inner(both.getLayer(0), "fwd"), 64);
    assertAtRest(inner(both.getLayer(0), "bwd"), 64);
    MultiLayerNetwork frozen = network(new FrozenLayer(layer()), N_OUT);
    frozen.fit(data(64, 20));
    frozen.output(data(64, 20).getFeatures());
    Field inside = frozen.getLayer(0).getClass().getSuperclass().getDeclaredField("underlying");
    inside.setAccessible(true);
    assertAtRest(inside.get(frozen.getLayer(0)), 64);
  }
}
