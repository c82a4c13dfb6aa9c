package org.iterativemaps;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.library.dependencies.SliceAssignment;
import com.tngtech.archunit.library.dependencies.SliceIdentifier;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Which package may know which: the rows of the table in CONTRIBUTING. */
class ArchitectureTest {
  private static final String ROOT = "org.iterativemaps.";
  private static final Path TABLE = Path.of("..", "CONTRIBUTING.md");
  private static final Pattern OWN_PACKAGE = Pattern.compile("`([a-z.]+)`");

  /** Beginnings of packages' names, by the words of the table. */
  private static final Map<String, String> LIBRARIES =
      Map.ofEntries(
          Map.entry("ND4J", "org.nd4j"),
          Map.entry("ND4J's activations", "org.nd4j.linalg.activations"),
          Map.entry("ND4J's YAML library", "org.nd4j.shade.yaml"),
          Map.entry("DL4J", "org.deeplearning4j"),
          Map.entry("JavaCPP", "org.bytedeco.javacpp"),
          Map.entry("JNA", "com.sun.jna"),
          Map.entry("SLF4J", "org.slf4j"),
          Map.entry("commons-math3", "org.apache.commons.math3"),
          Map.entry("commons-collections4", "org.apache.commons.collections4"),
          Map.entry("the Vector API", "jdk.incubator.vector"),
          Map.entry("ONNX's classes", "onnx"));

  private static JavaClasses all;

  /**
   * A package, without those below it.
   *
   * @param ours packages of the library that it knows
   * @param others beginnings of other packages' names, beside the JDK's
   */
  private record Row(String name, Set<String> ours, Set<String> others) {

    /** A line of the table: package, job, what it knows, with remarks in parentheses. */
    static Row of(String line) {
      String[] columns = line.split("\\|", -1);
      Set<String> ours = new TreeSet<>();
      Set<String> others = new TreeSet<>();
      for (String word : columns[3].replaceAll("\\([^)]*\\)", "").split(",")) {
        String known = word.strip();
        if (OWN_PACKAGE.matcher(known).matches()) {
          ours.add(known.replace("`", ""));
        } else if (!known.isEmpty()) {
          assertTrue(LIBRARIES.containsKey(known), "CONTRIBUTING: what is " + known + "?");
          others.add(LIBRARIES.get(known));
        }
      }
      return new Row(columns[1].strip().replace("`", ""), ours, others);
    }

    boolean allows(JavaClass type) {
      String found = type.getBaseComponentType().getPackageName();
      if (found.startsWith(ROOT)) {
        String own = found.substring(ROOT.length());
        return own.equals(name) || ours.contains(own);
      }
      return found.isEmpty() // primitives
          || found.startsWith("java.")
          || found.startsWith("javax.")
          || found.startsWith("com.sun.management")
          || others.stream().anyMatch(found::startsWith);
    }

    @Override
    public String toString() {
      return name;
    }
  }

  /** The rows of the table, whose lines begin with the name of a package. */
  static List<Row> rows() throws IOException {
    try (Stream<String> lines = Files.lines(TABLE)) {
      return lines
          .dropWhile(line -> !line.startsWith("| package | job | knows |"))
          .takeWhile(line -> line.startsWith("|"))
          .filter(line -> line.startsWith("| `"))
          .map(Row::of)
          .toList();
    }
  }

  @BeforeAll
  static void read() {
    all =
        new ClassFileImporter()
            .withImportOption(new ImportOption.DoNotIncludeTests())
            .importPackages("org.iterativemaps");
    assertTrue(all.size() > 20, "classes read: " + all.size());
  }

  @Test
  void everyPackageHasARow() throws IOException {
    Set<String> found =
        all.stream()
            .map(type -> type.getPackageName().substring(ROOT.length()))
            .collect(Collectors.toCollection(TreeSet::new));
    assertEquals(new TreeSet<>(rows().stream().map(Row::name).toList()), found);
  }

