#!/usr/bin/env bash
# Builds and runs every benchmark: Google Benchmark for the parser, the core and HTTP's parts, then the
# whole process beside its peers. About five minutes. Arguments go to whole_process.py (--only launch,…).
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
"$root/etc/packages.sh" build run bench
build="$root/build/bench"
cmake -S "$root" -B "$build" -G Ninja -DCMAKE_BUILD_TYPE=Release \
  -DFFSUPERVISOR_TESTS=OFF -DFFSUPERVISOR_BENCHMARKS=ON >/dev/null
cmake --build "$build"
for benchmark in "$build"/tests/bench/*_bench; do
  "$benchmark" --benchmark_min_time=0.2
done
exec /usr/bin/python3 "$root/tests/bench/whole_process.py" \
  "$build/supervisor/ffsupervisor" "$build/tests/bench/stamp" "$@"
