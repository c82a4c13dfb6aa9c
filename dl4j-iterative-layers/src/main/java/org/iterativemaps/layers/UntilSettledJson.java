package org.iterativemaps.layers;

import java.io.IOException;
import org.iterativemaps.iterate.LoopGradient;
import org.iterativemaps.iterate.Solver;
import org.iterativemaps.iterate.Start;
import org.iterativemaps.iterate.UntilSettled;
import org.nd4j.shade.jackson.core.JsonGenerator;

/**
 * {@link UntilSettled} as JSON: {@code {"tolerance": 1e-5, "relative": true, "atMost": 50, …}}, in
 * the place of "steps".
 */
final class UntilSettledJson {
  private UntilSettledJson() {}

  /** Writes an object. */
  static void write(UntilSettled until, JsonGenerator json) throws IOException {
    json.writeStartObject();
    json.writeNumberField("tolerance", until.tolerance());
    json.writeBooleanField("relative", until.isRelative());
    json.writeNumberField("atMost", until.atMost());
    json.writeNumberField("atMostAtInference", until.atMostAtInference());
    json.writeFieldName("solver");
    write(until.solver(), json);
    json.writeFieldName("gradient");
    write(until.gradient(), json);
    json.writeFieldName("start");
    json.writeStartObject();
    if (until.start() instanceof Start.Random random) {
      json.writeStringField("from", "random");
      json.writeNumberField("spread", random.spread());
    } else {
      json.writeStringField("from", until.start() instanceof Start.Carried ? "carried" : "zero");
    }
    json.writeEndObject();
    json.writeStringField("unsettled", until.unsettled().name());
    json.writeNumberField("jacobianPenalty", until.jacobianPenalty());
    json.writeEndObject();
  }

  private static void write(Solver solver, JsonGenerator json) throws IOException {
    json.writeStartObject();
    if (solver instanceof Solver.Picard) {
      json.writeStringField("method", "picard");
    } else if (solver instanceof Solver.Damped damped) {
      json.writeStringField("method", "damped");
      json.writeNumberField("share", damped.share());
    } else if (solver instanceof Solver.Anderson anderson) {
      json.writeStringField("method", "anderson");
      json.writeNumberField("memory", anderson.memory());
      json.writeNumberField("mixing", anderson.mixing());
    } else if (solver instanceof Solver.Broyden broyden) {
      json.writeStringField("method", "broyden");
      json.writeNumberField("memory", broyden.memory());
    } else {
      throw new IllegalStateException("no JSON for " + solver);
    }
    json.writeEndObject();
  }

  private static void write(LoopGradient gradient, JsonGenerator json) throws IOException {
    json.writeStartObject();
    if (gradient instanceof LoopGradient.Implicit implicit) {
      json.writeStringField("through", "fixedPoint");
      json.writeFieldName("solver");
      if (implicit.solver() == null) {
        json.writeNull();
      } else {
        write(implicit.solver(), json);
        json.writeNumberField("tolerance", implicit.tolerance());
        json.writeNumberField("atMost", implicit.atMost());
      }
    } else if (gradient instanceof LoopGradient.Phantom phantom) {
      json.writeStringField("through", "phantomSteps");
      json.writeNumberField("steps", phantom.steps());
      json.writeNumberField("damping", phantom.damping());
    } else if (gradient instanceof LoopGradient.Unrolled) {
      json.writeStringField("through", "allSteps");
    } else {
      throw new IllegalStateException("no JSON for " + gradient);
    }
    json.writeEndObject();
  }

  /** Reads what {@link #write} wrote. */
  static UntilSettled read(JsonFields fields) throws IOException {
    return new UntilSettled(
        fields.number("tolerance"),
        fields.flag("relative"),
        fields.integer("atMost", 1),
        fields.integer("atMostAtInference", 1),
        fields.object("solver", UntilSettledJson::solver),
        fields.object("gradient", UntilSettledJson::gradient),
        fields.object("start", UntilSettledJson::start),
        fields.choice("unsettled", UntilSettled.Unsettled.class),
        fields.number("jacobianPenalty"));
  }

  private static Solver solver(JsonFields fields) throws IOException {
    return switch (fields.choice("method", "picard", "damped", "anderson", "broyden")) {
      case "picard" -> Solver.picard();
      case "damped" -> Solver.damped(fields.number("share"));
      case "anderson" -> Solver.anderson(fields.integer("memory", 2), fields.number("mixing"));
      default -> Solver.broyden(fields.integer("memory", 1));
    };
  }

  private static LoopGradient gradient(JsonFields fields) throws IOException {
    return switch (fields.choice("through", "fixedPoint", "phantomSteps", "allSteps")) {
      case "fixedPoint" -> {
        Solver own = fields.objectOrNull("solver", UntilSettledJson::solver);
        yield own == null
            ? LoopGradient.implicit()
            : LoopGradient.implicit(own, fields.number("tolerance"), fields.integer("atMost", 1));
      }
      case "phantomSteps" ->
          LoopGradient.phantom(fields.integer("steps", 1), fields.number("damping"));
      default -> LoopGradient.unrolled();
    };
  }

  private static Start start(JsonFields fields) throws IOException {
    return switch (fields.choice("from", "zero", "carried", "random")) {
      case "zero" -> Start.zero();
      case "carried" -> Start.carried();
      default -> Start.random(fields.number("spread"));
    };
  }
}
