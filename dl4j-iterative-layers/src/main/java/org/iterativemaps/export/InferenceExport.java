package org.iterativemaps.export;

import java.io.IOException;
import java.nio.file.Path;
import org.deeplearning4j.nn.api.Model;
import org.iterativemaps.card.ModelCard;
import org.iterativemaps.inference.InferenceModel;
import org.iterativemaps.inference.Program;
import org.iterativemaps.saving.AtomicFile;
import org.nd4j.linalg.dataset.api.preprocessor.DataNormalization;

/**
 * Networks in files that {@code dl4j-iterative-layers-inference} runs, a jar without dependencies:
 *
 * <pre>{@code
 * InferenceExport.write(network, Path.of("model.maps"));
 * // elsewhere, without DL4J
 * float[] answer = InferenceModel.read(Path.of("model.maps")).answer(token);
 * }</pre>
 *
 * <p>What is written computes what {@code output} does, and with a stream what {@code rnnTimeStep}
 * does: maps of fixed steps (gates and normalisations, too), frozen or not, LastTimeStep and
 * TimeDistributed around them; Dense, Activation, Dropout and BatchNormalization layers; Output,
 * RnnOutput, Loss and RnnLoss layers; in graphs of one input and one output merges, sums,
 * differences, products, averages and scales. DL4J's own LSTM and SimpleRnn layers are written as
 * the maps that {@code IterativeMaps.fromRnn} makes of them. Numbers are FLOAT, those of DOUBLE
 * networks rounded. A map runs with the K that it runs with at present.
 */
public final class InferenceExport {
  private InferenceExport() {}

  /**
   * Writes a network.
   *
   * @param network a {@code MultiLayerNetwork} or {@code ComputationGraph}
   * @param file replaced if it exists, when the new one is whole
   * @throws IllegalArgumentException if something of the network cannot be written: the message
   *     names all that cannot; or a parameter is not finite. No file is begun
   * @throws IOException if the file cannot be written; an older one is then as it was
   */
  public static void write(Model network, Path file) throws IOException {
    write(network, null, file);
  }

  /**
   * Writes a network and the normalizer of its tokens, which the model applies to what it is given.
   *
   * @param normalizer a {@code NormalizerStandardize} or {@code NormalizerMinMaxScaler}; null for
   *     none
   */
  public static void write(Model network, DataNormalization normalizer, Path file)
      throws IOException {
    write(network, normalizer, null, file);
  }

  /**
   * Writes a network, the normalizer of its tokens, and a model card of the caller's.
   *
   * @param normalizer null for none
   * @param card of this network; null for {@link ModelCard#of}
   */
  public static void write(Model network, DataNormalization normalizer, ModelCard card, Path file)
      throws IOException {
    InferenceModel model = InferenceModel.of(program(network, normalizer, card));
    AtomicFile.write(file, model::write);
  }

  /**
   * What is written: the network as a program.
   *
   * @throws IllegalArgumentException as {@link #write(Model, Path)}
   */
  public static Program program(Model network) {
    return program(network, null, null);
  }

  /**
   * As {@link #program(Model)}, with a normalizer of the tokens in front and a card of the
   * caller's.
   *
   * @param normalizer null for none
   * @param card null for {@link ModelCard#of}
   */
  public static Program program(Model network, DataNormalization normalizer, ModelCard card) {
    if (card != null) {
      card.requireOf(network);
    }
    return NetworkLowering.of(network, normalizer, card);
  }
}
