package org.iterativemaps.examples.golden;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.iterativemaps.convert.numpy.TorchState;
import org.iterativemaps.layers.IterativeMapRecurrentLayer;
import org.iterativemaps.layers.LayerWeights;
import org.iterativemaps.map.MapWeights;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** {@link TorchState} against outputs of the modules themselves, each saved as PyTorch would. */
class TorchStateGoldenTest {
  private static final Set<String> KINDS = Set.of("torch_rnn", "torch_gated");
  private static final String PREFIX = "encoder.";
  private static final String LAYER = "l1_reverse";

  @TempDir private static Path folder;

  @TestFactory
  Stream<DynamicTest> outputsOfModulesThatWereRead() {
    return GoldenFiles.all().stream()
        .filter(file -> KINDS.contains(file.kind()))
        .flatMap(file -> file.cases().stream())
        .map(golden -> dynamicTest(golden.name(), () -> assertSameOutput(golden.node())));
  }

  private static void assertSameOutput(GoldenNode module) throws IOException {
    GoldenNode fromZeros = module.get("runs").elements().get(0);
    assertArrayEquals(
        fromZeros.array("output").dup('c').data().asDouble(),
        run(read(module), module.array("input")).permute(0, 2, 1).dup('c').data().asDouble(),
        1e-10);
  }

  private static MapWeights read(GoldenNode module) throws IOException {
    TorchState state = TorchState.read(saved(module));
    return switch (module.has("cell") ? module.text("cell") : "rnn") {
      case "lstm" -> state.lstm(PREFIX, LAYER);
      case "gru" -> state.gru(PREFIX, LAYER);
      default -> state.rnn(PREFIX, LAYER, GoldenModel.activation(module).getActivationFunction());
    };
  }

  private static Path saved(GoldenNode module) throws IOException {
    Path file = folder.resolve(module.text("name") + ".npz");
    try (ZipOutputStream zip = new ZipOutputStream(Files.newOutputStream(file))) {
      for (String key : List.of("weight_ih", "weight_hh", "bias_ih", "bias_hh")) {
        zip.putNextEntry(new ZipEntry(PREFIX + key + "_" + LAYER + ".npy"));
        zip.write(Nd4j.toNpyByteArray(module.array(key)));
        zip.closeEntry();
      }
    }
    return file;
  }

  /** [batch, time, feature] to [batch, feature, time]. */
  private static INDArray run(MapWeights weights, INDArray input) {
    MultiLayerNetwork network =
        new MultiLayerNetwork(
            new NeuralNetConfiguration.Builder()
                .dataType(DataType.DOUBLE)
                .list()
                .layer(new IterativeMapRecurrentLayer.Builder().map(weights.map()).build())
                .build());
    network.init();
    LayerWeights.write(weights, network.getLayer(0));
    return network.output(input.permute(0, 2, 1).dup('f'));
  }
}
