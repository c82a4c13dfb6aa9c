package org.iterativemaps.examples.golden;

import java.util.Map;
import java.util.TreeMap;
import org.iterativemaps.examples.golden.CaseResult.Status;

/** Every {@link CaseCheck} there is, by kind of golden file. */
final class CaseChecks {
  private static final Map<String, CaseCheck> BY_KIND =
      new TreeMap<>(
          Map.of(
              "ff_map_K", new FfMapCheck(),
              "rnn_seq", new RnnSeqCheck(),
              "torch_rnn", new TorchRnnCheck(),
              "torch_gated", new TorchGatedCheck(),
              "mlp_map", new MlpMapCheck(),
              "masked_linear_training", new TrainingCheck(Optimizer.SGD),
              "adam_training", new TrainingCheck(Optimizer.ADAM),
              "fixed_point", new FixedPointCheck(),
              "author_configs", new AuthorConfigsCheck()));

  private CaseChecks() {}

  /**
   * Skipped for kinds that a via does not apply to and for maps that its kernel refuses, failed for
   * kinds that nobody knows.
   */
  static CaseResult run(GoldenCase goldenCase, Implementation via) {
    String kind = goldenCase.kind();
    if (via.doesNotApplyTo().containsKey(kind)) {
      return CaseResult.without(Status.SKIPPED, via.doesNotApplyTo().get(kind));
    }
    CaseCheck check = BY_KIND.get(kind);
    if (check == null) {
      return CaseResult.without(
          Status.FAILED, "unknown kind '" + kind + "'; known are " + BY_KIND.keySet());
    }
    Comparison comparison = new Comparison(via.tolerance());
    try {
      check.check(goldenCase.node(), via, comparison);
      return comparison.result();
    } catch (OtherKernelException e) {
      return comparison.skippedBy(e);
    } catch (RuntimeException e) { // one broken case must not hide the others
      return comparison.stoppedBy(e);
    }
  }
}
