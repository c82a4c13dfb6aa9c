package org.iterativemaps.export;

import java.util.List;
import java.util.Optional;
import org.deeplearning4j.nn.conf.InputPreProcessor;
import org.deeplearning4j.nn.conf.preprocessor.FeedForwardToRnnPreProcessor;
import org.deeplearning4j.nn.conf.preprocessor.RnnToFeedForwardPreProcessor;
import org.iterativemaps.inference.ProgramBuilder;

/** A layer or vertex on its way into a program. */
abstract class Node {
  private final String name;
  private final String label;
  private final List<String> inputs;

  /**
   * A node.
   *
   * @param name what others call it, and its states are called after
   * @param label what messages call it
   * @param inputs names of what it reads
   */
  Node(String name, String label, List<String> inputs) {
    this.name = name;
    this.label = label;
    this.inputs = List.copyOf(inputs);
  }

  final String name() {
    return name;
  }

  final List<String> inputs() {
    return inputs;
  }

  /** A message about it. */
  final String says(String reason) {
    return label + ": " + reason;
  }

  /** Why it cannot be written, whatever it reads; empty if it can. */
  abstract Optional<String> obstacle();

  /** Whether only sequences can be what the network reads. */
  boolean needsSequences() {
    return false;
  }

  /** Units of what it reads, where it knows; else 0. */
  int inputSize() {
    return 0;
  }

  /** Whether it gives as many units as it reads. */
  boolean keepsSize() {
    return false;
  }

  /**
   * In which form it gives what it makes.
   *
   * @param given the forms of what it reads
   * @throws IllegalArgumentException if DL4J takes none of these, or makes of them what is not
   *     written; the message does not name the node
   */
  abstract Form form(List<Form> given);

  /**
   * Writes its instructions.
   *
   * @param registers of what it reads
   * @param given the forms of what it reads
   * @return the register of what it gives
   */
  abstract int lower(ProgramBuilder into, int[] registers, List<Form> given);

  /** Why a preprocessor cannot be written; empty if it does nothing to a token, or is none. */
  static Optional<String> obstacle(InputPreProcessor preProcessor) {
    boolean changesNothing =
        preProcessor == null
            || preProcessor instanceof FeedForwardToRnnPreProcessor
            || preProcessor instanceof RnnToFeedForwardPreProcessor;
    return changesNothing
        ? Optional.empty()
        : Optional.of(
            "its preprocessor "
                + preProcessor.getClass().getSimpleName()
                + " is not written; give the network flat tokens");
  }

  /** What a preprocessor makes of a form. */
  static Form behind(InputPreProcessor preProcessor, Form given) {
    if (preProcessor instanceof RnnToFeedForwardPreProcessor) {
      require(given == Form.SEQUENCES, given, "sequences for its RnnToFeedForwardPreProcessor");
      return Form.ROWS;
    }
    if (preProcessor instanceof FeedForwardToRnnPreProcessor) {
      require(
          given == Form.ROWS,
          given,
          "time steps as rows for its FeedForwardToRnnPreProcessor: of single tokens DL4J makes"
              + " sequences of one time step, which are not written");
      return Form.SEQUENCES;
    }
    return given;
  }

  /** Refuses a form. */
  static void require(boolean isFit, Form given, String expected) {
    if (!isFit) {
      throw new IllegalArgumentException(
          "found " + given.words() + " to read, expected " + expected);
    }
  }
}
