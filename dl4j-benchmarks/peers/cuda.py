"""Times PyTorch on an NVIDIA GPU on the cases of CudaBenchmark and prints rows in the format of --json.

It has not been run on a GPU yet.

"training" is forward and backward, down to the input and all parameters, without loss and updater. Everything stays on
the GPU, other than in CudaBenchmark, whose calls copy parameters, input, output and gradients: that favours PyTorch. A
call ends when the GPU has finished (torch.cuda.synchronize).

Subjects: "PyTorch dense" (an eager loop of dense products in fp32), "PyTorch dense TF32", "PyTorch masked" (dense weights
times a mask; in inference the mask is multiplied in beforehand), "PyTorch CSR" (torch.sparse), and of sequences "PyTorch
RNN" and "PyTorch LSTM" (cuDNN, fp32, with the read-out as nn.Linear). The products' rate, which a share of the hardware's
peak can be taken of, goes to the error stream.
"""

import os
import sys
from dataclasses import dataclass

import common

BENCHMARK = "CudaBenchmark"
NOTHING_TO_RUN_ON = 2


@dataclass(frozen=True)
class Shape:
    """A case; CudaShape.java has the same sizes. Without outputs the units are the output."""

    name: str
    inputs: int
    units: int
    outputs: int
    steps: int
    batch: int
    time: int
    density: float

    def case(self, with_density):
        return {"shape": self.name} | ({"density": str(self.density)} if with_density else {})


SHAPES = [Shape("looped", 1000, 1000, 0, 5, 128, 1, 0.1), Shape("sequence", 100, 4096, 10, 1, 64, 128, 0.05)]
TINY = [Shape("looped", 20, 20, 0, 5, 3, 1, 0.3), Shape("sequence", 6, 20, 2, 1, 3, 4, 0.3)]


def obstacle(torch, wants_gpu):
    """Why nothing can be measured; None if it can."""
    if torch is None:
        return "PyTorch is not installed"
    if wants_gpu and not torch.cuda.is_available():
        return "PyTorch finds no GPU"
    return None


