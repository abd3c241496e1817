"""What a document or an example says is a configuration, and what the program says of it."""

import os
import re
import subprocess
import tempfile

import yaml

from tree import read

REFERENCE = "etc/ffsupervisor.yml"
BINARY = os.environ.get("FFSUPERVISOR", "")
COMMAND = ["ffmpeg", "-i", "http://host/a.mp3", "-f", "flv", "rtmp://host/live/stream"]
# What {env: NAME} and {file: PATH} stand for here: by the name, what fits where it stands.
VALUES = ((r"URL", "http://127.0.0.1:1/planted"), (r"HASH", "$2b$04$" + "a" * 53), (r"", "planted-secret-text"))


class Unknown(Exception):
    """A text that is no configuration and no part of one."""


def value_of(name):
    return next(value for pattern, value in VALUES if re.search(pattern, name, re.I))


def keys():
    """Of a configuration, and of one of its streams."""
    reference = yaml.safe_load(read(REFERENCE))
    return set(reference), set(reference["streams"][0])


def whole(text):
    """The configuration that a text is, or is a part of: sections without streams, or keys of one stream."""
    found = yaml.safe_load(text)
    sections, of_stream = keys()
    if not isinstance(found, dict) or not found:
        raise Unknown("no map")
    if set(found) <= sections:
        return text if "streams" in found else text + "\n" + yaml.safe_dump({"streams": [{"command": COMMAND}]})
    if set(found) <= of_stream:
        return yaml.safe_dump({"streams": [{"command": COMMAND, **found}]}, width=10000)
    raise Unknown(f"has the keys {', '.join(sorted(set(found) - sections))}")


def stands_beside_a_command(text):
    """The settings of the command of a command line."""
    streams = yaml.safe_load(text)["streams"]
    return isinstance(streams, list) and "command" not in streams[0]


def check(text, *arguments):
    """(exit code, what stands on stderr) of `ffsupervisor check` of this configuration."""
    if stands_beside_a_command(text):
        arguments += ("--", *COMMAND)
    with tempfile.TemporaryDirectory(prefix="ffsupervisor-check-") as folder:
        def file_of(found):
            path = os.path.join(folder, re.sub(r"\W", "_", found[1]))
            with open(path, "w", encoding="utf-8") as file:
                file.write(value_of(found[1]) + "\n")
            return f"{{file: {path}}}"
        text = re.sub(r"\{file: *([^}\s]+)\}", file_of, text)
        text = re.sub(r"(bearer_token_file: *)\S+", lambda found: found[1] + file_of([None, "token"])[7:-1], text)
        path = os.path.join(folder, "ffsupervisor.yml")
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)
        return run("--config", path, *arguments, variables=re.findall(r"\{env: *(\w+)\}", text))


def run(*arguments, variables=()):
    environment = {name: value for name, value in os.environ.items() if name in ("PATH", "HOME")}
    environment.update({name: value_of(name) for name in variables})
    done = subprocess.run([BINARY, "check", "--listen", "127.0.0.1:0", *arguments], capture_output=True, text=True,
                          timeout=20, env=environment)
    return done.returncode, done.stderr
