package org.iterativemaps.examples;

import java.util.List;
import org.iterativemaps.examples.notebook.Notebook;
import org.iterativemaps.examples.notebook.Page;
import org.iterativemaps.examples.notebook.Table;
import org.iterativemaps.examples.plots.BlockMaps;
import org.iterativemaps.iterate.Schedule;
import org.iterativemaps.map.BlockMap;
import org.iterativemaps.map.RealizedMap;
import org.iterativemaps.map.pattern.Sparsity;
import org.iterativemaps.map.values.WeightValues;
import org.nd4j.linalg.activations.Activation;

/** An MLP, a recurrent network and a reservoir as block matrices: the same object three times. */
public final class MapsAtAGlance implements Notebook<List<RealizedMap>> {

  @Override
  public String title() {
    return "Maps at a glance";
  }

  // region mlp
  static BlockMap mlp() {
    return BlockMap.builder()
        .input("x", 24)
        .state("h1", 32, Activation.RELU)
        .state("h2", 16, Activation.RELU)
        .state("y", 8, Activation.IDENTITY)
        .connect("x", "h1", Sparsity.dense())
        .connect("h1", "h2", Sparsity.dense())
        .connect("h2", "y", Sparsity.dense())
        .output("y")
        .build();
  }

  // endregion

  // region rnn
  static BlockMap recurrent() {
    return BlockMap.builder()
        .input("x", 24)
        .state("h", 48, Activation.TANH)
        .state("y", 8, Activation.IDENTITY)
        .connect("x", "h", Sparsity.density(0.2))
        .connect("h", "h", Sparsity.density(0.1))
        .connect("h", "y", Sparsity.fanIn(12))
        .connect("y", "h", Sparsity.bernoulli(0.1))
        .output("y")
        .build();
  }

  // endregion

  // region reservoir
  static BlockMap reservoir() {
    return BlockMap.builder()
        .input("x", 24)
        .state("h", 48, Activation.TANH)
        .state("y", 8, Activation.IDENTITY)
        .connectFixed("x", "h", Sparsity.fanIn(2), WeightValues.uniform(-0.5, 0.5))
        .connectFixed("h", "h", Sparsity.fanIn(5), WeightValues.gaussian(0, 0.4))
        .connect("h", "y", Sparsity.dense())
        .output("y")
        .build();
  }

  // endregion

  @Override
  public List<RealizedMap> run(Page page) {
    page.text(
        "The state of a map is a list of slots, z = [x, h, …, y]. A block sends one slot to another."
            + " Which blocks there are, how sparse they are and how often the map is applied decides"
            + " what the network is. Rows are targets, columns sources.");
    page.text(
        "Blocks strictly below the diagonal, applied as often as there are layers: an **MLP**.");
    page.code("mlp");
    List<RealizedMap> maps = List.of(mlp().realize(), recurrent().realize(), reservoir().realize());
    page.picture("mlp", BlockMaps.spy("An MLP", maps.get(0)).picture(), "An MLP");
    page.text(
        "Blocks on and above the diagonal, applied once per token of a sequence: a **recurrent"
            + " network**, here sparse and with feedback from its output.");
    page.code("rnn");
    page.picture("recurrent", BlockMaps.spy("A sparse RNN", maps.get(1)).picture(), "A sparse RNN");
    page.text("Blocks that are never trained: a **reservoir**, of which only the read-out learns.");
    page.code("reservoir");
    page.picture("reservoir", BlockMaps.spy("A reservoir", maps.get(2)).picture(), "A reservoir");

    Table table = Table.of("map", "K", "parameters", "slots computed", "without a schedule");
    String[] names = {"MLP", "sparse RNN", "reservoir"};
    int[] steps = {3, 4, 4};
    for (int i = 0; i < names.length; i++) {
      RealizedMap map = maps.get(i);
      Schedule schedule =
          i == 0
              ? Schedule.singleToken(map.map(), steps[i])
              : Schedule.sequence(map.map(), steps[i]);
      table.row(
          names[i],
          steps[i],
          map.parameterCount(),
          schedule.evaluations().size(),
          steps[i] * (map.map().slots().size() - 1));
    }
    page.text(
        "Only what the output needs is computed: the schedule of K steps, worked out from the"
            + " structure alone.");
    page.table(table.caption("Slot updates per token"));
    return maps;
  }

  /** Starts it: {@code --help} lists its options. */
  public static void main(String[] args) {
    Notebook.main(new MapsAtAGlance(), args);
  }
}
