package org.iterativemaps.examples;

import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.iterativemaps.convert.MapKnobs;
import org.iterativemaps.examples.Races.Taught;
import org.iterativemaps.examples.Races.Trained;
import org.iterativemaps.examples.data.Characters;
import org.iterativemaps.examples.data.Texts;
import org.iterativemaps.examples.notebook.Page;
import org.iterativemaps.examples.notebook.Spread;
import org.iterativemaps.examples.notebook.Table;
import org.iterativemaps.layers.IterativeMapLayer;
import org.iterativemaps.map.BlockMap;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.dataset.api.iterator.DataSetIterator;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;
import org.nd4j.linalg.ops.transforms.Transforms;

/**
 * The networks of {@link TrellisIsAMap} learn to tell the next character of a text.
 *
 * @param time characters of a sequence
 * @param width units of a level
 * @param depth levels
 * @param seeds how many
 * @param updates of each training
 * @param length of the text, at most
 */
record TrellisRace(int time, int width, int depth, int seeds, int updates, int length) {
  private static final int BATCH = 16;
  private static final int TESTED = 200;

  /** A kind of network: with so many units, tied or not. */
  private record Kind(String name, int width, boolean isTied) {}

  /** What is learned. */
  private record Data(Characters characters, String training, DataSet test) {}

  /** Trains all and shows what came out. */
  List<Trained> run(Page page) throws IOException {
    String text = Texts.foundingDocuments();
    Texts.Split split = Texts.split(text.substring(0, Math.min(text.length(), length)), 0.1, 0.1);
    Characters characters = Characters.of(split.training(), 5);
    String test = split.test().substring(0, Math.min(split.test().length(), TESTED * time + 1));
    Data data = new Data(characters, split.training(), characters.all(test, time));
    page.text(
        String.format(
            Locale.ROOT,
            "## Tied against untied\n\nNetworks of %d levels read sequences of %d characters of the Declaration"
                + " of Independence and the Constitution of the United States, and tell the next one"
                + " at each place: %d characters. The untied ones have as many units, or about as many"
                + " parameters.",
            depth,
            time,
            characters.size()));
    page.code("network");
    int narrow = narrow(characters.size());
    List<Kind> kinds =
        List.of(
            new Kind("tied, " + width + " units", width, true),
            new Kind("untied, " + width + " units", width, false),
            new Kind("untied, " + narrow + " units", narrow, false));
    List<Trained> all =
        Races.run(
            page, seeds, kinds, Kind::name, (kind, seed, clock) -> teach(kind, data, seed, clock));
    show(page, all);
    return all;
  }

  // region network
  private MultiLayerNetwork network(Kind kind, int characters, long seed) {
    TrellisMaps maps = new TrellisMaps(characters, time, kind.width);
    BlockMap map = kind.isTied ? maps.tied(maps.all()) : maps.untied(depth);
    MultiLayerNetwork network =
        new MultiLayerNetwork(
            Races.adam(0.005, seed)
                .list()
                .layer(new IterativeMapLayer.Builder().map(map).steps(depth).build())
                .layer(
                    new OutputLayer.Builder(LossFunction.MCXENT)
                        .activation(Activation.SOFTMAX)
                        .nOut(characters)
                        .build())
                .setInputType(InputType.feedForward(characters + time))
                .build());
    network.init();
    return network;
  }

  // endregion

  /**
   * Units of the widest untied network with no more parameters than the tied one, but as many as
   * there are places.
   */
  private int narrow(int characters) {
    long tied = 2L * width * (characters + width) + width;
    int narrow = time; // places need as many units
    while (untied(narrow + 1, characters) <= tied) {
      narrow++;
    }
    return narrow;
  }

  private long untied(int units, int characters) {
    return depth * (2L * characters + 1) * units + (depth - 1) * 2L * units * units;
  }

  private int[] readAfter(boolean isTied) {
    return isTied ? new int[] {depth, depth - 1, 2 * depth} : new int[] {depth};
  }

  private Taught teach(Kind kind, Data data, long seed, CoreTime clock) {
    MultiLayerNetwork network = network(kind, data.characters.size(), seed);
    DataSetIterator batches = data.characters.sequences(data.training, time, BATCH, seed);
    for (int u = 0; u < updates; u++) {
      if (!batches.hasNext()) {
        batches.reset();
      }
      Races.update(network, rows(batches.next()), clock);
    }
    DataSet test = rows(data.test);
    double[] bits =
        Arrays.stream(readAfter(kind.isTied)).mapToDouble(k -> bits(network, test, k)).toArray();
    return new Taught(network.getLayer(0).numParams(), network.numParams(), bits);
  }

  /** Bits per character, read after so many levels. */
  private static double bits(MultiLayerNetwork network, DataSet test, int levels) {
    INDArray told = MapKnobs.of(network).output(test.getFeatures(), levels);
    INDArray right = told.mul(test.getLabels()).sum(1);
    return -Transforms.log(right).meanNumber().doubleValue() / Math.log(2);
  }

  // region rows
  /** Characters [batch, size, time] as rows, each with its place. */
  private static DataSet rows(DataSet sequences) {
    INDArray features = byToken(sequences.getFeatures());
    long time = sequences.getFeatures().size(2);
    INDArray places = Nd4j.tile(Nd4j.eye(time).castTo(DataType.FLOAT), sequences.numExamples(), 1);
    return new DataSet(Nd4j.hstack(features, places), byToken(sequences.getLabels()));
  }

  /** The tokens of a sequence one after the other. */
  private static INDArray byToken(INDArray sequences) {
    INDArray byTime = sequences.permute(0, 2, 1).dup('c');
    return byTime.reshape('c', sequences.size(0) * sequences.size(2), sequences.size(1));
  }

  // endregion

  private void show(Page page, List<Trained> all) {
    Table table =
        Table.of("network", "parameters of the levels", "bits per character", "update, ms");
    for (Trained one : all) {
      int[] levels = readAfter(one.scores()[0].length > 1);
      for (int k = 0; k < levels.length; k++) {
        table.row(
            one.name() + (k == 0 ? "" : ", read after " + levels[k] + " levels"),
            one.counted(),
            Spread.of(one.at(k)),
            String.format(Locale.ROOT, "%.1f", one.milliseconds()));
      }
    }
    page.table(
        table.caption(
            String.format(
                Locale.ROOT,
                "%d updates; mean ± deviation of %d seeds; an update is %d sequences, its time is a core's",
                updates,
                seeds,
                BATCH)));
  }
}
