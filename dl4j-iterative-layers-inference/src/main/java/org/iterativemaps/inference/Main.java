package org.iterativemaps.inference;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.NoSuchFileException;
import java.nio.file.Paths;

/**
 * A model on the command line: a line with a token in, a line with the answer out.
 *
 * <pre>{@code
 * java -jar dl4j-iterative-layers-inference.jar model.maps < tokens.csv
 * java -jar dl4j-iterative-layers-inference.jar model.maps --card
 * }</pre>
 *
 * <p>Lines are numbers with a comma or blanks between them. An empty line ends a sequence and is
 * not answered: the next begins from the initial state. With {@code --card} the model's card is
 * printed, in JSON.
 */
public final class Main {
  private static final int WRONG = 2;
  private static final String BYTE_ORDER_MARK = "\uFEFF";
  private static final String USAGE =
      "usage: java -jar dl4j-iterative-layers-inference.jar MODEL [--card] < TOKENS";

  private Main() {}

  /** Ends with 2 if something was wrong, which the error output tells. */
  public static void main(String[] args) {
    PrintStream out = new PrintStream(System.out, false, StandardCharsets.UTF_8);
    int code = run(args, System.in, out, System.err);
    out.flush();
    if (code != 0) {
      System.exit(code);
    }
  }

  static int run(String[] args, InputStream in, PrintStream out, PrintStream error) {
    boolean wantsCard = args.length == 2 && args[1].equals("--card");
    if (args.length != 1 && !wantsCard) {
      error.println(USAGE);
      return WRONG;
    }
    try {
      InferenceModel model = InferenceModel.read(Paths.get(args[0]));
      if (wantsCard) {
        out.println(model.program().card());
      } else {
        answer(model, in, out);
      }
      return 0;
    } catch (NoSuchFileException e) {
      error.println(args[0] + ": there is no such file");
    } catch (IOException | IllegalArgumentException | IllegalStateException e) {
      error.println(e.getMessage());
    }
    return WRONG;
  }

  private static void answer(InferenceModel model, InputStream in, PrintStream out)
      throws IOException {
    BufferedReader lines = new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8));
    TokenStream stream = model.stream();
    int number = 0;
    for (String line = lines.readLine(); line != null; line = lines.readLine()) {
      number++;
      line = number == 1 && line.startsWith(BYTE_ORDER_MARK) ? line.substring(1) : line;
      if (line.isBlank()) {
        stream.reset();
        continue;
      }
      try {
        print(stream.next(token(line)), out);
      } catch (IllegalArgumentException | IllegalStateException e) {
        throw new IllegalArgumentException("line " + number + ": " + e.getMessage(), e);
      }
    }
  }

  private static float[] token(String line) {
    String[] words = line.trim().split("\\s*,\\s*|\\s+", -1);
    float[] token = new float[words.length];
    for (int i = 0; i < token.length; i++) {
      try {
        token[i] = Float.parseFloat(words[i]);
      } catch (NumberFormatException e) {
        throw new IllegalArgumentException(
            "found '" + words[i] + "' where a number belongs, at place " + i, e);
      }
    }
    return token;
  }

  private static void print(float[] answer, PrintStream out) {
    StringBuilder line = new StringBuilder();
    for (int i = 0; i < answer.length; i++) {
      line.append(i == 0 ? "" : ",").append(answer[i]);
    }
    out.println(line);
  }
}
