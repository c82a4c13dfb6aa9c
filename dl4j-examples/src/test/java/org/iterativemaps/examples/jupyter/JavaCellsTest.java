package org.iterativemaps.examples.jupyter;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Map;
import org.iterativemaps.examples.jupyter.JavaCells.CellException;
import org.iterativemaps.examples.jupyter.JavaCells.Outcome;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A notebook's test is worth what these refuse. */
class JavaCellsTest {

  private final JavaCells cells = new JavaCells();

  @AfterEach
  void close() {
    cells.close();
  }

  @Test
  void cellsShareWhatTheyDefine() throws CellException {
    assertNull(cells.run("int twice(int x) {\n  return 2 * x;\n}\nint a = 4;").value());
    Outcome outcome = cells.run("%maven a:b:1\nSystem.out.println(\"a is \" + a);\ntwice(a)");
    assertEquals("a is 4\n", outcome.printed());
    assertEquals(Map.of("text/plain", "8"), outcome.data());
    assertEquals(4, cells.run("a").value());
    assertEquals(9, cells.value("twice(a) + 1"));
    assertEquals(Map.of(), cells.run("// nothing").data());
  }

  @Test
  void classesOfTheTestsClassPathAreThere() throws CellException {
    String cell =
        "import org.iterativemaps.examples.data.HandwrittenDigits;\nHandwrittenDigits.SIDE";
    assertEquals(8, cells.run(cell).value());
  }

  @ParameterizedTest(name = "{0}")
  @CsvSource(
      delimiter = '|',
      value = {
        "int a = \"text\";|REJECTED",
        "unknown(3)|REJECTED",
        "int f() { return missing(); }|RECOVERABLE_DEFINED",
        "int a = 3; Integer.parseInt(\"three\")|java.lang.NumberFormatException",
        "for (int i = 0; i < 3; i++) {|without an end",
        "int a = 1; a +|without an end",
        "%pip install|is none of",
        "%%loadFromPOM|is none of",
      })
  void whatIsWrongIsNotPassedOver(String cell, String reason) {
    String message = assertThrows(CellException.class, () -> cells.run(cell)).getMessage();
    assertTrue(message.contains(reason), message);
  }

  @Test
  void magicsAreTold() {
    String cell = "%mavenRepo here file:/x\n%maven a:b:1 c:d:2\nint a = 1 % 2;";
    assertEquals(List.of("a:b:1", "c:d:2"), JavaCells.magics("maven", cell));
    assertEquals(List.of("here", "file:/x"), JavaCells.magics("mavenRepo", cell));
  }
}
