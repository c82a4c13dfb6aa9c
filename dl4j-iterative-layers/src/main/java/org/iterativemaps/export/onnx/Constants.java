package org.iterativemaps.export.onnx;

import java.util.HashMap;
import java.util.Map;
import onnx.Onnx.GraphProto;
import onnx.Onnx.SparseTensorProto;
import org.iterativemaps.inference.Matrix;
import org.iterativemaps.inference.Program;

/** The numbers of a model, each written when it is first asked for; graphs within see them, too. */
final class Constants {
  private final Program program;
  private final OnnxWeights weights;
  private final GraphProto.Builder graph;
  private final Names names;
  private final Map<String, String> written = new HashMap<>(); // by what they are

  Constants(Program program, OnnxWeights weights, GraphProto.Builder graph, Names names) {
    this.program = program;
    this.weights = weights;
    this.graph = graph;
    this.names = names;
  }

  private interface Writer {
    void write(String name);
  }

  private String once(String what, Writer writer) {
    String known = written.get(what);
    if (known == null) {
      known = names.unique(what);
      writer.write(known);
      written.put(what, known);
    }
    return known;
  }

  /** One number, of no dimension. */
  String number(float value) {
    return once(
        "number " + value, name -> graph.addInitializer(Protos.tensor(name, new float[] {value})));
  }

  /** Whole numbers, [count]. */
  String numbers(long... values) {
    StringBuilder what = new StringBuilder("numbers");
    for (long value : values) {
      what.append(' ').append(value);
    }
    return once(
        what.toString(), name -> graph.addInitializer(Protos.tensor(name, values, values.length)));
  }

  /** Zeros, [1, units]. */
  String zeros(int units) {
    return once(
        "zeros " + units,
        name -> graph.addInitializer(Protos.tensor(name, new float[units], 1, units)));
  }

  /** A vector of the program, [1, units]. */
  String vector(int index) {
    return once(
        "vector " + index,
        name -> {
          float[] values = program.vector(index);
          graph.addInitializer(Protos.tensor(name, values, 1, values.length));
        });
  }

  /** The diagonal of a matrix of the program that is nothing else, [1, units]. */
  String diagonal(int index) {
    return once(
        "diagonal " + index,
        name -> {
          float[] values = program.matrices().get(index).copyValues();
          graph.addInitializer(Protos.tensor(name, values, 1, values.length));
        });
  }

  /** A matrix of the program, [to, from]. */
  String matrix(int index) {
    Matrix matrix = program.matrices().get(index);
    return once(
        "matrix " + index,
        name -> {
          if (isSparse(matrix, weights)) {
            graph.addSparseInitializer(sparse(name, matrix));
          } else {
            graph.addInitializer(
                Protos.tensor(name, cells(matrix), matrix.toSize(), matrix.fromSize()));
          }
        });
  }

  /** Bytes that a matrix takes. */
  static long bytes(Matrix matrix, OnnxWeights weights) {
    return isSparse(matrix, weights)
        ? sparseBytes(matrix)
        : (long) matrix.toSize() * matrix.fromSize() * Float.BYTES;
  }

  private static boolean isSparse(Matrix matrix, OnnxWeights weights) {
    return weights == OnnxWeights.SPARSE
        && matrix.entryCount() > 0
        && sparseBytes(matrix) < (long) matrix.toSize() * matrix.fromSize() * Float.BYTES;
  }

  private static long sparseBytes(Matrix matrix) {
    return (long) matrix.entryCount() * (Float.BYTES + Long.BYTES);
  }

  private static float[] cells(Matrix matrix) {
    float[] cells = new float[Math.multiplyExact(matrix.toSize(), matrix.fromSize())];
    for (int to = 0; to < matrix.toSize(); to++) {
      for (int e = matrix.targetStart(to); e < matrix.targetStart(to + 1); e++) {
        cells[to * matrix.fromSize() + matrix.source(e)] = matrix.value(e);
      }
    }
    return cells;
  }

  /** Places count row by row, and ascend. */
  private static SparseTensorProto sparse(String name, Matrix matrix) {
    long[] places = new long[matrix.entryCount()];
    for (int to = 0; to < matrix.toSize(); to++) {
      for (int e = matrix.targetStart(to); e < matrix.targetStart(to + 1); e++) {
        places[e] = (long) to * matrix.fromSize() + matrix.source(e);
      }
    }
    return SparseTensorProto.newBuilder()
        .setValues(Protos.tensor(name, matrix.copyValues(), places.length))
        .setIndices(Protos.tensor(name + " places", places, places.length))
        .addDims(matrix.toSize())
        .addDims(matrix.fromSize())
        .build();
  }
}
