"""Times PyTorch (CPU) on the cases of these benchmarks and prints rows in the format of --json.

As in the Java benchmarks "training" is forward and backward, down to the input and all parameters, without loss and
updater. Names of subjects: "PyTorch RNN", "PyTorch LSTM", "PyTorch GRU", "PyTorch Linear" (dense layers), "PyTorch
masked" (dense weights times a mask; in inference the mask is multiplied in beforehand) and "PyTorch CSR" (torch.sparse).
"""

import sys

import common
import torch
from torch import nn


def both(run, benchmark, case, subject, network, inputs, gradient, inference=None, checks=(None, None)):
    """Forward and training of one network: a function of its inputs, the tensors that want gradients.

    checks: of the output, and of the list of gradients.
    """

    def forward():
        with torch.inference_mode():
            return (inference or network)(*inputs)

    def training():
        return torch.autograd.grad(network(*inputs), inputs, gradient)

    run.row(benchmark, case, subject, "forward", forward, checks[0])
    run.row(benchmark, case, subject, "training", training, checks[1])


def leaf(*shape, scale=1.0):
    return (torch.randn(shape) * scale).requires_grad_()


def turned(tensor):
    """The same numbers, units by samples, which suits CSR."""
    return tensor.detach().t().contiguous().requires_grad_(tensor.requires_grad)


def module(run, benchmark, subject, layer, x, case=None):
    """A module's rows: its parameters are passed by themselves, so that they count among the inputs."""
    call = layer if isinstance(layer, nn.Sequential) else lambda x: layer(x)[0]
    with run.attempt(f"{benchmark} {subject}"):
        gradient = torch.randn_like(call(x)) * 0.01
        both(run, benchmark, case or {}, subject, lambda x, *_: call(x), [x, *layer.parameters()], gradient)


def mask(source, target, weights):
    """Exactly so many ones as our maps have weights."""
    flat = torch.zeros(source * target)
    flat[torch.randperm(source * target)[:weights]] = 1
    return flat.reshape(target, source)


def same(expected, found):
    """The sparse form must compute what the masked one does."""
    for a, b in zip(expected, found, strict=True):
        b = b.to_dense() if b.layout == torch.sparse_csr else b
        torch.testing.assert_close(b, a, rtol=1e-3, atol=1e-3)


def sequence(run, options):
    time, batch, source, target = (3, 2, 5, 4) if options.check else (20, 32, 100, 200)
    x = leaf(time, batch, source)
    module(run, "SequenceBenchmark", "PyTorch RNN", nn.RNN(source, target), x)
    module(run, "SequenceBenchmark", "PyTorch LSTM", nn.LSTM(source, target), x)


def gated(run, options):
    shapes = ("3-4-2-5",) if options.check else ("100-200-20-32", "10-10-20-10")
    for shape in shapes:
        source, target, time, batch = map(int, shape.split("-"))
        for cell, layer in (("lstm", nn.LSTM(source, target)), ("gru", nn.GRU(source, target))):
            subject = "PyTorch " + cell.upper()
            case = {"cell": cell, "shape": shape}
            module(run, "GatedBenchmark", subject, layer, leaf(time, batch, source), case)


def mlp(run, options):
    layers = [nn.Linear(784, 500), nn.Tanh(), nn.Linear(500, 200), nn.Tanh(), nn.Linear(200, 10)]
    x = leaf(3 if options.check else 128, 784)
    module(run, "MlpBenchmark", "PyTorch Linear", nn.Sequential(*layers), x)


def looped(run, options):
    width, batch = (20, 3) if options.check else (1000, 128)
    steps = 5
    layers = [layer for _ in range(steps) for layer in (nn.Linear(width, width), nn.Tanh())]
    module(run, "LoopedBenchmark", "PyTorch Linear", nn.Sequential(*layers), leaf(batch, width))
    for density in ("1", "0.5", "0.1", "0.01"):
        loop(run, density, width, steps, batch)


