package org.iterativemaps.examples.plots;

/** Eigenvalues in the complex plane, beside the unit circle that parts shrinking from growing. */
public final class Spectrum {

  private static final int CIRCLE_POINTS = 181;

  private final String title;
  private final XyCanvas canvas;
  private final StringBuilder words = new StringBuilder();
  private double reach = 1.1;
  private int groups;

  private Spectrum(String title) {
    this.title = title;
    canvas = new XyCanvas(title, "real part", "imaginary part", Style.WIDTH);
    double[] cos = new double[CIRCLE_POINTS];
    double[] sin = new double[CIRCLE_POINTS];
    for (int i = 0; i < CIRCLE_POINTS; i++) {
      cos[i] = Math.cos(2 * Math.PI * i / (CIRCLE_POINTS - 1));
      sin[i] = Math.sin(2 * Math.PI * i / (CIRCLE_POINTS - 1));
    }
    canvas.guide(cos, sin).setLineColor(Style.INK);
  }

  /**
   * Starts a picture with the unit circle only.
   *
   * @param title what it is about
   * @return a picture without eigenvalues
   */
  public static Spectrum of(String title) {
    return new Spectrum(title);
  }

  /**
   * Adds the eigenvalues of a matrix.
   *
   * @param name for the legend, used once
   * @param real real parts; not modified
   * @param imaginary imaginary parts, as many; not modified
   * @return this
   */
  public Spectrum eigenvalues(String name, double[] real, double[] imaginary) {
    Arguments.longEnough("real", real, 1);
    Arguments.sameLength("real", real, "imaginary", imaginary);
    Arguments.finite("imaginary", imaginary);
    canvas.points(name, real, imaginary, groups++);
    double radius = 0;
    for (int i = 0; i < real.length; i++) {
      radius = Math.max(radius, Math.hypot(real[i], imaginary[i]));
    }
    reach = Math.max(reach, 1.1 * radius);
    words.append("; ").append(name).append(": ").append(real.length);
    words.append(" eigenvalues, spectral radius ").append(Style.number(radius));
    return this;
  }

  /**
   * Draws what was added, one unit as long upwards as sideways.
   *
   * @return the picture; its words tell the spectral radii
   */
  public Picture picture() {
    canvas.styler.setXAxisMin(-reach).setXAxisMax(reach);
    canvas.styler.setYAxisMin(-reach).setYAxisMax(reach);
    canvas.guide(new double[] {-reach, reach}, new double[2]);
    canvas.guide(new double[2], new double[] {-reach, reach});
    return canvas.squarePicture(title + ", with the unit circle" + words);
  }
}
