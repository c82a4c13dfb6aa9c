package org.iterativemaps.examples.guides;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.iterativemaps.export.InferenceExport;
import org.iterativemaps.inference.InferenceModel;
import org.iterativemaps.inference.TokenStream;
import org.iterativemaps.layers.IterativeMapRecurrentLayer;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.api.preprocessor.NormalizerStandardize;
import org.nd4j.linalg.indexing.NDArrayIndex;

/** The code of docs/inference.md. */
class InferenceGuideTest {
  @TempDir private Path folder;
  private Path file;

  private final MultiLayerNetwork network =
      Networks.recurrent(new IterativeMapRecurrentLayer.Builder().nOut(16).density(0.3).build());
  private final INDArray x = Networks.normal(2, 1, Networks.INPUTS, Networks.TIME_STEPS);

  @BeforeEach
  void name() {
    file = folder.resolve("model.maps");
  }

  /** [1, units, time] to [time][units]. */
  private static float[][] tokens(INDArray sequence) {
    return sequence.castTo(DataType.FLOAT).get(NDArrayIndex.point(0)).transpose().toFloatMatrix();
  }

  @Test
  void writeAndRead() throws Exception {
    float[][] tokens = tokens(x);
    float[][] expected = tokens(network.output(x));
    // region write
    InferenceExport.write(network, file);
    // endregion
    // region read
    InferenceModel model = InferenceModel.read(file);
    float[][] answers = model.sequence(tokens); // [time][nIn] to [time][nOut]
    // endregion
    for (int t = 0; t < tokens.length; t++) {
      assertArrayEquals(expected[t], answers[t], 1e-6f);
    }
    // region stream
    TokenStream stream = model.stream();
    for (float[] token : tokens) {
      float[] answer = stream.next(token); // as rnnTimeStep
    }
    float[] state = stream.state(); // to go on from later, or elsewhere: setState(state)
    stream.reset(); // a new sequence
    // endregion
    assertEquals(16, state.length);
    float[] tokensOfAll = new float[100 * Networks.INPUTS];
    // region streams
    TokenStream sensors = model.streams(100); // each with a state of its own
    float[] all = sensors.next(tokensOfAll); // [100][nIn], one after the other, to [100][nOut]
    // endregion
    assertEquals(100 * Networks.CLASSES, all.length);
    // region card
    String json = model.program().card();
    // endregion
    assertTrue(json.contains("hiddenProportion"), json);
  }

  @Test
  void normalizer() throws Exception {
    NormalizerStandardize normalizer = new NormalizerStandardize();
    normalizer.fit(Networks.sequences(1, 8));
    // region normalizer
    InferenceExport.write(network, normalizer, file); // the model takes tokens as they come
    // endregion
    INDArray normalised = x.dup();
    normalizer.transform(normalised);
    assertArrayEquals(
        tokens(network.output(normalised))[4],
        InferenceModel.read(file).sequence(tokens(x))[4],
        1e-6f);
  }
}
