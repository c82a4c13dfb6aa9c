package org.iterativemaps.kernel.cuda;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The updates of one kind of sweep and what they read, as the structures of {@code
 * iterative_map.cu}, which says what they mean.
 */
final class Updates {
  /** A sum that starts from nothing. */
  static final int NOTHING = -1;

  /** A sum that starts from the bias. */
  static final int BIAS = -2;

  private static final int WORDS = 30; // of an update
  private static final int MOST_IN_A_PHASE = 32;

  private final List<Update> updates = new ArrayList<>();
  private final List<int[]> terms = new ArrayList<>();
  private final List<Phase> phases = new ArrayList<>();
  private boolean isEnded = true;

  /** Updates that follow each other, and by what is multiplied, the products in them. */
  private static final class Phase {
    final int firstUpdate;
    int updates;
    final Map<Source, List<int[]>> uses = new LinkedHashMap<>();

    Phase(int firstUpdate) {
      this.firstUpdate = firstUpdate;
    }
  }

  private record Source(Place place, int units) {}

  /**
   * A row, the first of its slot's.
   *
   * @param row negative for zeros
   * @param shift time steps from this one to the record that it is in
   */
  record Place(int row, int shift) {
    /** Zeros. */
    static final Place NONE = new Place(RecordRows.NO_ROW, 0);

    /** The same, some time steps later. */
    Place later(int steps) {
      return row < 0 ? this : new Place(row, shift + steps);
    }
  }

  /** Rows that are computed unit by unit; what it is given beside its target is optional. */
  static final class Update {
    private final int target;
    private final int units;
    private final int firstTerm;
    private int terms;
    private int activated;
    private int start = NOTHING;
    private int bias = NOTHING;
    private CudaActivation activation; // null for none
    private int kept = NOTHING;
    private int normalised = NOTHING;
    private int root = NOTHING;
    private int gain;
    private boolean isCentred;
    private int combination;
    private double scale = 1;
    private Place old = Place.NONE;
    private Place keep = Place.NONE;
    private Place write = Place.NONE;

    private Update(int target, int units, int firstTerm) {
      this.target = target;
      this.units = units;
      this.firstTerm = firstTerm;
      this.activated = target;
    }

    /** What the sum starts from: a row, {@link #NOTHING}, or {@link #BIAS} and its place. */
    Update start(int from, int biasPlace) {
      start = from;
      bias = biasPlace;
      return this;
    }

    /** The rows that start it are normalised; {@link #start} has the bias that comes after it. */
    Update normalised(int row, int rootRow, int gainPlace, boolean centred) {
      normalised = row;
      root = rootRow;
      gain = gainPlace;
      isCentred = centred;
      return this;
    }

    /** The activation, and the row for z (forward), or that the derivative is computed from. */
    Update activation(CudaActivation of, int row) {
      activation = of;
      kept = row;
      return this;
    }

    /** The rows of a forward, of du back, where they are not the target. */
    Update activated(int row) {
      activated = row;
      return this;
    }

    /** How a becomes the value. */
    Update combination(
        org.iterativemaps.map.Update how, Place oldValue, Place keepGate, Place writeGate) {
      combination = how.kind().ordinal();
      scale = how.scale();
      old = oldValue;
      keep = keepGate;
      write = writeGate;
      return this;
    }

    private int[] words() {
      int[] words = new int[WORDS];
      int at = 0;
      boolean isActivated = activation != null;
      for (double number :
          new double[] {
            isActivated ? activation.alpha() : 0,
            isActivated ? activation.threshold() : 0,
            isActivated ? activation.max() : 0
          }) {
        at = write(number, words, at);
      }
      words[at] = isActivated ? activation.code() : CudaActivation.NO_CODE;
      at = write(scale, words, at + 2);
      for (int word :
          new int[] {
            target,
            units,
            activated,
            start,
            bias,
            firstTerm,
            terms,
            kept,
            normalised,
            root,
            gain,
            isCentred ? 1 : 0,
            combination,
            old.row,
            old.shift,
            keep.row,
            keep.shift,
            write.row,
            write.shift
          }) {
        words[at++] = word;
      }
      return words;
    }
  }

  /** Low half first: devices, and hosts of them, are little endian. */
  private static int write(double number, int[] words, int at) {
    long bits = Double.doubleToRawLongBits(number);
    words[at] = (int) bits;
    words[at + 1] = (int) (bits >>> Integer.SIZE);
    return at + 2;
  }

  /** A new update, to be filled with what it reads before the next. */
  Update add(int target, int units) {
    if (isEnded || phases.get(phases.size() - 1).updates == MOST_IN_A_PHASE) {
      phases.add(new Phase(updates.size()));
      isEnded = false;
    }
    phases.get(phases.size() - 1).updates++;
    Update update = new Update(target, units, terms.size());
    updates.add(update);
    return update;
  }

  /**
   * A product that the last update sums.
   *
   * @param matrix its index, or that of its transpose on the way back
   * @param source what is multiplied
   * @param units of the source
   * @param isMasked whether the product is multiplied with the time mask
   */
  void read(int matrix, Place source, int units, boolean isMasked) {
    phases
        .get(phases.size() - 1)
        .uses
        .computeIfAbsent(new Source(source, units), key -> new ArrayList<>())
        .add(new int[] {updates.size() - 1, matrix, isMasked ? 1 : 0});
  }

  /**
   * What the last update adds unit by unit.
   *
   * @param row of what the sweep writes
   * @param by a value that it is multiplied with, or {@link Place#NONE}
   * @param factor a number that it is multiplied with, too
   */
  void term(Place row, Place by, double factor, boolean isMasked) {
    last().terms++;
    int[] words = {0, 0, row.row, row.shift, by.row, by.shift, isMasked ? 1 : 0, 0};
    write(factor, words, 0);
    terms.add(words);
  }

  /** Blocks of threads that share a tile wait for each other. */
  void endPhase() {
    isEnded = true;
  }

  private Update last() {
    return updates.get(updates.size() - 1);
  }

  /** How many phases. */
  int count() {
    return phases.size();
  }

  int[] phaseWords() {
    List<int[]> all = new ArrayList<>();
    int sources = 0;
    for (Phase phase : phases) {
      all.add(new int[] {phase.firstUpdate, phase.updates, sources, phase.uses.size()});
      sources += phase.uses.size();
    }
    return words(all);
  }

  int[] sourceWords() {
    List<int[]> all = new ArrayList<>();
    int uses = 0;
    for (Phase phase : phases) {
      for (var use : phase.uses.entrySet()) {
        Place place = use.getKey().place;
        int count = use.getValue().size();
        all.add(new int[] {place.row, use.getKey().units, place.shift, uses, count});
        uses += count;
      }
    }
    return words(all);
  }

  int[] useWords() {
    return words(
        phases.stream().flatMap(p -> p.uses.values().stream()).flatMap(List::stream).toList());
  }

  int[] updateWords() {
    return words(updates.stream().map(Update::words).toList());
  }

  int[] termWords() {
    return words(terms);
  }

  static int[] words(List<int[]> structures) {
    return structures.stream().flatMapToInt(Arrays::stream).toArray();
  }
}
