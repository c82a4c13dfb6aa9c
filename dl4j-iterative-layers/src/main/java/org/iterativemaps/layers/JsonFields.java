package org.iterativemaps.layers;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.nd4j.shade.jackson.core.JsonParser;
import org.nd4j.shade.jackson.core.JsonProcessingException;
import org.nd4j.shade.jackson.databind.JsonNode;
import org.nd4j.shade.jackson.databind.ObjectMapper;

/**
 * The fields of one JSON object, read strictly: what is asked for has to be there and of its type,
 * and what is not asked for must not be there. Every error is a {@link MapFormatException} that
 * begins with the path of the field, as in {@code blocks[2].sparsity.value}.
 */
public final class JsonFields {
  // What Double.toString writes and YAML takes for a text: it wants a sign in the exponent.
  private static final Pattern NUMBER_IN_YAML = Pattern.compile("-?\\d{1,20}\\.\\d{1,20}E\\d{1,3}");

  private final JsonNode node;
  private final String path;
  private final Set<String> unread = new LinkedHashSet<>();
  private int version; // 0 where there is none

  private JsonFields(JsonNode node, String path, int version) throws MapFormatException {
    if (!node.isObject()) {
      throw new MapFormatException(path + ": found " + shown(node) + ", expected an object", null);
    }
    this.node = node;
    this.path = path;
    this.version = version;
    node.fieldNames().forEachRemaining(unread::add);
  }

  /** Makes something of an object's fields. */
  @FunctionalInterface
  public interface Reader<T> {
    /**
     * Reads the fields.
     *
     * @throws IOException if they are wrong
     */
    T read(JsonFields fields) throws IOException;
  }

  /**
   * Reads the object at which a parser stands.
   *
   * @param what it is, for messages
   * @param reader may throw IllegalArgumentException, too, which becomes an error at this object
   * @throws MapFormatException if anything in it is wrong
   */
  public static <T> T read(JsonParser parser, String what, Reader<T> reader)
      throws MapFormatException {
    try {
      return read(JsonTree.read(parser), what, 0, reader);
    } catch (MapFormatException e) {
      boolean hasPath = e.getOriginalMessage().startsWith(what);
      throw hasPath ? e : new MapFormatException(what + ": " + e.getOriginalMessage(), e);
    } catch (IOException e) {
      throw new MapFormatException(what + ": " + message(e), e);
    }
  }

  private static <T> T read(JsonNode node, String path, int version, Reader<T> reader)
      throws MapFormatException {
    JsonFields fields = new JsonFields(node, path, version);
    try {
      T value = reader.read(fields);
      fields.end();
      return value;
    } catch (MapFormatException e) {
      throw e;
    } catch (IOException e) {
      throw new MapFormatException(path + ": " + message(e), e);
    } catch (IllegalArgumentException | IllegalStateException e) {
      throw new MapFormatException(path + ": " + e.getMessage(), e);
    } catch (RuntimeException e) { // a check that is missing
      throw new MapFormatException(path + ": " + e, e);
    }
  }

  private static String message(IOException e) {
    return e instanceof JsonProcessingException json ? json.getOriginalMessage() : e.getMessage();
  }

  private void end() throws MapFormatException {
    if (!unread.isEmpty()) {
      throw error(
          unread.iterator().next(),
          "unknown field; remove it, or use the version of the library that wrote it");
    }
  }

  /** An error at a field. */
  public MapFormatException error(String field, String message) {
    return new MapFormatException(path + "." + field + ": " + message, null);
  }

  private MapFormatException expected(String field, JsonNode found, String expected) {
    return error(field, "found " + shown(found) + ", expected " + expected);
  }

  private static String shown(JsonNode node) {
    String text = node.isContainerNode() ? node.getNodeType().name() : node.toString();
    return text.length() > 60 ? text.substring(0, 60) + "…" : text;
  }

  private JsonNode get(String field) throws MapFormatException {
    if (!node.has(field)) {
      throw error(
          field,
          "no field '"
              + field
              + "'"
              + (version == 0 ? ", expected one" : ", which version " + version + " has"));
    }
    unread.remove(field);
    return node.get(field);
  }

  /** Whether there is a field. */
  boolean has(String field) {
    return node.has(field);
  }

  /** Whether a field is null; it has to be there. */
  public boolean isNull(String field) throws MapFormatException {
    return get(field).isNull();
  }

  /**
   * Reads the version.
   *
   * @param newest the version this library writes, and the one it reads
   * @throws MapFormatException if it is another one, naming both
   */
  public void version(int newest) throws MapFormatException {
    long found = wholeNumber("version", 0, Long.MAX_VALUE);
    if (found != newest) {
      throw error(
          "version",
          "found version "
              + found
              + ", this library reads version "
              + newest
              + "; use the library version the model was saved with, or a newer one");
    }
    version = (int) found;
  }

