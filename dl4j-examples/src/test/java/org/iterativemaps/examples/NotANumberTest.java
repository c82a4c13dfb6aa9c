package org.iterativemaps.examples;

import static com.tngtech.archunit.core.domain.JavaCall.Predicates.target;
import static com.tngtech.archunit.core.domain.properties.HasName.Predicates.nameMatching;
import static com.tngtech.archunit.core.domain.properties.HasOwner.Predicates.With.owner;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.ndarray.INDArray;

/** The library's rule of this name: no comparison may pass because a number is none. */
class NotANumberTest {

  @Test
  void nothingAsksNd4jForTheLargestNumber() {
    JavaClasses classes = new ClassFileImporter().importPackages("org.iterativemaps.examples");
    assertTrue(classes.contain(NotANumberTest.class), "the tests are read, too");
    noClasses()
        .should()
        .callMethodWhere(
            target(nameMatching("(a|norm)?(max|min)(Number)?|equalsWithEps"))
                .and(target(owner(JavaClass.Predicates.assignableTo(INDArray.class)))))
        .because("they pass over a NaN or an infinity; org.iterativemaps.kernel.Magnitude does not")
        .check(classes);
  }
}
