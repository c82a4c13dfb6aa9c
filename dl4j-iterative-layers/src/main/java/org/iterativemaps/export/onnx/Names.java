package org.iterativemaps.export.onnx;

import java.util.HashSet;
import java.util.Locale;
import java.util.Set;

/** Names of which each is given once, in a model and the graphs within. */
final class Names {
  private final Set<String> given = new HashSet<>();
  private int next;

  /** A name after an operator. */
  String after(String operator) {
    return unique(operator.toLowerCase(Locale.ROOT) + "_" + next++);
  }

  /** This one, or with a number behind it where it is taken. */
  String unique(String wanted) {
    String name = wanted;
    for (int number = 2; !given.add(name); number++) {
      name = wanted + "#" + number;
    }
    return name;
  }
}
