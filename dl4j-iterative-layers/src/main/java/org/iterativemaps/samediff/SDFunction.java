package org.iterativemaps.samediff;

import java.io.Serializable;
import org.iterativemaps.map.BlockFunction;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;

/**
 * Java code as a block: F(z, …) = whatever the code builds into a SameDiff graph. Variables it
 * trains are made outside of it, so that every step shares them.
 *
 * <p>It is no data: a map with such a block cannot be saved in a DL4J configuration, and no kernel
 * runs it; the graph that {@link SDIterative} builds it into can be saved and run.
 *
 * @param name for messages
 * @param sources how many slots it reads, at least 1
 * @param code builds one evaluation, from [rows, size] each to [rows, size of the target]
 */
public record SDFunction(String name, int sources, Code code) implements BlockFunction {

  /** A function in Java. */
  @FunctionalInterface
  public interface Code extends Serializable {
    /**
     * Builds one evaluation into a graph.
     *
     * @param graph the graph
     * @param from values of the sources
     */
    SDVariable apply(SameDiff graph, SDVariable... from);
  }

  /** Checks the number of sources. */
  public SDFunction {
    if (sources < 1) {
      throw new IllegalArgumentException(
          "function '" + name + "': found " + sources + " sources, expected at least 1");
    }
  }
}
