package org.iterativemaps.spark;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.IntFunction;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.MultiDataSet;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.INDArrayIndex;
import org.nd4j.linalg.indexing.NDArrayIndex;

/**
 * Examples as bytes, which every serializer of Spark can move and keep, and batches of them.
 *
 * <p>First a shape: how many arrays of features and of labels, and for each of these and then of
 * their time masks type, rank and sizes without the first one, which counts examples. Then the
 * elements of the arrays one after the other, in order 'c', as floats or doubles.
 */
final class ExampleBytes {
  private static final byte ABSENT = -1;

  private ExampleBytes() {}

  /**
   * The shape of one array of an example.
   *
   * @param type of the elements; null if there is no such array
   * @param sizes of one example, without the first dimension
   */
  private record ArrayShape(DataType type, int[] sizes) {
    int length() {
      return type == null ? 0 : Arrays.stream(sizes).reduce(1, Math::multiplyExact);
    }

    /** Floats hold every value of the narrow floating types; doubles of the others, below 2^53. */
    boolean isKeptAsFloats() {
      return type != null && type.isFPType() && type != DataType.DOUBLE;
    }

    int bytes() {
      return length() * (isKeptAsFloats() ? Float.BYTES : Double.BYTES);
    }

    long[] ofBatch(int examples) {
      long[] shape = new long[sizes.length + 1];
      shape[0] = examples;
      for (int i = 0; i < sizes.length; i++) {
        shape[i + 1] = sizes[i];
      }
      return shape;
    }

    @Override
    public String toString() {
      return type == null ? "none" : Arrays.toString(sizes);
    }
  }

  /** Features, labels, masks of features, masks of labels. */
  private static List<INDArray> arrays(org.nd4j.linalg.dataset.api.MultiDataSet data) {
    List<INDArray> arrays = new ArrayList<>();
    int inputs = data.getFeatures().length;
    int outputs = data.getLabels().length;
    arrays.addAll(Arrays.asList(data.getFeatures()));
    arrays.addAll(Arrays.asList(data.getLabels()));
    arrays.addAll(masks(data.getFeaturesMaskArrays(), inputs));
    arrays.addAll(masks(data.getLabelsMaskArrays(), outputs));
    return arrays;
  }

  private static List<INDArray> masks(INDArray[] masks, int count) {
    return Arrays.asList(masks == null ? new INDArray[count] : masks);
  }

  /**
   * Takes a batch apart.
   *
   * @throws IllegalArgumentException if features or labels are missing, or arrays differ in how
   *     many examples they have
   */
  static List<byte[]> of(org.nd4j.linalg.dataset.api.MultiDataSet data) {
    if (data.getFeatures() == null || data.getLabels() == null) {
      throw new IllegalArgumentException(
          "found no "
              + (data.getFeatures() == null ? "features" : "labels")
              + ", expected both; training needs labels");
    }
    List<INDArray> arrays = arrays(data);
    int inputs = data.getFeatures().length;
    int outputs = data.getLabels().length;
    long examples = -1;
    for (int i = 0; i < arrays.size(); i++) {
      INDArray array = arrays.get(i);
      if (array == null && i < inputs + outputs) {
        throw new IllegalArgumentException(
            "found no " + name(i, inputs, outputs) + ", expected an array; give it a value");
      }
      if (array != null) {
        examples = examples < 0 ? array.size(0) : examples;
        if (array.rank() == 0 || array.size(0) != examples) {
          throw new IllegalArgumentException(
              "found "
                  + name(i, inputs, outputs)
                  + " of shape "
                  + Arrays.toString(array.shape())
                  + ", expected "
                  + examples
                  + " examples along the first dimension as in the other arrays; check how the"
                  + " batch was made");
        }
      }
    }
    List<byte[]> all = new ArrayList<>();
    for (int example = 0; example < examples; example++) {
      all.add(encode(inputs, outputs, arrays, example));
    }
    return all;
  }

  private static byte[] encode(int inputs, int outputs, List<INDArray> arrays, int example) {
    int bytes = 2 * Short.BYTES;
    List<ArrayShape> shapes = new ArrayList<>();
    for (INDArray array : arrays) {
      ArrayShape shape =
          array == null
              ? new ArrayShape(null, new int[0])
              : new ArrayShape(
                  array.dataType(),
                  Arrays.stream(array.shape()).skip(1).mapToInt(Math::toIntExact).toArray());
      shapes.add(shape);
      bytes += 2 + shape.sizes.length * Integer.BYTES + shape.bytes();
    }
    ByteBuffer buffer = ByteBuffer.allocate(bytes);
    buffer.putShort((short) inputs).putShort((short) outputs);
    for (ArrayShape shape : shapes) {
      buffer.put(shape.type == null ? ABSENT : (byte) shape.type.toInt());
      buffer.put((byte) shape.sizes.length);
      for (int size : shape.sizes) {
        buffer.putInt(size);
      }
    }
    for (int i = 0; i < shapes.size(); i++) {
      if (shapes.get(i).type != null) {
        putElements(buffer, shapes.get(i), arrays.get(i), example);
      }
    }
    return buffer.array();
  }

