package org.iterativemaps.export.onnx;

import java.io.IOException;
import java.nio.file.Path;
import onnx.Onnx.ModelProto;
import org.deeplearning4j.nn.api.Model;
import org.iterativemaps.card.ModelCard;
import org.iterativemaps.export.InferenceExport;
import org.iterativemaps.inference.Matrix;
import org.iterativemaps.inference.Program;
import org.iterativemaps.saving.AtomicFile;
import org.nd4j.linalg.dataset.api.preprocessor.DataNormalization;

/**
 * Networks as ONNX models, for ONNX Runtime and whatever else reads them:
 *
 * <pre>{@code
 * OnnxExport.write(network, Path.of("model.onnx"));
 * }</pre>
 *
 * <p>What can be written, and what is computed, is said at {@link InferenceExport}: the answers of
 * {@code output}, in FLOAT. Shapes are DL4J's:
 *
 * <pre>
 *   without memory    input [batch, units]          output [batch, units]
 *   of sequences      input [batch, units, time]    output [batch, units, time]
 *                                                          [batch, units] with LastTimeStep
 *                     state/LAYER/SLOT [batch, units]      nextState/LAYER/SLOT [batch, units]
 * </pre>
 *
 * <p>Batch and time are free. States may be left out: a sequence then begins from zeros, as in
 * DL4J. A stream gives every call the states that the call before ended with. There is no time
 * mask: sequences of one batch are equally long.
 *
 * <p>Operators are those of opset 13; over time they are the body of a {@code Scan}. The model's
 * metadata have the network's {@link ModelCard} in JSON under {@value #CARD}.
 */
public final class OnnxExport {
  /** The name of the input: tokens or sequences. */
  public static final String INPUT = "input";

  /** The name of the output. */
  public static final String OUTPUT = "output";

  /** Before the names of states that go in. */
  public static final String STATE = "state/";

  /** Before the names of states that come out. */
  public static final String NEXT_STATE = "nextState/";

  /** The key of the model card in the metadata. */
  public static final String CARD = "modelCard";

  // What the format's messages hold, and some room for all but the matrices.
  private static final long MOST_BYTES = Integer.MAX_VALUE - (64L << 20);

  private OnnxExport() {}

  /**
   * Writes a network.
   *
   * @param network a {@code MultiLayerNetwork} or {@code ComputationGraph}
   * @param file replaced if it exists, when the new one is whole
   * @throws IllegalArgumentException if something of the network cannot be written: the message
   *     names all that cannot; or a parameter is not finite, or the weights are more than the 2 GB
   *     of an ONNX file. No file is begun
   * @throws IOException if the file cannot be written; an older one is then as it was
   */
  public static void write(Model network, Path file) throws IOException {
    write(network, null, null, OnnxWeights.DENSE, file);
  }

  /**
   * Writes a network and the normalizer of its tokens, which the model applies to what it is given.
   *
   * @param normalizer a {@code NormalizerStandardize} or {@code NormalizerMinMaxScaler}; null for
   *     none
   * @param card of this network; null for {@link ModelCard#of}
   * @param weights how sparse matrices are held
   */
  public static void write(
      Model network, DataNormalization normalizer, ModelCard card, OnnxWeights weights, Path file)
      throws IOException {
    ModelProto model = of(InferenceExport.program(network, normalizer, card), weights);
    AtomicFile.write(file, model::writeTo);
  }

  /**
   * A program as a model, in the format's own class.
   *
   * @param weights how sparse matrices are held
   * @throws IllegalArgumentException if the weights are more than an ONNX model holds
   */
  public static ModelProto of(Program program, OnnxWeights weights) {
    if (program == null) {
      throw new IllegalArgumentException("program: found none");
    }
    if (weights == null) {
      throw new IllegalArgumentException("weights: found null, expected DENSE or SPARSE");
    }
    long bytes = 0;
    for (Matrix matrix : program.matrices()) {
      bytes += Constants.bytes(matrix, weights);
    }
    if (bytes > MOST_BYTES) {
      throw new IllegalArgumentException(
          "the network cannot be written: its weights take "
              + bytes
              + " bytes as "
              + weights
              + " matrices, and an ONNX file holds "
              + MOST_BYTES
              + (weights == OnnxWeights.DENSE ? "; OnnxWeights.SPARSE may take less" : ""));
    }
    return OnnxModel.of(program, weights);
  }
}
