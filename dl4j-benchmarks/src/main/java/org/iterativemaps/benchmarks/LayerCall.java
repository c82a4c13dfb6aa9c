package org.iterativemaps.benchmarks;

import org.deeplearning4j.nn.api.Layer;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.deeplearning4j.nn.workspace.ArrayType;
import org.deeplearning4j.nn.workspace.LayerWorkspaceMgr;
import org.nd4j.linalg.api.memory.MemoryWorkspace;
import org.nd4j.linalg.api.memory.conf.WorkspaceConfiguration;
import org.nd4j.linalg.api.memory.enums.AllocationPolicy;
import org.nd4j.linalg.api.memory.enums.LearningPolicy;
import org.nd4j.linalg.api.memory.enums.ResetPolicy;
import org.nd4j.linalg.api.memory.enums.SpillPolicy;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * A stack of running layers, called as {@link MultiLayerNetwork} calls them (in its workspaces,
 * which is its default), without loss and updater.
 *
 * <p>Outside of workspaces every call's output is fresh native memory: the operating system's page
 * faults would be most of what is measured of a fast layer.
 */
final class LayerCall {
  private final Layer[] layers;
  private final INDArray input;
  private final INDArray outputGradient;
  private final LayerWorkspaceMgr workspaces;

  LayerCall(MultiLayerNetwork network, INDArray input) {
    this.layers = network.getLayers();
    this.input = input;
    WorkspaceConfiguration wholeCall = configuration(LearningPolicy.FIRST_LOOP, 0);
    // Every layer opens it once forward and once backward, and the largest use counts.
    WorkspaceConfiguration oneLayer = configuration(LearningPolicy.OVER_TIME, 2 * layers.length);
    WorkspaceConfiguration oneTimeStep = configuration(LearningPolicy.FIRST_LOOP, 0);
    this.workspaces =
        LayerWorkspaceMgr.builder()
            .with(ArrayType.INPUT, "BENCHMARK_ACTIVATIONS", wholeCall)
            .with(ArrayType.ACTIVATIONS, "BENCHMARK_ACTIVATIONS", wholeCall)
            .with(ArrayType.ACTIVATION_GRAD, "BENCHMARK_GRADIENTS", wholeCall)
            .with(ArrayType.FF_WORKING_MEM, "BENCHMARK_LAYER", oneLayer)
            .with(ArrayType.BP_WORKING_MEM, "BENCHMARK_LAYER", oneLayer)
            .with(ArrayType.RNN_FF_LOOP_WORKING_MEM, "BENCHMARK_TIME_STEP", oneTimeStep)
            .with(ArrayType.RNN_BP_LOOP_WORKING_MEM, "BENCHMARK_TIME_STEP", oneTimeStep)
            .build();
    this.outputGradient = Nd4j.randn(output().shape()).dup('f').muli(0.01);
  }

  private static WorkspaceConfiguration configuration(LearningPolicy learning, int cycles) {
    return WorkspaceConfiguration.builder()
        .initialSize(0)
        .overallocationLimit(0.05)
        .policyLearning(learning)
        .cyclesBeforeInitialization(cycles)
        .policyReset(ResetPolicy.BLOCK_LEFT)
        .policySpill(SpillPolicy.REALLOCATE)
        .policyAllocation(AllocationPolicy.OVERALLOCATE)
        .build();
  }

  /** What the layers compute, to keep. */
  INDArray output() {
    try (MemoryWorkspace whole = workspaces.notifyScopeEntered(ArrayType.ACTIVATIONS)) {
      return activate(false).detach();
    }
  }

  /** Inference. */
  void forward() {
    try (MemoryWorkspace whole = workspaces.notifyScopeEntered(ArrayType.ACTIVATIONS)) {
      activate(false);
    }
  }

  /** Forward and backward: all that a training step needs of these layers. */
  void training() {
    try (MemoryWorkspace whole = workspaces.notifyScopeEntered(ArrayType.ACTIVATIONS);
        MemoryWorkspace back = workspaces.notifyScopeEntered(ArrayType.ACTIVATION_GRAD)) {
      activate(true);
      INDArray gradient = outputGradient;
      for (int i = layers.length - 1; i >= 0; i--) {
        try (MemoryWorkspace one = workspaces.notifyScopeEntered(ArrayType.BP_WORKING_MEM)) {
          gradient = layers[i].backpropGradient(gradient, workspaces).getSecond();
        }
      }
    }
  }

  private INDArray activate(boolean training) {
    INDArray activations = input;
    for (Layer layer : layers) {
      try (MemoryWorkspace one = workspaces.notifyScopeEntered(ArrayType.FF_WORKING_MEM)) {
        activations = layer.activate(activations, training, workspaces);
      }
    }
    return activations;
  }
}
