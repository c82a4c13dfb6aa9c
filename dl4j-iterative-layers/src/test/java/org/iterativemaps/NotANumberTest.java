package org.iterativemaps;

import static com.tngtech.archunit.core.domain.JavaCall.Predicates.target;
import static com.tngtech.archunit.core.domain.properties.HasName.Predicates.nameMatching;
import static com.tngtech.archunit.core.domain.properties.HasOwner.Predicates.With.owner;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** No comparison may pass because a number is none. */
class NotANumberTest {

  @Test
  void nothingAsksNd4jForTheLargestNumber() {
    JavaClasses classes = new ClassFileImporter().importPackages("org.iterativemaps");
    assertTrue(classes.contain(NotANumberTest.class), "the tests are read, too");
    noClasses()
        .that()
        .doNotHaveFullyQualifiedName(NotANumberTest.class.getName())
        .should()
        .callMethodWhere(
            target(nameMatching("(a|norm)?(max|min)(Number)?|equalsWithEps"))
                .and(target(owner(JavaClass.Predicates.assignableTo(INDArray.class)))))
        .because("they pass over a NaN or an infinity; org.iterativemaps.kernel.Magnitude does not")
        .check(classes);
  }

  /** Why there is this rule; where it fails, the rule may go. */
  @Test
  void nd4jPassesOverThem() {
    INDArray numbers = Nd4j.createFromArray(1, Double.NaN, 3);
    assertEquals(3, numbers.amaxNumber().doubleValue());
    assertEquals(3, numbers.maxNumber().doubleValue());
    assertEquals(3, numbers.normmaxNumber().doubleValue());
    INDArray infinite = Nd4j.createFromArray(1, Double.POSITIVE_INFINITY, 3);
    assertTrue(infinite.equalsWithEps(Nd4j.createFromArray(1.0, 2, 3), 1e-5));
  }
}
