package org.iterativemaps.spark;

import java.nio.file.Files;
import java.nio.file.Path;
import org.deeplearning4j.nn.api.MaskState;
import org.deeplearning4j.nn.conf.InputPreProcessor;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.workspace.LayerWorkspaceMgr;
import org.nd4j.common.primitives.Pair;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.shade.jackson.annotation.JsonProperty;

/** Changes nothing, and ends the process if a file is there, which it takes away: for one only. */
public final class HaltOnce implements InputPreProcessor {
  private static final long serialVersionUID = 1L;

  private final String file;

  /** While that file is there. */
  public HaltOnce(@JsonProperty("file") String file) {
    this.file = file;
  }

  /** The file. */
  public String getFile() {
    return file;
  }

  @Override
  public INDArray preProcess(INDArray input, int batch, LayerWorkspaceMgr workspaces) {
    try {
      if (Files.deleteIfExists(Path.of(file))) {
        Runtime.getRuntime().halt(9);
      }
    } catch (java.io.IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
    return input;
  }

  @Override
  public INDArray backprop(INDArray output, int batch, LayerWorkspaceMgr workspaces) {
    return output;
  }

  @Override
  public InputPreProcessor clone() {
    return new HaltOnce(file);
  }

  @Override
  public InputType getOutputType(InputType inputType) {
    return inputType;
  }

  @Override
  public Pair<INDArray, MaskState> feedForwardMaskArray(
      INDArray maskArray, MaskState currentMaskState, int minibatchSize) {
    return new Pair<>(maskArray, currentMaskState);
  }
}