  /** Takes note of a field that is for people alone. */
  void ignore(String field) {
    unread.remove(field);
  }

  /** A whole number. */
  public long wholeNumber(String field, long least, long most) throws MapFormatException {
    JsonNode found = get(field);
    if (!found.isIntegralNumber()
        || !found.canConvertToLong()
        || found.longValue() < least
        || found.longValue() > most) {
      throw expected(field, found, "a whole number from " + least + " to " + most);
    }
    return found.longValue();
  }

  /** A whole number that fits an int. */
  public int integer(String field, int least) throws MapFormatException {
    return (int) wholeNumber(field, least, Integer.MAX_VALUE);
  }

  /** Any long. */
  public long seed(String field) throws MapFormatException {
    return wholeNumber(field, Long.MIN_VALUE, Long.MAX_VALUE);
  }

  /** A finite number. */
  public double number(String field) throws MapFormatException {
    JsonNode found = get(field);
    boolean isInYaml = found.isTextual() && NUMBER_IN_YAML.matcher(found.textValue()).matches();
    double value =
        isInYaml
            ? Double.parseDouble(found.textValue())
            : found.isNumber() ? found.doubleValue() : Double.NaN;
    if (!Double.isFinite(value)) {
      throw expected(field, found, "a finite number");
    }
    return value;
  }

  /** A text. */
  public String text(String field) throws MapFormatException {
    return text(field, get(field));
  }

  private String text(String field, JsonNode found) throws MapFormatException {
    if (!found.isTextual()) {
      throw expected(field, found, "a text");
    }
    return found.textValue();
  }

  /** A list of texts. */
  public List<String> texts(String field) throws MapFormatException {
    List<String> texts = new ArrayList<>();
    for (JsonNode element : array(field)) {
      texts.add(text(field + "[" + texts.size() + "]", element));
    }
    return texts;
  }

  /** True or false. */
  public boolean flag(String field) throws MapFormatException {
    JsonNode found = get(field);
    if (!found.isBoolean()) {
      throw expected(field, found, "true or false");
    }
    return found.booleanValue();
  }

  /** One of some texts. */
  public String choice(String field, String... choices) throws MapFormatException {
    JsonNode found = get(field);
    if (!found.isTextual() || !List.of(choices).contains(found.textValue())) {
      throw expected(field, found, "one of " + List.of(choices));
    }
    return found.textValue();
  }

  /** One of an enumeration's names. */
  public <E extends Enum<E>> E choice(String field, Class<E> type) throws MapFormatException {
    String[] names = Arrays.stream(type.getEnumConstants()).map(Enum::name).toArray(String[]::new);
    return Enum.valueOf(type, choice(field, names));
  }

  /** Another object. */
  public <T> T object(String field, Reader<T> reader) throws MapFormatException {
    return read(get(field), path + "." + field, version, reader);
  }

  /** Another object, or null. */
  public <T> T objectOrNull(String field, Reader<T> reader) throws MapFormatException {
    return isNull(field) ? null : object(field, reader);
  }

  /** A list of objects. */
  public <T> List<T> objects(String field, Reader<T> reader) throws MapFormatException {
    List<T> objects = new ArrayList<>();
    for (JsonNode element : array(field)) {
      String place = path + "." + field + "[" + objects.size() + "]";
      objects.add(read(element, place, version, reader));
    }
    return objects;
  }

  private JsonNode array(String field) throws MapFormatException {
    JsonNode found = get(field);
    if (!found.isArray()) {
      throw expected(field, found, "a list");
    }
    return found;
  }

  /** The names of the fields, in their order. */
  public List<String> names() {
    List<String> names = new ArrayList<>();
    node.fieldNames().forEachRemaining(names::add);
    return names;
  }

  /**
   * An object of DL4J's, with its class, or null. DL4J takes what is missing, unknown or of another
   * type for the default; here the object has to be written as it was read.
   */
  public <T> T dl4jOrNull(String field, Class<T> type) throws MapFormatException {
    if (isNull(field)) {
      return null;
    }
    JsonNode found = get(field);
    T value;
    JsonNode written;
    try {
      ObjectMapper mapper = NeuralNetConfiguration.mapper();
      value = mapper.treeToValue(found, type);
      written = mapper.valueToTree(value);
    } catch (IOException | RuntimeException e) {
      String message = e instanceof IOException io ? message(io) : e.getMessage();
      throw new MapFormatException(path + "." + field + ": " + message, e);
    }
    if (!JsonTree.same(found, written)) {
      throw error(
          field,
          "found "
              + shortened(found)
              + ", which is read as "
              + shortened(written)
              + "; fields are missing, unknown or of a wrong type");
    }
    return value;
  }

  private static String shortened(JsonNode node) {
    String text = node.toString();
    return text.length() > 300 ? text.substring(0, 300) + "…" : text;
  }
}
