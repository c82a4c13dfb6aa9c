package org.iterativemaps.layers;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.StringWriter;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.iterativemaps.map.BlockFunction;
import org.iterativemaps.map.BlockFunctions;
import org.iterativemaps.map.BlockMap;
import org.iterativemaps.map.Injection;
import org.iterativemaps.map.Normalisation;
import org.iterativemaps.map.Update;
import org.iterativemaps.map.pattern.Sparsity;
import org.iterativemaps.map.values.WeightValues;
import org.iterativemaps.samediff.SDFunction;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.shade.jackson.core.JsonGenerator;
import org.nd4j.shade.jackson.databind.ObjectMapper;

/** The text of every typed block and of a whole map. Never change one: saved models have it. */
class BlockMapJsonTest {
  private static final ObjectMapper JSON = NeuralNetConfiguration.mapper();

  private static final String SLOTS =
      "[{'name':'x','role':'input','size':2},"
          + "{'name':'h','role':'state','size':2,"
          + "'activation':{'@class':'org.nd4j.linalg.activations.impl.ActivationTanH'},"
          + "'bias':true,'normalisation':'NONE','update':null,'copyOf':null}]";

  private static BlockMap inner() {
    return BlockMap.builder()
        .input("x", 2)
        .state("h", 2, Activation.TANH)
        .connect("x", "h", Sparsity.dense())
        .output("h")
        .build();
  }

  private static final String INNER =
      "{'injection':'HOLD','seed':0,'output':'h','slots':"
          + SLOTS
          + ",'blocks':[{'from':['x'],'to':'h','function':'linear',"
          + "'sparsity':{'pattern':'dense'},'fixed':null}]}";

  private static Map<BlockFunction, String> pinned() {
    return Map.of(
        BlockFunctions.linear(Sparsity.density(0.5)),
        "'function':'linear','sparsity':{'pattern':'density','value':0.5},'fixed':null",
        BlockFunctions.fixed(Sparsity.diagonal(), WeightValues.constant(2)),
        "'function':'linear','sparsity':{'pattern':'diagonal'},"
            + "'fixed':{'values':'constant','value':2.0}",
        BlockFunctions.identity(),
        "'function':'identity'",
        BlockFunctions.product(),
        "'function':'product'",
        BlockFunctions.linearProduct(Sparsity.dense(), Sparsity.fanIn(1)),
        "'function':'linearProduct','left':{'pattern':'dense'},"
            + "'right':{'pattern':'fanIn','value':1}",
        BlockFunctions.attention(2, 3),
        "'function':'attention','heads':2,'time':3",
        BlockFunctions.nested(inner(), 4),
        "'function':'nested','steps':4,'map':" + INNER);
  }

  /** Alone in a map, reading as many slots as it wants, all of them h. */
  private static BlockMap around(BlockFunction block) {
    return BlockMap.builder()
        .input("x", 2)
        .state("h", 2, Activation.TANH)
        .connect("x", "h", Sparsity.dense())
        .connect(Stream.generate(() -> "h").limit(block.sources()).toList(), "h", block)
        .output("h")
        .build();
  }

  @Test
  void everyBlockHasItsText() throws IOException {
    for (Map.Entry<BlockFunction, String> block : pinned().entrySet()) {
      BlockMap map = around(block.getKey());
      String from = "'h'" + ",'h'".repeat(block.getKey().sources() - 1);
      String text =
          INNER.substring(0, INNER.length() - 2)
              + ",{'from':["
              + from
              + "],'to':'h',"
              + block.getValue()
              + "}]}";
      assertPinned(text, map);
    }
  }

