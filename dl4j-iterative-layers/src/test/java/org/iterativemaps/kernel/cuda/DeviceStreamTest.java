package org.iterativemaps.kernel.cuda;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.jna.Memory;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.iterativemaps.iterate.MapProgram;
import org.iterativemaps.kernel.Magnitude;
import org.iterativemaps.kernel.cuda.CudaKernelTest.Case;
import org.iterativemaps.map.BlockMap;
import org.iterativemaps.map.pattern.Sparsity;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * Streams, copies through pinned memory, and what is given back. The emulated driver does what is
 * in a stream when somebody waits, and refuses launches into the default stream and asynchronous
 * copies of memory that is not pinned.
 */
class DeviceStreamTest {
  private static final String[] KINDS = {"allocations", "bytes", "pinned", "streams", "events"};

  private CudaDevice device;

  @BeforeEach
  void open() throws UnavailableException {
    EmulatedDriver.use();
    device = CudaDevices.open().next();
  }

  @AfterEach
  void reset() {
    EmulatedDriver.reset();
  }

  private CudaKernel kernel(Case of) {
    return new CudaKernel(of.program, Precision.FLOAT, device, CudaDivision::usual, 0);
  }

  static void assertSame(List<INDArray> expected, List<INDArray> found) {
    assertEquals(expected.size(), found.size());
    for (int i = 0; i < expected.size(); i++) {
      assertEquals(0, Magnitude.largestDifference(expected.get(i), found.get(i)), "array " + i);
    }
  }

  /** As where DL4J's ParallelWrapper has a network in each of its threads. */
  @Test
  void threadsGiveTheNumbersOfOne() throws Exception {
    List<Callable<Void>> work = new ArrayList<>();
    CyclicBarrier start = new CyclicBarrier(2);
    for (long seed : new long[] {0, 7}) {
      Case of = new Case(seed);
      List<INDArray> alone = of.run(kernel(of), DataType.FLOAT);
      CudaKernel kernel = kernel(of);
      work.add(
          () -> {
            for (int i = 0; i < 20; i++) {
              start.await();
              assertSame(alone, of.run(kernel, DataType.FLOAT));
            }
            return null;
          });
    }
    ExecutorService threads = Executors.newFixedThreadPool(2);
    try {
      for (Future<Void> done : threads.invokeAll(work)) {
        done.get();
      }
    } finally {
      threads.shutdownNow();
    }
  }

  @Test
  void everyKernelHasAStreamOfItsOwn() throws Exception {
    settle();
    long before = EmulatedDriver.get("launched into");
    Case of = new Case(0);
    CudaKernel[] kernels = {kernel(of), kernel(of)};
    for (int i = 0; i < 4; i++) {
      of.run(kernels[i % 2], DataType.FLOAT);
    }
    assertEquals(before + kernels.length, EmulatedDriver.get("launched into"));
  }

  /** Shorter than pinned memory, as long as a half, and several times as long. */
  @ParameterizedTest
  @ValueSource(ints = {1, 3, 16 * 1024, 16 * 1024 + 1, 1 << 20, 3_500_000})
  void copiesOfAnyLength(int floats) {
    DeviceStream stream = new DeviceStream(device, Precision.FLOAT);
    long bytes = (long) Float.BYTES * floats;
    try (DeviceArray array = new DeviceArray(device, 2 * bytes)) {
      for (int round = 0; round < 3; round++) {
        float[] values = new float[floats];
        for (int i = 0; i < floats; i++) {
          values[i] = round + i;
        }
        Memory from = new Memory(bytes);
        Memory to = new Memory(bytes);
        from.write(0, values, 0, floats);
        stream.upload(array.pointer + bytes, from, bytes);
        from.clear(); // the caller may change it
        stream.download(to, array.pointer + bytes, bytes);
        assertArrayEquals(values, to.getFloatArray(0, floats));
      }
    }
  }

  /** Their place in pinned memory is used again, behind the copies from there. */
  @Test
  void manyShortCopies() {
    DeviceStream stream = new DeviceStream(device, Precision.FLOAT);
    int count = 40_000;
    try (DeviceArray array = new DeviceArray(device, (long) Long.BYTES * count)) {
      for (int i = 0; i < count; i++) {
        stream.upload(array.pointer + (long) Long.BYTES * i, new long[] {i});
      }
      stream.zero(array.pointer, 2 * Long.BYTES);
      Memory to = new Memory(array.bytes);
      stream.download(to, array.pointer, array.bytes);
      for (int i = 0; i < count; i++) {
        assertEquals(i < 2 ? 0 : i, to.getLong((long) Long.BYTES * i));
      }
    }
  }

