package org.iterativemaps.kernel.cuda;

import java.util.List;
import org.iterativemaps.kernel.HeapCopy;
import org.iterativemaps.kernel.cuda.CallRecords.Sweep;
import org.iterativemaps.kernel.plan.BlockMatrix;
import org.iterativemaps.map.Parameter;
import org.iterativemaps.map.RealizedMap;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * A map's parameters on a device, one behind the other: those of a call, and the gradients of all;
 * and the structures Matrix of {@code iterative_map.cu}, which say where the weights are.
 */
final class DeviceParameters {
  private static final int WARP = 32;

  private final DeviceStream stream;
  private final List<BlockMatrix> matrices;
  private final List<Parameter> parameters;
  private final int[] places; // one more than parameters
  private final DeviceArray[] fixed; // weights by matrix; null where they are trained
  private final GrowingArray gradients;
  private final GrowingArray table;
  private final GrowingArray transposedTable;
  private final GrowingArray transposed;

  DeviceParameters(CudaDevice device, DeviceStream stream, RealizedMap map, Memories memories) {
    this.stream = stream;
    this.matrices = BlockMatrix.of(map);
    this.parameters = map.parameters();
    this.places = CudaPlan.places(parameters);
    this.fixed =
        matrices.stream()
            .map(
                matrix ->
                    matrix.fixedValues() == null
                        ? null
                        : device.copy(matrix.fixedValues(), stream.kernels.precision))
            .toArray(DeviceArray[]::new);
    this.gradients = memories.make();
    this.table = memories.make();
    this.transposedTable = memories.make();
    this.transposed = memories.make();
  }

  private long bytes(long numbers) {
    return numbers * stream.kernels.precision.bytes;
  }

  /**
   * Checks those of a call.
   *
   * @throws IllegalArgumentException if one has another number of elements than the map's
   */
  void requireLengths(INDArray[] arrays) {
    for (int p = 0; p < arrays.length; p++) {
      HeapCopy.requireLength("parameter", p, arrays[p], parameters.get(p).length());
    }
  }

  /** Copies those of a call to the device. */
  void upload(INDArray[] arrays, GrowingArray to) {
    long begin = to.bytes(bytes(places[parameters.size()]));
    for (int p = 0; p < arrays.length; p++) {
      HostCopies.upload(stream, arrays[p], begin + bytes(places[p]));
    }
  }

  /** The structures of all matrices, with weights among the parameters of a call. */
  long matrices(DeviceBlocks blocks, long trained) {
    long[] weights = new long[matrices.size()];
    for (int m = 0; m < weights.length; m++) {
      weights[m] = weights(m, trained);
    }
    return upload(blocks.matrices(true, weights), table);
  }

  private long weights(int matrix, long trained) {
    return fixed[matrix] != null
        ? fixed[matrix].pointer
        : trained + bytes(places[matrices.get(matrix).parameter()]);
  }

  /** The same of their transposes, whose weights are put in order first. */
  long transposes(DeviceBlocks blocks, long trained) {
    long[] weights = new long[matrices.size()];
    long entries = matrices.stream().mapToLong(matrix -> matrix.mask().entryCount()).sum();
    long at = transposed.bytes(bytes(entries));
    for (int m = 0; m < weights.length; m++) {
      int count = matrices.get(m).mask().entryCount();
      stream.launch(
          "permute",
          count,
          new KernelArguments()
              .argument(weights(m, trained))
              .argument(blocks.patterns.permutation(m))
              .argument(count)
              .argument(at));
      weights[m] = at;
      at += bytes(count);
    }
    return upload(blocks.matrices(false, weights), transposedTable);
  }

  private long upload(long[] words, GrowingArray to) {
    long place = to.bytes((long) Long.BYTES * words.length);
    stream.upload(place, words);
    return place;
  }

  /**
   * Sums the gradients of all over the time steps of a segment.
   *
   * @param sweep the one back
   * @param first time step
   * @param isAdded whether to those of other segments
   */
  void sum(CallRecords call, DevicePlan plan, Sweep sweep, int first, boolean isAdded) {
    gradients.bytes(bytes(places[parameters.size()]));
    for (int p = 0; p < parameters.size(); p++) {
      int length = parameters.get(p).length();
      long result = gradient(p);
      KernelArguments samples = call.samples(plan.terms.get(p), sweep, first, isAdded);
      int matrix = plan.program.matrixOfParameter[p];
      if (matrix < 0) {
        stream.launch("ofUnits", (long) WARP * length, samples.argument(length).argument(result));
      } else {
        DevicePatterns patterns = call.blocks().patterns;
        stream.launch(
            "outer",
            (long) WARP * patterns.chunkCount(matrix),
            samples
                .argument(patterns.chunks(matrix))
                .argument(patterns.chunkCount(matrix))
                .argument(patterns.sources(matrix))
                .argument(result));
      }
    }
  }

  private long gradient(int parameter) {
    return gradients.pointer() + bytes(places[parameter]);
  }

  /** Overwrites arrays with the gradients of all. */
  void downloadGradients(INDArray[] arrays) {
    for (int p = 0; p < arrays.length; p++) {
      HostCopies.download(stream, gradient(p), arrays[p]);
    }
  }
}
