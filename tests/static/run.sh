#!/usr/bin/env bash
# The static program where it was not built: in an empty root, in one of musl without glibc, on Debian 11 and 13 with
# their own FFmpeg. In a network of its own, with a name server and an HTTPS server of the tests. Root, a quarter of an
# hour and 3 GB the first time, and network for apt.
#
#   tests/static/run.sh [FOLDER [PROGRAM]]            FOLDER: keeps the roots there for the next time
#                                                     PROGRAM: is tested, not one that etc/static.sh builds
#   tests/static/run.sh --arm64 [FOLDER [PROGRAM]]    that of arm64, under qemu-user, with Debian's FFmpeg for arm64
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."

fail() {
  echo "run.sh: $*" >&2
  exit 1
}
arch=$(dpkg --print-architecture)
roots=("bullseye $arch" "trixie $arch")
tests="test_empty_root test_tls test_foreign_roots"
if [ "${1:-}" = --arm64 ]; then
  arch=arm64
  roots=("bookworm arm64")
  tests=test_arm64
  shift
fi
[ "$(id -u)" -eq 0 ] || fail "chroots and a network of its own need root"
etc/packages.sh test package lab machines
folder=${1:-}
if [ -z "$folder" ]; then
  folder=$(mktemp -d -t ffsupervisor-static.XXXXXX)
  trap 'rm -rf --one-file-system "$folder"' EXIT
fi
mkdir -p "$folder"
folder=$(realpath "$folder")
if [ $# -ge 2 ]; then
  program=$(realpath "$2")
else
  etc/static.sh --keep "$folder/build" "$arch"
  program=$PWD/build/static/$arch/ffsupervisor
fi

[ "$arch" = "$(dpkg --print-architecture)" ] || tests/static/emulate_arm64.sh

# The archive from which this machine's apt takes its packages has the other releases, too.
# shellcheck disable=SC2016  # apt's own variables
mirror=$(apt-get indextargets --format '$(COMPONENT) $(RELEASE) $(REPO_URI)' 'Created-By: Packages' |
  awk '$1 == "main" && $2 !~ /-/ { print $3; exit }')
for each in "${roots[@]}"; do
  read -r release of <<<"$each"
  root=$folder/$release-$of
  [ ! -e "$root/ready" ] || continue
  echo "== Debian $release for $of with its FFmpeg"
  rm -rf --one-file-system "$root"
  debootstrap "--arch=$of" --variant=minbase --include=ffmpeg "$release" "$root" "$mirror" >"$root.log" ||
    fail "debootstrap of $release failed: $(tail -n 20 "$root.log")"
  touch "$root/ready"
done

cd tests/static
# shellcheck disable=SC2016  # expanded inside
FFSUPERVISOR=$program ROOTS=$folder TESTS=$tests unshare --net sh -c '
  ip link set lo up && ip address add 192.0.2.77/32 dev lo &&
  exec python3 -B -m unittest -v $TESTS'
