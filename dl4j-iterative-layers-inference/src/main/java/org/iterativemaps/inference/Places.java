package org.iterativemaps.inference;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Where the registers of a program lie in one array of floats. Registers that are not in use at the
 * same time share their place, so that a map of many steps stays in the cache.
 */
final class Places {
  /** By register, its first float; -1 where nothing ever uses it. */
  final int[] first;

  /** Floats of all. */
  final int length;

  private final int lanes;
  private final int granule;

  /** A stretch of floats. */
  private static final class Gap {
    final int begin;
    final int length;

    Gap(int begin, int length) {
      this.begin = begin;
      this.length = length;
    }
  }

  /**
   * Lays a program out.
   *
   * @param lanes floats of a unit
   * @param granule of which the units of a register are a multiple
   * @param workspace floats in front of the first register
   * @throws IllegalArgumentException if the registers are too long for an array
   */
  Places(Program program, int lanes, int granule, int workspace) {
    this.lanes = lanes;
    this.granule = granule;
    int[] last = lastUses(program);
    first = new int[program.registers()];
    Arrays.fill(first, -1);
    long end = place(program.input(), workspace, program);
    for (Program.State state : program.states()) {
      end = place(state.register(), end, program);
    }
    List<Gap> gaps = new ArrayList<>();
    List<Instruction> instructions = program.instructions();
    for (int i = 0; i < instructions.size(); i++) {
      int target = instructions.get(i).target();
      if (first[target] < 0) {
        int begin = take(gaps, floats(program.size(target)));
        end = begin < 0 ? place(target, end, program) : end;
        first[target] = begin < 0 ? first[target] : begin;
      }
      for (int register : used(instructions.get(i))) {
        if (register >= 0 && last[register] == i) {
          gaps.add(new Gap(first[register], floats(program.size(register))));
          last[register] = Integer.MAX_VALUE; // once
        }
      }
    }
    length = (int) end;
  }

  private long place(int register, long begin, Program program) {
    long end = begin + (long) filledUp(program.size(register), granule) * lanes;
    if (end > Integer.MAX_VALUE - 8) {
      throw new IllegalArgumentException(
          "program: its registers take more than the "
              + (Integer.MAX_VALUE - 8)
              + " floats that an array can hold; run fewer samples at a time, or fewer steps");
    }
    first[register] = (int) begin;
    return end;
  }

  /** Floats of a register of so many units. */
  int floats(int units) {
    return filledUp(units, granule) * lanes;
  }

  /** The next multiple. */
  static int filledUp(int units, int granule) {
    return (units + granule - 1) / granule * granule;
  }

  /** The first gap of just this length; -1 if there is none. */
  private static int take(List<Gap> gaps, int length) {
    for (int g = 0; g < gaps.size(); g++) {
      if (gaps.get(g).length == length) {
        return gaps.remove(g).begin;
      }
    }
    return -1;
  }

  private static int[] used(Instruction instruction) {
    return new int[] {instruction.target(), instruction.a(), instruction.b()};
  }

  /** By register the last instruction that uses it; none for what is kept or read afterwards. */
  private static int[] lastUses(Program program) {
    int[] last = new int[program.registers()];
    List<Instruction> instructions = program.instructions();
    for (int i = 0; i < instructions.size(); i++) {
      for (int register : used(instructions.get(i))) {
        if (register >= 0) {
          last[register] = i;
        }
      }
    }
    last[program.input()] = Integer.MAX_VALUE;
    last[program.output()] = Integer.MAX_VALUE;
    for (Program.State state : program.states()) {
      last[state.register()] = Integer.MAX_VALUE;
      last[state.next()] = Integer.MAX_VALUE;
    }
    return last;
  }
}
