#!/usr/bin/env bash
# Builds and runs every benchmark: Google Benchmark for the parser, the core and HTTP's parts, then the
# whole process beside its peers. About half an hour. Arguments go to whole_process.py (--only launch,…),
# and then back_on_air.py, which takes its own, is left out.
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
"$root/etc/packages.sh" build run bench test
build="$root/build/bench"
cmake -S "$root" -B "$build" -G Ninja -DCMAKE_BUILD_TYPE=Release \
  -DFFSUPERVISOR_TESTS=OFF -DFFSUPERVISOR_BENCHMARKS=ON >/dev/null
cmake --build "$build"
for benchmark in "$build"/tests/bench/*_bench; do
  "$benchmark" --benchmark_min_time=0.2
done
/usr/bin/python3 "$root/tests/bench/whole_process.py" \
  "$build/supervisor/ffsupervisor" "$build/tests/bench/stamp" "$@"
[ $# -gt 0 ] || /usr/bin/python3 "$root/tests/bench/scale.py" "$build/supervisor/ffsupervisor" "$build/tests/bench/stand_in"
[ $# -gt 0 ] || /usr/bin/python3 "$root/tests/bench/hook_latency.py" "$build/supervisor/ffsupervisor"
[ $# -gt 0 ] || /usr/bin/python3 "$root/tests/bench/system_calls.py" "$build/supervisor/ffsupervisor"
[ $# -gt 0 ] || /usr/bin/python3 "$root/tests/bench/held_outputs.py" "$build/supervisor/ffsupervisor" --seconds 20 --hang 60
[ $# -gt 0 ] || /usr/bin/python3 "$root/tests/bench/continuity.py" "$build/supervisor/ffsupervisor"
[ $# -gt 0 ] || exec /usr/bin/python3 "$root/tests/bench/back_on_air.py" "$build/supervisor/ffsupervisor" --quick
