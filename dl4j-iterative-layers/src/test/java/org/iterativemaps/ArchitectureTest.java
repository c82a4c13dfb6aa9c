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
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Which package may know which: the rows of the table in CONTRIBUTING. */
class ArchitectureTest {
  private static final String ROOT = "org.iterativemaps.";
  private static final String ACTIVATIONS = "org.nd4j.linalg.activations";
  private static final String ND4J = "org.nd4j";
  private static final String DL4J = "org.deeplearning4j";
  private static final String LOG = "org.slf4j";
  private static final String POINTERS = "org.bytedeco.javacpp";
  private static final String MAPS = "map map.pattern map.values map.plan map.change";
  private static JavaClasses all;

  /**
   * A package, without those below it.
   *
   * @param ours packages of the library that it may know
   * @param others beginnings of other packages' names, beside the JDK's
   */
  private record Row(String name, String ours, String... others) {
    boolean allows(JavaClass type) {
      String found = type.getBaseComponentType().getPackageName();
      if (found.startsWith(ROOT)) {
        String own = found.substring(ROOT.length());
        return own.equals(name) || Arrays.asList(ours.split(" ")).contains(own);
      }
      return found.isEmpty() // primitives
          || found.startsWith("java.")
          || found.startsWith("javax.")
          || found.startsWith("com.sun.management")
          || Arrays.stream(others).anyMatch(found::startsWith);
    }

    @Override
    public String toString() {
      return name;
    }
  }

  /** In the order in which they stand on each other. */
  static List<Row> rows() {
    return List.of(
        new Row("map.pattern", ""),
        new Row("map.values", "map.pattern", "org.apache.commons.math3"),
        new Row("map", "map.pattern map.values", ACTIVATIONS),
        new Row("activations", "", ND4J),
        new Row("iterate", "map map.pattern map.values activations", ACTIVATIONS),
        new Row("map.plan", "map map.pattern map.values iterate", ACTIVATIONS),
        new Row("map.change", "map map.pattern map.values"),
        new Row("describe", "activations " + MAPS, ACTIVATIONS, "org.nd4j.shade.yaml"),
        new Row("kernel", "iterate " + MAPS, ND4J, POINTERS, LOG),
        new Row("kernel.reference", "kernel iterate " + MAPS, ND4J),
        new Row("kernel.fused", "kernel iterate activations " + MAPS, ND4J, POINTERS, LOG),
        new Row("kernel.fused.simd", "kernel kernel.fused", "jdk.incubator.vector"),
        new Row(
            "samediff",
            "kernel.reference activations " + MAPS,
            ND4J,
            "org.apache.commons.collections4"),
        new Row("dynamics", "kernel kernel.reference iterate " + MAPS, ND4J),
        new Row("saving", "", ND4J, DL4J, "org.apache.commons.io"),
        new Row("layers", "layers.impl kernel iterate " + MAPS, ND4J, DL4J, LOG),
        new Row("layers.impl", "layers kernel iterate " + MAPS, ND4J, DL4J),
        new Row("surgery", "layers layers.impl " + MAPS, ND4J, DL4J, LOG),
        new Row(
            "convert", "surgery layers layers.impl kernel iterate activations " + MAPS, ND4J, DL4J),
        new Row("convert.numpy", "activations " + MAPS, ND4J));
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
  void everyPackageHasARow() {
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
  void onePackageTouchesTheVectorApi() {
    noClasses()
        .that()
        .resideOutsideOfPackage("org.iterativemaps.kernel.fused.simd..")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage("jdk.incubator..", "org.iterativemaps.kernel.fused.simd..")
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
