package org.iterativemaps.examples;

import java.util.Arrays;
import org.iterativemaps.examples.golden.VerifyGolden;
import picocli.CommandLine;

final class Examples {
  private Examples() {}

  public static void main(String[] args) {
    if (args.length > 0 && args[0].equals("VerifyGolden")) {
      String[] rest = Arrays.copyOfRange(args, 1, args.length);
      System.exit(new CommandLine(new VerifyGolden()).execute(rest));
    }
    System.out.println(String.join(" ", args));
  }
}
