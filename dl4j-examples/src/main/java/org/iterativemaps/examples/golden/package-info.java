/**
 * Checks folders of golden files, numbers computed with the reference code of the block-map papers
 * (arXiv:2404.00880, arXiv:2509.15057) and with PyTorch's nn.RNN, nn.LSTM and nn.GRU, against
 * networks of this library.
 *
 * <p>{@link org.iterativemaps.examples.golden.VerifyGolden} is the command. A {@code CaseCheck}
 * knows one kind of file, a {@code Implementation} one way of building its maps into networks;
 * neither knows the other, and each has a registry: {@code CaseChecks} and {@code Implementations}.
 */
package org.iterativemaps.examples.golden;
