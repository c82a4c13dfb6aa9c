package org.iterativemaps.lanes;

import java.util.Arrays;

/**
 * All cells, with zeros where no weight exists, in {@link Panels}: for the way back a second time,
 * by source units. The weights' gradient is a product of the same form, of a tile of gradients with
 * one of source units turned about: dW[i] = sum over samples of dy[i, sample] x[sample].
 */
final class DenseLaneBlock extends LaneBlock {
  // Floats of panels that stay in a second-level cache of 1 MB while all tiles have them.
  private static final int PORTION = 512 * 1024 / Float.BYTES;
  // Floats of a tile's units that do.
  private static final int TILE = 512 * 1024 / Float.BYTES;

  // Samples whose part of a gradient is summed up in registers.
  private static final int DEPTH = 256;

  // Rows of weights whose panels are packed together.
  private static final int ROWS = 32;

  private final int to;
  private final int from;
  private final int height;
  private final Panels targets;
  private final Panels sources;
  private float[] packed; // null before it is laid out
  private float[] transposed; // null before the first way back
  private boolean goesBack;
  // The gradient: source units that go along the vectors, and the panels' height for them.
  private final int width;
  private final int gradientHeight;

  DenseLaneBlock(LaneKernels kernels, Mask mask, int lanes, int parts) {
    super(kernels, mask, lanes, parts);
    this.to = mask.toSize();
    this.from = mask.fromSize();
    this.height = kernels.panelUnits(lanes);
    this.targets = new Panels(to, from, height, parts);
    this.sources = new Panels(from, to, height, parts);
    this.width = 4 * kernels.vectorLanes();
    this.gradientHeight = kernels.panelUnits(width);
  }

  @Override
  public void layOut() {
    packed = new float[Math.toIntExact(targets.length())]; // zeros stay where no weight exists
  }

  @Override
  int firstTarget(int share, int shares) {
    return targets.row(begin(targets.count(), share, shares)); // whole panels
  }

  @Override
  public void load(float[] entries, int share, int shares) {
    weights = entries;
    int end = end(targets.count(), share, shares);
    for (int panel = begin(targets.count(), share, shares); panel < end; panel++) {
      int row = targets.row(panel);
      int rows = targets.rows(panel);
      int at = targets.at(panel);
      if (mask.isDense()) {
        Panels.pack(height, rows, entries, row * from, from, from, packed, at);
      } else {
        for (int r = 0; r < height; r++) {
          int i = row + Math.min(r, rows - 1);
          for (int entry = mask.targetStart(i); entry < mask.targetStart(i + 1); entry++) {
            packed[at + mask.source(entry) * height + r] = entries[entry];
          }
        }
      }
    }
  }

  @Override
  public void layOutBackward() {
    goesBack = true;
    if (packed != null && transposed == null) { // else only its bytes are asked for
      transposed = new float[Math.toIntExact(sources.length())];
    }
  }

  @Override
  public void prepareBackward(int share, int shares) {
    int begin = begin(sources.count(), share, shares);
    int end = end(sources.count(), share, shares);
    if (mask.isDense()) {
      // Some rows at a time, which stay in the cache for all panels.
      for (int row = 0; row < to; row += ROWS) {
        int count = Math.min(ROWS, to - row);
        for (int panel = begin; panel < end; panel++) {
          int at = row * from + sources.row(panel);
          int place = sources.at(panel) + row * height;
          Panels.copy(height, sources.rows(panel), weights, at, from, count, transposed, place);
        }
      }
      return;
    }
    int together = Math.max(1, ROWS / height);
    for (int first = 0; first < targets.count(); first += together) {
      int last = Math.min(first + together, targets.count());
      for (int panel = begin; panel < end; panel++) {
        for (int target = first; target < last; target++) {
          transpose(panel, target);
        }
      }
    }
  }

  /** From a panel of target units to one of source units: a square, or what is left of it. */
  private void transpose(int sourcePanel, int targetPanel) {
    int at = targets.at(targetPanel) + sources.row(sourcePanel) * height;
    int place = sources.at(sourcePanel) + targets.row(targetPanel) * height;
    Panels.turn(
        height,
        sources.rows(sourcePanel),
        packed,
        at,
        targets.rows(targetPanel),
        transposed,
        place);
  }

  @Override
  public void multiplyAdd(
      int part, int tiles, float[] x, int xAt, int xStride, float[] y, int yAt, int yStride) {
    multiply(targets, packed, part, tiles, x, xAt, xStride, y, yAt, yStride);
  }

  @Override
  public void multiplyTransposedAdd(
      int part, int tiles, float[] dy, int dyAt, int dyStride, float[] dx, int dxAt, int dxStride) {
    multiply(sources, transposed, part, tiles, dy, dyAt, dyStride, dx, dxAt, dxStride);
  }

