package org.iterativemaps.examples.guides;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtSession;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.deeplearning4j.datasets.iterator.utilty.ListDataSetIterator;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.deeplearning4j.parallelism.ParallelInference;
import org.iterativemaps.card.DataSummary;
import org.iterativemaps.card.MapFacts;
import org.iterativemaps.card.ModelCard;
import org.iterativemaps.export.onnx.OnnxExport;
import org.iterativemaps.export.onnx.OnnxOptions;
import org.iterativemaps.layers.IterativeMapRecurrentLayer;
import org.iterativemaps.saving.ModelFile;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.api.iterator.DataSetIterator;
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
  void modelCard() throws Exception {
    boolean withUpdater = false;
    Normalizer<?> normalizer = null;
    Path file = folder.resolve("model.zip");
    DataSetIterator trainingData = new ListDataSetIterator<>(Networks.sequences(1, 8).asList(), 4);
    // region card
    ModelCard card =
        ModelCard.of(network)
            .withTitle("Vibration of pump 3")
            .withSection(ModelCard.INTENDED_USE, "Tells three states of bearings at 1 kHz.")
            .withSection(ModelCard.LIMITATIONS, "Recorded at full load only.")
            .withData(DataSummary.of("March", trainingData)) // counts, SHA-256 of the values
            .withMetric("accuracy on the test set", 0.93);
    ModelFile.save(network, file, withUpdater, normalizer, card);
    // endregion
    // region read-card
    ModelCard saved = ModelFile.card(file);
    String page = saved.toMarkdown(); // or toJson()
    MapFacts map = saved.maps().get(0);
    // endregion
    assertEquals(card, saved);
    assertTrue(page.contains("## Intended use") && page.contains(card.data().sha256()), page);
    assertEquals(8, saved.data().examples());
    assertEquals(16, map.slots().get(1).size());
    assertEquals(0.3, map.blocks().get(0).masks().get(0).density(), 0.01);
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
  void onnx() throws Exception {
    NormalizerStandardize normalizer = new NormalizerStandardize();
    normalizer.fit(Networks.sequences(1, 8));
    ModelCard card = ModelCard.of(network);
    Path file = folder.resolve("model.onnx");
    Path streams = folder.resolve("streams.onnx");
    // region onnx
    OnnxExport.write(network, file); // e.g. model.onnx
    OnnxOptions options = OnnxOptions.standard().withStates();
    OnnxExport.write(network, normalizer, card, options, streams); // normalizes what it is given
    // endregion
    INDArray x = Networks.normal(2, 3, Networks.INPUTS, Networks.TIME_STEPS);
    float[][][] sequences = new float[3][][];
    for (int b = 0; b < sequences.length; b++) {
      sequences[b] = x.slice(b).castTo(DataType.FLOAT).toFloatMatrix();
    }
    // region onnx-runtime
    OrtEnvironment environment = OrtEnvironment.getEnvironment();
    float[][][] answers;
    try (OrtSession session = environment.createSession(file.toString());
        OnnxTensor input = OnnxTensor.createTensor(environment, sequences); // [batch][units][time]
        OrtSession.Result result = session.run(Map.of(OnnxExport.INPUT, input))) {
      answers = (float[][][]) result.get(OnnxExport.OUTPUT).orElseThrow().getValue();
    }
    // endregion
    INDArray expected = network.output(x);
    for (int t = 0; t < Networks.TIME_STEPS; t++) {
      assertEquals(expected.getDouble(2, 1, t), answers[2][1][t], 1e-5);
    }
    try (OrtSession session = environment.createSession(streams.toString())) {
      assertEquals(Set.of("input", "state/0/h"), session.getInputNames());
      assertEquals(Set.of("output", "nextState/0/h"), session.getOutputNames());
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
