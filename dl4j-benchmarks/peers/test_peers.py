"""python3 -m unittest discover dl4j-benchmarks/peers; without PyTorch, the peers and their builds."""

import argparse
import contextlib
import importlib.util
import io
import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile
import types
import unittest
import unittest.mock

import common
import cuda
import run as program

HERE = pathlib.Path(__file__).parent


def fail(error):
    raise error


class CommonTest(unittest.TestCase):
    def setUp(self):
        self.out, self.err = io.StringIO(), io.StringIO()
        self.run = common.Run(2, 0.001, self.out, self.err)

    def rows(self):
        return [json.loads(line) for line in self.out.getvalue().splitlines()]

    def test_a_row_is_there_before_the_next_is_measured(self):
        seen = []
        self.run.row("KernelBenchmark", {"width": "20"}, "a", "forward", lambda: None)
        self.run.row("KernelBenchmark", {"width": "20"}, "a", "training", lambda: seen.append(len(self.rows())))
        self.assertEqual({1}, set(seen))
        self.assertEqual(2, self.rows()[0]["threads"])
        self.assertGreater(self.rows()[0]["median_us"], 0)
        self.assertEqual(0, self.run.end())
        self.assertNotIn("skipped", self.err.getvalue())

    def test_what_a_build_lacks_is_named_and_the_rest_measured(self):
        lacks = RuntimeError("add is not there for CSR\nat line 7")
        self.run.row("LoopedBenchmark", {"density": "0.1"}, "CSR", "training", lambda: fail(lacks))
        with self.run.attempt("another"):
            fail(NotImplementedError())
        self.run.row("MlpBenchmark", {}, "Linear", "forward", lambda: None)
        self.assertEqual(["Linear"], [row["subject"] for row in self.rows()])
        self.assertEqual(0, self.run.end())
        lines = self.err.getvalue().splitlines()
        what = "LoopedBenchmark density=0.1 CSR training"
        self.assertEqual(f"skipped {what}: RuntimeError: add is not there for CSR", lines[0])
        self.assertEqual(f"skipped, 2 in all: {what}; another", lines[-1])

    def test_a_wrong_result_is_not_measured_and_no_success(self):
        self.run.row("MlpBenchmark", {}, "a", "forward", lambda: 3, lambda found: fail(AssertionError(f"{found}")))
        self.assertEqual([], self.rows())
        self.assertEqual(1, self.run.end())
        self.assertIn("WRONG RESULTS, 1 in all: MlpBenchmark a forward", self.err.getvalue())

    def test_cells_have_sizes_and_names(self):
        cell = common.Cell("384-1536", 2048, "0.1")
        self.assertEqual(((384, 1536), 58982), (cell.sizes, cell.weights))
        self.assertEqual("384-1536/2048/0.1", str(cell))
        self.assertEqual((20, 20), common.Cell("20", 1, "1").sizes)
        quick = argparse.Namespace(quick=True, check=False)
        full = argparse.Namespace(quick=False, check=False)
        self.assertEqual((10, 31), (len(common.cells(quick)), len(common.cells(full))))
        self.assertLess(set(common.cells(quick)), set(common.cells(full)))


class CudaTest(unittest.TestCase):
    """Without PyTorch, a stand-in of which has no GPU."""

    def setUp(self):
        self.out, self.err = io.StringIO(), io.StringIO()
        self.run = common.Run(2, 0.001, self.out, self.err)

    def called(self, *arguments, torch=None):
        with unittest.mock.patch.dict(sys.modules, {"torch": torch}):
            return cuda.main(arguments, self.err)

    def test_without_pytorch_or_a_gpu_it_says_so_and_prints_no_row(self):
        self.assertEqual(cuda.NOTHING_TO_RUN_ON, self.called())
        self.assertEqual("not run: PyTorch is not installed\n", self.err.getvalue())
        blind = types.SimpleNamespace(cuda=types.SimpleNamespace(is_available=lambda: False))
        self.assertEqual(cuda.NOTHING_TO_RUN_ON, self.called("4", torch=blind))
        self.assertIn("not run: PyTorch finds no GPU", self.err.getvalue())

    def test_the_cpu_is_for_checks_alone(self):
        with contextlib.redirect_stderr(io.StringIO()), self.assertRaises(SystemExit):
            cuda.options(["--device", "cpu"])
        self.assertEqual("cpu", cuda.options(["2", "--check", "--device", "cpu"]).device)
        self.assertEqual(2, cuda.options(["2", "--check"]).threads)

    def test_a_peer_that_fails_does_not_end_the_others(self):
        class Broken(cuda.Peers):
            def __init__(self, torch, device, run, shape):
                self.run, self.shape, self.torch, self.device = run, shape, None, "cpu"

            def dense(self):
                fail(RuntimeError("out of memory"))

            def dense_tf32(self):
                self.run.row(cuda.BENCHMARK, self.shape.case(False), "PyTorch dense TF32", "forward", lambda: None)

        with unittest.mock.patch.object(cuda, "Peers", Broken):
            cuda.measure(None, "cpu", self.run, cuda.SHAPES)
        rows = [json.loads(line) for line in self.out.getvalue().splitlines()]
        self.assertEqual([{"shape": "looped"}, {"shape": "sequence"}], [row["case"] for row in rows])
        self.run.end()
        self.assertIn("skipped CudaBenchmark looped dense: RuntimeError: out of memory", self.err.getvalue())
        self.assertIn("CudaBenchmark sequence lstm", self.err.getvalue().splitlines()[-1])

    def test_the_sizes_are_those_of_the_java_side(self):
        java = (HERE.parent / "src/main/java/org/iterativemaps/benchmarks/CudaShape.java").read_text()
        found = re.search(r"SEQUENCE\((.*), \"(.*)\"\)", java)
        s = cuda.SHAPES[1]
        numbers = [s.inputs, s.units, s.outputs, s.steps, s.batch, s.time]
        self.assertEqual((", ".join(map(str, numbers)), str(s.density)), found.groups())
        stack = (HERE.parent / "src/main/java/org/iterativemaps/benchmarks/LoopedStack.java").read_text()
        s = cuda.SHAPES[0]
        for name, value in (("WIDTH", s.units), ("WIDTH", s.inputs), ("STEPS", s.steps), ("BATCH", s.batch)):
            self.assertIn(f"int {name} = {value};", stack)

    def test_every_method_that_is_named_is_there(self):
        for shape in cuda.SHAPES:
            for name in cuda.names(shape):
                self.assertTrue(callable(getattr(cuda.Peers, name)), name)


