#!/usr/bin/env bash
# The one list of Debian packages, by purpose, and its installer.
#
#   etc/packages.sh GROUP...          installs what is missing of these groups
#   etc/packages.sh --list GROUP...   prints their packages, one a line
set -euo pipefail

declare -A groups=(
  [build]="g++ cmake ninja-build libboost1.81-dev libboost-json1.81-dev libboost-url1.81-dev libssl-dev
           prometheus-cpp-dev zlib1g-dev libyaml-cpp-dev libspdlog-dev libcli11-dev libpugixml-dev
           libjs-dygraphs"
  # Where nothing is built: the streams; procps for people in a shell there. In [run], with the libraries of a binary
  # that is not static.
  [image]="ffmpeg procps ca-certificates"
  [run]="ffmpeg procps ca-certificates libprometheus-cpp-core1.0 zlib1g libssl3 libyaml-cpp0.7 libfmt9"
  [test]="libgtest-dev python3 util-linux nginx libnginx-mod-rtmp icecast2 prometheus
          prometheus-alertmanager openssl postgresql systemd
          groff-base python3-yaml chromium chromium-driver python3-jsonschema prometheus-pushgateway
          clang-format shellcheck pyflakes3 collectd-core"
  [fuzz]="clang libclang-rt-14-dev"
  [lab]="nftables iproute2 faketime srt-tools"
  [package]="dpkg-dev file"
  # For the scripts by hand that make whole machines: tests/package/run.sh, tests/container/run.sh.
  [machines]="lintian mandoc debootstrap musl musl-tools busybox-static qemu-user-static buildah podman runc docker-compose dnsmasq-base
              golang-github-containernetworking-plugin-dnsname"
  [bench]="libbenchmark-dev python3 python3-aiohttp python3-prometheus-client strace wrk tini dumb-init supervisor s6 liquidsoap"
)

fail() {
  echo "packages.sh: $*" >&2
  exit 1
}

as_root() {
  if [ "$(id -u)" -eq 0 ]; then "$@"; else sudo "$@"; fi
}

is_installed() {
  [ "$(dpkg-query -W -f '${db:Status-Status}' "$1" 2>/dev/null)" = installed ]
}

# A server package must not start its server: policy-rc.d says no, for as long as apt works. One that is
# there already is somebody's own rule and stays.
forbid_service_starts() {
  policy=/usr/sbin/policy-rc.d
  [ -e "$policy" ] && return
  trap 'as_root rm -f "$policy"' EXIT
  printf '#!/bin/sh\nexit 101\n' | as_root tee "$policy" >/dev/null
  as_root chmod 755 "$policy"
}

# The tests make a data directory of their own: no 40 MB for one that nobody asked for.
forbid_default_cluster() {
  settings=/etc/postgresql-common/createcluster.conf
  [ -e "$settings" ] && return
  as_root mkdir -p "${settings%/*}"
  echo 'create_main_cluster = false' | as_root tee "$settings" >/dev/null
}

apt_get() {
  local log
  log=$(mktemp)
  # The lock may be held by the machine's own unattended upgrades.
  if as_root env DEBIAN_FRONTEND=noninteractive apt-get -qq -o DPkg::Lock::Timeout=300 \
      -o Dpkg::Use-Pty=0 "$@" </dev/null >"$log" 2>&1; then
    rm -f "$log"
    return
  fi
  tail -n 30 "$log" >&2
  rm -f "$log"
  return 1
}

install_missing() {
  local package missing=()
  for package in "$@"; do
    is_installed "$package" || missing+=("$package")
  done
  [ ${#missing[@]} -gt 0 ] || return 0
  [ "$(id -u)" -eq 0 ] || command -v sudo >/dev/null ||
    fail "packages are missing (${missing[*]}); installing them needs root or sudo"
  echo "Installing ${missing[*]} ..."
  forbid_service_starts
  case " ${missing[*]} " in *" postgresql "*) forbid_default_cluster ;; esac
  apt_get update || fail "apt-get update failed (see above)"
  apt_get install -y --no-install-recommends "${missing[@]}" ||
    fail "installing ${missing[*]} failed (see above)"
}

list_only=
if [ "${1:-}" = --list ]; then
  list_only=yes
  shift
fi
[ $# -gt 0 ] || fail "which group? One or more of: ${!groups[*]}"
packages=()
for group in "$@"; do
  [ -n "${groups[$group]:-}" ] || fail "no group '$group'; there are: ${!groups[*]}"
  read -r -d '' -a words <<<"${groups[$group]}" || true
  packages+=("${words[@]}")
done

if [ -n "$list_only" ]; then
  printf '%s\n' "${packages[@]}"
  exit
fi
command -v dpkg-query >/dev/null || fail "this is not a Debian system (no dpkg)"
install_missing "${packages[@]}"