def loop(run, density, width, steps, batch):
    weights_in_all = round(width * width * float(density))
    scale = (width * float(density)) ** -0.5
    x, bias = leaf(batch, width), leaf(width, scale=0.1)
    masks = [mask(width, width, weights_in_all) for _ in range(2)]
    weights = [leaf(width, width, scale=scale) for _ in range(2)]
    fixed = [(w * m).detach() for w, m in zip(weights, masks)]
    gradient = torch.randn(batch, width) * 0.01
    where = ("LoopedBenchmark", {"density": density})

    def dense(x, w_x, w_h, bias):
        fed = torch.addmm(bias, x, w_x.t())  # the input's share, the same in every step
        h = torch.tanh(fed)
        for _ in range(steps - 1):
            h = torch.tanh(torch.addmm(fed, h, w_h.t()))
        return h

    def masked(x, w_x, w_h, bias):
        return dense(x, w_x * masks[0], w_h * masks[1], bias)

    inputs = [x, *weights, bias]
    network = dense if density == "1" else masked
    both(run, *where, "PyTorch masked", network, inputs, gradient, lambda x, w_x, w_h, b: dense(x, *fixed, b))
    if density == "1":
        return

    def sparse(x, w_x, w_h, bias):  # units by samples throughout
        fed = torch.sparse.mm(w_x, x) + bias
        h = torch.tanh(fed)
        for _ in range(steps - 1):
            h = torch.tanh(torch.sparse.mm(w_h, h) + fed)
        return h

    with run.attempt("LoopedBenchmark density=" + density + " PyTorch CSR"):
        output = masked(*inputs)
        gradients = torch.autograd.grad(output, inputs, gradient)
        checks = (
            lambda found: same([output], [found.t()]),
            lambda found: same(gradients, [found[0].t(), found[1], found[2], found[3].flatten()]),
        )
        csr = [w.to_sparse_csr().requires_grad_() for w in fixed]
        sparse_inputs = [turned(x), *csr, turned(bias.reshape(1, -1))]
        both(run, *where, "PyTorch CSR", sparse, sparse_inputs, turned(gradient), checks=checks)


def anderson(function, start, tolerance, most, memory=5, ridge=1e-4):
    """z = f(z) for every row, until all have settled: the batched method of deep equilibrium models.

    As TorchDEQ does it: the last states and their ends side by side, one small system per row, solved together; all rows
    go on until the last has settled.
    """
    batch, units = start.shape
    states = start.new_zeros(batch, memory, units)
    ends = start.new_zeros(batch, memory, units)
    system = start.new_zeros(batch, memory + 1, memory + 1)
    system[:, 0, 1:] = system[:, 1:, 0] = 1
    right = start.new_zeros(batch, memory + 1, 1)
    right[:, 0] = 1
    z = start
    for step in range(most):
        end = function(z)
        residual = (end - z).abs().amax(1) / end.abs().amax(1)
        if residual.max() <= tolerance:
            return end, step + 1
        states[:, step % memory] = z
        ends[:, step % memory] = end
        held = min(step + 1, memory)
        if held < 2:
            z = end
            continue
        moves = ends[:, :held] - states[:, :held]
        products = torch.bmm(moves, moves.transpose(1, 2))
        system[:, 1 : held + 1, 1 : held + 1] = products + ridge * products.diagonal(dim1=1, dim2=2).diag_embed()
        share = torch.linalg.solve(system[:, : held + 1, : held + 1], right[:, : held + 1])[:, 1:]
        z = torch.bmm(share.transpose(1, 2), ends[:, :held])[:, 0]
    raise RuntimeError(f"not settled after {most} steps: {residual.max()}")


class Settled(torch.autograd.Function):
    """Implicit gradients: the adjoint equation by the same method."""

    @staticmethod
    def forward(ctx, solved, again, tolerance, most):
        ctx.again, ctx.tolerance, ctx.most, ctx.solved = again, tolerance, most, solved
        return again.detach()

    @staticmethod
    def backward(ctx, gradient):
        def adjoint(u):
            return torch.autograd.grad(ctx.again, ctx.solved, u, retain_graph=True)[0] + gradient

        return None, anderson(adjoint, gradient, ctx.tolerance, ctx.most)[0], None, None


