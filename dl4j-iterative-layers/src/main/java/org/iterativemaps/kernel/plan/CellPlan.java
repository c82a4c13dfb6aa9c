package org.iterativemaps.kernel.plan;

import java.util.List;

/**
 * One cell to compute, see {@link ProgramPlan}.
 *
 * @param slot its slot
 * @param cell its index
 * @param isDriven whether the input contributes by matrices
 * @param isFirstDriven whether it does, and to no cell of the slot before
 * @param products what other matrices contribute
 * @param terms what slots contribute as they are, one or the product of two
 * @param old the slot's value before, where the update reads it; null where it is zero or not read
 * @param keep the gate of the old value; null where it is zero or there is none
 * @param write the gate of the new value; null where it is zero or there is none
 */
public record CellPlan(
    int slot,
    int cell,
    boolean isDriven,
    boolean isFirstDriven,
    List<Product> products,
    List<List<Value>> terms,
    Value old,
    Value keep,
    Value write) {

  /** Copies the lists. */
  public CellPlan {
    products = List.copyOf(products);
    terms = terms.stream().map(term -> term.stream().toList()).toList();
  }

  /**
   * A value that is read.
   *
   * @param cell index of the cell; null if it is the token or the carried state of a slot
   * @param slot the slot
   */
  public record Value(Integer cell, int slot) {}

  /**
   * A matrix times a value.
   *
   * @param matrix index of the matrix
   * @param source what it reads
   */
  public record Product(int matrix, Value source) {}
}
