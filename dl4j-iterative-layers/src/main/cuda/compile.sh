#!/bin/sh
# compile.sh [--check] FOLDER: writes the kernels' PTX for float and double to FOLDER; needs nvcc 13.
#
# Made for compute capability 8.0 and newer and marked as PTX ISA 7.0, so that drivers take it from CUDA 11.0 (r450)
# on. It has nothing newer but hints to the assembler, used_bytes_mask, which go. So do comments, in which nvcc notes
# its own version: only changes of code change the file.
# --check assembles it for several architectures and fails if registers do not do.
set -e
check=
if [ "$1" = --check ]; then
  check=1
  shift
fi
folder=${1:?the folder to write to}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
for real in float double; do
  ptx=$folder/iterative_map_$real.ptx
  nvcc -std=c++17 -O3 -arch=compute_80 -DREAL=$real -ptx -o "$work/nvcc.ptx" "$(dirname "$0")/iterative_map.cu"
  sed -e '/used_bytes_mask/d' -e 's/^\.version .*/.version 7.0/' -e 's|//.*||' -e 's/[[:space:]]*$//' \
    -e '/^$/d' "$work/nvcc.ptx" > "$ptx"
  [ "$check" ] || continue
  for architecture in 80 90 100 120; do
    ptxas -arch=sm_$architecture -v -o "$work/cubin" "$ptx" 2> "$work/log" || { cat "$work/log"; exit 1; }
    echo "$real, sm_$architecture:" $(sed -n \
      -e "s/.*Compiling entry function '\([^']*\)'.*/\1/p" -e 's/.*Used \([0-9]* registers\).*/\1,/p' "$work/log")
    if grep 'bytes spill' "$work/log" | grep -qv ' 0 bytes spill stores, 0 bytes spill loads'; then
      cat "$work/log"
      exit 1
    fi
  done
done
