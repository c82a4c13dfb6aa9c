package org.iterativemaps.export.onnx;

import static org.iterativemaps.export.onnx.Protos.attribute;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import onnx.Onnx.AttributeProto;
import org.iterativemaps.inference.Instruction;
import org.iterativemaps.inference.Matrix;
import org.iterativemaps.inference.Program;
import org.iterativemaps.lanes.LaneActivation;
import org.iterativemaps.lanes.SlotKernels;

/**
 * The instructions of a program as operators on [batch, units]. A register is a name for the value
 * that it has at the time: instructions that change one give it another.
 */
final class StepWriter {
  /**
   * What a register holds.
   *
   * @param name null for zeros that nobody has asked for yet
   * @param isConstant whether it is [1, units], the same for every sample
   * @param pieces behind each other, if they are not joined yet; else null
   */
  private record Value(String name, boolean isConstant, List<Piece> pieces) {
    static final Value ZERO = new Value(null, true, null);

    static Value of(String name) {
      return new Value(name, false, null);
    }

    static Value constant(String name) {
      return new Value(name, true, null);
    }

    boolean isZero() {
      return this == ZERO;
    }
  }

  /**
   * Some units of a value.
   *
   * @param of all units of the value
   * @param begin the first that is taken
   * @param length how many are
   */
  private record Piece(Value value, int of, int begin, int length) {}

  private final Program program;
  private final Constants constants;
  private final Nodes nodes;
  private final OnnxActivations activations;
  private final Value[] registers;
  private String batch; // how many samples there are, [1]; null until somebody asks

  /**
   * Writes all instructions.
   *
   * @param token name of the input, [batch, units]
   * @param states names by register
   */
  StepWriter(
      Program program,
      Constants constants,
      Nodes nodes,
      String token,
      Map<Integer, String> states) {
    this.program = program;
    this.constants = constants;
    this.nodes = nodes;
    this.activations = new OnnxActivations(nodes, constants);
    this.registers = new Value[program.registers()];
    registers[program.input()] = Value.of(token);
    states.forEach((register, name) -> registers[register] = Value.of(name));
    program.instructions().forEach(i -> registers[i.target()] = written(i));
  }

  /** What a register holds in the end, [batch, units]. */
  String result(int register) {
    return ofSamples(value(register), program.size(register));
  }

  private Value written(Instruction i) {
    int target = i.target();
    return switch (i.operation()) {
      case FILL -> i.vector() < 0 ? Value.ZERO : Value.constant(constants.vector(i.vector()));
      case COPY -> registers[i.a()];
      case PUT -> put(registers[target], program.size(target), i.at(), i.a());
      case MULTIPLY_ADD -> multiplyAdd(value(target), i.matrix(), value(i.a()));
      case ADD -> sum(value(target), value(i.a()));
      case ADD_PRODUCT -> sum(value(target), product(value(i.a()), value(i.b())));
      case SUBTRACT_PRODUCT -> difference(value(target), product(value(i.a()), value(i.b())));
      case SCALE -> product(value(i.a()), Value.constant(constants.number(i.scale())));
      case SCALE_UNITS -> {
        Value product = product(value(i.a()), Value.constant(constants.vector(i.vector())));
        yield i.shift() < 0 ? product : sum(product, Value.constant(constants.vector(i.shift())));
      }
      case NORMALISE -> normalised(i, value(i.a()));
      case ACTIVATE -> {
        Value z = value(i.a());
        yield i.activation().kind() == LaneActivation.Kind.IDENTITY
            ? z
            : like(z, activations.write(i.activation(), named(z, program.size(target))));
      }
      case SOFTMAX -> {
        Value z = value(i.a());
        String name = named(z, program.size(target));
        yield like(z, nodes.add("Softmax", List.of(attribute("axis", 1)), name));
      }
    };
  }

  private static Value like(Value value, String name) {
    return new Value(name, value.isConstant, null);
  }

  /** A register's value, its pieces joined. */
  private Value value(int register) {
    Value value = registers[register];
    if (value.pieces != null) {
      value = joined(value.pieces);
      registers[register] = value;
    }
    return value;
  }

  private String named(Value value, int units) {
    return value.isZero() ? constants.zeros(units) : value.name;
  }

