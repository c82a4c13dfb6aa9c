package org.iterativemaps.watch.ui;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Names; what the pages make of them is tested with the examples, where the pages are. */
class MapStatsTest {

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      value = {
        "W[x->h]; x→h·W",
        "0_W[x->h]; 0_x→h·W",
        "my_layer_b[h]; my_layer_h·b",
        "2_fW[h->h.1]; 2_h→h․1·fW",
        "0_L[u,v->h]; 0_u‚v→h·LW",
        "0_W[x->h][a->b]; 0_a→b·x→h·W",
        "map[1]_g[h]; map[1]_h·g",
        "0_W; 0_W",
        "0_RW; 0_RW",
        "vertex_some_name; vertex_some_name"
      })
  void pagesShowBlocks(String name, String expected) {
    assertEquals(expected, MapStats.pageName(name));
  }

  @Test
  void wrongArgumentsAreTold() {
    assertEquals(
        "every: found 0, expected at least 1 iteration",
        assertThrows(IllegalArgumentException.class, () -> MapStats.listener(null, 0))
            .getMessage());
    assertEquals(
        "storage: found null, expected a StatsStorageRouter",
        assertThrows(IllegalArgumentException.class, () -> MapStats.listener(null, 1))
            .getMessage());
  }
}
