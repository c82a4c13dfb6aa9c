package org.iterativemaps.examples.data;

/**
 * An affine map of images about their middle, held backwards: where a pixel of the result comes
 * from. With (u, v) measured from the middle in units of the frame's side, v downwards,
 *
 * <pre>    source = [xx xy; yx yy] ((u, v) - (moveX, moveY))</pre>
 *
 * @param xx first row of the matrix
 * @param xy first row of the matrix
 * @param yx second row of the matrix
 * @param yy second row of the matrix
 * @param moveX shift to the right, in sides of the frame
 * @param moveY shift downwards, in sides of the frame
 */
record Affine(double xx, double xy, double yx, double yy, double moveX, double moveY) {

  /**
   * The image, mapped, in the middle of a frame; what falls outside is lost.
   *
   * @param image from side · side values, row by row; not modified
   * @param from height and width of the image
   * @param side height and width of the frame
   * @param zoom pixels of the frame per pixel of the image
   * @return side · side values, interpolated bilinearly, 0 where the image does not reach
   */
  float[] apply(float[] image, int from, int side, double zoom) {
    float[] frame = new float[side * side];
    double middle = (from - 1) / 2.0;
    for (int row = 0; row < side; row++) {
      double v = row + 0.5 - side * (0.5 + moveY);
      for (int column = 0; column < side; column++) {
        double u = column + 0.5 - side * (0.5 + moveX);
        double x = (xx * u + xy * v) / zoom + middle;
        double y = (yx * u + yy * v) / zoom + middle;
        if (x > -1 && y > -1 && x < from && y < from) {
          frame[row * side + column] = interpolate(image, from, x, y);
        }
      }
    }
    return frame;
  }

  private static float interpolate(float[] image, int side, double x, double y) {
    int left = (int) Math.floor(x);
    int top = (int) Math.floor(y);
    double right = x - left;
    double down = y - top;
    double upper =
        (1 - right) * at(image, side, left, top) + right * at(image, side, left + 1, top);
    double lower =
        (1 - right) * at(image, side, left, top + 1) + right * at(image, side, left + 1, top + 1);
    return (float) ((1 - down) * upper + down * lower);
  }

  private static float at(float[] image, int side, int x, int y) {
    return x < 0 || y < 0 || x >= side || y >= side ? 0 : image[y * side + x];
  }
}
