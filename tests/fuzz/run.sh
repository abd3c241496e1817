#!/usr/bin/env bash
# Builds every fuzz target and runs each for some time, its corpus first. Stops at the first finding,
# whose input is kept.
#
#   tests/fuzz/run.sh [SECONDS] [NAME...]   SECONDS each (default 60); NAME: tests/fuzz/NAME_fuzz.cpp,
#                                           default all of them
#
# A target's first five lines say what else it needs, in one line or several of each:
#   // sources: monitor/x.cpp monitor/y/*.cpp    paths from the root, or patterns
#   // libraries: -lboost_json
# The corpus in tests/fuzz/corpus/NAME is only read; what the fuzzer learns stays in build/fuzz.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."

fail() {
  echo "run.sh: $*" >&2
  exit 2
}

seconds=${1:-60}
[[ $seconds =~ ^[1-9][0-9]*$ ]] || fail "'$seconds' is no number of seconds"
names=("${@:2}")
if [[ ${#names[@]} -eq 0 ]]; then
  for target in tests/fuzz/*_fuzz.cpp; do
    names+=("$(basename "$target" _fuzz.cpp)")
  done
fi

etc/packages.sh build fuzz

# What the lines `// KEY: VALUE` at the top of a target say.
told() {
  sed -n "1,5s|^// $2: *||p" "$1" | tr '\n' ' '
}

build() {
  local target=tests/fuzz/$1_fuzz.cpp sources libraries
  [[ -f $target ]] || fail "no target $target"
  # shellcheck disable=SC2046  # patterns are to be expanded
  mapfile -t sources < <(printf '%s\n' $(told "$target" sources))
  read -r -a libraries <<<"$(told "$target" libraries)"
  clang++ -std=c++20 -g -O1 -fsanitize=fuzzer,address,undefined -fno-sanitize-recover=all \
    -fno-omit-frame-pointer -D_GLIBCXX_ASSERTIONS -I. \
    "$target" "${sources[@]}" "${libraries[@]}" -o "build/fuzz/$1"
}

run() {
  local found=build/fuzz/$1.found/ corpora=("build/fuzz/$1.corpus") seeds=tests/fuzz/corpus/$1
  mkdir -p "$found" "${corpora[@]}"
  [[ ! -d $seeds ]] || corpora+=("$seeds")
  echo "== $1, $seconds s"
  if ! "build/fuzz/$1" -max_total_time="$seconds" -max_len=4096 -timeout=5 -rss_limit_mb=1024 \
      -artifact_prefix="$found" -print_final_stats=1 "${corpora[@]}" >"build/fuzz/$1.log" 2>&1; then
    tail -n 40 "build/fuzz/$1.log"
    echo "run.sh: $1 found something; its input is in $found" >&2
    exit 1
  fi
  grep -E 'number_of_executed_units|average_exec_per_sec|peak_rss' "build/fuzz/$1.log"
}

mkdir -p build/fuzz
for name in "${names[@]}"; do build "$name"; done
for name in "${names[@]}"; do run "$name"; done
