package org.iterativemaps.spark;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Random;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.nd4j.linalg.dataset.DataSet;

class SparkExampleTest {
  @TempDir private Path folder;

  @Test
  void theCodeOfTheGuideRuns() throws IOException {
    Random random = new Random(1);
    StringBuilder lines = new StringBuilder();
    for (int i = 0; i < 400; i++) {
      lines.append(
          String.format(Locale.ROOT, "%.4f,%.4f%n", random.nextGaussian(), random.nextGaussian()));
    }
    Path data = Files.writeString(folder.resolve("data.csv"), lines);
    Path checkpoints = folder.resolve("checkpoints");
    JavaSparkContext spark = LocalSpark.context();
    SparkExample.Application.train(spark, data.toString(), checkpoints);
    assertEquals(10, Checkpoint.latest(checkpoints).rounds());

    JavaRDD<DataSet> examples =
        spark.textFile(data.toString()).map(SparkExample.Application::parse);
    SparkSettings longer =
        SparkSettings.builder()
            .workers(4)
            .epochs(20)
            .batchSize(16)
            .localSteps(5)
            .seed(1)
            .checkpoints(checkpoints, 10)
            .build();
    MultiLayerNetwork network = SparkExample.Resuming.goOn(examples, longer, checkpoints);
    DataSet all = DataSet.merge(examples.collect());
    double accuracy =
        network
            .output(all.getFeatures())
            .argMax(1)
            .eq(all.getLabels().argMax(1))
            .castTo(org.nd4j.linalg.api.buffer.DataType.DOUBLE)
            .meanNumber()
            .doubleValue();
    assertTrue(accuracy > 0.9, "accuracy " + accuracy);
    assertEquals("maps", SparkExample.Conf.conf().get("spark.app.name"));
  }
}
