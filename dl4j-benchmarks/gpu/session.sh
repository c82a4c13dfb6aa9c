#!/usr/bin/env bash
# All that a machine with an NVIDIA GPU is wanted for, in the folder that package.sh made; it has not been run on one yet.
#
#     OUT=FOLDER ./session.sh [STEP…]        without steps all of them, in this order:
#
#     machine    what nvidia-smi says of the GPU
#     tests      the library's tests of the CUDA kernel on this driver, those with the tag RequiresGpu, too
#     golden     the papers' numbers: VerifyGolden --via cuda
#     peers      PyTorch on this GPU, if it is installed
#     benchmark  CudaBenchmark, beside the CPU's kernel and the peers that were measured
#     memcheck, racecheck, synccheck   compute-sanitizer on some of the tests, if it is installed
#     nsys, ncu  figures of the kernels, if Nsight is installed
#
# Needs a Java 17 or newer (JAVA=…) and the driver. JAVA_FLAGS go to every JVM. What each step says goes to a file in
# OUT (default: out, beside this script), and a table at the end says PASSED, FAILED or NOT RUN of each, and why. A step
# that fails does not stop the others.
#
# Exit code 0 if all that ran passed, 1 if something failed, 2 if nothing ran or an argument is wrong.
set -u

here=$(cd "$(dirname "$0")" && pwd)
out=${OUT:-$here/out}
java=${JAVA:-java}
all="machine tests golden peers benchmark memcheck racecheck synccheck nsys ncu"
wanted=${*:-$all}
for name in $wanted; do
  case " $all " in
    *" $name "*) ;;
    *)
      echo "found the step $name, expected some of: $all" >&2
      exit 2
      ;;
  esac
done
mkdir -p "$out" || exit 2

read -ra more <<<"${JAVA_FLAGS:-}"
flags=(--add-modules jdk.incubator.vector -Xmx8g -Dorg.bytedeco.javacpp.maxPhysicalBytes=24g ${more[@]+"${more[@]}"})
program=("$java" "${flags[@]}" -cp "$here/lib/*")
cuda=org.iterativemaps.kernel.cuda
measured=org.iterativemaps.benchmarks.CudaBenchmark
junit=("$java" "${flags[@]}" -Dorg.iterativemaps.cuda.test=gpu -Dorg.iterativemaps.kernel=simd -cp
  "$here/test/*:$here/lib/*" org.junit.platform.console.ConsoleLauncher execute --disable-banner
  --disable-ansi-colors --details=tree)
# Threads that spin while they wait take the cores from the others.
export OMP_WAIT_POLICY=passive
cores=$(getconf _NPROCESSORS_ONLN)

summary=$out/summary.txt
: >"$summary"
passed=0
failed=0

# A line of the table: step, result, why or how many.
result() {
  printf '%-10s %-8s %s\n' "$1" "$2" "$3" | tee -a "$summary"
}

# Whether a step is asked for and nothing is missing; else it is said what.
can() {
  local step=$1 tool
  shift
  case " $wanted " in
    *" $step "*) ;;
    *)
      result "$step" "NOT RUN" "not asked for"
      return 1
      ;;
  esac
  for tool in "$@"; do
    if [ "$tool" = GPU ]; then
      if [ -n "$no_gpu" ]; then
        result "$step" "NOT RUN" "$no_gpu"
        return 1
      fi
    elif ! command -v "$tool" >/dev/null; then
      result "$step" "NOT RUN" "no $tool"
      return 1
    fi
  done
}

# Runs a command for at most so many seconds; what it says goes to the step's file.
logged() {
  local step=$1 limit=$2
  shift 2
  echo "$step: at most $limit s, see $out/$step.txt" >&2
  timeout "$limit" "$@" >"$out/$step.txt" 2>&1
}

# The result of a step by the exit code of its command, with a note.
judge() {
  local step=$1 code=$2 note=$3
  if [ "$code" -eq 0 ]; then
    passed=$((passed + 1))
    result "$step" PASSED "$note"
  else
    failed=$((failed + 1))
    [ "$code" -eq 124 ] && note="took too long; $note"
    result "$step" FAILED "exit code $code; $note"
  fi
}

last_line() {
  grep -v '^ *$' "$1" | tail -n 1
}

