package org.iterativemaps.examples.data;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TextsTest {

  @TempDir Path folder;

  @Test
  void theBundledTextIsWhole() throws IOException {
    String text = Texts.foundingDocuments();
    assertTrue(text.startsWith("The Declaration of Independence"));
    assertTrue(text.contains("\nWe the People of the United States, in Order to form a more"));
    assertTrue(text.endsWith("until an election of Representatives shall have intervened."));
    assertEquals(53098, text.length());
    assertTrue(text.chars().allMatch(c -> c == '\n' || c >= ' ' && c <= '~'), "ASCII");
    assertFalse(text.contains("  ") || text.contains("\n\n") || text.contains(" \n"));
  }

  @Test
  void paragraphsAreLines() throws IOException {
    assertEquals("one two three\nfour", read(" one\ntwo  three \n \n\n\tfour\n"));
    assertEquals("one two\nthree", read("one\r\ntwo\r\n\r\nthree\r\n"));
    assertEquals("na\u00efve \u20ac", read("na\u00efve \u20ac"));
  }

  private String read(String content) throws IOException {
    return Texts.read(Files.writeString(folder.resolve("text.txt"), content));
  }

  @Test
  void whatIsNoTextIsRefused() throws IOException {
    Path latin = folder.resolve("latin.txt");
    Files.write(latin, "na\u00efve".getBytes(StandardCharsets.ISO_8859_1));
    String message = assertThrows(IOException.class, () -> Texts.read(latin)).getMessage();
    assertTrue(message.contains("latin.txt") && message.contains("UTF-8"), message);
    message = assertThrows(IOException.class, () -> read(" \n\n ")).getMessage();
    assertTrue(message.contains("text.txt") && message.contains("no text"), message);
    assertThrows(IOException.class, () -> Texts.read(folder.resolve("absent.txt")));
  }

  @Test
  void theThreePartsMakeUpTheText() {
    Texts.Split split = Texts.split("0123456789", 0.2, 0.1);
    assertEquals(new Texts.Split("0123456", "78", "9"), split);
    assertThrows(IllegalArgumentException.class, () -> Texts.split("0123456789", 0.05, 0.1));
    assertThrows(IllegalArgumentException.class, () -> Texts.split("0123456789", 0.1, 0));
    assertThrows(IllegalArgumentException.class, () -> Texts.split("0123456789", 0.5, 0.5));
    assertThrows(IllegalArgumentException.class, () -> Texts.split("0123456789", Double.NaN, 0.5));
    assertThrows(IllegalArgumentException.class, () -> Texts.split("", 0.1, 0.1));
  }
}
