package org.iterativemaps.examples.golden;

import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.function.Supplier;
import org.iterativemaps.examples.QuietSameDiff;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/**
 * Checks every golden file of a folder: values, gradients and training against numbers of the
 * papers' reference code and of PyTorch's recurrent modules.
 *
 * <p>Exit code 0 if all that ran passed, 1 on a failure or if nothing ran, 2 if the folder, a file
 * or an argument is wrong, or the kernel asked for cannot run on this machine.
 */
@Command(
    name = "VerifyGolden",
    description = "Checks a folder of golden files against the networks of this library.")
public final class VerifyGolden implements Callable<Integer> {
  private static final int WRONG_INPUT = 2;

  @Spec private CommandSpec spec;

  @Parameters(paramLabel = "DIR", description = "The folder; every *.json in it is checked.")
  private Path folder;

  @Option(
      names = "--via",
      defaultValue = "layer",
      paramLabel = "WAY",
      description =
          "How maps are built into networks: ${COMPLETION-CANDIDATES}. cuda: layers in FLOAT on an"
              + " NVIDIA GPU; a case whose maps cannot run there is skipped, and says why.",
      completionCandidates = ViaNames.class)
  private String viaName;

  /** A command without arguments; picocli sets them. */
  public VerifyGolden() {}

  @Override
  public Integer call() {
    try {
      Implementation via = Implementations.named(viaName);
      List<GoldenFile> files = GoldenFolder.read(folder);
      PrintWriter out = spec.commandLine().getOut(); // before all else is silenced
      Supplier<Integer> verification = () -> QuietSameDiff.call(() -> verify(files, via, out));
      return via.kernel().map(kernel -> kernel.call(verification)).orElseGet(verification);
    } catch (IllegalArgumentException | GoldenFormatException e) {
      spec.commandLine().getErr().println(e.getMessage());
      return WRONG_INPUT;
    }
  }

  private int verify(List<GoldenFile> files, Implementation via, PrintWriter out) {
    out.printf(
        Locale.ROOT,
        "%s via %s: %s, tolerance %.0e relative to 1 + |expected|%n",
        folder,
        via.name(),
        via.dataType(),
        via.tolerance());
    Report report = new Report(out);
    for (GoldenFile file : files) {
      report.add(
          file, file.cases().stream().map(goldenCase -> CaseChecks.run(goldenCase, via)).toList());
    }
    return report.finish();
  }

  /** For the usage message. */
  static final class ViaNames implements Iterable<String> {
    @Override
    public java.util.Iterator<String> iterator() {
      return Implementations.names().iterator();
    }
  }
}
