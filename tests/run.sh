#!/usr/bin/env bash
# Installs what is missing, builds, and runs the tests.
#
#   tests/run.sh [PRESET]   PRESET: release (default; every test), debug, asan+ubsan or tsan (the unit
#                           tests and live.threads: the other live ones judge time and memory,
#                           which sanitizers distort)
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

preset=${1:-release}
case $preset in
  release) select=() ;;
  debug | asan+ubsan | tsan) select=(--label-exclude live) ;;
  *)
    echo "run.sh: no preset '$preset'; there are release, debug, asan+ubsan, tsan" >&2
    exit 2
    ;;
esac

etc/packages.sh build run test package lab
# A chroot fresh from debootstrap has none.
[[ -e /etc/hosts ]] || printf '127.0.0.1 localhost\n::1 localhost\n' >/etc/hosts
jobs=$(nproc)
cmake --preset "$preset" -DFFSUPERVISOR_TESTS=ON
cmake --build --preset "$preset" --parallel "$jobs"
# Most tests wait; those that need a processor each say so (tests/live/CMakeLists.txt).
exec ctest --preset "$preset" --parallel "$((2 * jobs))" "${select[@]}"
