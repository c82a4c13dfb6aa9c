"""What the programs here have in common: the cells of KernelBenchmark, timing, rows, and what was left out.

A row is one line of JSON in the format of --json, printed as soon as it was measured: who is stopped loses nothing.
"""

import argparse
import contextlib
import json
import sys
import time
import warnings
from dataclasses import dataclass
from statistics import median, stdev

warnings.filterwarnings("ignore", "Sparse CSR tensor support is in beta")


@dataclass(frozen=True)
class Cell:
    """A case of KernelBenchmark: a sparse block of W[to, from] times a batch."""

    width: str  # "1000" for a square block, "384-1536" from 384 units to 1536
    batch: int
    density: str

    @property
    def sizes(self):
        """Units of source and target."""
        numbers = [int(number) for number in self.width.split("-")]
        return numbers[0], numbers[-1]

    @property
    def weights(self):
        """So many as our maps have."""
        source, target = self.sizes
        return round(source * target * float(self.density))

    @property
    def case(self):
        return {"width": self.width, "batch": str(self.batch), "density": self.density}

    def __str__(self):
        return f"{self.width}/{self.batch}/{self.density}"


# The feed-forward blocks that SparseLab measures itself by: examples/profile_dw_baseline.py of its repository.
FEED_FORWARD = [
    Cell("384-1536", 2048, "0.1"),
    Cell("1536-384", 2048, "0.1"),
    Cell("640-2560", 1024, "0.1"),
    Cell("2560-640", 1024, "0.1"),
]


def cells(options):
    """What KernelBenchmark runs with and without --quick, or two tiny ones to check."""
    if options.check:
        return [Cell("20", 5, "0.3"), Cell("12-30", 17, "0.3")]
    widths, batches = (["1000"], [16, 128]) if options.quick else (["200", "1000", "3000"], [16, 32, 128])
    square = [Cell(w, b, d) for w in widths for b in batches for d in ("0.01", "0.1", "0.5")]
    return square + FEED_FORWARD


def add_options(parser):
    """Those that every program here takes."""
    parser.add_argument("--quick", action="store_true", help="the cells of --quick, half a second for each row")
    parser.add_argument("--check", action="store_true", help="tiny shapes, to see whether it works: no times to compare")


def seconds(options):
    """How long a row is measured."""
    return 0.01 if options.check else 0.5 if options.quick else 1.0


def positive(text):
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError(f"found {text}, expected a number from 1 on")
    return number


def parser(description, threads=1):
    """The command line of a program that times one peer."""
    made = argparse.ArgumentParser(description=description)
    made.add_argument("threads", nargs="?", type=positive, default=threads, help="number of threads; default %(default)s")
    add_options(made)
    return made


def options(description, cases=()):
    """The same, read; some of the cases."""
    made = parser(description)
    if cases:
        made.add_argument("--cases", nargs="+", choices=cases, default=list(cases))
    return made.parse_args()


def measure(call, length):
    """Median of single calls after a warm-up, and the half width of the 99.9 % confidence interval of the mean, in us.

    At least `length` seconds and 30 calls; slow calls get four times as long, and at least ten.
    """
    begin = time.perf_counter()
    calls = 0
    while calls < 3 or time.perf_counter() - begin < 0.3 * length:
        call()
        calls += 1
    times = []
    begin = time.perf_counter()
    while True:
        spent = time.perf_counter() - begin
        if len(times) >= 10 and (spent >= 4 * length or (spent >= length and len(times) >= 30)):
            break
        start = time.perf_counter_ns()
        call()
        times.append((time.perf_counter_ns() - start) / 1e3)
    return median(times), 3.29 * stdev(times) / len(times) ** 0.5


class Run:
    """Measures rows, prints each at once, and goes on past what a peer's build lacks."""

    def __init__(self, threads, length, out=sys.stdout, err=sys.stderr):
        self.threads, self.length, self.out, self.err = threads, length, out, err
        self.skipped, self.wrong = [], []

    @contextlib.contextmanager
    def attempt(self, what):
        """Notes what throws, and why, instead of ending the program."""
        try:
            yield
        except AssertionError as error:
            self.wrong.append(what)
            print(f"WRONG RESULT {what}: {error}", file=self.err, flush=True)
        except Exception as error:  # whatever a library says where it lacks an operation
            self.skipped.append(what)
            reason = (str(error).splitlines() or [""])[0]
            print(f"skipped {what}: {type(error).__name__}: {reason}", file=self.err, flush=True)

    def row(self, benchmark, case, subject, name, call, check=None):
        """Times a call after its result was checked."""
        what = " ".join([benchmark, *(f"{k}={v}" for k, v in case.items()), subject, name])
        with self.attempt(what):
            found = call()
            if check is not None:
                check(found)
            middle, error = measure(call, self.length)
            row = {
                "benchmark": benchmark,
                "case": case,
                "subject": subject,
                "measure": name,
                "threads": self.threads,
                "median_us": round(middle, 2),
                "error_us": round(error, 2),
                "alloc_bytes": None,
            }
            print(json.dumps(row), file=self.out, flush=True)
            print(f"{what}, {self.threads} threads: {middle:.1f} us", file=self.err, flush=True)

    def end(self):
        """Says what is missing; the exit status is 1 if a result was wrong."""
        for title, rows in (("WRONG RESULTS", self.wrong), ("skipped", self.skipped)):
            if rows:
                print(f"{title}, {len(rows)} in all: {'; '.join(rows)}", file=self.err, flush=True)
        return 1 if self.wrong else 0
