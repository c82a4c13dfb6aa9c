package org.iterativemaps.watch;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.commons.math3.linear.Array2DRowRealMatrix;
import org.apache.commons.math3.linear.EigenDecomposition;
import org.deeplearning4j.nn.api.Model;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.conf.layers.RnnOutputLayer;
import org.deeplearning4j.nn.conf.layers.recurrent.Bidirectional;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.iterativemaps.layers.IterativeMapLayer;
import org.iterativemaps.layers.IterativeMapRecurrentLayer;
import org.iterativemaps.layers.LayerWeights;
import org.iterativemaps.map.MapWeights;
import org.iterativemaps.map.Parameter;
import org.iterativemaps.map.change.MagnitudePruning.Scope;
import org.iterativemaps.map.change.SparsitySchedule;
import org.iterativemaps.surgery.BlockChoice;
import org.iterativemaps.surgery.GradualPruning;
import org.iterativemaps.surgery.LiveMaps;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.buffer.DataType;

class MapWatchTest {
  @TempDir Path folder;

  private static MultiLayerNetwork feedForward() {
    return (MultiLayerNetwork) WatchedNets.FEED_FORWARD.network();
  }

  private static Map<String, Double> last(MapWatch watch, String measure) {
    Map<String, Double> values = new LinkedHashMap<>();
    watch.samples().stream()
        .filter(sample -> sample.measure().equals(measure))
        .forEach(sample -> values.put(sample.part(), sample.value()));
    return values;
  }

  private static List<Integer> iterations(List<MapSample> samples) {
    return samples.stream().map(MapSample::iteration).distinct().toList();
  }

  @Test
  void measuresAreThoseOfTheMap() {
    MultiLayerNetwork network = feedForward();
    MapWatch watch = MapWatch.every(1).build();
    network.setListeners(watch);
    network.fit(WatchedNets.FEED_FORWARD.data(1));

    // x->h 16 of 32, h->h 2 into each of 8, y->h 8 of 40, h->y all 40
    Map<String, Double> density = new LinkedHashMap<>();
    density.put("", 80 / 176.0);
    density.put("W[x->h]", 0.5);
    density.put("W[h->h]", 0.25);
    density.put("W[y->h]", 0.2);
    density.put("W[h->y]", 1.0);
    assertEquals(density, last(watch, "density"));
    assertEquals(List.copyOf(density.keySet()), List.copyOf(last(watch, "density").keySet()));
    assertEquals(Map.of("", 16 / 80.0), last(watch, "hidden proportion"));
    double[][] feedback = LiveMaps.weights(network, "map").matrix("h", "h"); // fixed ones too
    assertEquals(List.of("h->h"), List.copyOf(last(watch, "spectral radius").keySet()));
    assertEquals(radius(feedback), last(watch, "spectral radius").get("h->h"), 1e-9);
  }

  /** A loop of one unit that halves its state forgets 2 in as many steps as it takes to 1e-3. */
  @Test
  void stepsToSettle() {
    MultiLayerNetwork network =
        new MultiLayerNetwork(
            new NeuralNetConfiguration.Builder()
                .dataType(DataType.DOUBLE)
                .list()
                .layer(
                    new IterativeMapLayer.Builder()
                        .name("map")
                        .nOut(1)
                        .activation(Activation.IDENTITY)
                        .build())
                .layer(new OutputLayer.Builder().nOut(2).activation(Activation.SOFTMAX).build())
                .setInputType(InputType.feedForward(1))
                .build());
    network.init();
    MapWatch watch = MapWatch.every(1).measures(MapMeasures.stepsToSettle(1e-3)).build();
    network.getParam("0_W[h->h]").assign(0.5);
    watch.record(network);
    double steps = last(watch, "steps to settle").get("");
    assertTrue(steps >= 8 && steps <= 11, "steps " + steps); // starts in [-1, 1], 0.5^10 < 1e-3

    for (double weight : new double[] {1.5, Double.NaN}) {
      MapWatch other = MapWatch.every(1).measures(MapMeasures.stepsToSettle(1e-3)).build();
      network.getParam("0_W[h->h]").assign(weight);
      other.record(network);
      assertEquals(
          weight > 1 ? Double.POSITIVE_INFINITY : Double.NaN,
          last(other, "steps to settle").get(""));
    }
    assertThrows(IllegalArgumentException.class, () -> MapMeasures.stepsToSettle(-1));
  }

