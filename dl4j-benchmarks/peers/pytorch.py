"""Times PyTorch (CPU) on the cases of these benchmarks and prints rows in the format of --json.

As in the Java benchmarks "training" is forward and backward, down to the input and all parameters, without loss and
updater. Names of subjects: "PyTorch RNN", "PyTorch LSTM", "PyTorch Linear" (dense layers), "PyTorch masked" (dense
weights times a mask; in inference the mask is multiplied in beforehand) and "PyTorch CSR" (torch.sparse).
"""

import argparse
import json
import sys
import time

import torch
from torch import nn


def measure(call, seconds=1.0, least=30):
    """Median of single calls after a warm-up, and the half width of the 99.9 % confidence interval of the mean."""
    begin = time.perf_counter()
    calls = 0
    while calls < 3 or time.perf_counter() - begin < 0.3:
        call()
        calls += 1
    times = []
    begin = time.perf_counter()
    while len(times) < least or time.perf_counter() - begin < seconds:
        start = time.perf_counter_ns()
        call()
        times.append((time.perf_counter_ns() - start) / 1e3)
    times = torch.tensor(times, dtype=torch.float64)
    return times.quantile(0.5).item(), 3.29 * times.std().item() / len(times) ** 0.5


def rows(benchmark, case, subject, network, inputs, inference=None):
    """Forward and training of one network: a function of its inputs, the tensors that want gradients."""
    output = network(*inputs).detach()
    gradient = torch.randn_like(output) * 0.01

    def forward():
        with torch.inference_mode():
            (inference or network)(*inputs)

    def training():
        return torch.autograd.grad(network(*inputs), inputs, gradient)

    for name, call in (("forward", forward), ("training", training)):
        median, error = measure(call)
        print(benchmark, case, subject, name, f"{median:.1f} us", file=sys.stderr)
        yield {
            "benchmark": benchmark,
            "case": case,
            "subject": subject,
            "measure": name,
            "threads": torch.get_num_threads(),
            "median_us": round(median, 2),
            "error_us": round(error, 2),
            "alloc_bytes": None,
        }


def leaf(*shape, scale=1.0):
    return (torch.randn(shape) * scale).requires_grad_()


def module(benchmark, subject, layer, x):
    """A module's row: its parameters are passed by themselves, so that they count among the inputs."""
    call = layer if isinstance(layer, nn.Sequential) else lambda x: layer(x)[0]
    parameters = list(layer.parameters())
    return rows(benchmark, {}, subject, lambda x, *_: call(x), [x, *parameters])


def mask(width, density):
    """Exactly so many ones as our maps have weights."""
    flat = torch.zeros(width * width)
    flat[torch.randperm(width * width)[: round(width * width * density)]] = 1
    return flat.reshape(width, width)


def same(expected, found):
    """The sparse form must compute what the masked one does."""
    for a, b in zip(expected, found):
        b = b.to_dense() if b.layout == torch.sparse_csr else b
        torch.testing.assert_close(a, b, rtol=1e-3, atol=1e-3)


def sequence():
    x = leaf(20, 32, 100)  # time, samples, units
    yield from module("SequenceBenchmark", "PyTorch RNN", nn.RNN(100, 200), x)
    yield from module("SequenceBenchmark", "PyTorch LSTM", nn.LSTM(100, 200), x)


def mlp():
    layers = [nn.Linear(784, 500), nn.Tanh(), nn.Linear(500, 200), nn.Tanh(), nn.Linear(200, 10)]
    yield from module("MlpBenchmark", "PyTorch Linear", nn.Sequential(*layers), leaf(128, 784))


