package org.iterativemaps.kernel.fused;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import com.sun.management.HotSpotDiagnosticMXBean;
import java.lang.management.ManagementFactory;
import java.time.ZoneId;
import org.iterativemaps.lanes.LaneKernelSelection;
import org.junit.jupiter.api.Test;

/**
 * The build runs some tests as on other machines: narrower vectors, no fused multiply-add, another
 * language. This holds each such run to what it says it is; the flags of a JVM are easily lost.
 */
class OtherMachineTest {

  @Test
  void theRunIsWhatItSays() {
    switch (TestMachine.NAME) {
      case "vectors-128", "vectors-256", "vectors-512" -> vectors(TestMachine.bitsAsked());
      case "no-fma" -> noFma();
      case "elsewhere" -> elsewhere();
      default -> fail("test.machine: found '" + TestMachine.NAME + "'; see the profile in pom.xml");
    }
  }

  private static void vectors(int bits) {
    assertEquals(bits, TestMachine.bits());
    String description = LaneKernelSelection.selected().description();
    assertTrue(description.contains(bits + " bits"), description);
  }

  private static void noFma() {
    HotSpotDiagnosticMXBean flags =
        ManagementFactory.getPlatformMXBean(HotSpotDiagnosticMXBean.class);
    assertEquals("false", flags.getVMOption("UseFMA").getValue());
  }

  /** Other digits, another separator, other letters, another time and other bytes. */
  private static void elsewhere() {
    assertEquals("\u0661\u066C\u0662\u0663\u0664", String.format("%,d", 1234));
    assertEquals("t\u0131tle", "TITLE".toLowerCase());
    assertEquals(ZoneId.of("Asia/Kathmandu"), ZoneId.systemDefault());
    assertNotEquals(2, "\u00FC".getBytes().length);
  }
}
