package org.iterativemaps.describe;

/**
 * A description that cannot be read: its message begins with line and column, from 1, and the key
 * of the file that it is about, where it is about one.
 */
public final class DescriptionException extends IllegalArgumentException {
  private static final long serialVersionUID = 1L;

  private final int line;
  private final int column;
  private final String what; // without line and column

  DescriptionException(int line, int column, String message, Throwable cause) {
    super("line " + line + ", column " + column + ": " + message, cause);
    this.line = line;
    this.column = column;
    this.what = message;
  }

  /** The same about a key. */
  DescriptionException about(String key) {
    return what.startsWith(key)
        ? this
        : new DescriptionException(line, column, key + ": " + what, this);
  }

  /** Where it is wrong, from 1. */
  public int line() {
    return line;
  }

  /** Where it is wrong, from 1. */
  public int column() {
    return column;
  }
}
