package org.iterativemaps.surgery;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertSame;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.deeplearning4j.nn.api.Model;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.deeplearning4j.optimize.api.BaseTrainingListener;
import org.iterativemaps.map.Block;
import org.iterativemaps.map.BlockMap;
import org.iterativemaps.map.BlockMapBuilder;
import org.iterativemaps.map.RealizedMap;
import org.iterativemaps.map.pattern.Sparsity;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.learning.config.AMSGrad;
import org.nd4j.linalg.learning.config.AdaDelta;
import org.nd4j.linalg.learning.config.AdaGrad;
import org.nd4j.linalg.learning.config.AdaMax;
import org.nd4j.linalg.learning.config.Adam;
import org.nd4j.linalg.learning.config.IUpdater;
import org.nd4j.linalg.learning.config.Nadam;
import org.nd4j.linalg.learning.config.Nesterovs;
import org.nd4j.linalg.learning.config.NoOp;
import org.nd4j.linalg.learning.config.RmsProp;
import org.nd4j.linalg.learning.config.Sgd;

class LiveMapsTest {

  /** All of DL4J's but AdaBelief, which fails in 1.0.0-M2.1 whatever the network. */
  static Stream<IUpdater> updaters() {
    return Stream.of(
        new Adam(0.01),
        new AMSGrad(0.01),
        new AdaDelta(),
        new AdaGrad(0.01),
        new AdaMax(0.01),
        new Nadam(0.01),
        new Nesterovs(0.01, 0.9),
        new NoOp(),
        new RmsProp(0.01),
        new Sgd(0.01));
  }

  /** The same masks, written out one by one: other configuration, same network. */
  private static BlockMap writtenOut(RealizedMap map) {
    BlockMapBuilder builder = BlockMap.builder();
    map.map().slots().forEach(builder::add);
    for (RealizedMap.RealizedBlock block : map.blocks()) {
      builder.add(
          new Block(
              block.block().from(),
              block.block().to(),
              Sparsity.explicit(block.mask()),
              block.block().fixedValues()));
    }
    return builder.output(map.map().output().name()).seed(map.map().seed()).build();
  }

  private static void rewrite(Model network) {
    for (String layer : LiveMaps.layers(network)) {
      LiveMaps.replaceMap(network, layer, writtenOut(LiveMaps.settings(network, layer).realized()));
    }
  }

  @ParameterizedTest
  @MethodSource("updaters")
  void trainingGoesOnAsIfNothingHadHappened(IUpdater updater) {
    for (boolean recurrent : new boolean[] {false, true}) {
      MultiLayerNetwork straight = Nets.stack(updater, recurrent);
      MultiLayerNetwork operated = Nets.stack(updater, recurrent);
      Nets.fit(straight, 0, 6, recurrent);
      Nets.fit(operated, 0, 3, recurrent);
      rewrite(operated);
      Nets.fit(operated, 3, 6, recurrent);
      assertEquals(straight.params(), operated.params());
      assertEquals(Nets.updaterState(straight), Nets.updaterState(operated));
    }
  }

  @ParameterizedTest
  @MethodSource("updaters")
  void alsoInAGraphWithTwoMapLayers(IUpdater updater) {
    var conf = Nets.adam().updater(updater).biasUpdater(new Sgd(0.05));
    ComputationGraph straight = Nets.graph(conf);
    ComputationGraph operated = Nets.graph(conf.clone());
    Nets.fit(straight, 0, 6, false);
    Nets.fit(operated, 0, 3, false);
    assertEquals(List.of("map", "second"), LiveMaps.layers(operated));
    rewrite(operated);
    Nets.fit(operated, 3, 6, false);
    assertEquals(straight.params(), operated.params());
    assertEquals(Nets.updaterState(straight), Nets.updaterState(operated));
    assertEquals(6, operated.getIterationCount());
  }

  private static Model network(String kind) {
    return switch (kind) {
      case "truncated" -> Nets.truncated(2, new Adam(0.01));
      case "truncated graph" -> Nets.truncatedGraph(2, new Adam(0.01));
      case "graph" -> Nets.graph(Nets.adam());
      default -> Nets.stack(new Adam(0.01), false);
    };
  }

  @ParameterizedTest
  @ValueSource(strings = {"plain", "graph", "truncated", "truncated graph"})
  void alsoFromAListenerInTheMiddleOfFit(String kind) {
    boolean truncated = kind.startsWith("truncated");
    Model straight = network(kind);
    Model operated = network(kind);
    List<Integer> iterations = new ArrayList<>();
    Nets.listen(
        operated,
        new BaseTrainingListener() {
          @Override
          public void iterationDone(Model model, int iteration, int epoch) {
            rewrite(model);
            iterations.add(iteration);
          }
        });
    Nets.fit(straight, 0, 4, truncated);
    Nets.fit(operated, 0, 4, truncated);
    assertEquals(
        IntStream.range(0, truncated ? 12 : 4).boxed().toList(), iterations); // 5 = 2 + 2 + 1
    assertEquals(straight.params(), operated.params());
    assertEquals(Nets.updaterState(straight), Nets.updaterState(operated));
  }

  @Test
  void theConfigurationOfAnotherNetworkStays() {
    MultiLayerNetwork one = Nets.stack(new Adam(0.01), false);
    MultiLayerNetwork other = new MultiLayerNetwork(one.getLayerWiseConfigurations());
    other.init();
    String before = other.getLayerWiseConfigurations().toJson();
    rewrite(one);
    assertNotEquals(before, one.getLayerWiseConfigurations().toJson());
    assertEquals(before, other.getLayerWiseConfigurations().toJson());
    Nets.fit(other, 0, 2, false);
    assertSame(other.getLayer(1).conf(), other.getLayerWiseConfigurations().getConf(1));
  }
}
