"""A client of the RTMP server that decodes: when flashes and beeps come, and how far the stream lies before the wall."""

import os
import re
import threading
import time

PICTURE = "[0:v]scale=16:16,signalstats,metadata=print:key=lavfi.signalstats.YAVG:file=pipe\\\\:{video}:direct=1[v];"
SOUND = (
    "[0:a]silencedetect=n=-30dB:d=0.1,ametadata=mode=add:key=any:value=1,ametadata=print:file=pipe\\\\:{audio}:direct=1[a]")
WHITE = 150  # luma
FRAME = re.compile(r"frame:\s*\d+\s+pts:\s*\S+\s+pts_time:(\S+)")
HARMLESS = re.compile(r"(\[null @|deprecated pixel format|DTS .* out of order|Last message repeated)")


class Player:
    """Plays `url` with FFmpeg until it is ended. All times: of the stream, in seconds. `picture`: it has one."""

    def __init__(self, test, url, ffmpeg="ffmpeg", picture=True):
        self.pictures = []  # (pts, luma, wall)
        self.sounds = []    # (pts, wall)
        self.beeps = []
        self.said_before = 0
        video, audio = os.pipe(), os.pipe()
        self.process = test.start(
            ffmpeg, "-nostdin", "-hide_banner", "-v", "warning", "-fflags", "nobuffer", "-i", url, "-filter_complex",
            (PICTURE * picture + SOUND).format(video=video[1], audio=audio[1]), *["-map", "[v]"] * picture, "-map", "[a]", "-f",
            "null", "-",
            pass_fds=(video[1], audio[1]))
        os.close(video[1])
        os.close(audio[1])
        for fd, take in ((video[0], self._take_picture), (audio[0], self._take_sound)):
            threading.Thread(target=self._read, args=(fd, take), daemon=True).start()

    @staticmethod
    def _read(fd, take):
        pts = None
        with os.fdopen(fd, errors="replace") as pipe:
            for line in pipe:
                frame = FRAME.match(line)
                if frame:
                    pts = float(frame[1])
                take(pts, line)

    def _take_picture(self, pts, line):
        name, _, value = line.partition("=")
        if name == "lavfi.signalstats.YAVG":
            self.pictures.append((pts, float(value), time.monotonic()))

    def _take_sound(self, pts, line):
        if line.startswith("frame:"):
            self.sounds.append((pts, time.monotonic()))
        elif line.startswith("lavfi.silence_end"):
            self.beeps.append(float(line.partition("=")[2]))

    def flashes(self):
        """Where a white picture follows a dark one."""
        pictures = sorted(self.pictures)
        return [after[0] for before, after in zip(pictures, pictures[1:]) if after[1] > WHITE > before[1]]

    def seams(self):
        """Where dark pictures of another shade follow: each encoder has its own."""
        dark = [each for each in sorted(self.pictures) if each[1] < WHITE]
        return [after[0] for before, after in zip(dark, dark[1:]) if abs(after[1] - before[1]) > 20]

    def offsets(self):
        """(time, how much later the beep comes) of each flash that has a beep within half a second, away from seams:
        there one encoder's flash may stand beside the other's beep."""
        found = []
        seams = self.seams()
        for flash in self.flashes():
            if any(abs(flash - seam) < 0.6 for seam in seams):
                continue
            beep = min(self.beeps, key=lambda each: abs(each - flash), default=None)
            if beep is not None and abs(beep - flash) < 0.5:
                found.append((flash, beep - flash))
        return found

    @staticmethod
    def greatest_step(times):
        """(seconds, where) between two that follow each other."""
        times = sorted(times)
        return max(((after - before, before) for before, after in zip(times, times[1:])), default=(0, 0))

    @classmethod
    def standstill(cls, frames, since, until=float("inf")):
        """(longest time of the wall in which nothing came, longest step of the stream), between two times of the wall."""
        frames = list(frames)
        before = [each for each in frames if each[-1] < since]
        seen = before[-1:] + [each for each in frames if since <= each[-1] < until]
        return cls.greatest_step([each[-1] for each in seen])[0], cls.greatest_step([each[0] for each in seen])[0]

    def leads(self):
        """How far the pictures lie before the wall, beside the first ones."""
        walls = [(pts - wall, wall) for pts, _, wall in self.pictures]
        if not walls:
            return []
        base = sorted(lead for lead, _ in walls[:50])[len(walls[:50]) // 2]
        return [(wall - walls[0][1], lead - base) for lead, wall in walls]

    def joined(self):
        """What it says up to here is of joining inside a group of pictures."""
        self.said_before = len(self.process.lines)

    def errors(self):
        return [line for line in self.process.lines[self.said_before:] if not HARMLESS.search(line)]

    def lives(self):
        return self.process.popen.poll() is None
