#!/usr/bin/env bash
# Builds the images from their Dockerfiles and runs docker/compose.yml, with podman and runc; installs the
# package on a Debian with systemd. No registry is asked: debian:12-slim is made by debootstrap, the images of
# Prometheus and Alertmanager are stood in for by Debian's packages, and Grafana stays away. Root, ten minutes
# and more, 5 GB, and network for apt.
#
#   tests/container/run.sh [FOLDER]     FOLDER: keeps the images there for the next time
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."

etc/packages.sh test package machines
folder=${1:-}
if [ -z "$folder" ]; then
  folder=$(mktemp -d -t ffsupervisor-container.XXXXXX)
  remove() {
    buildah unmount --all >/dev/null 2>&1 || true
    rm -rf --one-file-system "$folder"
  }
  trap remove EXIT
fi
mkdir -p "$folder"
folder=$(realpath "$folder")

# A store of its own; what neither a systemd nor CAP_SYS_RESOURCE is needed for.
cat >"$folder/storage.conf" <<TEXT
[storage]
driver = "overlay"
graphroot = "$folder/store"
runroot = "$folder/run"
TEXT
cat >"$folder/containers.conf" <<TEXT
[containers]
default_ulimits = ["nofile=1024:1024", "nproc=4096:4096"]
log_driver = "k8s-file"
[engine]
cgroup_manager = "cgroupfs"
events_logger = "file"
runtime = "runc"
[network]
network_config_dir = "$folder/networks"
TEXT
export CONTAINERS_STORAGE_CONF=$folder/storage.conf CONTAINERS_CONF=$folder/containers.conf BUILDAH_ISOLATION=chroot

say() { echo "== $*"; }
build() { # TAG CONTEXT [OPTION...]
  say "image $1"
  buildah bud --pull-never --format docker --layers -t "$1" "${@:3}" "$2" >"$folder/build.log" 2>&1 ||
    { tail -n 40 "$folder/build.log"; exit 1; }
}

base=docker.io/library/debian:12-slim
if ! buildah inspect "$base" >/dev/null 2>&1; then
  say "image $base"
  rm -rf --one-file-system "$folder/debian"
  debootstrap --variant=minbase bookworm "$folder/debian" >"$folder/debootstrap.log"
  container=$(buildah from scratch)
  buildah add -q "$container" "$folder/debian" / >/dev/null
  buildah commit -q --rm "$container" "$base" >/dev/null
  rm -rf --one-file-system "$folder/debian"
fi
build localhost/ffsupervisor . -f docker/Dockerfile
build localhost/ffsupervisor-program . -f docker/Dockerfile --target program
build localhost/ffsupervisor-icecast docker/servers --target icecast
build localhost/ffsupervisor-nginx-rtmp docker/servers --target nginx-rtmp
build localhost/stand-in/prometheus tests/container/stand-ins --target prometheus
build localhost/stand-in/alertmanager tests/container/stand-ins --target alertmanager

say "compose.yml, as docker-compose reads it"
docker-compose -f docker/compose.yml config -q

say "package"
build localhost/stand-in/server tests/container/stand-ins --target server
cmake --preset release >"$folder/build.log"
cmake --build --preset release --target ffsupervisor documentation >"$folder/build.log"
cpack -G DEB --config build/release/CPackConfig.cmake -B "$folder/package" >"$folder/build.log"
FFSUPERVISOR_PACKAGE=$(echo "$folder"/package/*.deb)
export FFSUPERVISOR_PACKAGE

cd tests/container
python3 -B -m unittest -v test_image test_chain test_systemd
