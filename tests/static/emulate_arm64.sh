#!/usr/bin/env bash
# From here on this machine starts arm64 programs with qemu-user. The kernel has a list of such interpreters, which a
# container may not see.
set -euo pipefail

fail() {
  echo "emulate_arm64.sh: $*" >&2
  exit 1
}
formats=/proc/sys/fs/binfmt_misc
[ -e $formats/register ] || mount -t binfmt_misc binfmt_misc $formats || fail "binfmt_misc cannot be mounted"
[ -e $formats/qemu-aarch64 ] || cat /usr/lib/binfmt.d/qemu-aarch64.conf >$formats/register ||
  fail "qemu cannot be registered as the interpreter of arm64 programs"
