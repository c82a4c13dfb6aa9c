package org.iterativemaps.samediff;

import org.deeplearning4j.nn.weights.IWeightInit;
import org.iterativemaps.layers.UnchangeableMap;

/** What the configurations of the SameDiff layers have in common, beside DL4J's own. */
public interface SDMapConf extends UnchangeableMap {

  /** The map and its steps. */
  SDMapSettings getSettings();

  /** The initialiser of a block's weights. */
  IWeightInit weightInit(SDParameter parameter);
}
