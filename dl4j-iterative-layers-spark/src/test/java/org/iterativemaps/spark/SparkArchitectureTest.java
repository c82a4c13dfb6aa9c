package org.iterativemaps.spark;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The module stands on public classes: of the library, DL4J, ND4J and Spark. */
class SparkArchitectureTest {
  private static JavaClasses all;

  @BeforeAll
  static void read() {
    all =
        new ClassFileImporter()
            .withImportOption(new ImportOption.DoNotIncludeTests())
            .importPackages("org.iterativemaps.spark");
    assertTrue(all.size() > 15, "classes read: " + all.size());
  }

  @Test
  void knowsModelFilesAndNothingElseOfTheLibrary() {
    classes()
        .should()
        .onlyDependOnClassesThat()
        .resideInAnyPackage(
            "java..",
            "", // primitives
            "org.iterativemaps.spark",
            "org.iterativemaps.saving",
            "org.deeplearning4j..",
            "org.nd4j..",
            "org.apache.spark..",
            "scala..")
        .check(all);
  }

  @Test
  void thePlanKnowsNeitherSparkNorDl4j() {
    classes()
        .that()
        .haveSimpleName("AveragingPlan")
        .should()
        .onlyDependOnClassesThat()
        .resideInAnyPackage("java..", "", "org.iterativemaps.spark")
        .check(all);
  }

  /** Arrays of ND4J would go through whatever serializer there is. */
  @Test
  void nothingThatTravelsHoldsArraysOfNd4j() {
    noClasses()
        .that()
        .implement(java.io.Serializable.class)
        .should(
            com.tngtech.archunit.lang.conditions.ArchConditions.have(
                DescribedPredicate.<JavaClass>describe(
                    "fields of ND4J's or DL4J's types",
                    type ->
                        type.getFields().stream()
                            .map(field -> field.getRawType().getBaseComponentType().getName())
                            .anyMatch(
                                name ->
                                    name.startsWith("org.nd4j")
                                        || name.startsWith("org.deeplearning4j")))))
        .check(all);
  }
}
