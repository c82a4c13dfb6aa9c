"""Times an echo-state network on the cases of ReservoirBenchmark: reservoirpy's, where it can be imported (PYTHONPATH),
and the same in NumPy and SciPy, whose products are what reservoirpy spends its time on.

The number of threads is that of the BLAS, by OMP_NUM_THREADS and its like: they are set here before NumPy is loaded.
"""

import os
import sys

import common

UNITS, TIME, WARMUP, RIDGE, RADIUS, LEAK = 1000, 10_000, 100, 1e-5, 1.25, 0.3


def waves(np, count):
    t = np.arange(count + 1)
    series = np.sin(0.2 * t) + np.sin(0.311 * t)
    return series[:-1, None], series[1:, None]


class Plain:
    """The states of the time steps by products of a CSR matrix, the read-out by the normal equations."""

    def __init__(self, np, sparse, linalg, units, weights):
        self.np, self.linalg = np, linalg
        random = np.random.default_rng(0)
        matrix = sparse.random(units, units, weights / units, format="csr", random_state=0)
        matrix.data = random.normal(size=matrix.nnz)
        radius = abs(sparse.linalg.eigs(matrix, k=1, return_eigenvectors=False)[0])
        self.matrix = matrix * (RADIUS / radius)
        self.input = random.uniform(-1, 1, (units, 1))
        self.state = np.zeros(units)

    def states(self, x):
        np = self.np
        all_states = np.empty((len(x), len(self.state)))
        state = self.state
        for t in range(len(x)):
            state = (1 - LEAK) * state + LEAK * np.tanh(self.matrix @ state + self.input @ x[t])
            all_states[t] = state
        self.state = state
        return all_states

    def fit(self, x, y):
        s, y = self.states(x)[WARMUP:], y[WARMUP:]
        mean, target = s.mean(0), y.mean(0)
        square = s.T @ s - len(s) * self.np.outer(mean, mean)
        right = s.T @ y - len(s) * self.np.outer(mean, target)
        square.flat[:: len(square) + 1] += RIDGE
        self.weights = self.linalg.solve(square, right, assume_a="pos")
        self.bias = target - mean @ self.weights

    def run(self, x):
        return self.states(x) @ self.weights + self.bias


def reservoirpy(units, weights):
    """Its network, or None where it is not installed."""
    try:
        from reservoirpy import ESN
        from reservoirpy.nodes import Reservoir, Ridge
    except ImportError as error:
        print(f"skipped reservoirpy: {error}", file=sys.stderr)
        return None
    reservoir = Reservoir(units=units, sr=RADIUS, lr=LEAK, rc_connectivity=weights / units, seed=0)
    return ESN(reservoir=reservoir, readout=Ridge(ridge=RIDGE))


def main():
    options = common.options(__doc__.splitlines()[0])
    for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
        os.environ[name] = str(options.threads)
    import numpy as np
    import scipy.linalg
    import scipy.sparse
    import scipy.sparse.linalg

    run = common.Run(options.threads, common.seconds(options))
    units, time = (50, 400) if options.check else (UNITS, TIME)
    x, y = waves(np, time)

    def forecasts(network):
        network.fit(x, y)  # once more, so that the next run goes on where it ends
        error = np.sqrt(np.mean((network.run(x)[WARMUP:] - y[WARMUP:]) ** 2))
        assert error < 0.05, f"RMSE {error}"

    for weights, pattern in ((100, "random"), (10, "random"), (100, "bundles")):
        # They have no bundles: as many weights at random places.
        weights = min(weights, units // 2)
        case = {"weights": str(weights), "pattern": pattern}
        peer = reservoirpy(units, weights)
        if peer is not None:
            fit = lambda: peer.fit(x, y, warmup=WARMUP)
            run.row("ReservoirBenchmark", case, "reservoirpy", "fit", fit)
            run.row("ReservoirBenchmark", case, "reservoirpy", "run", lambda: peer.run(x))
        plain = Plain(np, scipy.sparse, scipy.linalg, units, weights)
        run.row("ReservoirBenchmark", case, "NumPy", "fit", lambda: plain.fit(x, y), lambda _: forecasts(plain))
        run.row("ReservoirBenchmark", case, "NumPy", "run", lambda: plain.run(x))
    return run.end()


if __name__ == "__main__":
    sys.exit(main())