  @Test
  void slotsAndUpdates() throws IOException {
    BlockMap map =
        BlockMap.builder()
            .input("x", 2)
            .wire("g", 2, Activation.SIGMOID)
            .wireWithoutBias("w", 2, Activation.IDENTITY)
            .state("a", 2, Activation.TANH)
            .state("b", 2, Activation.TANH)
            .state("c", 2, Activation.TANH)
            .normalise("a", Normalisation.LAYER)
            .normalise("b", Normalisation.RMS)
            .update("a", Update.gated("g"))
            .update("b", Update.gated("g", "w"))
            .update("c", Update.residual(0.5))
            .connect("x", "g", Sparsity.dense())
            .connect("x", "w", Sparsity.dense())
            .connect("x", "a", Sparsity.dense())
            .connect("a", "b", Sparsity.dense())
            .connect("b", "c", Sparsity.dense())
            .output("c")
            .injection(Injection.IMPULSE)
            .seed(-7)
            .build();
    String none = "'normalisation':'NONE','update':null,'copyOf':null}";
    String tanh = activation("TanH");
    String text =
        "{'injection':'IMPULSE','seed':-7,'output':'c','slots':["
            + "{'name':'x','role':'input','size':2}"
            + ",{'name':'g','role':'wire','size':2,"
            + activation("Sigmoid")
            + "'bias':true,"
            + none
            + ",{'name':'w','role':'wire','size':2,"
            + activation("Identity")
            + "'bias':false,"
            + none
            + ",{'name':'a','role':'state','size':2,"
            + tanh
            + "'bias':true,'normalisation':'LAYER',"
            + "'update':{'kind':'GATED','scale':1.0,'keep':'g','write':null},'copyOf':null}"
            + ",{'name':'b','role':'state','size':2,"
            + tanh
            + "'bias':true,'normalisation':'RMS',"
            + "'update':{'kind':'TWO_GATES','scale':1.0,'keep':'g','write':'w'},'copyOf':null}"
            + ",{'name':'c','role':'state','size':2,"
            + tanh
            + "'bias':true,'normalisation':'NONE',"
            + "'update':{'kind':'RESIDUAL','scale':0.5,'keep':null,'write':null},'copyOf':null}],'blocks':["
            + dense("x", "g")
            + ","
            + dense("x", "w")
            + ","
            + dense("x", "a")
            + ","
            + dense("a", "b")
            + ","
            + dense("b", "c")
            + "]}";
    assertPinned(text, map);
  }

  @Test
  void leakRates() throws IOException {
    BlockMap map =
        BlockMap.builder()
            .input("x", 2)
            .state("h", 2, Activation.TANH)
            .update("h", Update.leaky(0.25))
            .connect("x", "h", Sparsity.dense())
            .output("h")
            .build();
    assertPinned(
        "{'injection':'HOLD','seed':0,'output':'h','slots':["
            + "{'name':'x','role':'input','size':2}"
            + ",{'name':'h','role':'state','size':2,"
            + activation("TanH")
            + "'bias':true,'normalisation':'NONE',"
            + "'update':{'kind':'LEAKY','scale':0.25,'keep':null,'write':null},'copyOf':null}],"
            + "'blocks':["
            + dense("x", "h")
            + "]}",
        map);
  }

  private static String activation(String name) {
    return "'activation':{'@class':'org.nd4j.linalg.activations.impl.Activation" + name + "'},";
  }

  private static String dense(String from, String to) {
    return "{'from':['"
        + from
        + "'],'to':'"
        + to
        + "','function':'linear','sparsity':{'pattern':'dense'},'fixed':null}";
  }

  private static void assertPinned(String text, BlockMap map) throws IOException {
    StringWriter written = new StringWriter();
    try (JsonGenerator json = JSON.getFactory().createGenerator(written)) {
      json.writeStartObject();
      BlockMapJson.write(map, null, json);
      json.writeEndObject();
    }
    String pinned = text.replace('\'', '"');
    assertEquals(pinned, written.toString().replaceAll("\\s", ""));
    assertEquals(
        map,
        JsonFields.read(
            JSON.getFactory().createParser(pinned),
            "map",
            fields -> BlockMapJson.read(fields, null)));
  }

  @Test
  void noBlockIsMissing() {
    Set<Class<?>> typed =
        Arrays.stream(BlockFunctions.class.getDeclaredClasses())
            .filter(BlockFunction.class::isAssignableFrom)
            .collect(Collectors.toSet());
    BlockFunction code = new SDFunction("code", 1, (graph, from) -> from[0]);
    assertFalse(BlockFunctions.contains(code));
    assertEquals(
        typed, pinned().keySet().stream().map(BlockFunction::getClass).collect(Collectors.toSet()));
    List.copyOf(pinned().keySet()).forEach(b -> assertTrue(BlockFunctions.contains(b), "" + b));
  }
}