  private static double radius(double[][] matrix) {
    EigenDecomposition eigen = new EigenDecomposition(new Array2DRowRealMatrix(matrix));
    double largest = 0;
    for (int i = 0; i < matrix.length; i++) {
      largest =
          Math.max(largest, Math.hypot(eigen.getRealEigenvalue(i), eigen.getImagEigenvalue(i)));
    }
    return largest;
  }

  @ParameterizedTest
  @EnumSource
  void everyKindOfNetworkTrainsAsIfItWereNotWatched(WatchedNets kind) throws Exception {
    Model plain = kind.network();
    WatchedNets.fit(plain, kind.batches(4), 2);
    Model watched = kind.network();
    Path file = folder.resolve(kind + ".csv");
    MapWatch watch = MapWatch.every(3).writing(file).build();
    watched.setListeners(watch);
    WatchedNets.fit(watched, kind.batches(4), 2);
    assertEquals(plain.params(), watched.params());

    assertEquals(List.of(0, 3, 6), iterations(watch.samples()));
    assertEquals(
        List.of(0, 0, 1),
        watch.series("map", "density", "").stream().map(MapSample::epoch).toList());
    assertEquals(3, watch.series("map", "hidden proportion", "").size());
    boolean isGated = kind.name().startsWith("GATED");
    assertEquals(3, watch.series("map", "spectral radius", isGated ? "h->f" : "h->h").size());
    assertEquals(3, watch.series("map", "density", isGated ? "W[h->f]" : "W[h->h]").size());
    assertTrue(watch.samples().stream().allMatch(sample -> Double.isFinite(sample.value())));
    assertEquals(watch.samples(), MapCsv.read(file));
  }

  @Test
  void bothMapsOfABidirectional() {
    MultiLayerNetwork network =
        new MultiLayerNetwork(
            new NeuralNetConfiguration.Builder()
                .list(
                    new Bidirectional(
                        new IterativeMapRecurrentLayer.Builder()
                            .map(WatchedNets.map())
                            .steps(2)
                            .build()),
                    new RnnOutputLayer.Builder().nOut(3).build())
                .setInputType(InputType.recurrent(4))
                .build());
    network.init();
    MapWatch watch = MapWatch.every(1).build();
    watch.record(network);
    double forward = watch.series("layer0/forward", "spectral radius", "h->h").get(0).value();
    double backward = watch.series("layer0/backward", "spectral radius", "h->h").get(0).value();
    assertNotEquals(forward, backward);
    assertEquals(
        radius(LiveMaps.weights(network, "layer0/backward").matrix("h", "h")), backward, 1e-9);
    MapWatch one = MapWatch.every(1).layers("layer0/forward").build();
    one.record(network);
    assertEquals(forward, one.series("layer0/forward", "spectral radius", "h->h").get(0).value());
    assertTrue(one.samples().stream().allMatch(s -> s.layer().equals("layer0/forward")));
  }

  @Test
  void followsPruning() {
    MultiLayerNetwork network = feedForward();
    MapWatch watch = MapWatch.every(5).build();
    network.setListeners(
        new GradualPruning(
            BlockChoice.all(), SparsitySchedule.cubic(0.9, 0, 15, 5), Scope.PER_BLOCK),
        watch);
    network.fit(WatchedNets.FEED_FORWARD.batches(16), 1);
    List<Double> density =
        watch.series("map", "density", "").stream().map(MapSample::value).toList();
    assertEquals(4, density.size());
    for (int i = 1; i < density.size(); i++) {
      assertTrue(density.get(i) < density.get(i - 1), density.toString());
    }
    assertEquals(
        LiveMaps.settings(network, "map").realized().trainableWeights() / 176.0, density.get(3));
  }

