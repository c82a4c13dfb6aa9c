package org.iterativemaps.kernel.cuda;

import com.sun.jna.Pointer;
import java.lang.ref.Reference;
import org.iterativemaps.kernel.HeapCopy;
import org.iterativemaps.kernel.OpenArrays;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** Copies between ND4J's arrays on the CPU and a device, in column-major order ('f'). */
final class HostCopies {
  private HostCopies() {}

  /** Copies all elements to a place on the device. */
  static void upload(DeviceStream stream, INDArray from, long to) {
    OpenArrays.require("array", from, "");
    Precision precision = stream.kernels.precision;
    INDArray typed = from.castTo(precision.type); // itself if it is of that type
    INDArray plain = HeapCopy.isColumnMajor(typed) ? typed : typed.dup('f');
    stream.upload(to, pointer(plain), precision.bytes * plain.length());
    Reference.reachabilityFence(plain); // ND4J may free what nobody refers to
  }

  /** Overwrites all elements from a place on the device. */
  static void download(DeviceStream stream, long from, INDArray to) {
    OpenArrays.require("array", to, "");
    Precision precision = stream.kernels.precision;
    boolean isPlain = to.dataType() == precision.type && HeapCopy.isColumnMajor(to);
    INDArray plain = isPlain ? to : Nd4j.createUninitialized(precision.type, to.shape(), 'f');
    stream.download(pointer(plain), from, precision.bytes * plain.length());
    if (plain != to) {
      to.assign(plain);
    }
    Reference.reachabilityFence(plain);
  }

  private static Pointer pointer(INDArray array) {
    return new Pointer(array.data().addressPointer().address());
  }
}
