"""What `kubectl kustomize` makes of docker/kubernetes.

With the machine's own kubectl, or with Debian's, beside whatever is installed. Debian 12 has 1.20, whose
kustomize knows folders among the resources, files of variables, labels and patches by older names only.
"""

import glob
import json
import os
import re
import shutil
import subprocess

import yaml

FOLDER = os.path.realpath(os.path.join(os.path.dirname(__file__), "..", "..", "docker", "kubernetes"))


def run(*argv, **options):
    done = subprocess.run(argv, capture_output=True, text=True, timeout=90, stdin=subprocess.DEVNULL, **options)
    if done.returncode != 0:
        raise RuntimeError(f"{' '.join(argv)}\n{done.stdout}{done.stderr}")
    return done.stdout


def debians_kubectl(cache):
    """Downloaded the first time."""
    root = os.path.join(cache, "kubernetes-client")
    if not os.path.exists(root):
        work = root + ".new"
        shutil.rmtree(work, ignore_errors=True)
        os.makedirs(work)
        run("apt-get", "-qq", "-o", "APT::Sandbox::User=", "download", "kubernetes-client", cwd=work)
        package, = glob.glob(os.path.join(work, "*.deb"))
        run("dpkg-deb", "--extract", package, work)
        os.rename(work, root)
    return os.path.join(root, "usr", "bin", "kubectl")


def knows_labels(kubectl):
    """Since 1.22, and all the rest."""
    version = json.loads(run(kubectl, "version", "--client", "--output", "json"))["clientVersion"]
    return int(re.match(r"\d+", version["minor"]).group()) >= 22


def use_older_names(folder):
    for path in glob.glob(os.path.join(folder, "*", "kustomization.yaml")):
        with open(path) as file:
            content = yaml.safe_load(file)
        resources = content.pop("resources")
        content["resources"] = [entry for entry in resources if entry.endswith(".yaml")]
        content["bases"] = [entry for entry in resources if not entry.endswith(".yaml")]
        for generator in content.get("secretGenerator", []):
            generator["env"], = generator.pop("envs")
        for generator in content.get("configMapGenerator", []):
            if options := generator.pop("options", None):
                content["generatorOptions"] = options  # for all of the folder
        for labels in content.pop("labels", []):
            content["commonLabels"] = labels["pairs"]
        if "patches" in content:
            content["patchesStrategicMerge"] = [patch["path"] for patch in content.pop("patches")]
        with open(path, "w") as file:
            yaml.safe_dump(content, file)


def render(name, work, cache):
    """The objects of a folder of docker/kubernetes, by kind. `work` is an empty folder."""
    kubectl = shutil.which("kubectl") or debians_kubectl(cache)
    copy = os.path.join(work, "kubernetes")
    if not os.path.exists(copy):
        shutil.copytree(FOLDER, copy)
        if not knows_labels(kubectl):
            use_older_names(copy)
    objects = list(yaml.safe_load_all(run(kubectl, "kustomize", os.path.join(copy, name))))
    by_kind = {item["kind"]: item for item in objects}
    assert len(by_kind) == len(objects), f"two of a kind in {name}"
    return by_kind