def looped():
    width, steps, batch = 1000, 5, 128
    layers = [layer for _ in range(steps) for layer in (nn.Linear(width, width), nn.Tanh())]
    yield from module("LoopedBenchmark", "PyTorch Linear", nn.Sequential(*layers), leaf(batch, width))
    for density in ("1", "0.5", "0.1", "0.01"):
        case = {"density": density}
        scale = (width * float(density)) ** -0.5
        x, bias = leaf(batch, width), leaf(width, scale=0.1)
        masks = [mask(width, float(density)) for _ in range(2)]
        weights = [leaf(width, width, scale=scale) for _ in range(2)]
        fixed = [(w * m).detach() for w, m in zip(weights, masks)]

        def dense(x, w_x, w_h, bias):
            fed = torch.addmm(bias, x, w_x.t())  # the input's share, the same in every step
            h = torch.tanh(fed)
            for _ in range(steps - 1):
                h = torch.tanh(torch.addmm(fed, h, w_h.t()))
            return h

        def masked(x, w_x, w_h, bias):
            return dense(x, w_x * masks[0], w_h * masks[1], bias)

        inputs = [x, *weights, bias]
        if density == "1":
            masked = dense
        yield from rows(
            "LoopedBenchmark", case, "PyTorch masked", masked, inputs, lambda x, w_x, w_h, b: dense(x, *fixed, b)
        )
        if density == "1":
            continue

        def sparse(x, w_x, w_h, bias):  # units by samples throughout, which suits CSR
            fed = torch.sparse.mm(w_x, x) + bias
            h = torch.tanh(fed)
            for _ in range(steps - 1):
                h = torch.tanh(torch.sparse.mm(w_h, h) + fed)
            return h

        columns = [t.detach().t().contiguous().requires_grad_() for t in (x, bias.reshape(1, -1))]
        csr = [w.to_sparse_csr().requires_grad_() for w in fixed]
        sparse_inputs = [columns[0], *csr, columns[1]]
        gradient = torch.randn(batch, width) * 0.01
        a = torch.autograd.grad(masked(*inputs), inputs, gradient)
        b = torch.autograd.grad(sparse(*sparse_inputs), sparse_inputs, gradient.t().contiguous())
        same([masked(*inputs), a[0], a[1], a[2]], [sparse(*sparse_inputs).t(), b[0].t(), b[1], b[2]])
        yield from rows("LoopedBenchmark", case, "PyTorch CSR", sparse, sparse_inputs)


def kernel():
    width, batch = 1000, 128
    for density in ("0.01", "0.1", "0.5"):
        case = {"width": str(width), "batch": str(batch), "density": density}
        x, weights, ones = leaf(batch, width), leaf(width, width), mask(width, float(density))
        fixed = (weights * ones).detach()

        def masked(x, w):
            return nn.functional.linear(x, w * ones)

        yield from rows(
            "KernelBenchmark", case, "PyTorch masked", masked, [x, weights], lambda x, w: nn.functional.linear(x, fixed)
        )

        def sparse(x, w):
            return torch.sparse.mm(w, x)

        columns = x.detach().t().contiguous().requires_grad_()
        csr = fixed.to_sparse_csr().requires_grad_()
        gradient = torch.randn(batch, width)
        a = torch.autograd.grad(masked(x, weights), [x, weights], gradient)
        b = torch.autograd.grad(sparse(columns, csr), [columns, csr], gradient.t().contiguous())
        same([masked(x, weights), *a], [sparse(columns, csr).t(), b[0].t(), b[1]])
        yield from rows("KernelBenchmark", case, "PyTorch CSR", sparse, [columns, csr])


CASES = {"sequence": sequence, "looped": looped, "mlp": mlp, "kernel": kernel}


def main():
    parser = argparse.ArgumentParser(description="Times PyTorch, prints rows as JSON.")
    parser.add_argument("threads", nargs="*", type=int, default=[1], help="numbers of threads; default 1")
    parser.add_argument("--cases", nargs="+", choices=CASES, default=list(CASES))
    options = parser.parse_args()
    found = []
    for threads in options.threads:
        torch.set_num_threads(threads)
        torch.manual_seed(1)
        for case in options.cases:
            found += CASES[case]()
    print("[", ",\n  ".join(json.dumps(row) for row in found), "]")


if __name__ == "__main__":
    main()
