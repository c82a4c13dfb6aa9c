package org.iterativemaps.examples.data;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.stream.Collectors;

/**
 * Texts to learn from, a paragraph a line: where the lines of a file end says more about its width
 * than about its language.
 */
public final class Texts {
  private static final String FOUNDING_DOCUMENTS = "us-founding-documents.txt";

  /**
   * A text cut in three, in its order, so that no part has seen another.
   *
   * @param training the beginning
   * @param validation what follows
   * @param test the end
   */
  public record Split(String training, String validation, String test) {}

  private Texts() {}

  /**
   * The Declaration of Independence (1776) and the Constitution of the United States with its
   * amendments (1787 to 1992), both in the public domain.
   *
   * @return about 53 000 characters, all of them ASCII
   * @throws IOException if the resource is missing or damaged
   */
  public static String foundingDocuments() throws IOException {
    try (InputStream in = Texts.class.getResourceAsStream(FOUNDING_DOCUMENTS)) {
      if (in == null) {
        throw new IOException(
            FOUNDING_DOCUMENTS + " is not on the class path beside " + Texts.class.getName());
      }
      return decode(in.readAllBytes(), FOUNDING_DOCUMENTS);
    }
  }

  /**
   * A text from a file.
   *
   * @param file plain text in UTF-8, paragraphs set apart by empty lines
   * @return the text, a paragraph a line
   * @throws IOException if it cannot be read, is not UTF-8 or has no text in it
   */
  public static String read(Path file) throws IOException {
    return decode(Files.readAllBytes(file), file.toString());
  }

  private static String decode(byte[] bytes, String name) throws IOException {
    String text;
    try {
      text = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
    } catch (CharacterCodingException e) {
      throw new IOException(name + ": found bytes that are not UTF-8; save the text as UTF-8", e);
    }
    String paragraphs = paragraphs(text);
    if (paragraphs.isEmpty()) {
      throw new IOException(name + ": found no text, expected paragraphs in UTF-8");
    }
    return paragraphs;
  }

  /** Joins the lines of each paragraph, and leaves out what is empty. */
  static String paragraphs(String text) {
    String lines = text.lines().map(String::strip).collect(Collectors.joining("\n")).strip();
    return Arrays.stream(lines.split("\n{2,}"))
        .map(paragraph -> paragraph.replaceAll("\\s+", " "))
        .collect(Collectors.joining("\n"));
  }

  /**
   * Cuts a text by position.
   *
   * @param text any
   * @param validation share of the part before the last, above 0
   * @param test share of the last part, above 0
   * @return three parts that make up the text
   * @throws IllegalArgumentException if a share is not above 0, or nothing is left to train with
   */
  public static Split split(String text, double validation, double test) {
    int last = text.length() - (int) (text.length() * test);
    int middle = last - (int) (text.length() * validation);
    // Written so that a NaN is refused, too.
    if (!(validation > 0 && test > 0) || middle <= 0 || middle == last || last == text.length()) {
      throw new IllegalArgumentException(
          "validation, test: found shares "
              + validation
              + ", "
              + test
              + " of "
              + text.length()
              + " characters, expected shares above 0 by which none of the three parts is empty");
    }
    return new Split(text.substring(0, middle), text.substring(middle, last), text.substring(last));
  }
}
