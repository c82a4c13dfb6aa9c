package org.iterativemaps.kernel.reference;

import org.iterativemaps.map.Parameter;
import org.iterativemaps.map.RealizedMap;
import org.iterativemaps.map.RealizedMap.RealizedBlock;

/** How all weights of a map are spread into matrices; made once for many calls. */
final class Spreading {
  final RealizedMap map;
  final SpreadMatrix[] parameters; // null where it is no weights, or those of a nested map
  final SpreadMatrix[] fixed; // by block, null where nothing is fixed
  final Spreading[] nested; // by block, null where there is no nested map

  Spreading(RealizedMap map) {
    this.map = map;
    this.parameters = new SpreadMatrix[map.parameters().size()];
    this.fixed = new SpreadMatrix[map.blocks().size()];
    this.nested = new Spreading[map.blocks().size()];
    for (int p = 0; p < parameters.length; p++) {
      Parameter parameter = map.parameters().get(p);
      if (parameter.isWeight() && map.blocks().get(parameter.block()).nested() == null) {
        String block = map.blocks().get(parameter.block()).block().name();
        parameters[p] = new SpreadMatrix(block, parameter.mask());
      }
    }
    for (int b = 0; b < fixed.length; b++) {
      RealizedBlock block = map.blocks().get(b);
      if (block.fixedValues() != null) {
        fixed[b] = new SpreadMatrix(block.block().name(), block.mask());
      }
      if (block.nested() != null) {
        nested[b] = new Spreading(block.nested());
      }
    }
  }
}
