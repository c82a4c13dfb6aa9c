package org.iterativemaps.benchmarks;

import static org.iterativemaps.benchmarks.Group.NOT_APPLICABLE;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** Every benchmark and what it runs. */
final class Plans {
  private static final String[] DENSITIES = {"1", "0.1", "0.01"};
  private static final Set<String> RECURRENT = Set.of("SimpleRnn", "LSTM");
  private static final Set<String> DENSE = Set.of("DenseLayers");

  private Plans() {}

  static List<Plan> all() {
    return List.of(
        sequence(),
        step(),
        inference(),
        longSequence(),
        parallel(),
        gated(),
        looped(),
        fit(),
        paper(),
        kernel(),
        mlp(),
        scaling(),
        prune(),
        sameDiff(),
        sameDiffGraph(),
        equilibrium(),
        halting(),
        reservoir(),
        cuda());
  }

  private static Plan sequence() {
    List<Group> groups =
        List.of(
            Group.of()
                .subjects("SimpleRnn", "LSTM")
                .with("density", NOT_APPLICABLE)
                .with("steps", NOT_APPLICABLE),
            Group.of().subjects(Subjects.MAPS).with("density", DENSITIES).with("steps", "1", "3"),
            Group.of()
                .subjects(Subjects.MAPS)
                .with("density", SequenceBenchmark.DIAGONAL)
                .with("steps", "1"));
    return new Plan(
        SequenceBenchmark.class,
        "Recurrent layer 100 -> 200, 20 time steps, batch 32, against SimpleRnn and LSTM.",
        RECURRENT,
        groups,
        groups);
  }

  private static Plan step() {
    List<Group> groups =
        List.of(
            Group.of()
                .subjects("SimpleRnn", "LSTM")
                .with("cell", NOT_APPLICABLE)
                .with("density", NOT_APPLICABLE),
            Group.of()
                .subjects("fused-simd")
                .with("cell", StepBenchmark.PLAIN, "lstm", "gru")
                .with("density", "1", "0.1"));
    return new Plan(
        StepBenchmark.class,
        "One example: rnnTimeStep, and output of 20 time steps, against SimpleRnn and LSTM.",
        RECURRENT,
        groups,
        groups);
  }

  private static Plan inference() {
    List<Group> groups =
        List.of(
            Group.of()
                .subjects(
                    InferenceBenchmark.DL4J, InferenceBenchmark.SIMD, InferenceBenchmark.SCALAR)
                .with("cell", StepBenchmark.PLAIN, "lstm", "gru")
                .with("density", "1", "0.1"));
    return new Plan(
        InferenceBenchmark.class,
        "One token of one stream, 10 -> 200 -> 3, without ND4J against rnnTimeStep of a map.",
        Set.of(InferenceBenchmark.DL4J),
        groups,
        groups);
  }

  private static Plan longSequence() {
    List<Group> groups =
        List.of(
            Group.of().subjects("SimpleRnn", "LSTM").with("activation", NOT_APPLICABLE),
            Group.of().subjects("fused-simd").with("activation", "identity", "tanh"));
    return new Plan(
        LongSequenceBenchmark.class,
        "One sequence of 1024 time steps, diagonal h->h, against SimpleRnn and LSTM.",
        RECURRENT,
        groups,
        groups);
  }

  private static Plan reservoir() {
    List<Group> groups =
        List.of(
            Group.of()
                .subjects("fused-simd")
                .with("weights", "100", "10")
                .with("pattern", "random"),
            Group.of().subjects("fused-simd").with("weights", "100").with("pattern", "bundles"));
    return new Plan(
        ReservoirBenchmark.class,
        "Echo-state network of 1000 units, 10000 time steps; --peers: reservoirpy, NumPy.",
        Set.of(),
        groups,
        groups);
  }

  private static Plan parallel() {
    List<Group> groups =
        List.of(
            Group.of()
                .subjects(ParallelBenchmark.IN_TURN, "jacobi", "blocks-32")
                .with("map", "tanh", "gru", "dense"),
            Group.of().subjects("newton").with("map", "tanh", "gru"));
    return new Plan(
        ParallelBenchmark.class,
        "One sequence of 1024 time steps: sweeps and Newton's method against in turn.",
        Set.of(ParallelBenchmark.IN_TURN),
        groups,
        groups);
  }

