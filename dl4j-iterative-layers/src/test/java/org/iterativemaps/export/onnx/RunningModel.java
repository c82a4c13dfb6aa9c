package org.iterativemaps.export.onnx;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtLoggingLevel;
import ai.onnxruntime.OrtSession;
import java.nio.FloatBuffer;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** A model in ONNX Runtime. */
final class RunningModel implements AutoCloseable {
  // It warns of every state that has a value and may be given another: as it is meant.
  private final OrtEnvironment environment =
      OrtEnvironment.getEnvironment(OrtLoggingLevel.ORT_LOGGING_LEVEL_ERROR, "tests");
  private final OrtSession session;

  RunningModel(Path file) throws OrtException {
    this.session = environment.createSession(file.toString());
  }

  RunningModel(byte[] model) throws OrtException {
    this.session = environment.createSession(model);
  }

  OrtSession session() {
    return session;
  }

  /** The output alone. */
  INDArray output(INDArray input) throws OrtException {
    return run(Map.of(OnnxExport.INPUT, input)).get(OnnxExport.OUTPUT);
  }

  /** All outputs by name. */
  Map<String, INDArray> run(Map<String, INDArray> inputs) throws OrtException {
    Map<String, OnnxTensor> tensors = new HashMap<>();
    try {
      for (Map.Entry<String, INDArray> input : inputs.entrySet()) {
        tensors.put(input.getKey(), tensor(input.getValue()));
      }
      Map<String, INDArray> outputs = new LinkedHashMap<>();
      try (OrtSession.Result result = session.run(tensors)) {
        for (Map.Entry<String, ?> output : result) {
          OnnxTensor tensor = (OnnxTensor) output.getValue();
          FloatBuffer values = tensor.getFloatBuffer();
          float[] all = new float[values.remaining()];
          values.get(all);
          outputs.put(
              output.getKey(), Nd4j.createFromArray(all).reshape(tensor.getInfo().getShape()));
        }
      }
      return outputs;
    } finally {
      tensors.values().forEach(OnnxTensor::close);
    }
  }

  private OnnxTensor tensor(INDArray array) throws OrtException {
    float[] values = array.castTo(DataType.FLOAT).dup('c').reshape(array.length()).toFloatVector();
    return OnnxTensor.createTensor(environment, FloatBuffer.wrap(values), array.shape());
  }

  @Override
  public void close() throws OrtException {
    session.close();
  }
}
