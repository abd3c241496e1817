"""Where a drawn command can write.

Each gives: arguments behind the encoding, the circumstances that can befall it, the server they befall, and where in the side's
folder the bytes of each far end end up.
"""

from matrix_parts import SINK, SINK_2, server


class Outputs:
    """A part of Draw."""

    TARGETS = ("to_rtmp to_rtmp to_rtmp to_rtmp to_rtmp_fifo to_tee to_tee to_two to_icecast to_srt to_srt_listener to_udp "
               "to_rtsp to_hls to_put to_file to_pipe to_null").split()

    def key(self):
        if "s3cr3t" not in str(self.secrets):
            self.secrets.append(self.secret)
        return self.secret

    def nginx(self, name, port, **options):
        self.servers.append(server(name, "nginx", port, **options))
        return f"rtmp://127.0.0.1:{port}/live/{self.key()}"

    RTMP_CAN = "absent refusing hung restarted lost reloaded silent gone"

    def to_rtmp(self):
        variant = self.pick("plain", "plain", "plain", "workers", "redirect")
        if any(each.get("port") == 1935 for each in self.servers):
            variant = self.pick(variant, "shared")
        self.statistics = variant != "shared" and self.random.random() < 0.7
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
        self.second_output = ["-flush_packets", "1", "-f", "mpegts", "-y", "second.ts"]
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
        self.gap_s = 2
        return (["-f", "hls", "-hls_time", "2", "-hls_list_size", "5", "-hls_flags", "delete_segments", "hls/live.m3u8"],
                "", None, {"hls": "work/hls"})

    def to_put(self):
        """A connection a piece; a server that refuses reads the piece all the same, as nginx does, or hangs up."""
        self.web(SINK, 8085, lingers=self.pick(True, False))
        self.gap_s, self.refusals, self.pieces = 2, (403, 503), 8085
        return (["-f", "hls", "-hls_time", "2", "-hls_list_size", "5", "-method", "PUT",
                 "http://127.0.0.1:8085/put/live.m3u8"], "absent refusing hung lost restarted gone", SINK,
                {"put": "servers/sink/received"})

    def to_file(self):
        return ["-f", "mpegts", "-y", "out.ts"], "", None, {"file": "work/out.ts"}

    def to_pipe(self):
        self.servers.append({"name": SINK, "kind": "stdout"})
        return ["-f", "mpegts", "pipe:1"], "hung", SINK, {"pipe": "servers/sink/received"}

    def to_null(self):
        return ["-f", "null", "-"], "", None, {}
