package org.iterativemaps.layers;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.weights.WeightInitXavier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;

/** What {@link PlannedLayerTest} leaves open: arguments, and builders that are used again. */
class HiddenProportionInitTest {

  @Test
  void argumentsAreChecked() {
    WeightInitXavier xavier = new WeightInitXavier();
    refused(() -> new HiddenProportionInit(10L, 0.5, null), "values: found null");
    refused(() -> new HiddenProportionInit(0, 0.5), "trainableWeights: found 0");
    refused(() -> new HiddenProportionInit(-3L, null, xavier), "trainableWeights: found -3");
    for (double wrong : new double[] {1, -0.1, Double.NaN}) {
      refused(() -> new HiddenProportionInit(wrong), "hiddenProportion: found " + wrong);
      refused(() -> new HiddenProportionInit(1L, wrong, xavier), "expected a fraction in [0, 1)");
    }
    assertEquals(xavier, new HiddenProportionInit(null, null, xavier).values());
  }

  private static void refused(Executable wrong, String says) {
    String message = assertThrows(IllegalArgumentException.class, wrong).getMessage();
    assertTrue(message.contains(says), message);
  }

  @Test
  void isReadFromJson() {
    HiddenProportionInit init = new HiddenProportionInit(10_000L, null, new WeightInitXavier());
    NeuralNetConfiguration conf =
        new NeuralNetConfiguration.Builder()
            .layer(
                new IterativeMapLayer.Builder().nIn(60).nOut(200).steps(2).weightInit(init).build())
            .build();
    NeuralNetConfiguration back = NeuralNetConfiguration.fromJson(conf.toJson());
    assertEquals(conf, back);
    assertEquals(init, ((IterativeMapLayer) back.getLayer()).getWeightInitFn());
  }

  /** The plan is the initialiser's, not the builder's: another one takes its place. */
  @Test
  void aBuilderThatIsUsedAgainIsNotChangedByItsFirstUse() {
    IterativeMapLayer.Builder builder = new IterativeMapLayer.Builder().nIn(60).nOut(200).steps(2);
    for (int weights : new int[] {10_000, 20_000}) {
      IterativeMapLayer layer = builder.weightInit(new HiddenProportionInit(weights, 0.5)).build();
      assertEquals(weights, layer.getSettings().realized().trainableWeights());
    }
    IterativeMapLayer dense = builder.weightInit(new WeightInitXavier()).build();
    assertEquals(200 * 260, dense.getSettings().realized().trainableWeights());
  }
}
