package org.iterativemaps.map;

/** How long a token stays in the input slot while the K steps run. */
public enum Injection {
  /**
   * Through all K steps: the input slot is an exact wire to itself. With K to infinity the limit,
   * if there is one, depends on the input.
   */
  HOLD,
  /**
   * In the first step only; zero after it. A strictly block-triangular map then forgets the input
   * after as many steps as it is deep (finite impulse response).
   */
  IMPULSE
}
