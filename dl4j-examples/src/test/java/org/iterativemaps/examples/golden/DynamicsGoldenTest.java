package org.iterativemaps.examples.golden;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import org.iterativemaps.dynamics.Contraction;
import org.iterativemaps.dynamics.Jacobian;
import org.iterativemaps.dynamics.MapStep;
import org.iterativemaps.map.BlockMap;
import org.iterativemaps.map.MapWeights;
import org.iterativemaps.map.Parameter;
import org.iterativemaps.map.RealizedMap;
import org.iterativemaps.map.values.SparseMatrix;
import org.iterativemaps.map.values.SpectralNorm;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.ndarray.INDArray;

/** The library's dynamics against the golden fixed points. */
class DynamicsGoldenTest {

  @Test
  void jacobiansNormsAndBounds() {
    int cases = 0;
    for (GoldenFile file : GoldenFiles.all()) {
      if (file.kind().equals("fixed_point")) {
        file.cases().forEach(golden -> check(golden.node()));
        cases += file.cases().size();
      }
    }
    assertTrue(cases > 0);
  }

  private static void check(GoldenNode node) {
    GoldenModel model = GoldenModel.of(node);
    MapWeights weights = weights(model, "h");
    double norm = node.number("weight_hh_spectral_norm");
    double bound = node.number("contraction_bound");
    SparseMatrix feedback = SparseMatrix.of(weights.mask("h", "h"), weights.weights("h", "h"));
    assertEquals(norm, SpectralNorm.of(feedback), 1e-10);
    assertEquals(bound, Contraction.bySlope(weights, null), 1e-10);
    assertEquals(bound, Contraction.of(weights, null).rate(), 1e-10);

    INDArray input = node.array("input");
    INDArray fixedPoints = node.get("fixed_point").array("h");
    INDArray jacobians = node.array("jacobian");
    double[] radii = node.series("jacobian_spectral_radius");
    for (int b = 0; b < input.size(0); b++) {
      MapStep step = MapStep.of(weights, null, input.getRow(b).toDoubleVector());
      double[] state = fixedPoints.getRow(b).toDoubleVector();
      assertArrayEquals(state, step.apply(state), 1e-10);
      Jacobian jacobian = step.jacobian(state);
      double[][] expected = jacobians.slice(b).toDoubleMatrix();
      double[][] found = jacobian.matrix();
      for (int to = 0; to < expected.length; to++) {
        assertArrayEquals(expected[to], found[to], 1e-10);
      }
      assertEquals(radii[b], jacobian.spectralRadius(), 1e-10);
      assertEquals(radii[b], jacobian.eigenvalues().get(0).modulus(), 1e-10);
      assertTrue(jacobian.norm() <= bound);
    }
    assertEquals(
        node.number("jacobian_spectral_radius_max"), Arrays.stream(radii).max().orElseThrow());
  }

  private static MapWeights weights(GoldenModel model, String output) {
    BlockMap map = GoldenMaps.blockMap(model, output);
    RealizedMap realized = map.realize();
    Map<String, double[]> values = new HashMap<>();
    for (Parameter parameter : realized.parameters()) {
      double[] own;
      if (parameter.isBias()) {
        String slot = map.slots().get(parameter.slot()).name();
        own =
            model.states().stream()
                .filter(state -> state.name().equals(slot))
                .findFirst()
                .orElseThrow()
                .bias()
                .toDoubleVector();
      } else {
        var block = realized.blocks().get(parameter.block()).block();
        own =
            GoldenMaps.entries(
                model.blocks().get(GoldenModel.key(block.to(), block.from())).weight(),
                parameter.mask());
      }
      values.put(parameter.key(), own);
    }
    return new MapWeights(realized, values);
  }
}
