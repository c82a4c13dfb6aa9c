/**
 * Maps on NVIDIA GPUs, ND4J staying on the CPU: the whole sequence and all steps of the map in a
 * few launches. Talks to the driver's own library; kernels are PTX in the jar.
 *
 * <p>{@code CudaPlan} says what the sweeps of {@code iterative_map.cu} do, {@code RecordRows} where
 * numbers lie, {@code CudaPass} and {@code CudaBackward} go through the segments of a call, {@code
 * CallRecords} starts the kernels, {@code DeviceStream} has them done in their order, and {@code
 * CudaKernel} is the kernel.
 *
 * <p>Tested on an emulated driver. It has not been run on a GPU yet, and so runs only where a
 * system property asks for it: see {@link org.iterativemaps.kernel.cuda.CudaProvider}.
 */
package org.iterativemaps.kernel.cuda;