  @ParameterizedTest
  @MethodSource("rows")
  void knowsNoMoreThanItsRow(Row row) {
    classes()
        .that()
        .resideInAPackage(ROOT + row.name)
        .should()
        .onlyDependOnClassesThat(DescribedPredicate.describe("its row allows", row::allows))
        .check(all);
  }

  /** What a row names besides is a wish. */
  @ParameterizedTest
  @MethodSource("rows")
  void knowsAllThatItsRowNames(Row row) {
    Set<String> found =
        all.stream()
            .filter(type -> type.getPackageName().equals(ROOT + row.name))
            .flatMap(type -> type.getDirectDependenciesFromSelf().stream())
            .map(known -> known.getTargetClass().getBaseComponentType().getPackageName())
            .collect(Collectors.toSet());
    for (String own : row.ours) {
      assertTrue(found.contains(ROOT + own), row + " does not know " + own);
    }
    for (String other : row.others) {
      assertTrue(found.stream().anyMatch(p -> p.startsWith(other)), row + " knows no " + other);
    }
  }

  /** Configurations and their running halves know each other: DL4J wants it so. */
  @Test
  void packagesDoNotGoInCircles() {
    slices()
        .assignedFrom(
            new SliceAssignment() {
              @Override
              public SliceIdentifier getIdentifierOf(JavaClass type) {
                if (!type.getPackageName().startsWith(ROOT)) {
                  return SliceIdentifier.ignore();
                }
                String own = type.getPackageName().substring(ROOT.length());
                return SliceIdentifier.of(own.equals("layers.impl") ? "layers" : own);
              }

              @Override
              public String getDescription() {
                return "packages";
              }
            })
        .should()
        .beFreeOfCycles()
        .check(all);
  }

  @Test
  void theDescriptionLanguageStandsBesideTheRest() {
    noClasses()
        .that()
        .resideOutsideOfPackage("org.iterativemaps.describe..")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage("org.iterativemaps.describe..", "org.nd4j.shade.yaml..")
        .check(all);
  }

  @Test
  void onePackageAndItsTwinTouchTheVectorApi() {
    noClasses()
        .that()
        .resideOutsideOfPackages(
            "org.iterativemaps.lanes.simd..", "org.iterativemaps.kernel.fused.doubles.simd..")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage(
            "jdk.incubator..",
            "org.iterativemaps.lanes.simd..",
            "org.iterativemaps.kernel.fused.doubles.simd..")
        .check(all);
  }

  /** Android and small runtimes have none of it, and where it is there it takes long to load. */
  @Test
  void oneClassOfInferenceAsksForTheOptionsOfTheJvm() {
    noClasses()
        .that()
        .resideInAnyPackage("org.iterativemaps.lanes..", "org.iterativemaps.inference..")
        .and()
        .doNotHaveSimpleName("JvmOption")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage("java.lang.management..", "javax..", "com.sun..", "java.lang.reflect..")
        .check(all);
  }

  @Test
  void onePackageWritesSameDiffGraphs() {
    noClasses()
        .that()
        .resideOutsideOfPackage("org.iterativemaps.samediff..")
        .and()
        .doNotHaveSimpleName("IterativeMapVertex") // DL4J's base class names SameDiff's types
        .should()
        .dependOnClassesThat()
        .resideInAPackage("org.nd4j.autodiff..")
        .check(all);
  }

  /** What surgery may know of the running halves is what all of them can do. */
  @Test
  void surgeryKnowsOfRunningLayersOnlyWhatAllCanDo() {
    noClasses()
        .that()
        .resideInAPackage("org.iterativemaps.surgery..")
        .should()
        .dependOnClassesThat(
            DescribedPredicate.describe(
                "running layers, but what all running maps can do",
                type ->
                    type.getPackageName().startsWith("org.iterativemaps.layers.impl")
                        && !type.getSimpleName().equals("RunningMap")))
        .check(all);
  }
}
