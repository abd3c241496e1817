"""What one trial of the matrix is: drawn from its seed alone, the same on both sides.

Each side lives in a network namespace of its own, so that ports and commands are literally the same. Nothing here
says what is right: a plan holds what to run and what to touch, and the sides are observed.
"""

import random
import shlex

SOURCE, SOURCE_2, SINK, SINK_2 = "source", "source2", "sink", "sink2"
TEST_CARD = ["-re", "-f", "lavfi", "-i", "testsrc2=size=320x180:rate=25[out0];sine=frequency=440:sample_rate=44100[out1]"]
X264 = "-c:v libx264 -preset ultrafast -tune zerolatency -g 25 -pix_fmt yuv420p -b:v 300k".split()
QUICK = ["-analyzeduration", "1M", "-probesize", "300k"]

# Where each circumstance can begin, and whether it ends: at the start, on air.
CIRCUMSTANCES = {
    "absent": ("start",), "refusing": ("start", "air"), "hung": ("start", "air"), "restarted": ("air",),
    "lost": ("air",), "reloaded": ("air",), "silent": ("start", "air"), "slow": ("air",), "gone": ("start", "air"),
}
DATAGRAMS = "absent lost gone silent restarted"


def server(name, kind, port, **options):
    return {"name": name, "kind": kind, "port": port, **options}


def feeder(name, argv, **options):
    return {"name": name, "kind": "feeder", "argv": argv, **options}


class Plan(dict):
    """JSON with attribute access for reading."""
    __getattr__ = dict.__getitem__