def equilibrium(run, options):
    source, width, batch, most = (5, 20, 3, 200) if options.check else (100, 1000, 128, 1000)
    for radius in ("0.9",):
        density = 0.5 if options.check else 0.1
        ones = [mask(n, width, round(n * width * density)) for n in (source, width)]
        w_x = leaf(width, source, scale=(source * density) ** -0.5)
        w_h = leaf(width, width, scale=float(radius) * (width * density) ** -0.5)  # about its spectral radius
        x, bias = leaf(batch, source, scale=0.1), torch.zeros(width, requires_grad=True)
        gradient = torch.randn(batch, width) * 0.01

        def settled(step, start):
            with torch.no_grad():
                found = anderson(step, start, 1e-5, most)[0]
            if not torch.is_grad_enabled():
                return found
            point = found.requires_grad_()
            return Settled.apply(point, step(point), 1e-5, most)

        def masked(x, w_x, w_h, bias):
            fed = torch.addmm(bias, x, (w_x * ones[0]).t())
            feedback = (w_h * ones[1]).t()  # once for all steps
            return settled(lambda h: torch.tanh(torch.addmm(fed, h, feedback)), x.new_zeros(batch, width))

        inputs = [x, w_x, w_h, bias]
        where = ("EquilibriumBenchmark", {"radius": radius})
        both(run, *where, "PyTorch masked", masked, inputs, gradient)
        with run.attempt("EquilibriumBenchmark PyTorch CSR"):
            output = masked(*inputs)
            gradients = torch.autograd.grad(output, inputs, gradient)
            csr = [(w * m).detach().to_sparse_csr().requires_grad_() for w, m in zip((w_x, w_h), ones, strict=True)]

            def sparse(x, w_x, w_h, bias):  # units by samples, but in the solver
                fed = torch.sparse.mm(w_x, x) + bias
                return settled(
                    lambda h: torch.tanh(torch.sparse.mm(w_h, h.t()) + fed).t(), x.new_zeros(batch, width)
                ).t()

            checks = (
                lambda found: same([output], [found.t()]),
                lambda found: same(gradients[:1], [found[0].t()]),
            )
            both(
                run, *where, "PyTorch CSR", sparse, [turned(x), *csr, turned(bias.reshape(1, -1))], turned(gradient), checks=checks
            )


def kernel(run, options):
    for cell in common.cells(options):
        block(run, cell)


def block(run, cell):
    source, target = cell.sizes
    x, weights, ones = leaf(cell.batch, source), leaf(target, source), mask(source, target, cell.weights)
    fixed = (weights * ones).detach()
    gradient = torch.randn(cell.batch, target) * 0.01
    where = ("KernelBenchmark", cell.case)

    def masked(x, w):
        return nn.functional.linear(x, w * ones)

    def sparse(w, x):  # units by samples
        return torch.sparse.mm(w, x)

    both(run, *where, "PyTorch masked", masked, [x, weights], gradient, lambda x, w: nn.functional.linear(x, fixed))
    with run.attempt(f"KernelBenchmark {cell} PyTorch CSR"):
        output = masked(x, weights)
        gradients = torch.autograd.grad(output, [weights, x], gradient)
        checks = (
            lambda found: same([output], [found.t()]),
            lambda found: same(gradients, [found[0], found[1].t()]),
        )
        csr = fixed.to_sparse_csr().requires_grad_()
        both(run, *where, "PyTorch CSR", sparse, [csr, turned(x)], turned(gradient), checks=checks)


CASES = {"sequence": sequence, "gated": gated, "looped": looped, "equilibrium": equilibrium, "mlp": mlp, "kernel": kernel}


def main():
    options = common.options("Times PyTorch, prints rows as lines of JSON.", CASES)
    torch.set_num_threads(options.threads)
    torch.manual_seed(1)
    run = common.Run(options.threads, common.seconds(options))
    for case in options.cases:
        CASES[case](run, options)
    return run.end()


if __name__ == "__main__":
    sys.exit(main())
