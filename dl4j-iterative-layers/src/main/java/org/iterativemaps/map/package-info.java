/**
 * Slots, blocks and maps of them: mathematics that knows no array library.
 *
 * <p>Where the formulas of the papers are, arXiv:2404.00880 if not said otherwise:
 *
 * <table>
 * <caption>Formulas and their classes</caption>
 * <tr><th>formula</th><th>class</th><th>method</th></tr>
 * <tr><td>z = [x, h, …, y], a state of slots</td>
 *     <td>{@link org.iterativemaps.map.Slot}</td><td>{@code input}, {@code state}, {@code wire}</td></tr>
 * <tr><td>F_ij, block nonlinear function (definition 1)</td>
 *     <td>{@link org.iterativemaps.map.BlockFunctions}</td><td>one for each function</td></tr>
 * <tr><td>M_ij = W0 + U ⊙ Ω: absent, fixed and trained weights</td>
 *     <td>{@link org.iterativemaps.map.BlockMap}</td><td>{@code connect}, {@code connectFixed}</td></tr>
 * <tr><td>U, b: the numbers that are trained</td>
 *     <td>{@link org.iterativemaps.map.MapWeights}</td><td>{@code weights}, {@code bias}</td></tr>
 * <tr><td>one step, z_i &lt;- A_i( sum_j M_ij z_j + b_i )</td>
 *     <td>{@code kernel.reference.ReferenceKernel}</td><td>{@code step}</td></tr>
 * <tr><td>z_{t+1} = (A ∘ b ∘ M)^K ∘ Inject(x_{t+1}) ∘ z_t</td>
 *     <td>{@code kernel.MapKernel}</td><td>{@code forward}</td></tr>
 * <tr><td>Inject: held, or an impulse</td>
 *     <td>{@link org.iterativemaps.map.Injection}</td><td>{@code HOLD}, {@code IMPULSE}</td></tr>
 * <tr><td>which of the K steps' values the output needs</td>
 *     <td>{@code iterate.Schedule}</td><td>{@code evaluations}</td></tr>
 * <tr><td>W0, Ω: patterns of weights that exist</td>
 *     <td>{@code map.pattern.Sparsity}</td><td>{@code draw}</td></tr>
 * <tr><td>hidden proportion (arXiv:2509.15057)</td>
 *     <td>{@code map.plan.HiddenProportion}</td><td>{@code expected}, {@code realized}</td></tr>
 * <tr><td>H from d_hh H² + … = N (arXiv:2509.15057)</td>
 *     <td>{@code map.plan.DensityPlanner}</td><td>{@code plan}</td></tr>
 * <tr><td>an MLP is a strictly lower triangular M (section 3)</td>
 *     <td>{@code convert.IterativeMaps}</td><td>{@code fromMlp}, {@code toMlp}</td></tr>
 * <tr><td>K steps as K untied layers, and back</td>
 *     <td>{@code convert.Unrolling}</td><td>{@code unroll}, {@code tie}</td></tr>
 * <tr><td>finite impulse response of nilpotent M (Muir 2017)</td>
 *     <td>{@code dynamics.ImpulseResponse}</td><td>{@code ofStructure}, {@code measured}</td></tr>
 * </table>
 */
package org.iterativemaps.map;
