package org.iterativemaps.map;

/**
 * Gated recurrent cells as maps, one token a step (K = 1): ordinary maps, whose slots and blocks
 * can be changed like any other's.
 *
 * <pre>{@code
 * BlockMap sparse = GatedMaps.lstm(256).density(0.1).build();
 * BlockMap other = GatedMaps.gru(256).hiddenSparsity(Sparsity.fanIn(16)).build().toBuilder() …
 * }</pre>
 *
 * <p>With x the token, h the output, S the activation of gates (sigmoid) and A that of values
 * (tanh); every W, U and b of its own:
 *
 * <pre>
 *   lstm         g = A(W x + U h + b),  f, i, o = S(W x + U h + b)
 *                m = f * c + i * g,  c &lt;- m,  h &lt;- o * A(m)
 *   gravesLstm   the same; f and i read c, o reads m as well, by diagonal blocks
 *   coupled      an lstm with i = 1 - f:  e = W x + U h + b,  f = S(e),  i = S(-e)
 *   gru          r, z = S(W x + U h + b),  q = U h + b
 *                h &lt;- z * h + (1 - z) * A(W x + r * q + b)
 *   minGru       f = S(W x + b),  h &lt;- f * h + (1 - f) * (W x + b)
 *   minLstm      f, i = W x + b,  k = S(f) / (S(f) + S(i)),  h &lt;- k * h + (1 - k) * (W x + b)
 * </pre>
 *
 * <p>Sources: Hochreiter, Schmidhuber (1997), and Gers, Schmidhuber, Cummins (2000) for the forget
 * gate; Graves, "Supervised Sequence Labelling with Recurrent Neural Networks" (2012), equations
 * 4.2 to 4.11, for the peepholes; Greff and others, "LSTM: A Search Space Odyssey" (2015), for
 * coupled gates; Cho and others (2014) for the GRU, with the reset gate behind the product as in
 * cuDNN and PyTorch; Feng and others, "Were RNNs All We Needed?" (2024, arXiv:2410.01201), for the
 * minimal ones. The gate of a minGru is here the share that is kept. The two gates of a minLstm are
 * divided by their sum; no block divides, but with s(a) = log(1 + exp(a)) the same share is
 *
 * <pre>
 *   k = S( f - s(f) - i + s(i) ),    for S is a sigmoid and log S(a) = a - s(a)
 * </pre>
 */
public final class GatedMaps {
  private GatedMaps() {}

  /** Long short-term memory. */
  public static GatedMapBuilder lstm(int units) {
    return new GatedMapBuilder(GatedCell.LSTM, units);
  }

  /** Long short-term memory with peepholes. */
  public static GatedMapBuilder gravesLstm(int units) {
    return new GatedMapBuilder(GatedCell.GRAVES_LSTM, units);
  }

  /** Long short-term memory that forgets what it writes over. */
  public static GatedMapBuilder coupled(int units) {
    return new GatedMapBuilder(GatedCell.COUPLED, units);
  }

  /** Gated recurrent unit. */
  public static GatedMapBuilder gru(int units) {
    return new GatedMapBuilder(GatedCell.GRU, units);
  }

  /** Gated recurrent unit whose gate and value follow from the token alone. */
  public static GatedMapBuilder minGru(int units) {
    return new GatedMapBuilder(GatedCell.MIN_GRU, units);
  }

  /**
   * Long short-term memory whose gates and value follow from the token alone, the gates divided by
   * their sum.
   */
  public static GatedMapBuilder minLstm(int units) {
    return new GatedMapBuilder(GatedCell.MIN_LSTM, units);
  }
}
