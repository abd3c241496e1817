"""docker/compose.yml, started service by service with podman. A key that it does not know is an error."""

import os
import re

import yaml

FOLDER = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "docker")
NETWORK = "ffsupervisor-chain"
# No registry is asked; Debian has no Grafana.
STAND_INS = {"prom/prometheus": "localhost/stand-in/prometheus", "prom/alertmanager": "localhost/stand-in/alertmanager"}
LEFT_OUT = {"grafana"}


def interpolated(text):
    """As with no .env: ${NAME:-default}."""
    return re.sub(r"\$\{\w+:-([^}]*)\}", r"\1", text)


def read():
    with open(os.path.join(FOLDER, "compose.yml")) as file:
        return yaml.safe_load(interpolated(file.read()))


def image_of(service):
    name = service["image"]
    return f"localhost/{name}" if "build" in service else STAND_INS[name.partition(":")[0]]


def mount(volume):
    source, colon, rest = volume.partition(":")
    if source.startswith("."):
        source = os.path.realpath(os.path.join(FOLDER, source))
        assert os.path.exists(source), f"{volume}: there is no {source}"
    else:
        source = f"{NETWORK}-{source}"
    return source + colon + rest


def environment(entries):
    if isinstance(entries, dict):
        return [f"--env={name}={value}" for name, value in entries.items()]
    return [f"--env={name}={os.environ[name]}" for name in entries if name in os.environ]


def repeated(option):
    return lambda values: [f"{option}={value}" for value in values]


OPTIONS = {
    "read_only": lambda value: ["--read-only"] if value else [],
    "cap_drop": repeated("--cap-drop"),
    "security_opt": lambda values: [f"--security-opt={value.removesuffix(':true')}" for value in values],
    "tmpfs": repeated("--tmpfs"),
    "environment": environment,
    "volumes": lambda volumes: [f"--volume={mount(volume)}" for volume in volumes],
    "stop_grace_period": lambda value: [f"--stop-timeout={value.removesuffix('s')}"],
    "ports": lambda _: [],    # asked by the containers' own addresses
    "restart": lambda _: [],  # nothing is restarted that fails here
}


def run_arguments(service):
    """(options, image, command) of podman run."""
    options = [argument for key, value in service.items() if key not in ("image", "build", "command")
               for argument in OPTIONS[key](value)]
    return options, image_of(service), service.get("command", [])
