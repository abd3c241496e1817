#!/usr/bin/env bash
# One file that runs on every Linux: ffsupervisor with no shared library, hardened and stripped, built on a clean
# Debian 12, with the licences of all that is in it and a list of it (SPDX). Into build/static/ARCH/.
#
#   etc/static.sh [ARCH]                 as root: in a chroot that debootstrap makes and that goes again
#   etc/static.sh --keep FOLDER [ARCH]   keeps the chroot there, with what was compiled, for the next time
#   etc/static.sh --here [ARCH]          on this machine, which is a Debian 12 to throw away: a container
#   etc/static.sh --prepare [ARCH]       there, only what does not change with the program: packages and libraries
#   etc/static.sh --tests ...            not the program: the room tests, as static, into build/static-tests/ARCH/
#
# ARCH: amd64 or arm64; default: this machine's. Another one is cross-compiled. Without root, a container does it:
#
#   docker build -f docker/Dockerfile --target static-files --output build/static .
#
# Packages come from the Debian archive that apt is set to here; DEBIAN_MIRROR and DEBIAN_SECURITY_MIRROR name others.
# CMAKE_BUILD_PARALLEL_LEVEL bounds the compilers; FFSUPERVISOR_CMAKE has further options for CMake, such as
# -DFFSUPERVISOR_PIE=ON for a position-independent program, which is launched later.
set -eEuo pipefail
trap 'echo "static.sh: stopped at line $LINENO: $BASH_COMMAND" >&2' ERR
cd "$(dirname "${BASH_SOURCE[0]}")/.."

suite=bookworm
# What the program is made of: as in .dockerignore.
sources=(CMakeLists.txt CMakePresets.json LICENSE README.md etc monitor recovery http supervisor)

fail() {
  echo "static.sh: $*" >&2
  exit 1
}
say() { echo "== $*"; }

# quietly WHAT COMMAND...   shows the end of what it wrote only where it fails
quietly() {
  local what=$1 log
  shift
  log=$(mktemp)
  "$@" >"$log" 2>&1 </dev/null || {
    tail -n 40 "$log" >&2
    fail "$what failed; the lines above say why"
  }
  rm -f "$log"
}

keep=
here=
tests=
arch=
while [ $# -gt 0 ]; do
  case $1 in
    --here) here=all ;;
    --prepare) here=libraries ;;
    --tests) tests=--tests ;;
    --keep)
      keep=${2:-}
      [ -n "$keep" ] || fail "--keep needs a folder"
      shift
      ;;
    -*) fail "no option '$1'; there are --here, --prepare, --tests and --keep FOLDER" ;;
    *) arch=$1 ;;
  esac
  shift
done
command -v dpkg >/dev/null || fail "this is no Debian (no dpkg); the container at the head of this file needs none"
native=$(dpkg --print-architecture)
arch=${arch:-$native}
case $arch in
  amd64) triplet=x86_64-linux-gnu ;;
  arm64) triplet=aarch64-linux-gnu ;;
  *) fail "no architecture '$arch'; there are amd64 and arm64" ;;
esac
output=build/static/$arch
if [ -n "$tests" ]; then
  output=build/static-tests/$arch
  sources+=(tests)
fi
# Beside it: what is compiled.
work=build/static-work/$arch

# --- Outside: a clean Debian, in which this file runs again -------------------------------------------------------

