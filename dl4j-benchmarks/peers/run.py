"""Times all peers, each in processes of its own under several ways for its threads to wait, and prints their rows.

Every row is a line of JSON, printed as soon as it was measured, and "waiting" names the setting. --peers of the
benchmarks keeps the fastest of the rows of a case, so that a peer counts under what suits it best.
"""

import argparse
import json
import os
import pathlib
import subprocess
import sys
import threading

import common

HERE = pathlib.Path(__file__).parent

# By name, the environment of OpenMP: GNU's reads the OMP_ variables, Intel's and LLVM's the KMP_ ones as well.
SETTINGS = {
    "spinning": {},  # for a while, as it comes
    "passive": {"OMP_WAIT_POLICY": "passive", "KMP_BLOCKTIME": "0"},
    "active": {"OMP_WAIT_POLICY": "active", "KMP_BLOCKTIME": "infinite"},
    "bound": {"OMP_PROC_BIND": "close", "OMP_PLACES": "cores"},  # a thread keeps its core, and spins for a while
}
ALONE = ("spinning", "bound")  # of one thread, which waits for no other

CLEARED = (
    "OMP_WAIT_POLICY OMP_PROC_BIND OMP_PLACES OMP_DYNAMIC GOMP_SPINCOUNT GOMP_CPU_AFFINITY"
    " KMP_BLOCKTIME KMP_AFFINITY KMP_LIBRARY MKL_NUM_THREADS"
).split()

# GNU's allocator keeps what was freed instead of giving it back to the system, which hands it out page by page again.
KEEPING = {"MALLOC_MMAP_THRESHOLD_": str(32 << 20), "MALLOC_TRIM_THRESHOLD_": str(8 << 30)}

# What keeps PyTorch's own kernels, MKL and oneDNN to vectors of 256 bits.
NARROW = {"ATEN_CPU_CAPABILITY": "avx2", "MKL_ENABLE_INSTRUCTIONS": "AVX2", "DNNL_MAX_CPU_ISA": "AVX2"}

PEERS = ("pytorch", "sparselab", "sparseprop")


def command(peer, threads, options):
    """What times a peer with so many threads."""
    if peer == "sparseprop":
        names = [str(cell) for cell in common.cells(options)]
        return [options.sparseprop, str(threads), str(common.seconds(options)), *names]
    script = HERE / {"pytorch": "pytorch.py", "sparselab": "sparse_lab.py"}[peer]
    flags = [flag for flag in ("quick", "check") if getattr(options, flag)]
    return [sys.executable, str(script), str(threads), *("--" + flag for flag in flags)]


def environment(setting, threads, options):
    found = {name: value for name, value in os.environ.items() if name not in CLEARED}
    found["PYTHONPATH"] = os.pathsep.join(filter(None, [options.sparselab, found.get("PYTHONPATH")]))
    found["OMP_NUM_THREADS"] = str(threads)
    return found | KEEPING | (NARROW if options.vectors == 256 else {}) | SETTINGS[setting]


def copy(lines, what, skipped):
    """Passes on what a program says, and keeps what it skipped."""
    for line in lines:
        sys.stderr.write(line)
        if line.startswith("skipped "):
            skipped.append(f"{line.partition(':')[0][len('skipped '):]} ({what})")


def measure(peer, threads, setting, options, skipped, failed):
    """Runs one program; its rows get the name of the setting and go out at once."""
    what = f"{peer}, {threads} {'thread' if threads == 1 else 'threads'}, {setting}"
    print(f"{what}:", file=sys.stderr, flush=True)
    try:
        process = subprocess.Popen(
            command(peer, threads, options),
            env=environment(setting, threads, options),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
    except OSError as error:
        failed.append(f"{what} ({error}; README.md says how to build it)")
        return
    listener = threading.Thread(target=copy, args=(process.stderr, what, skipped))
    listener.start()
    for line in process.stdout:
        if line.startswith("{"):
            print(json.dumps(json.loads(line) | {"waiting": setting}), flush=True)
        else:
            sys.stderr.write(line)
    listener.join()
    if process.wait() != 0:
        failed.append(f"{what} (ended with {process.returncode})")


def names(known):
    def parse(text):
        found = text.split(",")
        for name in found:
            if name not in known:
                raise argparse.ArgumentTypeError(f"found {name!r}, expected some of {','.join(known)}")
        return found

    return parse


def numbers(text):
    found = [int(number) for number in text.split(",")]
    if min(found) < 1:
        raise argparse.ArgumentTypeError(f"found {text!r}, expected numbers from 1 on")
    return found


def main():
    parser = argparse.ArgumentParser(description="Times PyTorch, SparseLab and SparseProp, prints rows as JSON.")
    parser.add_argument("--threads", type=numbers, default=[1], help="numbers of threads, such as 1,2; default 1")
    parser.add_argument("--only", type=names(PEERS), default=PEERS, help="of " + ",".join(PEERS))
    parser.add_argument("--settings", type=names(SETTINGS), help="of " + ",".join(SETTINGS) + "; default all")
    parser.add_argument("--vectors", type=int, choices=[256], help="keeps PyTorch to vectors of 256 bits")
    parser.add_argument("--sparselab", default="../sparselab", help="where it was built; default %(default)s")
    parser.add_argument("--sparseprop", default="target/sparseprop", help="its driver; default %(default)s")
    common.add_options(parser)
    options = parser.parse_args()
    skipped, failed = [], []
    for threads in options.threads:
        for peer in options.only:
            for setting in options.settings or (ALONE if threads == 1 else SETTINGS):
                measure(peer, threads, setting, options, skipped, failed)
    for title, some in (("skipped", skipped), ("FAILED", failed)):
        if some:
            print(f"{title}, {len(some)} in all: {'; '.join(some)}", file=sys.stderr)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
