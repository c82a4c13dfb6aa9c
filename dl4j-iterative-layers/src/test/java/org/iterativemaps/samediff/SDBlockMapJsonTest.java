package org.iterativemaps.samediff;

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
import org.iterativemaps.layers.JsonFields;
import org.iterativemaps.map.FixedValues;
import org.iterativemaps.map.Injection;
import org.iterativemaps.map.Sparsity;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.shade.jackson.core.JsonGenerator;
import org.nd4j.shade.jackson.databind.ObjectMapper;

/** The text of every typed block and of a whole map. Never change one: saved models have it. */
class SDBlockMapJsonTest {
  private static final ObjectMapper JSON = NeuralNetConfiguration.mapper();

  private static final String SLOTS =
      "[{'name':'x','role':'input','size':2,'activation':null,'bias':false,'normalisation':'NONE',"
          + "'update':{'kind':'REPLACE','scale':1.0,'keep':null,'write':null}},"
          + "{'name':'h','role':'state','size':2,"
          + "'activation':{'@class':'org.nd4j.linalg.activations.impl.ActivationTanH'},"
          + "'bias':true,'normalisation':'NONE','update':{'kind':'REPLACE','scale':1.0,'keep':null,'write':null}}]";

  private static SDBlockMap inner() {
    return SDBlockMap.builder()
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

  private static Map<SDBlock, String> pinned() {
    return Map.of(
        SDBlocks.linear(Sparsity.density(0.5)),
        "'function':'linear','sparsity':{'pattern':'density','value':0.5},'fixed':null",
        SDBlocks.fixed(Sparsity.diagonal(), FixedValues.constant(2)),
        "'function':'linear','sparsity':{'pattern':'diagonal'},"
            + "'fixed':{'values':'constant','value':2.0}",
        SDBlocks.identity(),
        "'function':'identity'",
        SDBlocks.product(),
        "'function':'product'",
        SDBlocks.linearProduct(Sparsity.dense(), Sparsity.fanIn(1)),
        "'function':'linearProduct','left':{'pattern':'dense'},"
            + "'right':{'pattern':'fanIn','value':1}",
        SDBlocks.attention(2, 3),
        "'function':'attention','heads':2,'time':3",
        SDBlocks.nested(inner(), 4),
        "'function':'nested','steps':4,'map':" + INNER);
  }

  /** Alone in a map, reading as many slots as it wants, all of them h. */
  private static SDBlockMap around(SDBlock block) {
    return SDBlockMap.builder()
        .input("x", 2)
        .state("h", 2, Activation.TANH)
        .connect("x", "h", Sparsity.dense())
        .connect(Stream.generate(() -> "h").limit(block.sources()).toList(), "h", block)
        .output("h")
        .build();
  }

  @Test
  void everyBlockHasItsText() throws IOException {
    for (Map.Entry<SDBlock, String> block : pinned().entrySet()) {
      SDBlockMap map = around(block.getKey());
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
    SDBlockMap map =
        SDBlockMap.builder()
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
    String none =
        "'normalisation':'NONE','update':{'kind':'REPLACE','scale':1.0,'keep':null,'write':null}}";
    String tanh = activation("TanH");
    String text =
        "{'injection':'IMPULSE','seed':-7,'output':'c','slots':["
            + "{'name':'x','role':'input','size':2,'activation':null,'bias':false,"
            + none
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
            + "'update':{'kind':'GATED','scale':1.0,'keep':'g','write':null}}"
            + ",{'name':'b','role':'state','size':2,"
            + tanh
            + "'bias':true,'normalisation':'RMS',"
            + "'update':{'kind':'TWO_GATES','scale':1.0,'keep':'g','write':'w'}}"
            + ",{'name':'c','role':'state','size':2,"
            + tanh
            + "'bias':true,'normalisation':'NONE',"
            + "'update':{'kind':'RESIDUAL','scale':0.5,'keep':null,'write':null}}],'blocks':["
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

  private static void assertPinned(String text, SDBlockMap map) throws IOException {
    StringWriter written = new StringWriter();
    try (JsonGenerator json = JSON.getFactory().createGenerator(written)) {
      SDBlockMapJson.write(map, json);
    }
    String pinned = text.replace('\'', '"');
    assertEquals(pinned, written.toString().replaceAll("\\s", ""));
    assertEquals(
        map, JsonFields.read(JSON.getFactory().createParser(pinned), "map", SDBlockMapJson::read));
  }

  @Test
  void noBlockIsMissing() {
    Set<Class<?>> typed =
        Arrays.stream(SDBlocks.class.getDeclaredClasses())
            .filter(SDBlock.class::isAssignableFrom)
            .collect(Collectors.toSet());
    SDBlock code = SDBlocks.function("code", 1, (graph, from) -> from[0]);
    assertFalse(SDBlockMapJson.canWrite(code));
    assertTrue(typed.remove(code.getClass()));
    assertEquals(
        typed, pinned().keySet().stream().map(SDBlock::getClass).collect(Collectors.toSet()));
    List.copyOf(pinned().keySet()).forEach(b -> assertTrue(SDBlockMapJson.canWrite(b), "" + b));
  }
}
