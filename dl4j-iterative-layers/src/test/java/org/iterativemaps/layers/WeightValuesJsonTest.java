package org.iterativemaps.layers;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.io.IOException;
import java.io.StringWriter;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.iterativemaps.map.pattern.Sparsity;
import org.iterativemaps.map.pattern.WeightMask;
import org.iterativemaps.map.values.WeightValues;
import org.junit.jupiter.api.Test;
import org.nd4j.shade.jackson.core.JsonGenerator;
import org.nd4j.shade.jackson.databind.ObjectMapper;

/** The text of every rule, both ways. Never change one: saved models have it. */
class WeightValuesJsonTest {
  private static final ObjectMapper JSON = new ObjectMapper();

  private static Map<WeightValues, String> pinned() {
    Map<WeightValues, String> pinned = new LinkedHashMap<>();
    pinned.put(WeightValues.constant(0.25), "{'values':'constant','value':0.25}");
    pinned.put(
        WeightValues.gaussian(0.1, 0.2),
        "{'values':'gaussian','mean':0.1,'standardDeviation':0.2}");
    pinned.put(WeightValues.uniform(-1, 1), "{'values':'uniform','low':-1.0,'high':1.0}");
    pinned.put(WeightValues.fanIn(1.5), "{'values':'fanIn','gain':1.5}");
    pinned.put(WeightValues.fanAverage(2), "{'values':'fanAverage','gain':2.0}");
    pinned.put(WeightValues.spectralRadius(0.9), "{'values':'spectralRadius','radius':0.9}");
    pinned.put(WeightValues.spectralNorm(0.9), "{'values':'spectralNorm','norm':0.9}");
    pinned.put(WeightValues.orthogonal(0.5), "{'values':'orthogonal','gain':0.5}");
    pinned.put(
        WeightValues.identityLeaning(0.9, 0.1),
        "{'values':'identityLeaning','scale':0.9,'noise':0.1}");
    pinned.put(
        WeightValues.scattered(Sparsity.bernoulli(0.5), WeightValues.constant(3)),
        "{'values':'scattered','pattern':{'pattern':'bernoulli','value':0.5},"
            + "'of':{'values':'constant','value':3.0}}");
    return pinned;
  }

  @Test
  void everyRuleHasItsText() throws IOException {
    for (Map.Entry<WeightValues, String> rule : pinned().entrySet()) {
      String text = rule.getValue().replace('\'', '"');
      assertEquals(text, written(rule.getKey()));
      assertEquals(rule.getKey(), read(text));
    }
  }

  @Test
  void everyPatternHasItsText() throws IOException {
    Map<Sparsity, String> patterns =
        new HashMap<>(
            Map.of(
                Sparsity.dense(), "{'pattern':'dense'}",
                Sparsity.bernoulli(0.25), "{'pattern':'bernoulli','value':0.25}",
                Sparsity.density(0.1), "{'pattern':'density','value':0.1}",
                Sparsity.entries(12), "{'pattern':'entries','value':12}",
                Sparsity.fanIn(3), "{'pattern':'fanIn','value':3}",
                Sparsity.groups(2), "{'pattern':'groups','value':2}",
                Sparsity.bundles(4, 0.1), "{'pattern':'bundles','size':4,'value':0.1}",
                Sparsity.bundledEntries(8, 12), "{'pattern':'bundledEntries','size':8,'value':12}",
                Sparsity.diagonal(), "{'pattern':'diagonal'}"));
    patterns.put(Sparsity.ring(), "{'pattern':'ring'}");
    patterns.put(Sparsity.line(), "{'pattern':'line'}");
    patterns.put(Sparsity.lineWithFeedback(), "{'pattern':'lineWithFeedback'}");
    patterns.put(Sparsity.ringWithJumps(5), "{'pattern':'ringWithJumps','value':5}");
    patterns.put(
        Sparsity.smallWorld(4, 0.1), "{'pattern':'smallWorld','neighbours':4,'rewiring':0.1}");
    patterns.put(
        Sparsity.clusters(3, 0.5, 0.1),
        "{'pattern':'clusters','value':3,'inside':0.5,'between':0.1}");
    for (Map.Entry<Sparsity, String> pattern : patterns.entrySet()) {
      StringWriter written = new StringWriter();
      try (JsonGenerator json = JSON.getFactory().createGenerator(written)) {
        SparsityJson.write(pattern.getKey(), json);
      }
      String text = pattern.getValue().replace('\'', '"');
      assertEquals(text, written.toString());
      assertEquals(
          pattern.getKey(),
          JsonFields.read(
              JSON.getFactory().createParser(text),
              "pattern",
              fields -> SparsityJson.read(fields, 0, 0)));
    }
    WeightMask mask = WeightMask.ofCells(3, 2, new long[] {1, 4});
    Sparsity explicit = Sparsity.explicit(mask);
    String text = written(WeightValues.scattered(explicit, WeightValues.constant(1)));
    assertEquals(WeightValues.scattered(explicit, WeightValues.constant(1)), read(text));
    long classes = patterns.keySet().stream().map(Object::getClass).distinct().count();
    assertEquals(classes + 1, Sparsity.class.getPermittedSubclasses().length);
  }

  /** Deflated: the text is the JDK's, the numbers are ours. */
  @Test
  void explicitValuesComeBackBitForBit() throws IOException {
    WeightValues explicit = WeightValues.explicit(0.1, -1.0 / 3, Double.MIN_VALUE, -0.0);
    assertEquals(explicit, read(written(explicit)));
  }

  @Test
  void noRuleIsMissing() {
    Set<String> rules =
        new ClassFileImporter()
                .withImportOption(new ImportOption.DoNotIncludeTests())
                .importPackages("org.iterativemaps")
                .stream()
                .filter(type -> type.isAssignableTo(WeightValues.class) && !type.isInterface())
                .map(JavaClass::getName)
                .collect(Collectors.toSet());
    Set<String> tested =
        pinned().keySet().stream().map(v -> v.getClass().getName()).collect(Collectors.toSet());
    tested.add(WeightValues.explicit(1).getClass().getName());
    assertEquals(rules, tested);
  }

  @Test
  void aMissingNumberIsNamed() throws IOException {
    for (String text : pinned().values()) {
      String damaged =
          text.replace('\'', '"').replaceAll("\"(noise|radius|gain|high|of)\"", "\"x\"");
      if (!damaged.equals(text.replace('\'', '"'))) {
        assertThrows(IOException.class, () -> read(damaged), damaged);
      }
    }
  }

  private static WeightValues read(String text) throws IOException {
    return JsonFields.read(
        JSON.getFactory().createParser(text),
        "values",
        fields -> WeightValuesJson.read(fields, 0, 0));
  }

  private static String written(WeightValues values) throws IOException {
    StringWriter text = new StringWriter();
    try (JsonGenerator json = JSON.getFactory().createGenerator(text)) {
      WeightValuesJson.write(values, json);
    }
    return text.toString();
  }
}