  /** What is copied once for all, through the default stream, is there for every other. */
  @Test
  void fixedNumbersAreThereForEveryStream() {
    DeviceStream stream = new DeviceStream(device, Precision.FLOAT);
    int[] values = {1, 2, 3};
    try (DeviceArray array = device.copy(values)) {
      Memory to = new Memory(array.bytes);
      stream.download(to, array.pointer, array.bytes);
      assertArrayEquals(values, to.getIntArray(0, values.length));
    }
  }

  /** Layers are dropped, not closed. */
  @Test
  void aDroppedKernelGivesEverythingBack() throws Exception {
    settle();
    long[] before = held();
    runOnce();
    assertGivenBack(before);
  }

  /** In a frame of its own, in which no reference stays. */
  private void runOnce() {
    Case of = new Case(0);
    CudaKernel kernel = kernel(of);
    of.run(kernel, DataType.FLOAT);
    of.output(kernel, DataType.FLOAT, false);
    assertTrue(EmulatedDriver.get("pinned") >= 2);
  }

  @Test
  void atRestMemoryOfCallsIsLeftToTheGarbageCollector() throws Exception {
    settle();
    Case of = new Case(0);
    CudaKernel kernel = kernel(of);
    List<INDArray> expected = of.run(kernel, DataType.FLOAT);
    kernel.dropTape();
    settle();
    long whole = EmulatedDriver.get("bytes");
    settle();
    assertEquals(whole, EmulatedDriver.get("bytes"), "kept between calls");
    kernel.rest();
    settle();
    long records = (long) Float.BYTES * of.input.length(); // the least that values take
    long left = EmulatedDriver.get("bytes");
    assertTrue(left <= whole - 2 * records, () -> left + " bytes of " + whole);
    assertSame(expected, of.run(kernel, DataType.FLOAT));
  }

  @Test
  void aKernelGetsTheMemoryOfOneAtRest() throws Exception {
    settle();
    long before = EmulatedDriver.get("bytes");
    CudaKernel atRest = smallKernel();
    run(atRest, 1, 3000, true);
    long one = EmulatedDriver.get("bytes") - before;
    atRest.rest();
    EmulatedDriver.set("memory", before + one + one / 2);
    run(smallKernel(), 1, 3000, true);
    run(atRest, 1, 10, true);
  }

  private CudaKernel smallKernel() {
    BlockMap map =
        BlockMap.builder()
            .input("x", 2)
            .state("h", 3, Activation.TANH)
            .connect("x", "h", Sparsity.dense())
            .connect("h", "h", Sparsity.dense())
            .output("h")
            .build();
    MapProgram program = MapProgram.sequence(map.realize(), 1, null);
    return new CudaKernel(
        program, Precision.FLOAT, device, (batch, slot, resident) -> new CudaDivision(4, 1, 32), 0);
  }

  private static void run(CudaKernel kernel, int batch, int time, boolean isTraining) {
    INDArray input = Nd4j.ones(DataType.FLOAT, batch, 2, time);
    INDArray output = Nd4j.create(DataType.FLOAT, batch, 3, time);
    INDArray[] parameters = {Nd4j.ones(6), Nd4j.ones(9), Nd4j.ones(3)};
    kernel.forward(parameters, input, null, null, output, isTraining);
    if (isTraining) {
      kernel.backward(output, 0, parameters, input);
    }
  }

  /** The largest batch has been there; all that comes then finds its memory. */
  @Test
  void nothingLeaksOverManyCalls() throws Exception {
    CudaKernel kernel = smallKernel();
    settle();
    long[] before = null;
    for (int call = 0; call < 10_000; call++) {
      run(kernel, 9 - call % 9, 1, call % 20 == 0);
      if (call == 100) {
        before = held();
      }
    }
    assertArrayEquals(before, held());
  }

  private static long[] held() {
    long[] held = new long[KINDS.length];
    for (int i = 0; i < held.length; i++) {
      held[i] = EmulatedDriver.get(KINDS[i]);
    }
    return held;
  }

  private static void assertGivenBack(long[] before) throws InterruptedException {
    settle();
    long[] after = held();
    for (int i = 0; i < after.length; i++) {
      assertEquals(before[i], after[i], KINDS[i]);
    }
  }

  /** Has freed what nobody refers to. */
  static void settle() throws InterruptedException {
    long[] before = {};
    for (int same = 0; same < 3; ) {
      System.gc();
      Thread.sleep(50);
      long[] now = held();
      same = Arrays.equals(before, now) ? same + 1 : 0;
      before = now;
    }
  }
}
