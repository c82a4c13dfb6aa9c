package org.iterativemaps.saving;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.util.Map;
import org.nd4j.linalg.dataset.api.preprocessor.Normalizer;
import org.nd4j.linalg.dataset.api.preprocessor.serializer.NormalizerSerializer;

/**
 * Normalizers as {@link NormalizerSerializer} writes them, their arrays checked before ND4J reads
 * them. Of the types that it knows, those that consist of numbers and arrays; never those that name
 * a class to be loaded.
 */
final class NormalizerBytes {
  // Bytes of numbers between the header and the arrays, which go on to the end.
  private static final Map<String, Integer> NUMBERS =
      Map.of(
          "STANDARDIZE", 1,
          "MIN_MAX", 17,
          "IMAGE_MIN_MAX", 24,
          "MULTI_STANDARDIZE", 9,
          "MULTI_MIN_MAX", 25);

  private NormalizerBytes() {}

  static byte[] write(Normalizer<?> normalizer) throws IOException {
    String type = normalizer.getType().name();
    if (!NUMBERS.containsKey(type)) {
      throw new IllegalArgumentException(
          "normalizer: found type "
              + type
              + ", expected one of "
              + NUMBERS.keySet()
              + "; save it in a file of its own with NormalizerSerializer");
    }
    ByteArrayOutputStream bytes = new ByteArrayOutputStream(); // the serializer closes it
    NormalizerSerializer.getDefault().write(normalizer, bytes);
    return bytes.toByteArray();
  }

  static Normalizer<?> read(String what, byte[] bytes) throws IOException {
    ByteArrayInputStream counted = new ByteArrayInputStream(bytes);
    DataInputStream in = new DataInputStream(counted);
    String type;
    try {
      in.readUTF();
      in.readInt();
      type = in.readUTF();
    } catch (IOException e) {
      throw new ModelFileException(what + ": ends within its header", e);
    }
    if (!NUMBERS.containsKey(type)) {
      throw new ModelFileException(
          what
              + ": found type "
              + (type.length() > 40 ? type.substring(0, 40) + "…" : type)
              + ", expected one of "
              + NUMBERS.keySet());
    }
    int place = bytes.length - counted.available() + NUMBERS.get(type);
    if (place > bytes.length) {
      throw new ModelFileException(what + ": ends before its numbers do");
    }
    ByteArrayOutputStream checked = new ByteArrayOutputStream(bytes.length + 1024);
    checked.write(bytes, 0, place);
    while (place < bytes.length) {
      SavedArray array = SavedArray.of(what, bytes, place);
      array.copy(bytes, checked);
      place = array.end();
    }
    ByteArrayInputStream all = new ByteArrayInputStream(checked.toByteArray());
    Normalizer<?> normalizer;
    try {
      normalizer = NormalizerSerializer.getDefault().restore(all);
    } catch (Exception e) { // as it is declared
      throw new ModelFileException(what + ": cannot be read: " + e.getMessage(), e);
    }
    if (all.available() > 0) {
      throw new ModelFileException(what + ": " + all.available() + " bytes are left over");
    }
    return normalizer;
  }
}
