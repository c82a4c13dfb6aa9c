package org.iterativemaps.examples.guides;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.HashMap;
import java.util.Map;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.iterativemaps.describe.DescribedMap;
import org.iterativemaps.describe.Description;
import org.iterativemaps.describe.DescriptionYaml;
import org.iterativemaps.layers.HiddenProportionInit;
import org.iterativemaps.layers.IterativeMapRecurrentLayer;
import org.iterativemaps.map.Block;
import org.iterativemaps.map.BlockMap;
import org.iterativemaps.map.plan.DensityPlan;
import org.iterativemaps.map.plan.DensityPlanner;
import org.iterativemaps.map.plan.HiddenProportion;
import org.iterativemaps.map.plan.PaperBlock;
import org.iterativemaps.map.values.WeightValues;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.activations.impl.ActivationIdentity;
import org.nd4j.linalg.activations.impl.ActivationTanH;

/** The code of docs/hidden-proportion.md. */
class ProportionGuideTest {

  @Test
  void inALayer() {
    // region layer
    IterativeMapRecurrentLayer planned =
        new IterativeMapRecurrentLayer.Builder()
            .trainableWeights(100_000)
            .hiddenProportion(0.5)
            .build();
    // endregion
    MultiLayerNetwork network = Networks.recurrent(planned);
    assertEquals(
        50_000,
        network.getParam("0_W[h->h]").length(),
        1,
        "half of the weights between units of h");
    IterativeMapRecurrentLayer asInitialiser =
        // region init
        new IterativeMapRecurrentLayer.Builder()
            .weightInit(new HiddenProportionInit(100_000, 0.5))
            .build();
    // endregion
    assertEquals(network.numParams(), Networks.recurrent(asInitialiser).numParams());
  }

  @Test
  void outsideOfALayer() {
    // region planner
    DensityPlan plan =
        DensityPlanner.of(2500, 10) // units of x and y
            .density(PaperBlock.X_TO_H, 0.1)
            .trainableWeights(100_000)
            .hiddenProportion(0.4)
            .plan();
    BlockMap map = plan.exactMap(new ActivationTanH(), new ActivationIdentity(), 1);
    System.out.println(HiddenProportion.expected(map)); // a bar for every block
    // endregion
    assertEquals(0.4, HiddenProportion.expected(map).value(), 1e-4);
    assertEquals(100_000, map.realize().trainableWeights());
  }

  @Test
  void theAuthorsFiles() {
    BlockMap small = small();
    Map<String, WeightValues> initial = new HashMap<>();
    for (Block block : small.blocks()) {
      initial.put(block.name(), WeightValues.gaussian(0, 0.05));
    }
    String text = DescriptionYaml.write(Description.of(new DescribedMap(small, initial)));
    // region describe
    Description description = DescriptionYaml.read(text);
    DescribedMap described = description.toMap(1); // seed of the masks and weights
    String again = DescriptionYaml.write(description);
    // endregion
    assertEquals(text, again);
    assertEquals(small.slots().size(), described.map().slots().size());
  }

  private static BlockMap small() {
    return DensityPlanner.of(20, 3)
        .hiddenSize(10)
        .trainableWeights(150)
        .hiddenProportion(0.4)
        .plan()
        .exactMap(new ActivationTanH(), new ActivationIdentity(), 1);
  }
}
