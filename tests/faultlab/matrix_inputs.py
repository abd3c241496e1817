"""What a drawn command can read.

Each gives: arguments, what the streams are (`raw`, `av`, `ts`: AAC without global headers, `mp3`, `pcm`), the circumstances
that can befall it, and the server they befall.
"""

from matrix_parts import SOURCE, SOURCE_2, feeder, server

TEST_CARD = ["-re", "-f", "lavfi", "-i", "testsrc2=size=320x180:rate=25[out0];sine=frequency=440:sample_rate=44100[out1]"]
QUICK = ["-analyzeduration", "1M", "-probesize", "300k"]
DATAGRAMS = "absent lost gone silent restarted"


class Inputs:
    """A part of Draw."""

    NAMES = ("lavfi file short_file file_loop concat concat_http icecast http_live http_live http_once http_once http_single "
             "jingle hls hls_break rtsp rtmp srt_caller srt_listener tcp_listener rtmp_listener udp sdp pipe fifo").split()

    def feed(self, *output):
        return ["ffmpeg", "-nostdin", "-v", "error", "-re", "-stream_loop", "-1", "-i", f"{self.material}/av.mp4", "-c", "copy",
                *output]

    def lavfi(self):
        return TEST_CARD, "raw", "", None

    def file(self):
        return ["-re", "-i", f"{self.material}/av.mp4"], "av", "", None

    def short_file(self):
        """Ends by itself, each time."""
        return ["-re", "-i", f"{self.material}/short.mp4"], "av", "", None

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
        self.web(SOURCE, 8080, hls=True, break_port=8082, break_s=16)
        self.web(SOURCE_2, 8082)
        return ["-http_multiple", "0", "-i", "http://127.0.0.1:8080/hls/live.m3u8"], "ts", "", None

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
        # A sender that begins anew takes random numbers and time stamps: whether FFmpeg follows it is chance, and what one
        # side shows tells nothing of the other.
        can = " ".join(word for word in DATAGRAMS.split() if word != "restarted")
        return ["-protocol_whitelist", "file,udp,rtp", "-i", "in.sdp"], "mp3", can, SOURCE

    def pipe(self):
        self.servers.append({"name": SOURCE, "kind": "stdin", "file": f"{self.material}/av.ts"})
        return [*QUICK, "-f", "mpegts", "-i", "pipe:0"], "ts", "silent slow hung", SOURCE

    def fifo(self):
        self.servers.append({"name": SOURCE, "kind": "fifo", "file": f"{self.material}/av.ts", "path": "in.fifo"})
        return [*QUICK, "-f", "mpegts", "-i", "in.fifo"], "ts", "absent silent slow gone", SOURCE
