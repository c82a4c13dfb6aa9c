"""Times SparseLab on the cells of KernelBenchmark and prints rows in the format of --json.

Subjects: "SparseLab SparseLinear", its layer (samples by units, which it turns around and back), and "SparseLab spmm",
its bare product (units by samples). "training" is forward and backward, down to the input and the weights. The
package comes from a checkout beside this one; README.md has the commands.
"""

import sys

import common
import torch

try:
    import sparselab  # after torch, whose OpenMP it shares
except ImportError as error:
    sys.exit(f"SparseLab cannot be imported ({error}): build it and name its folder in PYTHONPATH, see README.md")


def close(*pairs):
    for found, expected in pairs:
        torch.testing.assert_close(found, expected, rtol=1e-3, atol=1e-3)


# Its cache of transposed blocks goes by id(): one that were freed could be taken for the next of its shape, whose
# gradients would be wrong (sparselab/ops.py says so, and the checks here have seen it). So none is freed.
KEPT = []


def layer(run, cell):
    """The layer draws its own pattern: about so many weights as our maps have."""
    source, target = cell.sizes
    linear = sparselab.SparseLinear(source, target, bias=False, sparsity=1 - float(cell.density))
    KEPT.append(linear)
    x = torch.randn(cell.batch, source, requires_grad=True)
    gradient = torch.randn(cell.batch, target) * 0.01
    (values,) = linear.parameters()
    with torch.no_grad():
        w = linear(torch.eye(source)).t()
    if abs(w.count_nonzero() - cell.weights) > 0.1 * cell.weights + 50:
        raise AssertionError(f"SparseLinear has {w.count_nonzero()} weights, expected about {cell.weights}")

    def forward():
        with torch.inference_mode():
            return linear(x)

    def training():
        return torch.autograd.grad(linear(x), [x, values], gradient)

    def check_training(found):
        # Rows of values end in unused places, whose gradients are zero; the others lie as in W, row by row.
        dense = (gradient.t() @ x.detach())[w != 0]
        close((found[0], gradient @ w), (found[1][found[1] != 0], dense))

    where = ("KernelBenchmark", cell.case, "SparseLab SparseLinear")
    run.row(*where, "forward", forward, lambda found: close((found, x.detach() @ w.t())))
    run.row(*where, "training", training, check_training)


def product(run, cell):
    """Exactly so many weights as our maps have. Their gradient is computed in training but not handed out."""
    source, target = cell.sizes
    flat = torch.zeros(source * target)
    places = torch.randperm(source * target)[: cell.weights]
    flat[places] = torch.randn(cell.weights)
    w = flat.reshape(target, source)
    sparse = sparselab.PaddedCSR.from_dense(w)
    KEPT.append(sparse)
    x = torch.randn(source, cell.batch)
    wanting = x.clone().requires_grad_()
    gradient = torch.randn(target, cell.batch) * 0.01

    def forward():
        return sparselab.spmm(sparse, x)

    def training():
        return torch.autograd.grad(sparselab.spmm(sparse, wanting), [wanting], gradient)

    where = ("KernelBenchmark", cell.case, "SparseLab spmm")
    run.row(*where, "forward", forward, lambda found: close((found, w @ x)))
    run.row(*where, "training", training, lambda found: close((found[0], w.t() @ gradient)))


def main():
    options = common.options("Times SparseLab, prints rows as lines of JSON.")
    torch.set_num_threads(options.threads)
    torch.manual_seed(1)
    run = common.Run(options.threads, common.seconds(options))
    for cell in common.cells(options):
        for subject in (layer, product):
            with run.attempt(f"KernelBenchmark {cell} SparseLab {subject.__name__}"):
                subject(run, cell)
    return run.end()


if __name__ == "__main__":
    sys.exit(main())
