"""What one trial of the matrix is: drawn from its seed alone, the same on both sides.

Each side lives in a network namespace of its own, so that ports and commands are literally the same. Nothing here
says what is right: a plan holds what to run and what to touch, and the sides are observed.
"""

import random
import shlex

from matrix_inputs import Inputs
from matrix_outputs import Outputs
from matrix_parts import server

X264 = "-c:v libx264 -preset ultrafast -tune zerolatency -g 25 -pix_fmt yuv420p -b:v 300k".split()

# Where each circumstance can begin, and whether it ends: at the start, on air.
CIRCUMSTANCES = {
    "absent": ("start",), "refusing": ("start", "air"), "hung": ("start", "air"), "restarted": ("air",),
    "lost": ("air",), "reloaded": ("air",), "silent": ("start", "air"), "slow": ("air",), "gone": ("start", "air"),
}


class Plan(dict):
    """JSON with attribute access for reading."""
    __getattr__ = dict.__getitem__


class Draw(Inputs, Outputs):
    def __init__(self, seed, material):
        self.random, self.material = random.Random(seed), material
        self.secret = f"s3cr3t{self.random.randrange(16**8):08x}"
        self.seed, self.secrets, self.servers, self.files = seed, [], [], {}
        self.gap_s = 1  # between two pieces of the output
        self.refusals = (401, 403, 404)  # of the far end

    def pick(self, *values):
        return self.random.choice(values)

    def credentials(self):
        if self.random.random() < 0.5:
            return "", None
        self.secrets.append(self.secret)
        return f"cam:{self.secret}@", f"cam:{self.secret}"

    def web(self, name, port, **options):
        self.servers.append(server(name, "web", port, **options))

    def encoding(self, streams, output):
        """What turns these streams into something that the output takes; nothing where it can't be."""
        if output == "to_icecast":
            return ["-vn", "-c:a", "libmp3lame", "-b:a", "64k"], "audio only"
        sound = ["-c:a", "aac", "-b:a", "64k"]
        if streams in ("mp3", "pcm"):
            if streams == "mp3" and output != "to_rtsp" and self.pick(True, False):
                return ["-c", "copy"], "copy"
            return sound, "audio only"
        kinds = ["transcode", "transcode", "audio only"]
        if streams == "av" or streams == "ts" and output != "to_rtsp":  # that wants global headers
            kinds += ["copy", "copy", "copy"]
        if output in ("to_rtmp", "to_file", "to_srt", "to_udp"):
            kinds.append("low frame rate")
        kind = self.pick(*kinds)
        if kind == "copy":
            # To muxers behind a muxer FFmpeg itself gives neither this filter nor tags that they know.
            tags = ["-tag:v", "7", "-tag:a", "10"] if output in ("to_rtmp_fifo", "to_tee") else []
            return ["-c", "copy", *(["-bsf:a", "aac_adtstoasc"] if tags and streams == "ts" else []), *tags], kind
        if kind == "low frame rate":
            self.gap_s = self.pick(2, 2, 9)
            return ["-an", "-vf", f"fps=1/{self.gap_s}", *X264], kind
        return [*X264, *sound], kind

    def circumstance(self, input_can, input_server, output_can, output_server):
        if self.gap_s > 3:  # a trial is too short to tell its faults
            input_can, output_can = "", "reloaded" if "reloaded" in output_can else ""
        choices = [("source", word, input_server) for word in input_can.split()]
        choices += [("sink", word, output_server) for word in output_can.split()]
        if not choices or self.random.random() < 0.3:
            return {"side": None, "kind": "all well", "at": "", "server": None, "heals": False}
        sides = sorted({side for side, _, _ in choices})
        wanted = self.pick(*sides)
        side, kind, name = self.pick(*[each for each in choices if each[0] == wanted])
        at = self.pick(*CIRCUMSTANCES[kind])
        if kind == "silent" and (side == "sink"):
            at = "start"
        fault = {"side": side, "kind": kind, "at": at, "server": name, "heals": kind not in ("gone", "reloaded")}
        if kind == "refusing":
            fault["status"] = self.pick(401, 403, 404, 503) if side == "source" else self.pick(*self.refusals)
        return fault

    def wrapped(self, command):
        kind = self.pick("none", "none", "none", "timeout", "sh -c", "script", "nice")
        if kind == "timeout":
            return ["timeout", "600", *command], kind
        if kind == "nice":
            return ["nice", "-n", "1", *command], kind
        if kind == "sh -c":
            return ["sh", "-c", shlex.join(command) + self.pick("", "; exit $?")], kind
        if kind == "script":
            self.files["run.sh"] = '#!/bin/sh\n"$@"\n'
            return ["./run.sh", *command], kind
        return command, kind

    def plan(self):
        self.statistics, self.second_output, self.pieces = False, [], None
        source, sink = self.pick(*self.NAMES), self.pick(*self.TARGETS)
        input_args, streams, input_can, input_server = getattr(self, source)()
        output_args, output_can, output_server, outputs = getattr(self, sink)()
        encoding, encoding_name = self.encoding(streams, sink)
        if "-map" in input_args:
            output_args = self.without_map(output_args)
        fault = self.circumstance(input_can, input_server, output_can, output_server)
        second = [*encoding, *self.second_output] if self.second_output else []
        if second and "-map" in input_args:
            second = []  # a filter's output goes to one place
            outputs = {name: place for name, place in outputs.items() if name != "file"}
        if outputs and "mpegts" in output_args:
            output_args = ["-flush_packets", "1", *output_args]  # or a file would grow by 32 KiB at a time
        command = ["ffmpeg", *input_args, *encoding, *output_args, *second]
        command, wrapper = self.wrapped(command)
        return Plan(
            seed=self.seed, title=f"{source} {encoding_name} {sink} {wrapper}", input=source, encoding=encoding_name,
            output=sink, wrapper=wrapper, gap_s=self.gap_s + 1, fault=fault, command=command, servers=self.servers, files=self.files,
            outputs=outputs, pieces=self.pieces, secrets=self.secrets, statistics=self.statistics and "http://127.0.0.1:8936/stat",
            end=self.pick("term", "term", "kill"), material=self.material, shared="shared" if (
                sink == "to_rtmp" and "1935/live" in str(output_args)) else "")

    @staticmethod
    def without_map(words):
        place = words.index("-map") if "-map" in words else None
        return words if place is None else words[:place] + words[place + 2:]


def draw(seed, material):
    return Draw(seed, material).plan()
