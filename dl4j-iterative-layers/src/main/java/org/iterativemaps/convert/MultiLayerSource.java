package org.iterativemaps.convert;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.deeplearning4j.nn.conf.InputPreProcessor;
import org.deeplearning4j.nn.conf.MultiLayerConfiguration;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;

/**
 * A MultiLayerNetwork: one chain.
 *
 * @param conf the configuration
 * @param network the trained network, or null
 */
record MultiLayerSource(MultiLayerConfiguration conf, MultiLayerNetwork network)
    implements Source<MultiLayerConfiguration, MultiLayerNetwork> {

  static MultiLayerSource of(MultiLayerNetwork network) {
    network.init(); // does nothing a second time
    return new MultiLayerSource(network.getLayerWiseConfigurations(), network);
  }

  @Override
  public List<Chain> chains() {
    List<Node> nodes = new ArrayList<>();
    for (int i = 0; i < conf.getConfs().size(); i++) {
      nodes.add(
          new Node(
              "layer " + i,
              conf.getConf(i),
              conf.getInputPreProcess(i),
              network == null ? null : network.getLayer(i)));
    }
    return List.of(new Chain(nodes, null));
  }

  @Override
  public MultiLayerConfiguration configuration(List<Piece> pieces) {
    List<NeuralNetConfiguration> confs = new ArrayList<>();
    Map<Integer, InputPreProcessor> preProcessors = new HashMap<>();
    for (Piece piece : pieces) {
      Node first = piece.old().get(0);
      if (first.preProcessor() != null) {
        preProcessors.put(confs.size(), first.preProcessor().clone());
      }
      if (piece.isKept()) {
        confs.add(first.conf().clone());
      } else {
        piece.fresh().forEach(fresh -> confs.add(Source.around(first.conf(), fresh.layer())));
      }
    }
    MultiLayerConfiguration copy = conf.clone();
    copy.setConfs(confs);
    copy.setInputPreProcessors(preProcessors);
    return copy;
  }

  @Override
  public MultiLayerNetwork network(List<Piece> pieces) {
    MultiLayerNetwork copy = new MultiLayerNetwork(configuration(pieces));
    copy.init();
    int next = 0;
    for (Piece piece : pieces) {
      if (piece.isKept()) {
        Source.copyParameters(piece.old().get(0).trained(), copy.getLayer(next++));
      } else {
        for (NewLayer fresh : piece.fresh()) {
          fresh.fill().accept(copy.getLayer(next++));
        }
      }
    }
    return copy;
  }
}
