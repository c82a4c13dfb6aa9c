package org.iterativemaps.inference;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Where the registers of a program lie in one array, in units. Registers that are not in use at the
 * same time share their place, so that a map of many steps stays in the cache.
 */
final class Places {
  /** By register, its first unit; -1 where nothing ever uses it. */
  final int[] first;

  /** Units of all. */
  final int length;

  /** A stretch of units. */
  private static final class Gap {
    final int begin;
    final int length;

    Gap(int begin, int length) {
      this.begin = begin;
      this.length = length;
    }
  }

  Places(Program program) {
    int[] last = lastUses(program);
    first = new int[program.registers()];
    Arrays.fill(first, -1);
    int end = place(program.input(), 0, program);
    for (Program.State state : program.states()) {
      end = place(state.register(), end, program);
    }
    List<Gap> gaps = new ArrayList<>();
    List<Instruction> instructions = program.instructions();
    for (int i = 0; i < instructions.size(); i++) {
      int target = instructions.get(i).target();
      if (first[target] < 0) {
        int begin = take(gaps, program.size(target));
        end = begin < 0 ? place(target, end, program) : end;
        first[target] = begin < 0 ? first[target] : begin;
      }
      for (int register : used(instructions.get(i))) {
        if (register >= 0 && last[register] == i) {
          gaps.add(new Gap(first[register], program.size(register)));
          last[register] = Integer.MAX_VALUE; // once
        }
      }
    }
    length = end;
  }

  private int place(int register, int begin, Program program) {
    first[register] = begin;
    return Math.addExact(begin, program.size(register));
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
