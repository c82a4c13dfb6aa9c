package org.iterativemaps.layers;

import static org.iterativemaps.layers.PlannedLayerTest.assertIs;
import static org.iterativemaps.layers.PlannedLayerTest.conf;
import static org.iterativemaps.layers.PlannedLayerTest.settings;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.deeplearning4j.nn.conf.MultiLayerConfiguration;
import org.iterativemaps.map.Parameter;
import org.iterativemaps.map.pattern.Sparsity;
import org.iterativemaps.map.pattern.WeightMask;
import org.junit.jupiter.api.Test;

/** Plans whose weights come in bundles. */
class PlannedBundlesTest {

  /** Exactly the budget, in bundles wherever there is more than one unit. */
  @Test
  void plannedWeightsComeInBundles() throws Exception {
    IterativeMapRecurrentLayer.Builder planned =
        new IterativeMapRecurrentLayer.Builder().trainableWeights(20_000).hiddenProportion(0.5);
    MultiLayerConfiguration without = conf(50, planned.build());
    MultiLayerConfiguration conf = conf(50, planned.bundles(4).nOut(300).build());
    assertIs(20_000, 0.5, settings(conf).realized());
    for (Parameter weights : settings(conf).realized().parameters()) {
      assertTrue(weights.isBias() || inBundles(weights.mask()) >= 0.95, weights.key());
    }
    assertEquals(4, settings(conf).plan().orElseThrow().bundle());
    assertTrue(conf.toJson().matches("(?s).*\"bundle\" : 4.*"), conf.toJson());
    assertFalse(without.toJson().contains("\"bundle\""));
    MultiLayerConfiguration read = MultiLayerConfiguration.fromJson(conf.toJson());
    assertEquals(conf, read);
    assertEquals(settings(conf).map(), settings(read).map());
    assertEquals(settings(without), settings(MultiLayerConfiguration.fromJson(without.toJson())));
  }

  /** The share of a mask's weights whose unit has the sources of the other units of its bundle. */
  private static double inBundles(WeightMask mask) {
    double weights = 0;
    for (int to = 0; to < mask.toSize(); to++) {
      int first = to / 4 * 4;
      int[] row = row(mask, to);
      boolean isShared = true;
      for (int other = first; other < Math.min(first + 4, mask.toSize()); other++) {
        isShared &= Arrays.equals(row, row(mask, other));
      }
      weights += isShared ? row.length : 0;
    }
    return weights / mask.entryCount();
  }

  private static int[] row(WeightMask mask, int to) {
    return IntStream.range(mask.targetStart(to), mask.targetStart(to + 1))
        .map(mask::source)
        .toArray();
  }

  @Test
  void densitiesComeInBundles() {
    MultiLayerConfiguration conf =
        conf(50, new IterativeMapLayer.Builder().nOut(64).steps(2).density(0.1).bundles(8).build());
    assertEquals(
        List.of(Sparsity.bundledEntries(8, 320), Sparsity.bundledEntries(8, 410)),
        settings(conf).map().blocks().stream().map(b -> b.sparsity()).toList());
    // Without a density every weight exists, in bundles or not.
    MultiLayerConfiguration dense =
        conf(50, new IterativeMapLayer.Builder().nOut(64).steps(2).bundles(8).build());
    assertEquals(64 * (50 + 64), settings(dense).realized().trainableWeights());
    String message =
        assertThrows(
                IllegalArgumentException.class,
                () -> new IterativeMapLayer.Builder().nOut(64).density(0.1).bundles(0).build())
            .getMessage();
    assertTrue(message.startsWith("bundles: found 0"), message);
    message =
        assertThrows(
                IllegalArgumentException.class,
                () -> new IterativeMapLayer.Builder().map(settings(dense).map()).bundles(4).build())
            .getMessage();
    assertTrue(message.startsWith("bundles: given beside map"), message);
  }
}