  private static Plan gated() {
    String[] shapes = {"100-200-20-32", "10-10-20-10"};
    List<Group> groups =
        List.of(
            Group.of()
                .subjects("LSTM")
                .with("cell", NOT_APPLICABLE)
                .with("density", NOT_APPLICABLE)
                .with("shape", shapes),
            Group.of()
                .subjects("fused-simd")
                .with("cell", "lstm", "gru")
                .with("density", DENSITIES)
                .with("shape", shapes),
            Group.of()
                .subjects("fused-simd")
                .with("cell", "minGru")
                .with("density", "1")
                .with("shape", shapes));
    return new Plan(
        GatedBenchmark.class,
        "Gated cells on sequences, against LSTM; shapes are inputs-units-time-batch.",
        Set.of("LSTM"),
        groups,
        groups);
  }

  private static Plan looped() {
    List<Group> groups =
        List.of(
            Group.of().subjects("DenseLayers").with("density", NOT_APPLICABLE),
            Group.of().subjects(Subjects.MAPS).with("density", "1", "0.5", "0.1", "0.01"));
    return new Plan(
        LoopedBenchmark.class,
        "Width 1000, K = 5, batch 128, against five DenseLayers.",
        DENSE,
        groups,
        groups);
  }

  private static Plan fit() {
    List<Group> groups =
        List.of(
            Group.of()
                .subjects("DenseLayers")
                .with("shape", "looped")
                .with("density", NOT_APPLICABLE),
            Group.of()
                .subjects("fused-simd", "reference")
                .with("shape", "looped")
                .with("density", DENSITIES),
            Group.of()
                .subjects("SimpleRnn", "LSTM")
                .with("shape", "sequence")
                .with("density", NOT_APPLICABLE),
            Group.of()
                .subjects("fused-simd", "reference")
                .with("shape", "sequence")
                .with("density", DENSITIES));
    return new Plan(
        FitBenchmark.class,
        "Whole fit steps of both shapes, with Adam.",
        Set.of("DenseLayers", "SimpleRnn", "LSTM"),
        groups,
        groups);
  }

  private static Plan paper() {
    String[] shapes = {"2500-1302-10", "2500-208-10", "81-4820-9"};
    return new Plan(
        PaperBenchmark.class,
        "The shapes of arXiv:2509.15057, 11 frames, batch 16.",
        RECURRENT,
        List.of(
            Group.of().subjects("SimpleRnn").with("shape", shapes),
            Group.of().subjects("LSTM").with("shape", shapes[0], shapes[1]),
            Group.of().subjects(Subjects.MAPS).with("shape", shapes)),
        List.of(
            Group.of().subjects("SimpleRnn").with("shape", shapes),
            Group.of().subjects("fused-simd", "reference").with("shape", shapes)));
  }

  private static Plan kernel() {
    String[] widths = {"200", "1000", "3000"};
    String[] batches = {"16", "32", "128"};
    String[] densities = {"0.01", "0.1", "0.5"};
    String[] bundles = {"0.01-4", "0.1-4"};
    Group fused = Group.of().subjects("fused-simd").with("width", widths);
    Group scalar = Group.of().subjects("fused-scalar", "reference").with("width", "1000");
    return new Plan(
            KernelBenchmark.class,
            "One sparse block times a batch, GFLOP/s; --threads 1,2.",
            Set.of("reference"),
            List.of(
                fused.with("batch", batches).with("density", densities),
                sweep("width", widths).with("batch", batches).with("density", bundles),
                scalar.with("batch", "128").with("density", densities),
                feedForward("2048", "384-1536", "1536-384"),
                feedForward("1024", "640-2560", "2560-640")),
            List.of(
                Group.of()
                    .subjects("fused-simd", "reference")
                    .with("width", "1000")
                    .with("batch", "16", "128")
                    .with("density", densities),
                sweep("width", "1000").with("batch", "16", "128").with("density", bundles),
                feedForward("2048", "384-1536", "1536-384"),
                feedForward("1024", "640-2560", "2560-640")))
        .counting(KernelBenchmark::gigaflops);
  }