class Draw:
    def __init__(self, seed, material):
        self.random, self.material = random.Random(seed), material
        self.secret = f"s3cr3t{self.random.randrange(16**8):08x}"
        self.seed, self.secrets, self.servers, self.files = seed, [], [], {}
        self.gap_s = 1  # between two pieces of the output

    def pick(self, *values):
        return self.random.choice(values)

    def feed(self, *output):
        return ["ffmpeg", "-nostdin", "-v", "error", "-re", "-stream_loop", "-1", "-i", f"{self.material}/av.mp4", "-c", "copy",
                *output]

    def credentials(self):
        if self.random.random() < 0.5:
            return "", None
        self.secrets.append(self.secret)
        return f"cam:{self.secret}@", f"cam:{self.secret}"

    # Inputs: (arguments, what the streams are, circumstances that can befall it, the server they befall)

    def lavfi(self):
        return TEST_CARD, "raw", "", None

    def file(self):
        return ["-re", "-i", f"{self.material}/av.mp4"], "av", "", None

    def file_loop(self):
        return ["-re", "-stream_loop", "-1", "-i", f"{self.material}/short.mp4"], "av", "", None

    def concat(self):
        self.files["list.txt"] = "".join(f"file '{self.material}/clip{number % 4}.ts'\n" for number in range(12))
        return ["-re", "-f", "concat", "-safe", "0", "-i", "list.txt"], "ts", "", None

    def concat_http(self):
        self.web(SOURCE, 8080)
        self.web(SOURCE_2, 8082)
        self.files["list.txt"] = "".join(f"file 'http://127.0.0.1:{(8080, 8082)[number % 2]}/low{number % 4}.mp3'\n"
                                         for number in range(8))
        return (["-re", "-f", "concat", "-safe", "0", "-protocol_whitelist", "file,http,tcp", "-i", "list.txt"],
                "mp3", "", None)

    def icecast(self):
        self.servers += [server(SOURCE, "icecast", 8000), feeder("feeder", [
            "ffmpeg", "-nostdin", "-v", "error", "-re", "-stream_loop", "-1", "-i", f"{self.material}/a.mp3", "-c", "copy",
            "-content_type", "audio/mpeg", "-f", "mp3", "icecast://source:feed@127.0.0.1:8000/radio.mp3"])]
        return (["-i", "http://127.0.0.1:8000/radio.mp3"], "mp3",
                "absent hung restarted lost reloaded silent gone", SOURCE)

    def http_live(self):
        user, login = self.credentials()
        name = self.pick("av.ts", "a.mp3")
        self.web(SOURCE, 8080, login=login)
        return ([*QUICK, "-i", f"http://{user}127.0.0.1:8080/live/{name}"], "ts" if name == "av.ts" else "mp3",
                "absent refusing hung restarted lost silent slow gone", SOURCE)

    def http_once(self):
        """All of it is sent at once and played for long."""
        self.web(SOURCE, 8080)
        return ["-re", "-i", "http://127.0.0.1:8080/low.mp3"], "mp3", "absent refusing", SOURCE

    def http_single(self):
        self.web(SOURCE, 8080, single=True)
        return [*QUICK, "-i", "http://127.0.0.1:8080/live/av.ts"], "ts", "absent restarted lost", SOURCE

    def jingle(self):
        """A second input that ends while the first goes on."""
        self.web(SOURCE, 8080)
        return (["-re", "-stream_loop", "-1", "-i", f"{self.material}/short.mp4", "-i",
                 "http://127.0.0.1:8080/jingle.mp3", "-filter_complex",
                 "[0:a][1:a]amix=inputs=2:duration=first[mix]", "-map", "[mix]"], "pcm", "", None)

    def hls(self):
        self.web(SOURCE, 8080, hls=True)
        return (["-i", "http://127.0.0.1:8080/hls/live.m3u8"], "ts", "absent refusing hung lost silent gone", SOURCE)

    def hls_break(self):
        self.web(SOURCE, 8080, hls=True, break_port=8082, break_s=10)
        self.web(SOURCE_2, 8082)
        return ["-i", "http://127.0.0.1:8080/hls/live.m3u8"], "ts", "", None

    def rtsp(self):
        user, login = self.credentials()
        self.servers += [server(SOURCE, "rtsp", 8554, login=login), feeder(
            "feeder", self.feed("-f", "rtsp", "-rtsp_transport", "tcp", "rtsp://127.0.0.1:8554/cam"))]
        return ([*QUICK, "-rtsp_transport", "tcp", "-i", f"rtsp://{user}127.0.0.1:8554/cam"], "av",
                "absent refusing hung restarted lost silent gone", SOURCE)

    def rtmp(self):
        self.servers += [server(SOURCE, "nginx", 1935), feeder(
            "feeder", self.feed("-f", "flv", "rtmp://127.0.0.1:1935/source/cam"))]
        return [*QUICK, "-i", "rtmp://127.0.0.1:1935/source/cam"], "av", "absent hung restarted lost silent gone", SOURCE

    def srt_caller(self):
        self.servers.append(feeder(SOURCE, self.feed("-f", "mpegts", "srt://127.0.0.1:9000?mode=listener")))
        return [*QUICK, "-i", "srt://127.0.0.1:9000?mode=caller"], "ts", "absent hung lost gone", SOURCE

    def srt_listener(self):
        self.servers.append(feeder(SOURCE, self.feed("-f", "mpegts", "srt://127.0.0.1:9001?mode=caller")))
        return [*QUICK, "-i", "srt://127.0.0.1:9001?mode=listener"], "ts", "absent hung lost gone", SOURCE

    def tcp_listener(self):
        self.servers.append(feeder(SOURCE, self.feed("-f", "mpegts", "tcp://127.0.0.1:9002")))
        return [*QUICK, "-i", "tcp://127.0.0.1:9002?listen=1"], "ts", "absent hung lost gone", SOURCE

    def rtmp_listener(self):
        self.servers.append(feeder(SOURCE, self.feed("-f", "flv", "rtmp://127.0.0.1:1940/live/in")))
        return [*QUICK, "-listen", "1", "-i", "rtmp://127.0.0.1:1940/live/in"], "av", "absent hung lost gone", SOURCE

    def udp(self):
        self.servers.append(feeder(SOURCE, self.feed("-f", "mpegts", "udp://127.0.0.1:5000?pkt_size=1316")))
        return [*QUICK, "-i", "udp://127.0.0.1:5000?overrun_nonfatal=1"], "ts", DATAGRAMS, SOURCE

    def sdp(self):
        self.servers.append(feeder(SOURCE, [
            "ffmpeg", "-nostdin", "-v", "error", "-re", "-stream_loop", "-1", "-i", f"{self.material}/a.mp3", "-c", "copy", "-f",
            "rtp", "rtp://127.0.0.1:5004"]))
        self.files["in.sdp"] = ("v=0\no=- 0 0 IN IP4 127.0.0.1\ns=lab\nc=IN IP4 127.0.0.1\nt=0 0\n"
                                "m=audio 5004 RTP/AVP 14\nb=AS:128\n")
        return ["-protocol_whitelist", "file,udp,rtp", "-i", "in.sdp"], "mp3", DATAGRAMS, SOURCE

    def pipe(self):
        self.servers.append({"name": SOURCE, "kind": "stdin", "file": f"{self.material}/av.ts"})
        return [*QUICK, "-f", "mpegts", "-i", "pipe:0"], "ts", "silent slow hung", SOURCE

    def fifo(self):
        self.servers.append({"name": SOURCE, "kind": "fifo", "file": f"{self.material}/av.ts", "path": "in.fifo"})
        return [*QUICK, "-f", "mpegts", "-i", "in.fifo"], "ts", "absent silent slow gone", SOURCE

    def web(self, name, port, **options):
        self.servers.append(server(name, "web", port, **options))

    # Outputs: (arguments behind the encoding, circumstances, the server, {name: where its bytes end up})

    def key(self):
        if "s3cr3t" not in str(self.secrets):
            self.secrets.append(self.secret)
        return self.secret

    def nginx(self, name, port, **options):
        self.servers.append(server(name, "nginx", port, **options))
        return f"rtmp://127.0.0.1:{port}/live/{self.key()}"

    RTMP_CAN = "absent refusing hung restarted lost reloaded silent gone"

    def to_rtmp(self):
        variant = self.pick("plain", "plain", "plain", "workers", "redirect", "shared")
        if variant == "shared" and not any(each["port"] == 1935 for each in self.servers if "port" in each):
            variant = "plain"
        self.statistics = variant != "shared" and self.random.random() < 0.5
        if variant == "shared":  # one server gives and takes
            return ["-f", "flv", f"rtmp://127.0.0.1:1935/live/{self.key()}"], "", None, {"rtmp": "servers/source/record"}
        url = self.nginx(SINK, 1936, workers=4 if variant == "workers" else 1, redirect=variant == "redirect")
        return ["-f", "flv", url], self.RTMP_CAN, SINK, {"rtmp": "servers/sink/record"}

    def to_rtmp_fifo(self):
        url = self.nginx(SINK, 1936)
        return (["-f", "fifo", "-fifo_format", "flv", "-attempt_recovery", "1", "-recovery_wait_time", "1",
                 "-drop_pkts_on_overflow", "1", "-map", "0", "-flags", "+global_header", url], "absent hung lost restarted gone", SINK,
                {"rtmp": "servers/sink/record"})

    def to_tee(self):
        onfail = self.pick("", ":onfail=ignore", ":onfail=ignore")
        first, second = self.nginx(SINK, 1936), self.nginx(SINK_2, 1937)
        touched = self.pick(SINK, SINK_2)
        return (["-f", "tee", "-map", "0", "-flags", "+global_header", f"[f=flv{onfail}]{first}|[f=flv{onfail}]{second}"],
                "absent lost hung refusing gone", touched, {"first": "servers/sink/record", "second": "servers/sink2/record"})

    def to_two(self):
        url = self.nginx(SINK, 1936)
        self.second_output = ["-f", "mpegts", "-y", "second.ts"]
        return (["-f", "flv", url], "absent hung lost gone refusing", SINK,
                {"rtmp": "servers/sink/record", "file": "work/second.ts"})

    def to_icecast(self):
        self.servers.append(server(SINK, "icecast", 8001, dump=True, password=self.key()))
        return (["-f", "mp3", "-content_type", "audio/mpeg", f"icecast://source:{self.secret}@127.0.0.1:8001/out.mp3"],
                "absent refusing hung restarted lost reloaded silent gone", SINK, {"icecast": "servers/sink/record"})

    def to_srt(self):
        self.servers.append(server(SINK, "srt", 9100, mode="listener"))
        return (["-f", "mpegts", "srt://127.0.0.1:9100?mode=caller"], "absent hung lost restarted gone", SINK,
                {"srt": "servers/sink/received"})

    def to_srt_listener(self):
        self.servers.append(server(SINK, "srt", 9101, mode="caller"))
        return (["-f", "mpegts", "srt://127.0.0.1:9101?mode=listener"], "absent lost gone", SINK,
                {"srt": "servers/sink/received"})

    def to_udp(self):
        self.servers.append(server(SINK, "udp", 5100))
        return ["-f", "mpegts", "udp://127.0.0.1:5100?pkt_size=1316"], "", None, {"udp": "servers/sink/received"}

    def to_rtsp(self):
        user, login = self.credentials()
        self.servers.append(server(SINK, "rtsp", 8555, login=login))
        return (["-f", "rtsp", "-rtsp_transport", "tcp", f"rtsp://{user}127.0.0.1:8555/out"],
                "absent refusing hung lost restarted gone", SINK, {"rtsp": "servers/sink/received"})

    def to_hls(self):
        return (["-f", "hls", "-hls_time", "2", "-hls_list_size", "5", "-hls_flags", "delete_segments", "hls/live.m3u8"],
                "", None, {"hls": "work/hls"})

    def to_put(self):
        self.web(SINK, 8085)
        return (["-f", "hls", "-hls_time", "2", "-hls_list_size", "5", "-method", "PUT",
                 "http://127.0.0.1:8085/put/live.m3u8"], "", None, {"put": "servers/sink/received"})

    def to_file(self):
        return ["-f", "mpegts", "-y", "out.ts"], "", None, {"file": "work/out.ts"}

    def to_pipe(self):
        self.servers.append({"name": SINK, "kind": "stdout"})
        return ["-f", "mpegts", "pipe:1"], "hung", SINK, {"pipe": "servers/sink/received"}

    def to_null(self):
        return ["-f", "null", "-"], "", None, {}

    # Encodings

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
            # Muxers behind a muxer are not given this filter by FFmpeg itself.
            behind = streams == "ts" and output in ("to_rtmp_fifo", "to_tee")
            return ["-c", "copy", *(["-bsf:a", "aac_adtstoasc", "-tag:v", "7", "-tag:a", "10"] if behind else [])], kind
        if kind == "audio only":
            return ["-vn", *sound], kind
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
            fault["status"] = self.pick(401, 403, 404, 503) if side == "source" else self.pick(401, 403, 404)
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

    INPUTS = ("lavfi file file_loop concat concat_http icecast http_live http_live http_once http_once http_single jingle hls "
              "hls_break rtsp rtmp srt_caller srt_listener tcp_listener rtmp_listener udp sdp pipe fifo").split()
    OUTPUTS = ("to_rtmp to_rtmp to_rtmp to_rtmp to_rtmp_fifo to_tee to_tee to_two to_icecast to_srt to_srt_listener to_udp "
               "to_rtsp to_hls to_put to_file to_pipe to_null").split()

    def plan(self):
        self.statistics, self.second_output = False, []
        source, sink = self.pick(*self.INPUTS), self.pick(*self.OUTPUTS)
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
        if encoding_name == "low frame rate" and "mpegts" in output_args:
            output_args = ["-flush_packets", "1", *output_args]
        command = ["ffmpeg", *input_args, *encoding, *output_args, *second]
        command, wrapper = self.wrapped(command)
        return Plan(
            seed=self.seed, title=f"{source} {encoding_name} {sink} {wrapper}", input=source, encoding=encoding_name,
            output=sink, wrapper=wrapper, gap_s=self.gap_s + 1, fault=fault, command=command, servers=self.servers, files=self.files,
            outputs=outputs, secrets=self.secrets, statistics=self.statistics and "http://127.0.0.1:8936/stat",
            end=self.pick("term", "term", "kill"), material=self.material, shared="shared" if (
                sink == "to_rtmp" and "1935/live" in str(output_args)) else "")

    @staticmethod
    def without_map(words):
        place = words.index("-map") if "-map" in words else None
        return words if place is None else words[:place] + words[place + 2:]


def draw(seed, material):
    return Draw(seed, material).plan()
