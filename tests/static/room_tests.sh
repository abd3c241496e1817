#!/usr/bin/env bash
# The room tests as static programs of arm64, under qemu-user; what they start, FFmpeg too, is this machine's own. A suite
# in a process of its own. Root, half an hour and 2 GB the first time, and network for apt.
#
#   tests/static/room_tests.sh [FOLDER [ROOM[:FILTER]...]]   FOLDER: keeps the chroot there for the next time
#                                                            ROOM: monitor, recovery, http, supervisor; default: all
#                                                            FILTER: as --gtest_filter takes it
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."

fail() {
  echo "room_tests.sh: $*" >&2
  exit 1
}
[ "$(id -u)" -eq 0 ] || fail "chroots and a network of its own need root"
etc/packages.sh run test package lab machines
folder=${1:-}
shift || true
if [ -z "$folder" ]; then
  folder=$(mktemp -d -t ffsupervisor-static.XXXXXX)
  trap 'rm -rf --one-file-system "$folder"' EXIT
fi
[ $# -gt 0 ] || set -- monitor recovery http supervisor
etc/static.sh --keep "$folder" --tests arm64
tests/static/emulate_arm64.sh
# Their network, so that no port is anybody else's, and their processes, so that none stays.
unshare --net --mount --pid --fork --kill-child --mount-proc sh -c 'ip link set lo up && exec "$@"' sh \
  env TESTED_REPOSITORY="$PWD" python3 -B tests/static/room_tests.py "build/static-tests/arm64" "$@"