class EchoStateTest(unittest.TestCase):
    def test_it_prints_rows_of_what_is_there(self):
        for module in ("numpy", "scipy"):
            if importlib.util.find_spec(module) is None:
                self.skipTest(f"no {module}")
        done = subprocess.run(
            [sys.executable, str(HERE / "echo_state.py"), "1", "--check"], capture_output=True, text=True
        )
        self.assertEqual(0, done.returncode, done.stderr)
        rows = [json.loads(line) for line in done.stdout.splitlines()]
        found = {(row["case"]["weights"], row["measure"]) for row in rows if row["subject"] == "NumPy"}
        self.assertEqual({("25", "fit"), ("25", "run"), ("10", "fit"), ("10", "run")}, found)


class RunTest(unittest.TestCase):
    """With a stand-in for SparseProp's driver that prints its environment as a row."""

    def call(self, script, *arguments):
        with tempfile.TemporaryDirectory() as folder:
            driver = pathlib.Path(folder, "driver")
            driver.write_text(f"#!{sys.executable}\n{script}")
            driver.chmod(0o755)
            command = [sys.executable, HERE / "run.py", "--check", "--only", "sparseprop", "--sparseprop", driver]
            environment = os.environ | {"OMP_WAIT_POLICY": "active", "GOMP_SPINCOUNT": "7"}
            return subprocess.run([*command, *arguments], env=environment, capture_output=True, text=True)

    def test_every_setting_has_a_process_and_names_its_rows(self):
        script = "import json, os; print(json.dumps(dict(os.environ)))"
        found = self.call(script, "--threads", "1,2")
        self.assertEqual(0, found.returncode, found.stderr)
        rows = [json.loads(line) for line in found.stdout.splitlines()]
        self.assertEqual([*program.ALONE, *program.SETTINGS], [row["waiting"] for row in rows])
        for row in rows:
            self.assertNotIn("GOMP_SPINCOUNT", row)
            self.assertLess(0, int(row["MALLOC_TRIM_THRESHOLD_"]))
            self.assertEqual(program.SETTINGS[row["waiting"]].get("OMP_WAIT_POLICY"), row.get("OMP_WAIT_POLICY"))
        self.assertEqual(["1", "1", "2", "2", "2", "2"], [row["OMP_NUM_THREADS"] for row in rows])

    def test_256_bits_are_set_where_they_are_asked_for(self):
        script = "import json, os; print(json.dumps(dict(os.environ)))"
        for arguments, wanted in (([], None), (["--vectors", "256"], "avx2")):
            rows = self.call(script, "--settings", "passive", *arguments).stdout.splitlines()
            self.assertEqual([wanted], [json.loads(row).get("ATEN_CPU_CAPABILITY") for row in rows])

    def test_what_was_skipped_or_broke_stands_at_the_end(self):
        script = "import sys; print('{}', flush=True); print('skipped b: why', file=sys.stderr); sys.exit(3)"
        found = self.call(script, "--settings", "passive,bound")
        self.assertEqual(1, found.returncode)
        self.assertEqual(2, len(found.stdout.splitlines()))
        self.assertEqual(
            [
                "skipped, 2 in all: b (sparseprop, 1 thread, passive); b (sparseprop, 1 thread, bound)",
                "FAILED, 2 in all: sparseprop, 1 thread, passive (ended with 3);"
                " sparseprop, 1 thread, bound (ended with 3)",
            ],
            found.stderr.splitlines()[-2:],
        )

    def test_a_peer_that_is_not_built_is_named(self):
        found = self.call("", "--settings", "passive", "--sparseprop", "no/such/driver")
        self.assertEqual(1, found.returncode)
        self.assertIn("README.md says how to build it", found.stderr.splitlines()[-1])


if __name__ == "__main__":
    unittest.main()
