package org.iterativemaps.card;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import org.iterativemaps.map.pattern.Sparsity;
import org.iterativemaps.map.pattern.WeightMask;
import org.junit.jupiter.api.Test;

/** Hashes that another program computed from what the Javadoc says. */
class MaskFactsTest {
  private static MaskFacts facts(WeightMask mask) {
    return MaskFacts.of("W[x->h]", Sparsity.explicit(mask), mask);
  }

  @Test
  void theHashIsThatOfTheRows() {
    WeightMask mask = WeightMask.ofCells(4, 3, new long[] {1, 3, 8});
    MaskFacts facts = facts(mask);
    assertEquals(
        "9228dc2e33fcf91c15b8e0243e9f560ca332987f1fe9f009fed82f68fbd3b0c2", facts.sha256());
    assertEquals(3, facts.entries());
    assertEquals(0.25, facts.density());
    assertEquals("Explicit", facts.pattern());
    assertEquals(
        "35dc4d60417bb3a41a51daac1ba837ad4e1f121627976011a3ef149146e12ed8",
        facts(WeightMask.dense(2, 2)).sha256());
  }

  @Test
  void otherMasksHaveOtherHashes() {
    String one = facts(WeightMask.ofCells(4, 3, new long[] {1, 3, 8})).sha256();
    assertNotEquals(one, facts(WeightMask.ofCells(4, 3, new long[] {1, 3, 9})).sha256());
    assertNotEquals(one, facts(WeightMask.ofCells(4, 3, new long[] {1, 3})).sha256());
    assertNotEquals(one, facts(WeightMask.ofCells(5, 3, new long[] {1, 3, 10})).sha256());
    assertNotEquals(facts(WeightMask.dense(2, 3)).sha256(), facts(WeightMask.dense(3, 2)).sha256());
  }
}
