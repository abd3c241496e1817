"""Whether the metrics say what the far ends see."""

from matrix_seen import OFF_S, SEEN_S, SHORT_GAP_S, STEADY_S

VISIBLE = ("absent", "lost", "gone", "refusing")


class Gauges:
    """A part of Judge."""

    def gauges(self):
        if self.starved:
            return
        self.judged("gauges")
        self.contradiction(
            "radio_ffmpeg_status{status=\"running\"} is not whether an FFmpeg runs", 2,
            lambda each: bool(each["gauges"].get('radio_ffmpeg_status{status="running"}')) != bool(each["alive"]))
        self.sources()
        if self.plan.output in ("to_rtmp", "to_rtmp_fifo"):
            self.contradiction("radio_rtmp_connection_status is 1 and nothing comes", self.limit,
                               lambda each: each["gauges"].get("radio_rtmp_connection_status") == 1
                               and each["t"] - self.last_growth(each["t"]) > 1 + self.gap)
            if self.gap < SHORT_GAP_S and not self.by_exit:  # 1 needs evidence of an output that is known
                self.contradiction("radio_rtmp_connection_status is 0 and all comes", OFF_S,
                                   lambda each: each["gauges"].get("radio_rtmp_connection_status") == 0
                                   and self.steady(each["t"] - STEADY_S - self.gap, each["t"]))

    def sources(self):
        ours = self.ours
        if self.gap < SHORT_GAP_S and self.fault["side"] != "source":
            self.contradiction("radio_audio_stream_available is 0 and all comes", OFF_S,
                               lambda each: each["gauges"].get("radio_audio_stream_available") == 0
                               and bool(ours.outputs) and self.steady(each["t"] - STEADY_S - self.gap, each["t"]))
        if self.fault["side"] != "source" or self.fault["kind"] not in VISIBLE or not ours.outputs:
            return
        kind = next(each["kind"] for each in self.plan.servers if each["name"] == self.fault["server"])
        if kind not in ("web", "icecast", "nginx", "rtsp") or ours.harmed_at(ours.outputs) is None:
            return
        until = ours.heal or ours.end
        self.contradiction("radio_audio_stream_available is 1 and its server gives nothing", SEEN_S,
                           lambda each: each["gauges"].get("radio_audio_stream_available") == 1
                           and ours.fault < each["t"] < until and each["t"] - self.last_sign(each) > 1)

    def contradiction(self, text, seconds, wrong):
        since = None
        for each in self.said:
            if not each.get("gauges") or not wrong(each):
                since = None
                continue
            since = since or each["t"]
            if each["t"] - since > seconds:
                return self.violation("gauges", f"{text}, for {each['t'] - since:.1f} s at {self.after(each['t'])}")
        return None
