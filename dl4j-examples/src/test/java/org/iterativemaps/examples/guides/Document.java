package org.iterativemaps.examples.guides;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.commonmark.ext.gfm.tables.TablesExtension;
import org.commonmark.node.AbstractVisitor;
import org.commonmark.node.Code;
import org.commonmark.node.FencedCodeBlock;
import org.commonmark.node.Heading;
import org.commonmark.node.HtmlBlock;
import org.commonmark.node.Image;
import org.commonmark.node.IndentedCodeBlock;
import org.commonmark.node.Link;
import org.commonmark.node.Node;
import org.commonmark.node.Text;
import org.commonmark.parser.Parser;

/** A Markdown file of the project: its code blocks, links and headings. */
final class Document {
  static final Path ROOT = Path.of("..").toAbsolutePath().normalize();

  private static final Pattern SOURCE = Pattern.compile("<!-- code: (\\S+)#(\\S+) -->");

  private final Path file;
  private final Node root;

  /**
   * A code block.
   *
   * @param language behind its fence
   * @param text with a line feed at the end
   * @param source the file and the region that the comment above names; null without one
   */
  record Block(String language, String text, Region source) {}

  /** A part of a file between a line with "region NAME" and the next with "endregion". */
  record Region(String file, String name) {
    /** Its lines without what they have in common in front of them. */
    String text() {
      List<String> lines = new ArrayList<>();
      boolean inside = false;
      for (String line : read(ROOT.resolve(file)).split("\n")) {
        if (line.matches("\\s*(//|<!--|#) endregion( -->)?") && inside) {
          return joined(lines);
        }
        if (inside) {
          lines.add(line);
        }
        inside |= line.matches("\\s*(//|<!--|#) region " + Pattern.quote(name) + "( -->)?");
      }
      throw new IllegalArgumentException(
          inside ? this + " has no end" : this + ": there is no such region");
    }

    private static String joined(List<String> lines) {
      int indent =
          lines.stream()
              .filter(line -> !line.isBlank())
              .mapToInt(line -> line.length() - line.stripLeading().length())
              .min()
              .orElse(0);
      StringBuilder text = new StringBuilder();
      for (String line : lines) {
        text.append(line.isBlank() ? "" : line.substring(indent)).append('\n');
      }
      return text.toString();
    }
  }

  Document(Path file) {
    this.file = file;
    this.root =
        Parser.builder().extensions(List.of(TablesExtension.create())).build().parse(read(file));
  }

  /** All of the project. */
  static List<Document> all() {
    return files(".md").stream().map(Document::new).toList();
  }

  /** The project's own files, none that a build makes, maybe just now. */
  static List<Path> files(String end) {
    List<Path> files = new ArrayList<>();
    try {
      Files.walkFileTree(
          ROOT,
          new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult preVisitDirectory(Path folder, BasicFileAttributes attributes) {
              boolean isOurs = !Set.of("target", ".git").contains(folder.getFileName().toString());
              return isOurs ? FileVisitResult.CONTINUE : FileVisitResult.SKIP_SUBTREE;
            }

            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
              if (file.toString().endsWith(end)) {
                files.add(file);
              }
              return FileVisitResult.CONTINUE;
            }
          });
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    files.sort(null);
    return files;
  }

  List<Block> blocks() {
    List<Block> blocks = new ArrayList<>();
    root.accept(
        new AbstractVisitor() {
          @Override
          public void visit(FencedCodeBlock block) {
            blocks.add(new Block(block.getInfo(), block.getLiteral(), source(block.getPrevious())));
          }

          @Override
          public void visit(IndentedCodeBlock block) {
            blocks.add(new Block("text", block.getLiteral(), null));
          }
        });
    return blocks;
  }

  private static Region source(Node above) {
    if (above instanceof HtmlBlock comment) {
      Matcher matcher = SOURCE.matcher(comment.getLiteral());
      return matcher.matches() ? new Region(matcher.group(1), matcher.group(2)) : null;
    }
    return null;
  }

  /** Where its links and pictures lead, but those to other machines. */
  List<String> links() {
    List<String> links = new ArrayList<>();
    root.accept(
        new AbstractVisitor() {
          @Override
          public void visit(Link link) {
            links.add(link.getDestination());
            visitChildren(link);
          }

          @Override
          public void visit(Image image) {
            links.add(image.getDestination());
          }
        });
    links.removeIf(link -> link.matches("[a-z]+:.*"));
    return links;
  }

  /** Whether a link of this file leads to something. */
  boolean leadsSomewhere(String link) {
    int hash = link.indexOf('#');
    String path = hash < 0 ? link : link.substring(0, hash);
    Path target = path.isEmpty() ? file : file.resolveSibling(path).normalize();
    return Files.exists(target)
        && (hash < 0 || new Document(target).anchors().contains(link.substring(hash + 1)));
  }

  /** As GitHub makes them of headings. */
  private Set<String> anchors() {
    Set<String> anchors = new HashSet<>();
    root.accept(
        new AbstractVisitor() {
          @Override
          public void visit(Heading heading) {
            StringBuilder text = new StringBuilder();
            heading.accept(
                new AbstractVisitor() {
                  @Override
                  public void visit(Text part) {
                    text.append(part.getLiteral());
                  }

                  @Override
                  public void visit(Code part) {
                    text.append(part.getLiteral());
                  }
                });
            anchors.add(
                text.toString()
                    .toLowerCase(Locale.ROOT)
                    .replaceAll("[^\\p{L}\\p{N} _-]", "")
                    .replace(' ', '-'));
          }
        });
    return anchors;
  }

  static String read(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public String toString() {
    return ROOT.relativize(file).toString();
  }
}
