package org.iterativemaps.samediff;

final class SDBlockMapJson {
  private SDBlockMapJson() {}

  static boolean canWrite(SDBlock b) {
    return !(b instanceof SDBlocks.Function);
  }
}
