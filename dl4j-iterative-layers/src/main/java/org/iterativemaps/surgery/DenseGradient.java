package org.iterativemaps.surgery;

import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import org.iterativemaps.map.Parameter;
import org.iterativemaps.map.RealizedMap;
import org.iterativemaps.map.RealizedMap.RealizedBlock;
import org.iterativemaps.map.change.Changeable;
import org.iterativemaps.map.change.MapChange;
import org.iterativemaps.map.pattern.WeightMask;
import org.iterativemaps.surgery.LiveNetwork.ParameterName;
import org.iterativemaps.surgery.LiveNetwork.Segment;
import org.nd4j.linalg.api.memory.MemoryWorkspace;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.api.rng.Random;
import org.nd4j.linalg.factory.Nd4j;

/**
 * The gradient of the loss at every cell of some blocks, weight or not, on the batch the network
 * was last given.
 *
 * <p>A second network is built with these blocks dense, the weights that are missing being zero,
 * run forward and backward once, and thrown away. That costs one training step of the dense network
 * and twice its parameters in memory, and leaves the network itself and ND4J's random generator as
 * they were. With truncated BPTT it starts from a state of zeros.
 */
final class DenseGradient {
  private DenseGradient() {}

  /**
   * By {@link MapLayer#name()}, then block name: dL/dw at cell to * fromSize + from; dense blocks
   * left out.
   */
  static Map<String, Map<String, double[]>> of(LiveNetwork network, Map<String, Changeable> maps) {
    Map<String, MapChange> changes = new LinkedHashMap<>();
    maps.forEach((layer, map) -> changes.put(layer, dense(map)));
    Random random = Nd4j.getRandom();
    long root = random.rootState();
    long node = random.nodeState();
    try (MemoryWorkspace ignored = Nd4j.getMemoryManager().scopeOutOfWorkspaces()) {
      LiveNetwork copy =
          network.rebuilt(
              MapLayer.byPlace(network, LiveMaps.settingsAfter(network, changes)),
              ParameterTransfer.of(network, changes).parameters());
      RunningMaps.carry(network, copy);
      copy.takeBatch(network);
      INDArray flat = copy.gradient();
      Map<String, Map<String, double[]>> gradients = new HashMap<>();
      for (MapLayer layer : MapLayer.all(copy)) {
        if (changes.containsKey(layer.name())) {
          gradients.put(layer.name(), read(copy, flat, layer, changes.get(layer.name())));
        }
      }
      return gradients;
    } finally {
      random.setStates(root, node);
    }
  }

  private static MapChange dense(Changeable map) {
    Map<String, WeightMask> masks = new HashMap<>();
    for (RealizedBlock block : map.chosen()) {
      masks.put(
          block.block().name(), WeightMask.dense(block.mask().fromSize(), block.mask().toSize()));
    }
    return MapChange.ofMasks(map.weights().realized(), masks);
  }

  private static Map<String, double[]> read(
      LiveNetwork copy, INDArray flat, MapLayer layer, MapChange change) {
    RealizedMap before = change.before();
    RealizedMap after = change.after();
    Map<ParameterName, Segment> segments = copy.segments();
    Map<String, double[]> gradients = new HashMap<>();
    for (Parameter parameter : after.parameters()) {
      if (parameter.isOfBlock() && after.blocks().get(parameter.block()).block().isTrainable()) {
        String name = after.blocks().get(parameter.block()).block().name();
        if (!before.blocks().get(parameter.block()).mask().isDense()
            && after.blocks().get(parameter.block()).mask().isDense()) {
          Segment segment = segments.get(layer.parameterName(parameter));
          gradients.put(name, segment.of(flat));
        }
      }
    }
    return gradients;
  }
}
