package org.iterativemaps.layers;

import org.nd4j.shade.jackson.databind.JsonMappingException;

/**
 * Saved settings of a map that cannot be read: the message says where in them, what was found and
 * what was expected. Reading a whole network's configuration, DL4J wraps it into a RuntimeException
 * whose cause it is.
 */
public final class MapFormatException extends JsonMappingException {
  private static final long serialVersionUID = 1L;

  /**
   * An error.
   *
   * @param message where, what was found and what was expected
   * @param cause null if there is none
   */
  public MapFormatException(String message, Throwable cause) {
    super(null, message, cause);
  }
}
