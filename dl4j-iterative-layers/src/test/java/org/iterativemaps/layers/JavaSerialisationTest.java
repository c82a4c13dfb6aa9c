package org.iterativemaps.layers;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;
import org.iterativemaps.map.BlockMap;
import org.iterativemaps.map.pattern.Sparsity;
import org.iterativemaps.map.pattern.WeightMask;
import org.iterativemaps.map.values.WeightValues;
import org.iterativemaps.samediff.Graphs;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.activations.Activation;

/** DL4J's configurations are {@link Serializable}; so is all that ours hold. */
class JavaSerialisationTest {
  private static final BlockMap EVERY_PATTERN =
      BlockMap.builder()
          .input("x", 6)
          .state("h", 6, Activation.TANH)
          .state("g", 6, Activation.RELU)
          .state("y", 6, Activation.IDENTITY)
          .connect("x", "h", Sparsity.dense())
          .connect("h", "h", Sparsity.density(0.5))
          .connect("h", "g", Sparsity.entries(7))
          .connect("g", "g", Sparsity.bernoulli(0.5))
          .connect("g", "h", Sparsity.fanIn(2))
          .connect("h", "y", Sparsity.diagonal())
          .connect("g", "y", Sparsity.groups(2))
          .connect("y", "y", Sparsity.explicit(WeightMask.ofCells(6, 6, new long[] {0, 3})))
          .connectFixed("y", "g", Sparsity.density(0.3), WeightValues.spectralRadius(0.9))
          .connectFixed("y", "h", Sparsity.groups(2), WeightValues.orthogonal(1))
          .output("y")
          .build();

  /** The same object, written and read. */
  @SuppressWarnings("unchecked")
  private static <T extends Serializable> T copy(T object)
      throws IOException, ClassNotFoundException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (ObjectOutputStream out = new ObjectOutputStream(bytes)) {
      out.writeObject(object);
    }
    try (ObjectInputStream in =
        new ObjectInputStream(new ByteArrayInputStream(bytes.toByteArray()))) {
      return (T) in.readObject();
    }
  }

  @Test
  void maps() throws Exception {
    assertEquals(EVERY_PATTERN, copy(EVERY_PATTERN));
    BlockMap everything = Graphs.everything(5);
    assertEquals(everything, copy(everything));
  }

  @Test
  void layersAndTheVertex() throws Exception {
    IterativeMapLayer layer = new IterativeMapLayer.Builder().map(EVERY_PATTERN).steps(4).build();
    assertEquals(layer, copy(layer));
    IterativeMapRecurrentLayer recurrent =
        new IterativeMapRecurrentLayer.Builder().nIn(3).nOut(4).density(0.5).build();
    assertEquals(recurrent, copy(recurrent));
    IterativeMapVertex vertex = new IterativeMapVertex(Graphs.everything(5), 2, "h", "c");
    assertEquals(vertex, copy(vertex));
    vertex.setStarts(new ArrayList<>(List.of("h")));
    assertEquals(vertex, copy(vertex));
  }
}
