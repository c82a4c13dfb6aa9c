package org.iterativemaps.examples;

import org.iterativemaps.examples.notebook.Notebook;
import org.iterativemaps.examples.notebook.NotebookCommand;
import picocli.CommandLine;

/**
 * An entry of the list of examples.
 *
 * @param type a {@link Notebook} or a picocli command; made with its constructor without arguments
 * @param description one line
 */
record Example(Class<?> type, String description) {

  String name() {
    return type.getSimpleName();
  }

  boolean isNotebook() {
    return Notebook.class.isAssignableFrom(type);
  }

  /** A fresh command line that runs it. */
  CommandLine commandLine() {
    CommandLine commandLine =
        isNotebook() ? new NotebookCommand<>(notebook()).commandLine() : new CommandLine(create());
    commandLine.getCommandSpec().name(name()).usageMessage().description(description);
    return commandLine;
  }

  Notebook<?> notebook() {
    return (Notebook<?>) create();
  }

  private Object create() {
    try {
      return type.getConstructor().newInstance();
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException(
          type.getName() + " needs to be public, with a public constructor without arguments", e);
    }
  }
}
