package org.iterativemaps.lanes;

import com.sun.management.HotSpotDiagnosticMXBean;
import java.lang.management.ManagementFactory;
import java.util.Optional;

/** Options of the virtual machine, {@code -XX:…}, as it settled them. */
public final class JvmOption {
  private JvmOption() {}

  /**
   * The value of an option.
   *
   * @return empty if the virtual machine has none of this name, is not HotSpot, or runs without the
   *     module {@code jdk.management}
   */
  public static Optional<String> value(String name) {
    try {
      return Optional.ofNullable(ManagementFactory.getPlatformMXBean(HotSpotDiagnosticMXBean.class))
          .map(hotSpot -> hotSpot.getVMOption(name).getValue());
    } catch (IllegalArgumentException | LinkageError e) {
      return Optional.empty();
    }
  }
}
