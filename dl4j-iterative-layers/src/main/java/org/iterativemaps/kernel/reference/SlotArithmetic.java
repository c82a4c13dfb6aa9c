package org.iterativemaps.kernel.reference;

import org.iterativemaps.iterate.MapProgram;
import org.iterativemaps.map.Normalisation;
import org.iterativemaps.map.Slot;
import org.iterativemaps.map.Update;
import org.nd4j.linalg.activations.IActivation;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.ops.transforms.Transforms;

/**
 * What a slot makes of the sum u of all that arrives at it, on arrays [rows, size], and back:
 *
 * <pre>    a = A( N(u) + b ),    z' = U(z, a)</pre>
 */
final class SlotArithmetic {
  private final Slot slot;
  private final int index;
  private final IActivation activation;
  private final MapValues values;
  private final ArrayPool pool;

  SlotArithmetic(MapProgram program, int index, MapValues values, ArrayPool pool) {
    this.slot = program.slots().get(index);
    this.index = index;
    this.activation = program.activation(index);
    this.values = values;
    this.pool = pool;
  }

  /**
   * What an update reads beside the new value; null where it reads none, or only zeros.
   *
   * @param old the slot's value before the step
   * @param keep the gate that multiplies it
   * @param write the gate that multiplies the new value
   */
  record Others(INDArray old, INDArray keep, INDArray write) {}

  /**
   * A value, and what the way back needs.
   *
   * @param value z'
   * @param others what the update read
   * @param normalised N(u) before its gain, null without a normalisation
   * @param root by which it was divided, [rows, 1]
   * @param preActivation N(u) + b
   * @param activated a
   */
  record Value(
      INDArray value,
      Others others,
      INDArray normalised,
      INDArray root,
      INDArray preActivation,
      INDArray activated) {}

  /**
   * Gradients of a value; null where nothing was read.
   *
   * @param sum of u
   * @param others of what the update read
   */
  record Gradient(INDArray sum, Others others) {}

  /**
   * Forward.
   *
   * @param sum u; becomes this object's own
   */
  Value value(INDArray sum, Others others, boolean isTraining) {
    INDArray normalised = null;
    INDArray root = null;
    INDArray z = sum;
    if (slot.isNormalised()) {
      INDArray centred =
          slot.normalisation() == Normalisation.LAYER
              ? sum.subColumnVector(sum.mean(true, 1))
              : sum;
      root = Transforms.sqrt(centred.mul(centred).mean(true, 1).addi(Normalisation.EPSILON), false);
      normalised = centred.divColumnVector(root);
      z = normalised.mulRowVector(values.gain(index));
    }
    INDArray bias = values.bias(index);
    if (bias != null) {
      z.addiRowVector(bias);
    }
    // In inference nobody asks for z again: ND4J's activations write into what they are given.
    INDArray a = activation.getActivation(isTraining ? pool.copy(z) : z, isTraining);
    return new Value(updated(a, others), others, normalised, root, z, a);
  }

  private INDArray updated(INDArray a, Others others) {
    Update update = slot.update();
    return switch (update.kind()) {
      case REPLACE -> a;
      case RESIDUAL -> sum(a.mul(update.scale()), others.old);
      case LEAKY ->
          sum(
              a.mul(update.scale()),
              others.old == null ? null : others.old.mul(1 - update.scale()));
      // g z + (1 - g) a = a + g (z - a)
      case GATED ->
          others.keep == null
              ? a
              : (others.old == null ? a.neg() : others.old.sub(a)).muli(others.keep).addi(a);
      case TWO_GATES -> {
        INDArray written = others.write == null ? a.mul(0) : others.write.mul(a);
        yield others.old == null || others.keep == null
            ? written
            : written.addi(others.keep.mul(others.old));
      }
    };
  }

  /** Backward; adds to the gradients of bias and gain. */
  Gradient gradient(Value at, INDArray gradient, MapGradients gradients) {
    Others others = gradientOfOthers(at, gradient);
    // ND4J's activations write into what they are given; the tape may be gone back on once more.
    INDArray z = gradients.pool().copy(at.preActivation);
    INDArray delta = activation.backprop(z, gradientOfActivated(at, gradient)).getFirst();
    gradients.addBias(index, delta);
    return new Gradient(
        slot.isNormalised() ? gradientOfNormalised(at, delta, gradients) : delta, others);
  }

  private INDArray gradientOfActivated(Value at, INDArray gradient) {
    Others others = at.others;
    return switch (slot.update().kind()) {
      case REPLACE -> gradient;
      case RESIDUAL, LEAKY -> gradient.mul(slot.update().scale());
      case GATED -> others.keep == null ? gradient : others.keep.rsub(1).muli(gradient);
      case TWO_GATES -> others.write == null ? gradient.mul(0) : others.write.mul(gradient);
    };
  }

  private Others gradientOfOthers(Value at, INDArray gradient) {
    Others others = at.others;
    return switch (slot.update().kind()) {
      case REPLACE -> new Others(null, null, null);
      case RESIDUAL -> new Others(others.old == null ? null : gradient, null, null);
      case LEAKY ->
          new Others(
              others.old == null ? null : gradient.mul(1 - slot.update().scale()), null, null);
      case GATED -> {
        INDArray difference =
            others.old == null ? at.activated.neg() : others.old.sub(at.activated);
        yield new Others(
            product(others.keep, others.old == null ? null : gradient),
            others.keep == null ? null : difference.muli(gradient),
            null);
      }
      case TWO_GATES ->
          new Others(
              others.old == null ? null : product(others.keep, gradient),
              others.keep == null ? null : product(others.old, gradient),
              product(others.write == null ? null : at.activated, gradient));
    };
  }

  /**
   * With n = (u - mean(u)) / root and d the gradient of n, that of u is (d - mean(d) - n mean(d n))
   * / root; without centring there is no mean(d).
   */
  private INDArray gradientOfNormalised(Value at, INDArray delta, MapGradients gradients) {
    gradients.addGain(index, delta.mul(at.normalised));
    INDArray d = delta.mulRowVector(values.gain(index));
    INDArray along = d.mul(at.normalised).mean(true, 1);
    INDArray result = d.sub(at.normalised.mulColumnVector(along));
    if (slot.normalisation() == Normalisation.LAYER) {
      result.subiColumnVector(d.mean(true, 1));
    }
    return result.diviColumnVector(at.root);
  }

  private static INDArray sum(INDArray a, INDArray orNull) {
    return orNull == null ? a : a.addi(orNull);
  }

  private static INDArray product(INDArray left, INDArray right) {
    return left == null || right == null ? null : left.mul(right);
  }
}