# archive RELEASE DEFAULT   where this machine's apt has that of Debian from
archive() {
  local found
  # shellcheck disable=SC2016  # apt's own variables
  found=$(apt-get indextargets --format '$(ORIGIN) $(COMPONENT) $(RELEASE) $(REPO_URI)' 'Created-By: Packages' \
    2>/dev/null | awk -v ending="$1" '$1 == "Debian" && $2 == "main" &&
      (ending == "" ? $3 !~ /-/ : $3 ~ ending "$") { print $4; exit }') || true
  echo "${found:-$2}"
}

in_chroot() {
  [ "$(id -u)" -eq 0 ] || fail "a chroot needs root; without it, use the container at the head of this file"
  command -v debootstrap >/dev/null || fail "debootstrap is missing: apt install debootstrap"
  local mirror=${DEBIAN_MIRROR:-$(archive '' http://deb.debian.org/debian)}
  local security=${DEBIAN_SECURITY_MIRROR:-$(archive -security http://deb.debian.org/debian-security)}
  folder=$keep
  if [ -z "$folder" ]; then
    folder=$(mktemp -d -t ffsupervisor-static.XXXXXX)
  fi
  mkdir -p "$folder"
  folder=$(realpath "$folder")
  root=$folder/$suite-$arch
  trap clean_up EXIT
  if [ ! -e "$root/ready" ]; then
    say "a clean Debian 12"
    rm -rf --one-file-system "$root"
    quietly debootstrap debootstrap --variant=minbase --include=ca-certificates "$suite" "$root" "$mirror"
    local release
    for release in "$mirror $suite" "$mirror $suite-updates" "$security $suite-security"; do
      echo "deb $release main"
    done >"$root/etc/apt/sources.list"
    touch "$root/ready"
  fi
  mount -t proc proc "$root/proc" || fail "/proc cannot be mounted in the chroot; is this root a real one?"
  rm -rf --one-file-system "${root:?}/src.new"
  mkdir -p "$root/src" "$root/src.new"
  tar -c "${sources[@]}" | tar -x -C "$root/src.new"
  # What was compiled stays beside the sources; their times say what is new.
  [ ! -d "$root/src/build" ] || mv "$root/src/build" "$root/src.new/build"
  rm -rf --one-file-system "$root/src"
  mv "$root/src.new" "$root/src"
  local passed=() name
  for name in http_proxy https_proxy no_proxy CMAKE_BUILD_PARALLEL_LEVEL FFSUPERVISOR_CMAKE SOURCE_DATE_EPOCH; do
    [ -z "${!name:-}" ] || passed+=("$name=${!name}")
  done
  chroot "$root" /usr/bin/env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root "${passed[@]}" \
    /src/etc/static.sh --here ${tests:+"$tests"} "$arch" || exit 1
  rm -rf "$output"
  mkdir -p "$output"
  cp -r "$root/src/$output/." "$output"
  say "in $output: $(cd "$output" && echo *)"
}

clean_up() {
  umount -q "$root/proc" || true
  [ -n "$keep" ] || rm -rf --one-file-system "$folder"
}

# --- Inside -------------------------------------------------------------------------------------------------------

apt_get() { DEBIAN_FRONTEND=noninteractive apt-get -qq -o Dpkg::Use-Pty=0 -o APT::Install-Recommends=false "$@"; }

install_packages() {
  if [ "$arch" = "$native" ]; then
    etc/packages.sh build package
    [ -z "$tests" ] || quietly "installing libgtest-dev" apt_get install -y libgtest-dev
    return
  fi
  local package list=(dpkg-dev file "crossbuild-essential-$arch" ${tests:+"libgtest-dev:$arch"})
  for package in $(etc/packages.sh --list build); do
    case $package in
      g++ | prometheus-cpp-dev) ;;  # in the list above; built here
      cmake | ninja-build | libcli11-dev | libjs-dygraphs) list+=("$package") ;;
      *) list+=("$package:$arch") ;;
    esac
  done
  dpkg --add-architecture "$arch"
  quietly "apt-get update" apt_get update
  quietly "installing the compilers and libraries for $arch" apt_get install -y "${list[@]}"
}

# source_of PACKAGE   unpacks Debian's source of it, checked by apt; prints the folder
source_of() {
  local package=$1 folder=$PWD/$work/source
  rm -rf "$folder"
  mkdir -p "$folder/lists/partial"
  # shellcheck disable=SC2016  # apt's own variables
  apt-get indextargets --format 'deb-src $(REPO_URI) $(RELEASE) $(COMPONENT)' 'Created-By: Packages' |
    sort -u >"$folder/sources.list"
  local options=(-o "Dir::Etc::SourceList=$folder/sources.list" -o Dir::Etc::SourceParts=/dev/null
    -o "Dir::State::Lists=$folder/lists" -o APT::Sandbox::User=root)
  quietly "reading the archive's list of sources" apt_get "${options[@]}" update
  (cd "$folder" && quietly "fetching the source of $package" apt_get "${options[@]}" source "$package")
  echo "$folder/$package"-*/
}

cmake_for_arch() {
  local options=(-G Ninja -DCMAKE_BUILD_TYPE=Release)
  if [ "$arch" != "$native" ]; then
    local processor=${triplet%%-*}
    # glibc and libstdc++ of the architecture itself: those of the cross-compiler are not updated.
    options+=(-DCMAKE_SYSTEM_NAME=Linux "-DCMAKE_SYSTEM_PROCESSOR=$processor" "-DCMAKE_CXX_COMPILER=$triplet-g++"
      "-DCMAKE_C_COMPILER=$triplet-gcc" "-DCMAKE_LIBRARY_ARCHITECTURE=$triplet"
      "-DCMAKE_EXE_LINKER_FLAGS=-B/usr/lib/$triplet -L/usr/lib/$triplet")
  fi
  cmake "${options[@]}" "$@"
}

# Debian has no static form of it.
build_prometheus_cpp() {
  libraries=$PWD/$work/libraries
  [ ! -e "$libraries/ready" ] || return 0
  say "prometheus-cpp from Debian's source"
  local source
  source=$(source_of prometheus-cpp)
  local flags="-O2 -fstack-protector-strong -fstack-clash-protection -D_FORTIFY_SOURCE=2 -ffunction-sections"
  quietly "configuring prometheus-cpp" cmake_for_arch -S "$source" -B "$source/build" -DBUILD_SHARED_LIBS=OFF \
    -DENABLE_PUSH=OFF -DENABLE_PULL=OFF -DENABLE_COMPRESSION=OFF -DENABLE_TESTING=OFF \
    -DCMAKE_POSITION_INDEPENDENT_CODE=ON "-DCMAKE_CXX_FLAGS=$flags" "-DCMAKE_INSTALL_PREFIX=$libraries" \
    -DCMAKE_INSTALL_LIBDIR=lib
  quietly "building prometheus-cpp" cmake --build "$source/build"
  quietly "installing prometheus-cpp" cmake --install "$source/build"
  cp "$source/debian/copyright" "$libraries/copyright"
  dpkg-parsechangelog -l "$source/debian/changelog" -S Version >"$libraries/version"
  rm -rf "${source%/*/}"
  touch "$libraries/ready"
}

# compile WHAT TARGET...   sets build
compile() {
  local what=$1 options with_tests=OFF
  shift
  say "$what for $arch"
  build=$PWD/$work/build
  [ -z "$tests" ] || with_tests=ON
  # Not position independent: it would relocate itself at each start, and FFmpeg would be launched later.
  read -r -a options <<<"-DFFSUPERVISOR_PIE=OFF ${FFSUPERVISOR_CMAKE:-}"
  quietly "configuring $what" cmake_for_arch -S . -B "$build" -DFFSUPERVISOR_STATIC=ON -DFFSUPERVISOR_UNITY=ON \
    "-DFFSUPERVISOR_TESTS=$with_tests" -DCMAKE_INSTALL_PREFIX=/usr \
    "-Dprometheus-cpp_DIR=$libraries/lib/cmake/prometheus-cpp" "${options[@]}"
  quietly "building $what" cmake --build "$build" --target "$@"
  rm -rf "$output"
  mkdir -p "$output"
}

build_program() {
  compile ffsupervisor ffsupervisor
  "$triplet-strip" -o "$output/ffsupervisor" "$build/supervisor/ffsupervisor"
}

build_tests() {
  local room rooms=(monitor recovery http supervisor)
  compile "the room tests" "${rooms[@]/%/_tests}"
  for room in "${rooms[@]}"; do
    "$triplet-strip" -o "$output/${room}_tests" "$build/tests/${room}_tests"
  done
}

check_program() {
  local said wrong=()
  said=$("$triplet-readelf" --wide --file-header --program-headers --dynamic "$output/ffsupervisor")
  ! grep -q 'INTERP\|(NEEDED)' <<<"$said" || wrong+=("it needs shared libraries")
  grep -q 'GNU_RELRO' <<<"$said" || wrong+=("its tables stay writable (no RELRO)")
  ! grep 'GNU_STACK' <<<"$said" | grep -q 'RWE' || wrong+=("its stack is executable")
  case " ${FFSUPERVISOR_CMAKE:-} " in
    *FFSUPERVISOR_PIE=ON*) grep -q 'Type: *DYN' <<<"$said" || wrong+=("it is not position independent") ;;
  esac
  [ ${#wrong[@]} -eq 0 ] || fail "the program is not as it shall be: ${wrong[*]}"
  [ "$arch" != "$native" ] || "$output/ffsupervisor" --version >/dev/null || fail "the program does not start"
}

# The Debian packages from which the compilers and the linker took something.
packages_in_it() {
  {
    ninja -C "$build" -t deps | awk '/^    \// { print $1 }'
    # Members of archives, and the objects with which a program starts.
    awk '/^Discarded input sections/ { exit } match($1, /^\/.*\.a\(/) { print substr($1, 1, RLENGTH - 1) }' \
      "$build/ffsupervisor.map"
    awk '$1 == "LOAD" && $2 ~ /^\/.*\.o$/ { print $2 }' "$build/ffsupervisor.map"
    awk -F= '/^DYGRAPHS:/ { print $2 }' "$build/CMakeCache.txt"
  } | grep -v "^$PWD/" | sort -u | xargs -r realpath | sort -u | xargs -r dpkg -S | cut -d' ' -f1 | sed 's/:$//' | sort -u
}

# licence_of SOURCE FILE   Debian's file of it, once for all packages of a source
licence_of() {
  local target=$output/licences/$1
  if [ -e "$target" ] && ! cmp -s "$2" "$target"; then cat "$2" >>"$target"; else cp "$2" "$target"; fi
}

write_licences() {
  local package source version
  mkdir -p "$output/licences/common"
  cp LICENSE "$output/licences/ffsupervisor"
  licence_of prometheus-cpp "$libraries/copyright"
  printf 'prometheus-cpp\t%s\n' "$(cat "$libraries/version")" >"$build/sources"
  packages_in_it >"$build/packages"
  [ -s "$build/packages" ] || fail "no package is found in the link map, so no licence"
  while read -r package; do
    # shellcheck disable=SC2016  # dpkg's own variables
    read -r source version < <(dpkg-query -W -f '${source:Package} ${source:Version}\n' "$package")
    licence_of "$source" "/usr/share/doc/${package%%:*}/copyright" || fail "$package has no file of its licence"
    printf '%s\t%s\n' "$source" "$version" >>"$build/sources"
  done <"$build/packages"
  sort -u -o "$build/sources" "$build/sources"
  # The texts to which Debian's files point.
  grep -d skip -oh '/usr/share/common-licenses/[A-Za-z0-9.-]*[A-Za-z0-9]' "$output"/licences/* | sort -u |
    while read -r text; do
      [ ! -e "$text" ] || cp -L "$text" "$output/licences/common/"
    done
}

# SPDX 2.3: Debian's source packages, with version, of which something is in the program.
write_sbom() {
  local version sum
  version=$("$output/ffsupervisor" --version 2>/dev/null | cut -d' ' -f2) || true
  version=${version:-$(sed -n 's/^project(ffsupervisor VERSION \([0-9.]*\).*/\1/p' CMakeLists.txt)}
  sum=$(sha256sum "$output/ffsupervisor" | cut -d' ' -f1)
  awk -F'\t' -v version="$version" -v sum="$sum" -v arch="$arch" -v suite="$suite" \
    -v created="$(date -u -d "@${SOURCE_DATE_EPOCH:-$(date +%s)}" +%Y-%m-%dT%H:%M:%SZ)" '
    function package(id, name, version, rest) {
      return sprintf("{\"SPDXID\": \"SPDXRef-%s\", \"name\": \"%s\", \"versionInfo\": \"%s\", " \
        "\"downloadLocation\": \"NOASSERTION\", \"filesAnalyzed\": false%s}", id, name, version, rest)
    }
    function purl(name, version) {
      gsub(/\+/, "%2B", version); gsub(/:/, "%3A", version); gsub(/\+/, "%2B", name)
      return sprintf(", \"externalRefs\": [{\"referenceCategory\": \"PACKAGE-MANAGER\", \"referenceType\": \"purl\", " \
        "\"referenceLocator\": \"pkg:deb/debian/%s@%s?arch=source&distro=%s\"}]", name, version, suite)
    }
    BEGIN {
      printf "{\"spdxVersion\": \"SPDX-2.3\", \"dataLicense\": \"CC0-1.0\", \"SPDXID\": \"SPDXRef-DOCUMENT\",\n"
      printf " \"name\": \"ffsupervisor-%s-%s\",\n", version, arch
      printf " \"documentNamespace\": \"urn:sha256:%s\",\n", sum
      printf " \"creationInfo\": {\"created\": \"%s\", \"creators\": [\"Tool: ffsupervisor-etc-static.sh\"]},\n", created
      printf " \"packages\": [\n  %s", package("ffsupervisor", "ffsupervisor", version,
        ", \"licenseDeclared\": \"MIT\", \"checksums\": [{\"algorithm\": \"SHA256\", \"checksumValue\": \"" sum "\"}]")
    }
    {
      id = $1
      gsub(/[^A-Za-z0-9.-]/, "-", id)
      printf ",\n  %s", package("debian-" id, $1, $2, purl($1, $2))
      links = links sprintf(",\n  {\"spdxElementId\": \"SPDXRef-ffsupervisor\", \"relationshipType\": \"STATIC_LINK\", " \
        "\"relatedSpdxElement\": \"SPDXRef-debian-%s\"}", id)
    }
    END {
      printf "\n ],\n \"relationships\": [\n  {\"spdxElementId\": \"SPDXRef-DOCUMENT\", \"relationshipType\": \"DESCRIBES\", " \
        "\"relatedSpdxElement\": \"SPDXRef-ffsupervisor\"}%s\n ]}\n", links
    }' "$build/sources" >"$output/ffsupervisor.spdx.json"
}

on_this_machine() {
  grep -qs "^VERSION_CODENAME=$suite\$" /etc/os-release || fail "--here is for Debian 12; without it, a chroot is one"
  [ "$(id -u)" -eq 0 ] || fail "--here installs packages and needs root"
  install_packages
  build_prometheus_cpp
  [ "$here" = all ] || return 0
  if [ -n "$tests" ]; then
    build_tests
    return
  fi
  build_program
  check_program
  write_licences
  write_sbom
  say "$arch: $(stat -c %s "$output/ffsupervisor") bytes"
}

if [ -n "$here" ]; then on_this_machine; else in_chroot; fi
