package org.iterativemaps.kernel;

/**
 * A system property says what cannot be. The user's error and not a provider's: {@link
 * KernelSelection} passes nobody over for it.
 */
public final class WrongPropertyException extends IllegalArgumentException {
  private static final long serialVersionUID = 1L;

  /**
   * An error.
   *
   * @param property name of the system property
   * @param found what it says
   * @param expected what it may say
   */
  public WrongPropertyException(String property, String found, String expected) {
    super("system property " + property + ": found '" + found + "', expected " + expected);
  }
}
