package org.iterativemaps.kernel;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.iterativemaps.iterate.MapProgram;
import org.nd4j.linalg.api.buffer.DataType;

/**
 * Which kernel runs a map here, and why: the same whenever it is asked for the same map in the same
 * JVM.
 *
 * @param provider makes the kernel
 * @param reason why this one, in words that can follow "because"; why not those that come before it
 * @param advice what would make it several times faster; empty if nothing is known
 */
public record KernelChoice(KernelProvider provider, String reason, Optional<String> advice) {

  /**
   * All providers that say that they can run a program, the one to take first; they are asked in
   * their order, and of equal ones by name.
   *
   * @param wanted the name of the provider that the user asked for; {@link KernelSelection#AUTO}
   *     for the first in order that says it should
   * @param providers all there are; one that throws is passed over
   * @throws WrongPropertyException if there is no provider of this name, or another system property
   *     is wrong
   * @throws IllegalStateException if the one asked for is not available here, or none can run the
   *     program; with every reason
   */
  public static List<KernelChoice> candidates(
      String wanted, List<KernelProvider> providers, MapProgram program, DataType type) {
    return AskedProviders.of(wanted, providers, program, type).choices();
  }

  /** The same after others that said that they can did not. */
  KernelChoice after(List<String> failures) {
    List<String> reasons = new ArrayList<>(List.of(reason));
    reasons.addAll(failures);
    return new KernelChoice(provider, String.join("; ", reasons), advice);
  }

  /** One line. */
  @Override
  public String toString() {
    return provider.description() + ", because " + reason + advice.map(a -> "; " + a).orElse("");
  }
}
