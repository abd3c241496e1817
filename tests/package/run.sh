#!/usr/bin/env bash
# The package's way through a bare Debian: lint, installation, a supervised FFmpeg, upgrade, removal, purge.
# Root, a minute and a half, and network for apt.
#
#   tests/package/run.sh [BUILD]     BUILD: a built folder (default build/release)
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
build=$(realpath "${1:-build/release}")

etc/packages.sh test package machines
work=$(mktemp -d -t ffsupervisor-package.XXXXXX)
root=$work/root
clean_up() {
  umount -q "$root/proc" || true
  rm -rf --one-file-system "$work"
}
trap clean_up EXIT

say() { echo "== $*"; }
fail() {
  echo "run.sh: $*" >&2
  exit 1
}
inside() { chroot "$root" /usr/bin/env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin DEBIAN_FRONTEND=noninteractive "$@"; }

say "package"
cpack -G DEB --config "$build/CPackConfig.cmake" -B "$work/packed" >/dev/null
package=$(echo "$work"/packed/*.deb)

say "lintian and mandoc"
lintian --allow-root --fail-on error,warning "$package"
for page in "$build"/etc/ffsupervisor*.[15].gz; do
  zcat "$page" | mandoc -T lint -W warning
done

say "a bare machine"
debootstrap --variant=minbase bookworm "$root" >"$work/debootstrap.log" || fail "$(tail -n 20 "$work/debootstrap.log")"
mount -t proc proc "$root/proc"
cp "$package" "$root/tmp/ffsupervisor.deb"

say "installation, with what it depends on and no more"
inside apt-get -qq update
inside apt-get -qq -o Dpkg::Use-Pty=0 install -y --no-install-recommends /tmp/ffsupervisor.deb >"$work/apt.log" 2>&1 ||
  fail "$(tail -n 20 "$work/apt.log")"
missing=$(inside ldd /usr/bin/ffsupervisor | grep 'not found' || true)
[ -z "$missing" ] || fail "$missing"
inside ffsupervisor check --config /etc/ffsupervisor/ffsupervisor.yml >/dev/null

say "a stream as an ordinary user"
# shellcheck disable=SC2016  # expanded inside
inside setpriv --reuid nobody --regid nogroup --clear-groups sh -c '
  cd /tmp
  ffsupervisor --listen 127.0.0.1:19091 ffmpeg -v error -re -f lavfi -i testsrc2=size=160x90 -f null - 2>log &
  pid=$!
  for i in $(seq 100); do
    ffsupervisor healthcheck readiness --url http://127.0.0.1:19091 >/dev/null 2>&1 && break
    sleep 0.1
  done
  ffsupervisor status --url http://127.0.0.1:19091 || { cat log; exit 1; }
  kill $pid && wait $pid' || fail "no stream on air"

say "upgrade keeps the changed configuration"
echo '# mine' >>"$root/etc/ffsupervisor/ffsupervisor.yml"
inside dpkg -i /tmp/ffsupervisor.deb >"$work/apt.log" 2>&1 || fail "$(cat "$work/apt.log")"
grep -q '^# mine' "$root/etc/ffsupervisor/ffsupervisor.yml" || fail "the configuration is lost"

say "removal leaves the configuration, purge leaves nothing"
inside dpkg --remove ffsupervisor >"$work/apt.log" 2>&1 || fail "$(cat "$work/apt.log")"
[ ! -e "$root/usr/bin/ffsupervisor" ] || fail "the program is still there"
grep -q '^# mine' "$root/etc/ffsupervisor/ffsupervisor.yml" || fail "removal took the configuration"
touch "$root/etc/ffsupervisor/environment"
inside dpkg --purge ffsupervisor >"$work/apt.log" 2>&1 || fail "$(cat "$work/apt.log")"
left=$(find "$root" -xdev -path "$root/proc" -prune -o -path "$root/tmp" -prune -o \
  -path "$root/var/lib/dpkg" -prune -o -name '*ffsupervisor*' -print)
[ -z "$left" ] || fail "left behind: $left"

echo "The package installs, runs, upgrades and goes without a trace."
