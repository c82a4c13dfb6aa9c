package org.iterativemaps.kernel.cuda;

import com.sun.jna.Library;
import com.sun.jna.Pointer;
import com.sun.jna.ptr.IntByReference;
import com.sun.jna.ptr.LongByReference;
import com.sun.jna.ptr.PointerByReference;

/**
 * What is called of the driver's library, {@code libcuda.so.1} or {@code nvcuda.dll}. Every
 * function returns a CUresult, 0 for success. Names and arguments are those of the CUDA Driver API.
 */
interface DriverLibrary extends Library {
  int cuInit(int flags);

  int cuDriverGetVersion(IntByReference version);

  int cuDeviceGetCount(IntByReference count);

  int cuDeviceGet(IntByReference device, int ordinal);

  int cuDeviceGetName(byte[] name, int length, int device);

  int cuDeviceGetAttribute(IntByReference value, int attribute, int device);

  int cuDevicePrimaryCtxRetain(PointerByReference context, int device);

  int cuCtxSetCurrent(Pointer context);

  int cuModuleLoadDataEx(
      PointerByReference module, byte[] image, int options, int[] names, Pointer values);

  int cuModuleGetFunction(PointerByReference function, Pointer module, String name);

  int cuFuncSetAttribute(Pointer function, int attribute, int value);

  int cuOccupancyMaxActiveBlocksPerMultiprocessor(
      IntByReference blocks, Pointer function, int threads, long sharedBytes);

  int cuMemGetInfo_v2(LongByReference free, LongByReference total);

  int cuMemAlloc_v2(PointerByReference pointer, long bytes);

  int cuMemFree_v2(Pointer pointer);

  int cuMemHostAlloc(PointerByReference pointer, long bytes, int flags);

  int cuMemFreeHost(Pointer pointer);

  int cuStreamCreate(PointerByReference stream, int flags);

  int cuStreamSynchronize(Pointer stream);

  int cuStreamDestroy_v2(Pointer stream);

  int cuEventCreate(PointerByReference event, int flags);

  int cuEventRecord(Pointer event, Pointer stream);

  int cuEventSynchronize(Pointer event);

  int cuEventDestroy_v2(Pointer event);

  int cuMemcpyHtoD_v2(Pointer to, Pointer from, long bytes);

  int cuMemcpyHtoDAsync_v2(Pointer to, Pointer from, long bytes, Pointer stream);

  int cuMemcpyDtoDAsync_v2(Pointer to, Pointer from, long bytes, Pointer stream);

  int cuMemcpyDtoHAsync_v2(Pointer to, Pointer from, long bytes, Pointer stream);

  int cuMemsetD32Async(Pointer at, int value, long count, Pointer stream);

  int cuLaunchKernel(
      Pointer function,
      int gridX,
      int gridY,
      int gridZ,
      int blockX,
      int blockY,
      int blockZ,
      int sharedBytes,
      Pointer stream,
      Pointer parameters,
      Pointer extra);

  int cuLaunchCooperativeKernel(
      Pointer function,
      int gridX,
      int gridY,
      int gridZ,
      int blockX,
      int blockY,
      int blockZ,
      int sharedBytes,
      Pointer stream,
      Pointer parameters);

  int cuGetErrorName(int error, PointerByReference name);
}
