package org.iterativemaps.reshape;

import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.iterativemaps.map.RealizedMap;
import org.iterativemaps.map.RealizedMap.Parameter;
import org.iterativemaps.map.RealizedMap.RealizedBlock;
import org.iterativemaps.map.WeightMask;
import org.iterativemaps.map.change.MapChange;
import org.iterativemaps.map.change.TrainedMap;
import org.iterativemaps.reshape.LiveNetwork.Segment;
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

  /** By layer name, then block name: dL/dw at cell to * fromSize + from; dense blocks left out. */
  static Map<String, Map<String, double[]>> of(
      LiveNetwork network, Map<String, TrainedMap> blocks) {
    Map<String, MapChange> changes = new LinkedHashMap<>();
    blocks.forEach((layer, trained) -> changes.put(layer, dense(trained)));
    Random random = Nd4j.getRandom();
    long root = random.rootState();
    long node = random.nodeState();
    try (MemoryWorkspace ignored = Nd4j.getMemoryManager().scopeOutOfWorkspaces()) {
      Map<String, NeuralNetConfiguration> confs = new HashMap<>();
      changes.forEach(
          (name, change) -> confs.put(name, MapLayer.of(network, name).with(change.after().map())));
      LiveNetwork copy = network.copyWith(confs, Carry.of(network, changes).parameters());
      copy.takeBatch(network);
      INDArray flat = copy.gradient();
      Map<String, Map<String, double[]>> gradients = new HashMap<>();
      changes.forEach((name, change) -> gradients.put(name, read(copy, flat, name, change)));
      return gradients;
    } finally {
      random.setStates(root, node);
    }
  }

  private static MapChange dense(TrainedMap trained) {
    Map<String, WeightMask> masks = new HashMap<>();
    for (RealizedBlock block : trained.map().blocks()) {
      if (block.block().isTrainable() && trained.blocks().contains(block.block().name())) {
        masks.put(
            block.block().name(), WeightMask.dense(block.mask().fromSize(), block.mask().toSize()));
      }
    }
    return MapChange.ofMasks(trained.map(), masks);
  }

  private static Map<String, double[]> read(
      LiveNetwork copy, INDArray flat, String layer, MapChange change) {
    RealizedMap before = change.before();
    RealizedMap after = change.after();
    Map<String, Segment> segments = copy.segments();
    Map<String, double[]> gradients = new HashMap<>();
    for (Parameter parameter : after.parameters()) {
      if (!parameter.isBias()) {
        String name = after.blocks().get(parameter.block()).block().name();
        if (!before.blocks().get(parameter.block()).mask().isDense()
            && after.blocks().get(parameter.block()).mask().isDense()) {
          Segment segment = segments.get(Segment.name(layer, MapLayer.key(after, parameter)));
          gradients.put(name, segment.of(flat));
        }
      }
    }
    return gradients;
  }
}