class Peers:
    """The peers of one shape, all with the same numbers."""

    def __init__(self, torch, device, run, shape):
        self.torch, self.device, self.run, self.shape = torch, device, run, shape
        s = shape
        self.x = self.leaf(s.time, s.batch, s.inputs)
        self.masks = [self.mask(s.units, source) for source in (s.inputs, s.units)]
        self.weights = [
            self.leaf(s.units, source, scale=(source * s.density) ** -0.5) for source in (s.inputs, s.units)
        ]
        self.bias = self.leaf(s.units, scale=0.1)
        self.readout = [self.leaf(s.outputs, s.units, scale=s.units**-0.5), self.leaf(s.outputs)] if s.outputs else []
        self.inputs = [self.x, *self.weights, self.bias, *self.readout]
        self.fixed = [(w * m).detach() for w, m in zip(self.weights, self.masks)]
        self.gradient = torch.randn(s.time, s.batch, s.outputs or s.units, device=device) * 0.01

    def leaf(self, *shape, scale=1.0):
        return (self.torch.randn(*shape, device=self.device) * scale).requires_grad_()

    def mask(self, target, source):
        """Exactly so many ones as our maps have weights."""
        flat = self.torch.zeros(target * source, device=self.device)
        count = round(target * source * self.shape.density)
        flat[self.torch.randperm(target * source, device=self.device)[:count]] = 1
        return flat.reshape(target, source)

    def synchronized(self, call):
        def whole():
            found = call()
            if self.device == "cuda":
                self.torch.cuda.synchronize()
            return found

        return whole

    def rows(self, subject, with_density, network, inputs, gradient, inference=None, checks=(None, None)):
        """Forward and training of a function of its inputs, the tensors that want gradients."""

        def forward():
            with self.torch.inference_mode():
                return (inference or network)(*inputs)

        def training():
            return self.torch.autograd.grad(network(*inputs), inputs, gradient)

        for name, call, check in zip(("forward", "training"), (forward, training), checks):
            self.run.row(BENCHMARK, self.shape.case(with_density), subject, name, self.synchronized(call), check)

    def loop(self, product, x, bias, readout):
        """K steps on every token from a state of zeros, which costs nothing; product(0 or 1, z) is W z.

        Lists of [batch, units] or, for CSR, [units, batch]. The read-out reads the state before the time step.
        """
        torch, h, states = self.torch, None, []
        for token in x:
            fed = product(0, token) + bias  # the input's share, the same in every step
            states.append(h)
            for _ in range(self.shape.steps):
                h = torch.tanh(fed if h is None else product(1, h) + fed)
        if not readout:
            return [h]
        states[0] = torch.zeros_like(h)
        return states

    def dense_network(self, x, w_x, w_h, bias, *readout):
        torch = self.torch
        states = self.loop(lambda which, z: z @ (w_h if which else w_x).t(), x.unbind(0), bias, readout)
        stacked = torch.stack(states)
        return stacked @ readout[0].t() + readout[1] if readout else stacked

    def masked_network(self, x, w_x, w_h, bias, *readout):
        return self.dense_network(x, w_x * self.masks[0], w_h * self.masks[1], bias, *readout)

    def csr_network(self, x, w_x, w_h, bias, *readout):  # units by samples throughout
        torch = self.torch
        weights = (w_x, w_h)
        states = self.loop(lambda which, z: torch.sparse.mm(weights[which], z), x.unbind(0), bias, readout)
        stacked = torch.stack(states)
        return readout[0] @ stacked + readout[1] if readout else stacked

    def precision(self, tf32):
        self.torch.backends.cuda.matmul.allow_tf32 = tf32
        self.torch.backends.cudnn.allow_tf32 = tf32

    def dense(self):
        self.precision(False)
        self.rows("PyTorch dense", False, self.dense_network, self.inputs, self.gradient)

    def dense_tf32(self):
        self.precision(True)
        try:
            self.rows("PyTorch dense TF32", False, self.dense_network, self.inputs, self.gradient)
        finally:
            self.precision(False)

    def masked(self):
        def inference(x, w_x, w_h, *others):
            return self.dense_network(x, *self.fixed, *others)

        self.rows("PyTorch masked", True, self.masked_network, self.inputs, self.gradient, inference)

    def turned(self, tensor):
        """The same numbers with the last two axes exchanged."""
        return tensor.detach().transpose(-1, -2).contiguous().requires_grad_(tensor.requires_grad)

    def same(self, expected, found):
        """The sparse form must compute what the masked one does."""
        for a, b in zip(expected, found, strict=True):
            b = b.to_dense() if b.layout == self.torch.sparse_csr else b
            self.torch.testing.assert_close(b.reshape(a.shape), a, rtol=1e-3, atol=1e-3)

    def csr(self):
        output = self.masked_network(*self.inputs)
        gradients = self.torch.autograd.grad(output, self.inputs, self.gradient)
        csr = [w.to_sparse_csr().requires_grad_() for w in self.fixed]
        column = self.turned(self.bias.reshape(1, -1))
        inputs = [self.turned(self.x), *csr, column]
        if self.readout:
            inputs += [self.readout[0].detach().requires_grad_(), self.turned(self.readout[1].reshape(1, -1))]
        checks = (
            lambda found: self.same([output], [found.transpose(-1, -2)]),
            lambda found: self.same(gradients, [found[0].transpose(-1, -2), *found[1:]]),
        )
        self.rows("PyTorch CSR", True, self.csr_network, inputs, self.turned(self.gradient), checks=checks)

    def module(self, subject, layer):
        """A recurrent module of PyTorch's with a read-out, whose parameters are passed by themselves."""
        nn, s = self.torch.nn, self.shape
        layer, readout = layer(s.inputs, s.units).to(self.device), nn.Linear(s.units, s.outputs).to(self.device)
        parameters = [*layer.parameters(), *readout.parameters()]
        self.rows(subject, False, lambda x, *_: readout(layer(x)[0]), [self.x, *parameters], self.gradient)

    def rnn(self):
        self.module("PyTorch RNN", self.torch.nn.RNN)

    def lstm(self):
        self.module("PyTorch LSTM", self.torch.nn.LSTM)

    def product(self):
        """The rate of a large dense product in both precisions, in 10^9 operations per second."""
        n = 8192 if self.device == "cuda" else 64
        a, b = self.torch.randn(n, n, device=self.device), self.torch.randn(n, n, device=self.device)
        for name, tf32 in (("fp32", False), ("TF32", True)):
            self.precision(tf32)
            middle, _ = common.measure(self.synchronized(lambda: a @ b), self.run.length)
            print(f"dense product {n} x {n} in {name}: {2 * n**3 / middle / 1e3:.0f} GFLOP/s", file=self.run.err)
        self.precision(False)


def names(shape):
    """The methods of Peers that a shape has, those that take long last."""
    return ["dense", "dense_tf32", "csr", "masked", *(["rnn", "lstm"] if shape.outputs else [])]


def measure(torch, device, run, shapes):
    """All peers of all shapes; one that fails is named, and the others go on."""
    for shape in shapes:
        peers = None
        with run.attempt(f"{BENCHMARK} {shape.name}"):
            peers = Peers(torch, device, run, shape)
        for name in names(shape) if peers else ():
            with run.attempt(f"{BENCHMARK} {shape.name} {name}"):
                getattr(peers, name)()
        if peers and shape is shapes[0]:
            with run.attempt("dense products"):
                peers.product()


def options(arguments):
    parser = common.parser("Times PyTorch on an NVIDIA GPU, prints rows as lines of JSON.", os.cpu_count())
    parser.add_argument("--device", default="cuda", choices=["cuda", "cpu"], help="cpu only goes with --check")
    found = parser.parse_args(arguments)
    if found.device == "cpu" and not found.check:
        parser.error("found --device cpu, expected it with --check: these are figures of GPUs")
    return found


def main(arguments=None, err=sys.stderr):
    found = options(arguments)
    try:
        import torch
    except ImportError:
        torch = None
    reason = obstacle(torch, found.device == "cuda")
    if reason:
        print(f"not run: {reason}", file=err)
        return NOTHING_TO_RUN_ON
    torch.manual_seed(1)
    if found.device == "cuda":
        device = torch.cuda.get_device_properties(0)
        print(f"PyTorch {torch.__version__}, {device}", file=err)
    run = common.Run(found.threads, common.seconds(found), err=err)
    measure(torch, found.device, run, TINY if found.check else SHAPES)
    return run.end()


if __name__ == "__main__":
    sys.exit(main())
