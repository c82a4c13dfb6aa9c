package org.iterativemaps.kernel.cuda;

/**
 * How a call is divided among the threads of a device.
 *
 * @param lanes samples of a tile: 4, 8, 16 or 32
 * @param parts blocks of threads that share a tile's units
 * @param threads of a block, whole warps
 */
record CudaDivision(int lanes, int parts, int threads) {
  private static final int MOST_LANES = 32;
  private static final int THREADS = 256;
  private static final int WARP = 32;

  /** What divides the calls of a kernel; tests try others. */
  interface Rule {
    /**
     * The division.
     *
     * @param resident blocks of so many threads that are on the device at the same time
     */
    CudaDivision of(int batch, int largestSlot, Resident resident);
  }

  /** Asks the device. */
  interface Resident {
    int blocks(int lanes, int threads);
  }

  /** Tiles as long as the batch, and as many blocks to each as the device holds and units fill. */
  static CudaDivision usual(int batch, int largestSlot, Resident resident) {
    int lanes = 4;
    while (lanes < batch && lanes < MOST_LANES) {
      lanes *= 2;
    }
    int tiles = (batch + lanes - 1) / lanes;
    int useful = (largestSlot + THREADS / WARP - 1) / (THREADS / WARP); // a unit to every warp
    int parts = Math.min(useful, resident.blocks(lanes, THREADS) / tiles);
    return new CudaDivision(lanes, Math.max(1, parts), THREADS);
  }

  int tiles(int batch) {
    return (batch + lanes - 1) / lanes;
  }
}
