package org.iterativemaps.examples.jupyter;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.iterativemaps.examples.data.HandwrittenDigits;
import org.junit.jupiter.api.Test;
import org.nd4j.shade.jackson.databind.JsonNode;

/**
 * The notebook, run from its first cell to its last. What it printed and showed is kept in the file
 * by {@code mvn -Dtest=FirstMapTest -Dnotebook.outputs=write test}.
 */
class FirstMapTest {

  private static final Path FILE = Path.of("notebooks", "FirstMap.ipynb");
  private static final boolean WRITE = "write".equals(System.getProperty("notebook.outputs"));

  @Test
  void everyCellRunsAndTheFileShowsWhatCameOut() throws Exception {
    JupyterNotebook notebook = JupyterNotebook.read(FILE);
    int pictures = 0;
    int count = 0;
    try (JavaCells cells = new JavaCells()) {
      for (JupyterNotebook.Cell cell : notebook.code()) {
        JavaCells.Outcome outcome = cells.run(cell.source());
        Optional<String> kept = cell.printed();
        List<String> shown = cell.shown();
        cell.show(++count, outcome);
        if (!WRITE) {
          // Numbers depend on the processor in their last digits, pictures on the fonts.
          assertEquals(cell.printed().map(FirstMapTest::words), kept.map(FirstMapTest::words));
          assertEquals(cell.shown(), shown, cell.id());
        }
        String value = outcome.data().getOrDefault("text/plain", "");
        assertFalse(value.matches("(?s).*@[0-9a-f]+"), cell.id() + " ends with " + value);
        pictures += cell.shown().contains("image/png") ? 1 : 0;
      }
      double before = (Double) cells.value("before");
      double after = (Double) cells.value("after");
      assertTrue(before > 0.93, "the MLP's accuracy: " + before);
      assertTrue(after > 0.93, "the map's accuracy: " + after);
      assertEquals(3 * 65 * 64 + 65 * 10, ((Number) cells.value("mlp.numParams()")).longValue());
      assertEquals(2 * 819 + 64 + 650, ((Number) cells.value("map.numParams()")).longValue());
      assertEquals(after, (Double) cells.value("accuracy(map)"), "K is 3 again");
    }
    assertEquals(2, pictures);
    if (WRITE) {
      Files.writeString(FILE, notebook.text());
    }
  }

  private static String words(String printed) {
    return printed.replaceAll("[0-9]+\\.[0-9]+", "#");
  }

  @Test
  void itTakesTheVersionThatThisIs() throws Exception {
    List<String> dependencies = new ArrayList<>();
    for (JupyterNotebook.Cell cell : JupyterNotebook.read(FILE).code()) {
      dependencies.addAll(JavaCells.magics("maven", cell.source()));
    }
    String version = System.getProperty("project.version");
    assertEquals(
        List.of("org.iterativemaps:dl4j-examples:" + version),
        dependencies,
        "the notebook's %maven line follows the version of pom.xml");
  }

  /** So that to run it again changes nothing but its outputs. */
  @Test
  void theFileIsLaidOutAsItIsWritten() throws Exception {
    assertEquals(Files.readString(FILE), JupyterNotebook.read(FILE).text());
  }

  @Test
  void jupyterAndItsJavaKernelKnowTheFormat() throws Exception {
    JsonNode json = JupyterNotebook.read(FILE).json();
    assertEquals(4, json.path("nbformat").asInt());
    assertEquals(5, json.path("nbformat_minor").asInt());
    assertEquals("java", json.path("metadata").path("kernelspec").path("name").asText());
    Set<String> ids = new HashSet<>();
    StringBuilder prose = new StringBuilder();
    for (JsonNode cell : json.path("cells")) {
      String id = cell.path("id").asText();
      assertTrue(id.matches("[a-zA-Z0-9-_]{1,64}") && ids.add(id), "id " + id);
      assertTrue(cell.path("metadata").isObject() && cell.path("source").isArray(), id);
      if (cell.path("cell_type").asText().equals("code")) {
        assertTrue(cell.has("execution_count") && cell.path("outputs").isArray(), id);
      } else {
        assertEquals("markdown", cell.path("cell_type").asText());
        cell.path("source").forEach(line -> prose.append(line.asText()));
      }
    }
    assertFalse(ids.isEmpty());
    assertTrue(prose.toString().contains("Alpaydin") && prose.toString().contains("CC BY 4.0"));
    assertTrue(HandwrittenDigits.ATTRIBUTION.contains("doi.org/10.24432/C50P49"));
    assertTrue(prose.toString().contains("doi.org/10.24432/C50P49"));
  }
}