  private static void putElements(ByteBuffer buffer, ArrayShape shape, INDArray all, int example) {
    INDArrayIndex[] index = new INDArrayIndex[all.rank()];
    Arrays.fill(index, NDArrayIndex.all());
    index[0] = NDArrayIndex.interval(example, example + 1);
    INDArray flat = all.get(index).dup('c').reshape('c', new long[] {shape.length()});
    if (shape.isKeptAsFloats()) {
      for (float value : flat.castTo(DataType.FLOAT).toFloatVector()) {
        buffer.putFloat(value);
      }
    } else {
      for (double value : flat.castTo(DataType.DOUBLE).toDoubleVector()) {
        buffer.putDouble(value);
      }
    }
  }

  /**
   * The header in words: the same text for the same shapes. Sequences may differ in length, so a
   * third dimension counts only where there are four.
   *
   * @param example as {@link #of} makes it
   */
  static String shape(byte[] example) {
    ByteBuffer buffer = ByteBuffer.wrap(example);
    Header header = Header.read(buffer);
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < header.inputs + header.outputs; i++) {
      text.append(i == 0 ? "" : ", ").append(name(i, header.inputs, header.outputs)).append(' ');
      int[] sizes = header.shapes.get(i).sizes;
      text.append(sizes.length == 2 ? "[" + sizes[0] + ", time]" : header.shapes.get(i).toString());
    }
    return text.toString();
  }

  /** How many arrays of features it has, and how many of labels. */
  static int[] arrayCounts(byte[] example) {
    ByteBuffer buffer = ByteBuffer.wrap(example);
    return new int[] {buffer.getShort(), buffer.getShort()};
  }

  private static String name(int array, int inputs, int outputs) {
    int both = inputs + outputs;
    boolean isMask = array >= both;
    int place = isMask ? array - both : array;
    boolean isInput = place < inputs;
    int count = isInput ? inputs : outputs;
    return (isMask ? "mask of " : "")
        + (isInput ? "features" : "labels")
        + (count == 1 ? "" : " " + (isInput ? place : place - inputs));
  }

  /**
   * What stands before the elements.
   *
   * @param inputs arrays of features
   * @param outputs arrays of labels
   * @param shapes of features, labels, masks of features, masks of labels
   */
  private record Header(int inputs, int outputs, List<ArrayShape> shapes) {
    static Header read(ByteBuffer buffer) {
      int inputs = buffer.getShort();
      int outputs = buffer.getShort();
      List<ArrayShape> shapes = new ArrayList<>();
      for (int i = 0; i < 2 * (inputs + outputs); i++) {
        byte type = buffer.get();
        int[] sizes = new int[buffer.get()];
        for (int d = 0; d < sizes.length; d++) {
          sizes[d] = buffer.getInt();
        }
        shapes.add(new ArrayShape(type == ABSENT ? null : DataType.fromInt(type), sizes));
      }
      return new Header(inputs, outputs, shapes);
    }

    int bytes() {
      int bytes = 2 * Short.BYTES;
      for (ArrayShape shape : shapes) {
        bytes += 2 + shape.sizes.length * Integer.BYTES;
      }
      return bytes;
    }

    boolean isThatOf(byte[] example, byte[] other) {
      int length = bytes();
      return other.length >= length && Arrays.equals(example, 0, length, other, 0, length);
    }
  }

  /**
   * A batch. Sequences of different lengths are padded and masked as DL4J does it.
   *
   * @param examples at least one
   */
  static MultiDataSet batch(List<byte[]> examples) {
    byte[] first = examples.get(0);
    Header header = Header.read(ByteBuffer.wrap(first));
    if (examples.stream().allMatch(other -> header.isThatOf(first, other))) {
      return stack(header, examples);
    }
    List<MultiDataSet> alone = new ArrayList<>();
    for (byte[] example : examples) {
      alone.add(stack(Header.read(ByteBuffer.wrap(example)), List.of(example)));
    }
    return MultiDataSet.merge(alone);
  }

  private static MultiDataSet stack(Header header, List<byte[]> examples) {
    List<INDArray> arrays = new ArrayList<>();
    int begin = header.bytes();
    for (ArrayShape shape : header.shapes) {
      arrays.add(shape.type == null ? null : stack(shape, begin, examples));
      begin += shape.type == null ? 0 : shape.bytes();
    }
    int both = header.inputs + header.outputs;
    return new MultiDataSet(
        arrays.subList(0, header.inputs).toArray(INDArray[]::new),
        arrays.subList(header.inputs, both).toArray(INDArray[]::new),
        masks(arrays.subList(both, both + header.inputs)),
        masks(arrays.subList(both + header.inputs, arrays.size())));
  }

  private static INDArray stack(ArrayShape shape, int begin, List<byte[]> examples) {
    int length = shape.length();
    long[] sizes = shape.ofBatch(examples.size());
    IntFunction<ByteBuffer> elements = i -> ByteBuffer.wrap(examples.get(i), begin, shape.bytes());
    if (shape.isKeptAsFloats()) {
      float[] all = new float[Math.multiplyExact(length, examples.size())];
      for (int i = 0; i < examples.size(); i++) {
        elements.apply(i).asFloatBuffer().get(all, i * length, length);
      }
      return Nd4j.createFromArray(all).castTo(shape.type).reshape('c', sizes);
    }
    double[] all = new double[Math.multiplyExact(length, examples.size())];
    for (int i = 0; i < examples.size(); i++) {
      elements.apply(i).asDoubleBuffer().get(all, i * length, length);
    }
    return Nd4j.createFromArray(all).castTo(shape.type).reshape('c', sizes);
  }

  private static INDArray[] masks(List<INDArray> masks) {
    return masks.stream().allMatch(mask -> mask == null) ? null : masks.toArray(INDArray[]::new);
  }
}