  @Test
  void aDivergedStepIsNotTheEnd() {
    MultiLayerNetwork network = feedForward();
    MapWatch watch = MapWatch.every(1).build();
    network.getLayer(0).getParam(Parameter.weightKey("h", "h")).putScalar(0, Double.NaN);
    watch.record(network);
    assertEquals(Map.of("h->h", Double.NaN), last(watch, "spectral radius"));
    assertEquals(0.2, last(watch, "hidden proportion").get(""));
  }

  /** Any class is a measure. */
  private record LargestBias() implements MapMeasure {
    @Override
    public String name() {
      return "largest \"bias\", absolute";
    }

    @Override
    public Map<String, Double> of(WatchedMap map) {
      double largest = 0;
      for (double bias : map.weights().bias("h")) {
        largest = Math.max(largest, Math.abs(bias));
      }
      return Map.of("h", largest);
    }
  }

  @Test
  void othersCanMeasureToo() throws Exception {
    MultiLayerNetwork network = feedForward();
    Path file = folder.resolve("own.csv");
    MapWatch watch =
        MapWatch.every(2).measures(new LargestBias()).layers("#0").writing(file).build();
    network.setListeners(watch);
    network.fit(WatchedNets.FEED_FORWARD.batches(4), 1);
    watch.record(network);
    assertEquals(List.of(0, 2, 3), iterations(watch.samples()));
    watch.record(network); // the same iteration: once is enough
    assertEquals(3, watch.samples().size());
    MapWeights weights = LayerWeights.read(network.getLayer(0));
    double expected = 0;
    for (double bias : weights.bias("h")) {
      expected = Math.max(expected, Math.abs(bias));
    }
    assertEquals(expected, watch.samples().get(2).value());
    assertEquals(
        "0,0,map,\"largest \"\"bias\"\", absolute\",h," + watch.samples().get(0).value(),
        Files.readAllLines(file).get(1));
    assertEquals(watch.samples(), MapCsv.read(file));
  }

  @Test
  void aFileIsBegunAnewOrContinued() throws Exception {
    Path file = folder.resolve("maps.csv");
    MultiLayerNetwork network = feedForward();
    MapWatch first = MapWatch.every(2).continuing(file).build(); // there is none yet
    network.setListeners(first);
    network.fit(WatchedNets.FEED_FORWARD.batches(4), 1);
    final MultiLayerNetwork checkpoint = network.clone();
    checkpoint.setIterationCount(4);
    network.fit(WatchedNets.FEED_FORWARD.batches(4), 1);
    assertEquals(List.of(0, 2, 4, 6), iterations(MapCsv.read(file)));
    Files.writeString(
        file, Files.readString(file) + "8,0,map,dens"); // torn, as on a disk that was full

    MapWatch second = MapWatch.every(2).continuing(file).build();
    assertEquals(first.samples(), second.samples());
    assertEquals(first.samples(), MapCsv.read(file));
    checkpoint.setListeners(second);
    checkpoint.fit(WatchedNets.FEED_FORWARD.data(1));
    assertEquals(List.of(0, 2, 4), iterations(second.samples()));
    assertEquals(second.samples(), MapCsv.read(file));
    checkpoint.fit(WatchedNets.FEED_FORWARD.batches(2), 1);
    assertEquals(List.of(0, 2, 4, 6), iterations(MapCsv.read(file)));
    assertEquals(second.samples(), MapCsv.read(file));

    MapWatch.every(1).writing(file).build();
    assertEquals(List.of(), MapCsv.read(file));
    try (var left = Files.list(folder)) {
      assertEquals(List.of(file), left.toList());
    }
  }

