package org.iterativemaps.describe;

import java.math.BigDecimal;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.iterativemaps.map.pattern.Sparsity;
import org.iterativemaps.map.values.WeightValues;

/**
 * The words for one block: its pattern and its values. {@link Description} says what each means.
 * Errors name what was found and what is expected, and know no place.
 */
final class Words {
  private static final String NUMBER = "([+-]?(?:\\d+\\.?\\d*|\\.\\d+)(?:[eE][+-]?\\d+)?)";
  private static final Pattern CHANCE = Pattern.compile("R=" + NUMBER);
  private static final Pattern COUNT = Pattern.compile("(S|Row)=(\\d{1,9})");
  private static final Pattern CONSTANT = Pattern.compile("C=" + NUMBER);
  private static final Pattern PAIR = Pattern.compile("([GU])=" + NUMBER + ", *" + NUMBER);

  private Words() {}

  /** Null for a block that is not there: {@code 0}, or a chance or number of zero. */
  static Sparsity pattern(String word) {
    if (word.equals("0")) {
      return null;
    }
    if (word.equals("W")) {
      return Sparsity.dense();
    }
    if (word.equals("D")) {
      return Sparsity.diagonal();
    }
    Matcher chance = CHANCE.matcher(word);
    if (chance.matches()) {
      double probability = Double.parseDouble(chance.group(1));
      return probability == 0 ? null : Sparsity.bernoulli(probability);
    }
    Matcher count = COUNT.matcher(word);
    if (count.matches()) {
      int entries = Integer.parseInt(count.group(2));
      if (entries == 0) {
        return null;
      }
      return count.group(1).equals("S") ? Sparsity.entries(entries) : Sparsity.fanIn(entries);
    }
    throw new IllegalArgumentException(
        "block type: found '" + word + "', expected 0, W, D, R=p, S=n or Row=n");
  }

  static String word(Sparsity pattern, int fromSize, int toSize) {
    if (pattern instanceof Sparsity.Dense) {
      return "W";
    } else if (pattern instanceof Sparsity.Diagonal) {
      return "D";
    } else if (pattern instanceof Sparsity.Bernoulli bernoulli) {
      return "R=" + number(bernoulli.probability());
    } else if (pattern instanceof Sparsity.FanIn fanIn) {
      return "Row=" + fanIn.perTarget();
    } else if (pattern instanceof Sparsity.Entries || pattern instanceof Sparsity.Density) {
      return "S=" + (long) pattern.expectedEntries(fromSize, toSize);
    }
    throw new IllegalArgumentException("the authors' language has no word for " + pattern);
  }

  static WeightValues values(String word) {
    if (word.equals("0") || word.equals("1")) {
      return WeightValues.constant(Integer.parseInt(word));
    }
    if (word.equals("G")) {
      return WeightValues.gaussian(0, 1);
    }
    if (word.equals("U")) {
      return WeightValues.uniform(-1, 1);
    }
    Matcher constant = CONSTANT.matcher(word);
    if (constant.matches()) {
      return WeightValues.constant(Double.parseDouble(constant.group(1)));
    }
    Matcher pair = PAIR.matcher(word);
    if (pair.matches()) {
      double first = Double.parseDouble(pair.group(2));
      double second = Double.parseDouble(pair.group(3));
      return pair.group(1).equals("G")
          ? WeightValues.gaussian(first, second)
          : WeightValues.uniform(first, second);
    }
    throw new IllegalArgumentException(
        "initialization type: found '"
            + word
            + "', expected 0, 1, C=value, G, G=mean,std, U or U=low,high");
  }

  static String word(WeightValues values) {
    if (values instanceof WeightValues.Constant constant) {
      boolean isShort = constant.value() == 0 || constant.value() == 1;
      return isShort ? Integer.toString((int) constant.value()) : "C=" + number(constant.value());
    } else if (values instanceof WeightValues.Gaussian gaussian) {
      return "G=" + number(gaussian.mean()) + "," + number(gaussian.standardDeviation());
    } else if (values instanceof WeightValues.Uniform uniform) {
      return "U=" + number(uniform.low()) + "," + number(uniform.high());
    }
    throw new IllegalArgumentException("the authors' language has no word for " + values);
  }

  static boolean isZero(WeightValues values) {
    return values instanceof WeightValues.Constant constant && constant.value() == 0;
  }

  /** The shortest text that is read as the same number, without trailing zeros. */
  private static String number(double value) {
    return value == 0
        ? "0"
        : new BigDecimal(Double.toString(value)).stripTrailingZeros().toString();
  }
}