  private void multiply(
      Panels panels,
      float[] w,
      int part,
      int tiles,
      float[] x,
      int xAt,
      int xStride,
      float[] y,
      int yAt,
      int yStride) {
    int portion = Math.max(1, PORTION / (height * panels.columns));
    int depth = Math.max(256, TILE / lanes);
    int last = panels.begin(part + 1);
    for (int begin = panels.begin(part); begin < last; begin += portion) {
      int end = Math.min(begin + portion, last);
      for (int tile = 0; tile < tiles; tile++) {
        for (int column = 0; column < panels.columns; column += depth) {
          int count = Math.min(depth, panels.columns - column);
          for (int panel = begin; panel < end; panel++) {
            kernels.panelMultiplyAdd(
                w,
                panels.at(panel) + column * height,
                height,
                panels.rows(panel),
                count,
                lanes,
                x,
                xAt + tile * xStride + column * lanes,
                lanes,
                y,
                yAt + tile * yStride + panels.row(panel) * lanes,
                lanes);
          }
        }
      }
    }
  }

  // Tiles are taken together, as many as have so many samples: the gradient, which is longer than
  // a cache, is read and written once for all of them.
  private int together() {
    return Math.max(1, DEPTH / lanes);
  }

  private int gradientPanels() {
    return (to + gradientHeight - 1) / gradientHeight;
  }

  @Override
  public int scratchLength() {
    int depth = together() * lanes;
    int rest = gradientHeight * width;
    return Math.addExact(
        depth * width + rest, Math.multiplyExact(gradientPanels() * gradientHeight, depth));
  }

  @Override
  public void outerAdd(
      int share, int shares, OuterTerms terms, float[] gradient, float[] scratch, int scratchAt) {
    int row = begin(to, share, shares);
    int rows = end(to, share, shares) - row;
    int together = together();
    for (int term = 0; term < terms.count(); term += together) {
      int count = Math.min(together, terms.count() - term);
      int depth = count * lanes;
      int restAt = scratchAt + together * lanes * width;
      int dyAt = restAt + gradientHeight * width;
      packGradients(terms, term, count, row, rows, scratch, dyAt);
      for (int j = 0; j < from; j += width) {
        turn(terms, term, count, j, scratch, scratchAt);
        int units = Math.min(width, from - j);
        int whole = units / kernels.vectorLanes() * kernels.vectorLanes();
        for (int i = 0; i < rows; i += gradientHeight) {
          int present = Math.min(gradientHeight, rows - i);
          int w = dyAt + i * depth;
          int at = (row + i) * from + j;
          if (whole > 0) {
            kernels.panelMultiplyAdd(
                scratch,
                w,
                gradientHeight,
                present,
                depth,
                whole,
                scratch,
                scratchAt,
                width,
                gradient,
                at,
                from);
          }
          if (whole < units) {
            Arrays.fill(scratch, restAt, restAt + gradientHeight * width, 0);
            kernels.panelMultiplyAdd(
                scratch,
                w,
                gradientHeight,
                present,
                depth,
                kernels.vectorLanes(),
                scratch,
                scratchAt + whole,
                width,
                scratch,
                restAt,
                width);
            addRest(scratch, restAt, present, units - whole, gradient, at + whole);
          }
        }
      }
    }
  }

  private void addRest(float[] rest, int restAt, int rows, int units, float[] gradient, int at) {
    for (int r = 0; r < rows; r++) {
      for (int u = 0; u < units; u++) {
        gradient[at + r * from + u] += rest[restAt + r * width + u];
      }
    }
  }

  /** Some tiles of gradients, of some target units, in panels over all their samples. */
  private void packGradients(
      OuterTerms terms, int term, int count, int row, int rows, float[] scratch, int at) {
    int depth = count * lanes;
    for (int i = 0; i < rows; i += gradientHeight) {
      int present = Math.min(gradientHeight, rows - i);
      for (int tile = 0; tile < count; tile++) {
        Panels.pack(
            gradientHeight,
            present,
            terms.dy(),
            terms.dyAt()[term + tile] + (row + i) * lanes,
            lanes,
            lanes,
            scratch,
            at + i * depth + tile * lanes * gradientHeight);
      }
    }
  }

  /** Up to {@link #width} source units of some tiles, turned about: [sample][unit]. */
  private void turn(OuterTerms terms, int term, int count, int j, float[] scratch, int at) {
    int units = Math.min(width, from - j);
    for (int tile = 0; tile < count; tile++) {
      Panels.pack(
          width,
          units,
          terms.x(),
          terms.xAt()[term + tile] + j * lanes,
          lanes,
          lanes,
          scratch,
          at + tile * lanes * width);
    }
  }

  @Override
  public int gradientLength() {
    return to * from;
  }

  @Override
  public void toEntries(float[] gradient, float[] entries, int share, int shares) {
    int begin = begin(to, share, shares);
    int end = end(to, share, shares);
    if (mask.isDense()) {
      System.arraycopy(gradient, begin * from, entries, begin * from, (end - begin) * from);
      return;
    }
    for (int i = begin; i < end; i++) {
      int place = i * from;
      for (int entry = mask.targetStart(i); entry < mask.targetStart(i + 1); entry++) {
        entries[entry] = gradient[place + mask.source(entry)];
      }
    }
  }

  @Override
  public boolean hasEntryOrder() {
    return mask.isDense();
  }

  @Override
  public long bytes() {
    return Float.BYTES * (targets.length() + (goesBack ? sources.length() : 0));
  }
}
