package org.iterativemaps;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The rules of the packages: who may know whom. */
class ArchitectureTest {
  private static JavaClasses classes;

  @BeforeAll
  static void read() {
    classes =
        new ClassFileImporter()
            .withImportOption(new ImportOption.DoNotIncludeTests())
            .importPackages("org.iterativemaps");
    assertTrue(classes.size() > 20, "classes read: " + classes.size());
  }

  @Test
  void theMathematicsKnowsNoDl4jAndOfNd4jOnlyActivations() {
    noClasses()
        .that()
        .resideInAPackage("..map..")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage("org.deeplearning4j..", "..kernel..", "..layers..")
        .check(classes);
    noClasses()
        .that()
        .resideInAPackage("..map..")
        .should()
        .dependOnClassesThat(
            DescribedPredicate.describe(
                "ND4J beyond its activations",
                type ->
                    type.getPackageName().startsWith("org.nd4j")
                        && !type.getPackageName().startsWith("org.nd4j.linalg.activations")))
        .check(classes);
  }

  @Test
  void activationsKnowNd4jAlone() {
    noClasses()
        .that()
        .resideInAPackage("org.iterativemaps.activations..")
        .should()
        .dependOnClassesThat(
            DescribedPredicate.describe(
                "the rest of the library, or DL4J",
                type ->
                    type.getPackageName().startsWith("org.deeplearning4j")
                        || type.getPackageName().startsWith("org.iterativemaps")
                            && !type.getPackageName().startsWith("org.iterativemaps.activations")))
        .because("they serve any DL4J layer")
        .check(classes);
  }

  @Test
  void kernelsKnowArraysAndNoDl4j() {
    noClasses()
        .that()
        .resideInAPackage("..kernel..")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage("org.deeplearning4j..", "..layers..")
        .check(classes);
  }

  @Test
  void theDescriptionLanguageStandsBesideTheLayers() {
    noClasses()
        .that()
        .resideInAPackage("org.iterativemaps.describe..")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage("org.deeplearning4j..", "..kernel..", "..layers..")
        .check(classes);
    noClasses()
        .that()
        .resideOutsideOfPackage("org.iterativemaps.describe..")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage("org.iterativemaps.describe..", "org.nd4j.shade.yaml..")
        .check(classes);
  }

  @Test
  void dynamicsKnowMapsAndKernelsAndNoDl4j() {
    noClasses()
        .that()
        .resideInAPackage("..dynamics..")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage("org.deeplearning4j..", "..layers..", "..convert..")
        .check(classes);
  }

  @Test
  void nothingBelowKnowsTheConverters() {
    noClasses()
        .that()
        .resideInAnyPackage("..map..", "..kernel..", "..layers..", "..dynamics..", "..samediff..")
        .should()
        .dependOnClassesThat()
        .resideInAPackage("..convert..")
        .check(classes);
  }

  @Test
  void savingKnowsNetworksAndNoMaps() {
    noClasses()
        .that()
        .resideInAPackage("org.iterativemaps.saving..")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage(
            "org.iterativemaps.map..",
            "org.iterativemaps.kernel..",
            "org.iterativemaps.layers..",
            "org.iterativemaps.reshape..",
            "org.iterativemaps.samediff..",
            "org.iterativemaps.convert..")
        .check(classes);
  }

  @Test
  void onePackageTouchesTheVectorApi() {
    noClasses()
        .that()
        .resideOutsideOfPackage("org.iterativemaps.kernel.simd..")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage("jdk.incubator..", "org.iterativemaps.kernel.simd..")
        .check(classes);
  }

  @Test
  void reshapingStandsOnTopOfTheLayers() {
    noClasses()
        .that()
        .resideOutsideOfPackage("org.iterativemaps.reshape..")
        .and()
        .resideInAnyPackage("..map..", "..kernel..", "..layers..")
        .should()
        .dependOnClassesThat()
        .resideInAPackage("org.iterativemaps.reshape..")
        .check(classes);
    noClasses()
        .that()
        .resideInAPackage("org.iterativemaps.reshape..")
        .should()
        .dependOnClassesThat(
            DescribedPredicate.describe(
                "kernels or running layers, but what all running maps can do",
                type ->
                    type.getPackageName().startsWith("org.iterativemaps.kernel")
                        || type.getPackageName().startsWith("org.iterativemaps.layers.impl")
                            && !type.getSimpleName().equals("RunningMap")))
        .check(classes);
  }

  @Test
  void onePackageWritesSameDiffGraphs() {
    noClasses()
        .that()
        .resideOutsideOfPackage("org.iterativemaps.samediff..")
        .should()
        .dependOnClassesThat()
        .resideInAPackage("org.nd4j.autodiff..")
        .check(classes);
    noClasses()
        .that()
        .resideOutsideOfPackages("org.iterativemaps.samediff..", "org.iterativemaps.convert")
        .should()
        .dependOnClassesThat()
        .resideInAPackage("org.iterativemaps.samediff..")
        .because("of the rest only the converters, for LSTM layers, need blocks that multiply")
        .check(classes);
    noClasses()
        .that()
        .haveNameMatching("org.iterativemaps.samediff.(SDIterative|SDMap|MapGraph|FixedPointLoop)")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage("org.deeplearning4j..", "org.iterativemaps.layers..")
        .because("the operations serve SameDiff users who have no DL4J network")
        .check(classes);
  }

  @Test
  void packagesDoNotGoInCircles() {
    slices()
        .matching("org.iterativemaps.(map|describe|kernel|samediff|convert|dynamics)..")
        .should()
        .beFreeOfCycles()
        .check(classes);
  }
}