# Why nothing that needs a GPU can run here, in a few words; empty if it can. The whole of it stands once.
find_gpu() {
  local code
  if ! command -v "$java" >/dev/null; then
    no_gpu="no $java"
    return
  fi
  "${program[@]}" "$measured" >"$out/gpu.txt" 2>&1
  code=$?
  case $code in
    0) no_gpu= ;;
    3)
      no_gpu="no GPU"
      grep '^no GPU: ' "$out/gpu.txt" | tee -a "$summary"
      ;;
    *) no_gpu="$java ends with $code, see $out/gpu.txt" ;;
  esac
}

# Without two classes of tests: of sources and compilers, which are not here.
tests() {
  can tests GPU || return
  logged tests 600 "${junit[@]}" --select-package "$cuda" --fail-if-no-tests --reports-dir "$out/test-reports" \
    --exclude-classname '.*[.](PtxTest|KernelsAloneTest)'
  judge tests $? "$(grep -E 'tests (successful|failed|aborted)' "$out/tests.txt" | tr -d '[]\n' | tr -s ' ')"
}

golden() {
  can golden GPU || return
  logged golden 300 "${program[@]}" org.iterativemaps.examples.Examples VerifyGolden "$here/golden" --via cuda
  judge golden $? "$(last_line "$out/golden.txt")"
}

peers() {
  local code
  can peers GPU python3 || return
  echo "peers: at most 500 s, see $out/peers.txt" >&2
  timeout 500 python3 "$here/peers/cuda.py" "$cores" --quick >"$out/peers.json" 2>"$out/peers.txt"
  code=$?
  if [ "$code" -eq 2 ]; then
    result peers "NOT RUN" "$(last_line "$out/peers.txt" | sed 's/^not run: //')"
    return
  fi
  # Rows that were printed before the time was up count.
  judge peers "$code" "$(grep -c . "$out/peers.json") rows; $(grep '^skipped, ' "$out/peers.txt")"
}

benchmark() {
  local with=()
  can benchmark GPU || return
  [ -s "$out/peers.json" ] && with=(--peers "$out/peers.json")
  logged benchmark 600 "${program[@]}" org.iterativemaps.benchmarks.Benchmarks CudaBenchmark --quick \
    --threads "$cores" --json "$out/benchmark.json" ${with[@]+"${with[@]}"}
  judge benchmark $? "$(grep -c median_us "$out/benchmark.json" 2>/dev/null) rows"
}

# Some random maps, forward and back, in one JVM.
sanitizer() {
  local tool=$1 code
  can "$tool" GPU compute-sanitizer || return
  logged "$tool" 300 compute-sanitizer --tool "$tool" --target-processes all --error-exitcode 9 \
    "${junit[@]}" --select-iteration "method:$cuda.CudaKernelTest#numbersAreTheReferences(long)[0..11]"
  code=$?
  # Where it did not see the JVM's kernels it says nothing, and that is no success.
  if [ "$code" -eq 0 ] && ! grep -q 'SUMMARY: 0 ' "$out/$tool.txt"; then
    code=1
  fi
  judge "$tool" "$code" "$(grep 'SUMMARY' "$out/$tool.txt" | tail -n 1)"
}

nsys_figures() {
  local shape code=0
  can nsys GPU nsys || return
  for shape in looped sequence; do
    timeout 180 nsys profile --trace=cuda --force-overwrite=true --output "$out/nsys-$shape" --stats=true \
      "${program[@]}" "$measured" "$shape" 20 || code=$?
  done >"$out/nsys.txt" 2>&1
  judge nsys "$code" "see $out/nsys.txt"
}

ncu_figures() {
  local shape code=0
  can ncu GPU ncu || return
  for shape in looped sequence; do
    timeout 180 ncu --target-processes all --launch-count 30 --section SpeedOfLight --section Occupancy \
      --section LaunchStats "${program[@]}" "$measured" "$shape" 1 || code=$?
  done >"$out/ncu.txt" 2>&1
  if grep -q ERR_NVGPUCTRPERM "$out/ncu.txt"; then
    result ncu "NOT RUN" "the driver keeps its counters from users (ERR_NVGPUCTRPERM)"
    return
  fi
  judge ncu "$code" "see $out/ncu.txt"
}

machine() {
  can machine nvidia-smi || return
  logged machine 60 nvidia-smi
  judge machine $? "$(nvidia-smi --query-gpu=name,driver_version --format=csv,noheader 2>/dev/null | head -n 1)"
}

find_gpu
machine
tests
golden
peers
benchmark
for tool in memcheck racecheck synccheck; do
  sanitizer "$tool"
done
nsys_figures
ncu_figures

echo
echo "$out:"
cat "$summary"
[ "$failed" -gt 0 ] && exit 1
[ "$passed" -gt 0 ] || exit 2