  @Test
  void aFullDiskIsNoReasonToEndATraining() throws Exception {
    Path file = folder.resolve("maps.csv");
    MapWatch watch = MapWatch.every(1).writing(file).build();
    Files.delete(file); // so that appending fails
    MultiLayerNetwork network = feedForward();
    network.setListeners(watch);
    String said = Said.by(() -> network.fit(WatchedNets.FEED_FORWARD.batches(3), 1));
    assertEquals(List.of(0, 1, 2), iterations(watch.samples()));
    assertFalse(Files.exists(file));
    List<String> lines = said.lines().toList();
    assertEquals(1, lines.size(), lines.toString());
    assertTrue(lines.get(0).contains(file + " cannot be written any more"), lines.toString());
  }

  private static String refused(Runnable attempt) {
    return assertThrows(IllegalArgumentException.class, attempt::run).getMessage();
  }

  @ParameterizedTest
  @ValueSource(ints = {0, -1, Integer.MIN_VALUE})
  void iterationsAreAtLeastOne(int every) {
    assertEquals(
        "every: found " + every + ", expected at least 1 iteration",
        refused(() -> MapWatch.every(every)));
  }

  @Test
  void whatIsNotThereCannotBeWatched() {
    MultiLayerNetwork network = feedForward();
    network.setListeners(MapWatch.every(10).layers("out").build());
    assertEquals(
        "layers: found 'out', which is no layer with a map; expected some of [map]",
        refused(() -> network.fit(WatchedNets.FEED_FORWARD.data(1))));
    // Not due, but wrong all the same.
    network.setIterationCount(3);
    assertEquals(
        "layers: found 'out', which is no layer with a map; expected some of [map]",
        refused(() -> network.fit(WatchedNets.FEED_FORWARD.data(1))));

    MultiLayerNetwork dense =
        new MultiLayerNetwork(
            new NeuralNetConfiguration.Builder()
                .list(
                    new DenseLayer.Builder().nIn(4).nOut(3).build(),
                    new OutputLayer.Builder().nIn(3).nOut(3).build())
                .build());
    dense.init();
    MapWatch all = MapWatch.every(1).build();
    assertTrue(refused(() -> all.record(dense)).startsWith("network: found no layer with a map"));
    assertTrue(refused(() -> all.record(null)).startsWith("network: found null, expected"));
    assertTrue(
        refused(() -> MapWatch.every(1).layers("map").build().record(dense))
            .endsWith("the network has none"));

    all.record(network);
    assertTrue(
        refused(() -> all.series("map", "densty", ""))
            .contains("'densty', part ''; there are ['map', 'density', ''"));
    assertTrue(
        refused(() -> MapWatch.every(1).measures(new LargestBias(), new LargestBias()))
            .contains("found two of the name"));
  }

  @Test
  void filesThatCannotBeWrittenAreToldAtOnce() throws Exception {
    Path missing = folder.resolve("missing").resolve("maps.csv");
    Path other = Files.writeString(folder.resolve("other.csv"), "a,b\n1,2\n");
    for (MapWatch.Builder builder :
        List.of(
            MapWatch.every(1).writing(missing),
            MapWatch.every(1).writing(folder),
            MapWatch.every(1).continuing(other))) {
      String message = assertThrows(UncheckedIOException.class, builder::build).getMessage();
      assertTrue(message.startsWith("csv: cannot write " + folder), message);
    }
    assertEquals("a,b\n1,2\n", Files.readString(other));
    String message = assertThrows(IOException.class, () -> MapCsv.read(other)).getMessage();
    assertTrue(message.contains("found 'a,b', expected the header"), message);
    Files.writeString(other, "iteration,epoch,layer,measure,part,value\n0,0,map,density,,much\n");
    message = assertThrows(IOException.class, () -> MapCsv.read(other)).getMessage();
    assertTrue(message.contains("line 2: found '0,0,map,density,,much'"), message);
  }
}
