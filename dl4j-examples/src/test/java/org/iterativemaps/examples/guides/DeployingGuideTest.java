package org.iterativemaps.examples.guides;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.deeplearning4j.parallelism.ParallelInference;
import org.iterativemaps.layers.IterativeMapRecurrentLayer;
import org.iterativemaps.saving.ModelFile;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.api.preprocessor.Normalizer;
import org.nd4j.linalg.dataset.api.preprocessor.NormalizerStandardize;
import org.nd4j.linalg.indexing.NDArrayIndex;

/** The code of docs/deploying.md. */
class DeployingGuideTest {
  @TempDir private Path folder;

  private final MultiLayerNetwork network =
      Networks.recurrent(new IterativeMapRecurrentLayer.Builder().nOut(16).density(0.3).build());

  @Test
  void saveAndLoad() throws Exception {
    NormalizerStandardize normalizer = new NormalizerStandardize();
    normalizer.fit(Networks.sequences(1, 8));
    Path file = folder.resolve("model.zip");
    // region save
    boolean withUpdater = false; // true to train on
    ModelFile.save(network, file, withUpdater, normalizer);
    // endregion
    // region load
    ModelFile model = ModelFile.load(file); // checked: checksums, sizes, settings
    MultiLayerNetwork loaded = model.multiLayerNetwork();
    Normalizer<?> same = model.normalizer().orElseThrow();
    // endregion
    INDArray x = Networks.normal(2, 1, Networks.INPUTS, Networks.TIME_STEPS);
    assertEquals(0, Networks.largestDifference(network.output(x), loaded.output(x)));
    assertTrue(same instanceof NormalizerStandardize);
  }

  @Test
  void oneTimeStepAtATime() {
    INDArray sequence = Networks.normal(1, 1, Networks.INPUTS, Networks.TIME_STEPS);
    INDArray whole = network.output(sequence);
    List<INDArray> outputs = new ArrayList<>();
    // region stream
    network.rnnClearPreviousState(); // a new sequence
    for (int t = 0; t < sequence.size(2); t++) {
      INDArray token = sequence.get(NDArrayIndex.all(), NDArrayIndex.all(), NDArrayIndex.point(t));
      outputs.add(network.rnnTimeStep(token)); // [batch, nOut]; the state stays in the network
    }
    // endregion
    for (int t = 0; t < outputs.size(); t++) {
      assertEquals(whole.getDouble(0, 0, t), outputs.get(t).getDouble(0), 1e-12);
    }
  }

  @Test
  void manyThreads() {
    INDArray x = Networks.normal(1, 2, Networks.INPUTS, Networks.TIME_STEPS);
    // region parallel
    ParallelInference inference = new ParallelInference.Builder(network).workers(2).build();
    INDArray output = inference.output(x); // from any thread
    inference.shutdown();
    // endregion
    assertTrue(Networks.largestDifference(network.output(x), output) < 1e-12);
  }
}