  /** A value of its own for every sample. */
  private String ofSamples(Value value, int units) {
    String name = named(value, units);
    return value.isConstant ? expanded(name, units) : name;
  }

  private String expanded(String name, int units) {
    if (batch == null) {
      String shape = nodes.add("Shape", registers[program.input()].name);
      batch = nodes.add("Gather", shape, constants.numbers(0));
    }
    String shape =
        nodes.add("Concat", List.of(attribute("axis", 0)), batch, constants.numbers(units));
    return nodes.add("Expand", name, shape);
  }

  private Value sum(Value a, Value b) {
    if (a.isZero() || b.isZero()) {
      return a.isZero() ? b : a;
    }
    return new Value(nodes.add("Add", a.name, b.name), a.isConstant && b.isConstant, null);
  }

  private Value difference(Value a, Value b) {
    if (b.isZero()) {
      return a;
    }
    String name = a.isZero() ? nodes.add("Neg", b.name) : nodes.add("Sub", a.name, b.name);
    return new Value(name, a.isConstant && b.isConstant, null);
  }

  private Value product(Value a, Value b) {
    if (a.isZero() || b.isZero()) {
      return Value.ZERO;
    }
    return new Value(nodes.add("Mul", a.name, b.name), a.isConstant && b.isConstant, null);
  }

  private Value multiplyAdd(Value t, int matrix, Value a) {
    Matrix w = program.matrices().get(matrix);
    if (a.isZero() || w.entryCount() == 0) {
      return t;
    }
    if (w.isDiagonal()) {
      return sum(t, product(a, Value.constant(constants.diagonal(matrix))));
    }
    // Gemm adds what is as large as its product or smaller, not what is larger.
    boolean isInOne = !t.isZero() && (t.isConstant || !a.isConstant);
    List<AttributeProto> transposed = List.of(attribute("transB", 1));
    String weights = constants.matrix(matrix);
    String name =
        isInOne
            ? nodes.add("Gemm", transposed, a.name, weights, t.name)
            : nodes.add("Gemm", transposed, a.name, weights);
    return isInOne ? like(a, name) : sum(t, like(a, name));
  }

  private Value normalised(Instruction i, Value a) {
    String z = named(a, program.size(i.a()));
    if (i.isCentred()) {
      z = nodes.add("Sub", z, mean(z));
    }
    String epsilon = constants.number((float) SlotKernels.EPSILON);
    String root = nodes.add("Sqrt", nodes.add("Add", mean(nodes.add("Mul", z, z)), epsilon));
    return like(a, nodes.add("Div", z, root));
  }

  private String mean(String z) {
    return nodes.add(
        "ReduceMean", List.of(attribute("axes", new long[] {1}), attribute("keepdims", 1)), z);
  }

  /** A value with some units of its own and some of another. */
  private Value put(Value target, int size, int at, int source) {
    List<Piece> pieces = target.pieces;
    if (pieces == null) {
      pieces = List.of(new Piece(target, size, 0, size));
    }
    int length = program.size(source);
    List<Piece> result = new ArrayList<>(cut(pieces, 0, at));
    result.add(new Piece(value(source), length, 0, length));
    result.addAll(cut(pieces, at + length, size));
    return new Value(null, false, List.copyOf(result));
  }

  /** What pieces hold of some units. */
  private static List<Piece> cut(List<Piece> pieces, int begin, int end) {
    List<Piece> result = new ArrayList<>();
    int place = 0;
    for (Piece piece : pieces) {
      int first = Math.max(begin, place);
      int last = Math.min(end, place + piece.length);
      if (first < last) {
        result.add(new Piece(piece.value, piece.of, piece.begin + first - place, last - first));
      }
      place += piece.length;
    }
    return result;
  }

  private Value joined(List<Piece> pieces) {
    String[] names = pieces.stream().map(this::taken).toArray(String[]::new);
    return Value.of(
        names.length == 1 ? names[0] : nodes.add("Concat", List.of(attribute("axis", 1)), names));
  }

  private String taken(Piece piece) {
    if (piece.value.isZero()) {
      return ofSamples(piece.value, piece.length);
    }
    String all = ofSamples(piece.value, piece.of);
    return piece.length == piece.of
        ? all
        : nodes.add(
            "Slice",
            all,
            constants.numbers(piece.begin),
            constants.numbers(piece.begin + piece.length),
            constants.numbers(1));
  }
}
