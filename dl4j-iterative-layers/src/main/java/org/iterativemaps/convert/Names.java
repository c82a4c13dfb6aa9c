package org.iterativemaps.convert;

import java.util.Arrays;
import java.util.HashSet;
import java.util.Set;
import java.util.regex.Pattern;

/** Names of slots: those of the layers where they will do, others where they do not. */
final class Names {
  private static final Pattern POSSIBLE = Pattern.compile("[A-Za-z][A-Za-z0-9.-]*");

  private final Set<String> taken;

  Names(String... taken) {
    this.taken = new HashSet<>(Arrays.asList(taken));
  }

  /** The wish if it is possible and free, else the other name, made different if it is taken. */
  String slot(String wish, String otherwise) {
    String name = wish != null && POSSIBLE.matcher(wish).matches() ? wish : otherwise;
    String free = name;
    for (int i = 2; !taken.add(free); i++) {
      free = name + "." + i;
    }
    return free;
  }
}