  /** Blocks that SparseLab measures itself by; they stand in peers/common.py as well. */
  private static Group feedForward(String batch, String... widths) {
    return sweep("width", widths).with("batch", batch).with("density", "0.1");
  }

  private static Plan mlp() {
    List<Group> groups =
        List.of(Group.of().subjects("DenseLayers"), Group.of().subjects(Subjects.MAPS));
    return new Plan(
        MlpBenchmark.class,
        "784-500-200-10 as a map, batch 128, against its DenseLayers.",
        DENSE,
        groups,
        groups);
  }

  private static Plan scaling() {
    List<Group> groups = new ArrayList<>();
    groups.add(
        sweep("density", "0.005", "0.01", "0.02", "0.05", "0.1", "0.2", "0.3", "0.4", "0.5", "1"));
    groups.add(sweep("width", "100", "200", "1000", "2000"));
    groups.add(sweep("time", "1", "2", "4", "16", "32"));
    groups.add(sweep("steps", "1", "4", "8"));
    groups.add(sweep("batch", "1", "8", "16", "32", "128", "256"));
    return new Plan(
        ScalingBenchmark.class,
        "Time against density, width, time steps, K and batch, with a picture.",
        Set.of(),
        groups,
        List.of(
            sweep("density", "0.01", "0.05", "0.1", "0.2", "0.4", "1"),
            sweep("batch", "1", "16", "128")));
  }

  private static Plan sameDiff() {
    List<Group> groups =
        List.of(
            Group.of()
                .subjects("fused-simd", "reference", "SDIterative")
                .with("map", "linear")
                .with("width", "200", "1000"),
            Group.of()
                .subjects("fused-simd", "reference", "SDIterative")
                .with("map", "gated")
                .with("width", "200", "1000"));
    return new Plan(
        SameDiffBenchmark.class,
        "A looped map, K = 5, batch 128: the layer's kernels beside SameDiff operations.",
        Set.of("SDIterative"),
        groups,
        groups);
  }

  private static Plan sameDiffGraph() {
    List<Group> groups =
        List.of(Group.of().subjects("SDIterative").with("steps", "1", "10", "100"));
    return new Plan(
        SameDiffGraphBenchmark.class,
        "Building and running SameDiff graphs of K steps, width 32.",
        Set.of(),
        groups,
        groups);
  }

  private static Plan equilibrium() {
    List<Group> groups =
        List.of(
            Group.of()
                .subjects("fused-simd")
                .with("loop", "unrolled", "picard", "anderson", "broyden")
                .with("radius", "0.9"));
    return new Plan(
        EquilibriumBenchmark.class,
        "Width 1000, density 0.1, batch 128, until settled, against as many fixed steps.",
        Set.of(),
        groups,
        groups);
  }

  private static Plan halting() {
    List<Group> groups = List.of(Group.of().subjects("fused-simd").with("batch", "slow", "mixed"));
    return new Plan(
        HaltingBenchmark.class,
        "A batch of which nine of ten samples settle soon, against one of slow ones.",
        Set.of(),
        groups,
        groups);
  }

  private static Plan cuda() {
    List<Group> groups = new ArrayList<>();
    for (CudaShape shape : CudaShape.values()) {
      groups.add(
          Group.of()
              .subjects("cuda", "fused-simd")
              .with("shape", shape.label())
              .with("density", shape.density()));
    }
    return new Plan(
            CudaBenchmark.class,
            "Large maps on an NVIDIA GPU, copies included, beside the CPU's kernel.",
            Set.of("fused-simd"),
            groups,
            groups)
        .counting(row -> CudaShape.named(row.parameters().get("shape")).gigaflops(row));
  }

  private static Group sweep(String parameter, String... values) {
    return Group.of().subjects("fused-simd").with(parameter, values);
  }

  private static Plan prune() {
    List<Group> groups =
        List.of(
            Group.of().subjects("unpruned").with("sparsity", NOT_APPLICABLE),
            Group.of().subjects("pruned").with("sparsity", "0.9", "0.99"));
    return new Plan(
        PruneBenchmark.class,
        "Width 1000, K = 5, batch 128, before and after pruning.",
        Set.of("unpruned"),
        groups,
        groups);
  }
}
