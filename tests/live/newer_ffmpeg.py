"""FFmpeg 7.1 of Debian trixie beside the machine's own, in a folder of its own. No root needed.

Its blocks go on while everything else in it hangs, unlike those of 5.1.
"""

import fcntl
import glob
import os
import shutil
import subprocess
import tempfile

RELEASE = "trixie"
WRAPPER = """#!/bin/sh
exec '{loader}' --library-path '{libraries}' '{program}' "$@"
"""


def run(*argv):
    done = subprocess.run(argv, capture_output=True, text=True, timeout=600, stdin=subprocess.DEVNULL)
    if done.returncode != 0:
        raise RuntimeError(f"{' '.join(argv)}\n{done.stdout[-2000:]}\n{done.stderr[-2000:]}")
    return done.stdout


def debian_mirror():
    """(URI, keyring) of the archive that this machine's own apt is set to."""
    targets = run("apt-get", "indextargets", "--format", "$(REPO_URI) $(RELEASE) $(COMPONENT) $(SIGNED_BY)",
                  "Created-By: Packages")
    for line in targets.splitlines():
        uri, release, component, *keyring = line.split(" ")
        if component == "main" and not release.endswith(("-security", "-updates", "-backports")):
            return uri, keyring[0] if keyring else ""
    raise RuntimeError(f"apt has no Debian archive: {targets}")


def download(folder):
    """The package and all it needs, as if nothing were installed."""
    uri, keyring = debian_mirror()
    signed_by = f"[signed-by={keyring}] " if keyring.startswith("/") else ""
    for name in ("state/lists/partial", "cache/archives/partial", "empty"):
        os.makedirs(os.path.join(folder, name), exist_ok=True)
    with open(os.path.join(folder, "sources.list"), "w") as sources:
        sources.write(f"deb {signed_by}{uri} {RELEASE} main\n")
    with open(os.path.join(folder, "status"), "w"):
        pass
    settings = {
        "Dir::Etc::SourceList": "sources.list", "Dir::Etc::SourceParts": "empty",
        "Dir::Etc::Preferences": "empty/none", "Dir::Etc::PreferencesParts": "empty",
        "Dir::State": "state", "Dir::State::Status": "status", "Dir::Cache": "cache"}
    options = ["-qq", "-o", "APT::Sandbox::User=", "-o", "APT::Install-Recommends=false",
               "-o", "Acquire::Languages=none", "-o", "Debug::NoLocking=true"]
    for key, name in settings.items():
        options += ["-o", f"{key}={os.path.join(folder, name)}"]
    run("apt-get", *options, "update")
    run("apt-get", *options, "install", "--yes", "--download-only", "ffmpeg")
    return glob.glob(os.path.join(folder, "cache", "archives", "*.deb"))


def unpack(packages, root):
    for package in packages:
        run("dpkg-deb", "--extract", package, root)


def write_wrapper(root, name):
    libraries, = glob.glob(f"{root}/usr/lib/*-linux-gnu*")
    # Those that Debian reaches by alternatives and by private run paths.
    folders = [libraries] + [os.path.join(libraries, sub) for sub in ("blas", "lapack", "pulseaudio")]
    loader, = glob.glob(f"{root}/usr/lib64/ld-linux*.so.*") or glob.glob(f"{root}/usr/lib/ld-linux*.so.*")
    os.makedirs(os.path.join(root, "wrapped"), exist_ok=True)
    path = os.path.join(root, "wrapped", name)
    with open(path + ".new", "w") as wrapper:
        wrapper.write(WRAPPER.format(loader=loader, libraries=":".join(folders),
                                     program=f"{root}/usr/bin/{name}"))
    os.chmod(path + ".new", 0o755)
    os.replace(path + ".new", path)  # another test may be running it


def install(folder):
    """Returns the folder to put first in PATH. What is there from an earlier run is taken; one test installs, others
    that run at the same time wait for it."""
    with open(os.path.join(folder, "lock"), "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        return install_alone(folder)


def install_for(add_cleanup):
    """The same below FFSUPERVISOR_CACHE, else in a folder that is removed by what is given to `add_cleanup`."""
    folder = os.environ.get("FFSUPERVISOR_CACHE")
    if not folder:
        temporary = tempfile.TemporaryDirectory(prefix="ffsupervisor-ffmpeg-")
        add_cleanup(temporary.cleanup)
        folder = temporary.name
    os.makedirs(folder, exist_ok=True)
    return install(folder)


def install_alone(folder):
    root = os.path.join(folder, f"ffmpeg-{RELEASE}")
    if not os.path.exists(root):
        work = root + ".new"
        shutil.rmtree(work, ignore_errors=True)
        os.makedirs(work)
        unpack(download(work), os.path.join(work, "root"))
        os.rename(os.path.join(work, "root"), root)
        shutil.rmtree(work)
    write_wrapper(root, "ffmpeg")
    return os.path.join(root, "wrapped")
