"""One trial: a candidate on air, one fault, and how long until the RTMP server gets bytes again."""

import collections
import http.client
import os
import signal
import time
import xml.etree.ElementTree
from dataclasses import dataclass
from typing import Callable, Optional

from back_on_air_candidates import CANDIDATES, KEY, Launches, ffmpeg_command
from back_on_air_intruder import Intruder
from back_on_air_servers import Radio, Rtmp
from back_on_air_stage import Broken, Stage, first_instant

POLL_S = 0.02
FIRST_AIR_S = 30
SETTLE_S = 4       # on air before the fault: more than the second for which s6 holds a start back
CONFIRM_S = 1      # and still growing after it: a flash is not back on air
BOUND_S = 75       # after the fault: more than restart_cooldown, the longest wait of all
FROZEN_BOUND_S = 20  # only who watches notices, and then within freeze_timeout (5 s)
NAME_FREE_S = 2

Sight = collections.namedtuple("Sight", "at publisher bytes_in")
Result = collections.namedtuple("Result", "gap_s launches")


class Watcher:
    """Reads nginx's own statistics: who publishes, and how much came."""

    def __init__(self, port):
        self.port, self.connection = port, None

    def look(self):
        try:
            tree = xml.etree.ElementTree.fromstring(self._get())
        except (OSError, http.client.HTTPException):
            self.connection = None
            return Sight(time.monotonic(), None, 0)
        at = time.monotonic()
        for stream in tree.iterfind("./server/application[name='live']/live/stream"):
            for client in stream.iterfind("client"):
                if stream.findtext("name") == KEY and client.find("publishing") is not None:
                    return Sight(at, client.findtext("id"), int(stream.findtext("bytes_in")))
        return Sight(at, None, 0)

    def _get(self):
        self.connection = self.connection or http.client.HTTPConnection("127.0.0.1", self.port, timeout=2)
        self.connection.request("GET", "/stat")
        return self.connection.getresponse().read()

    def first_growth(self, deadline, other_than=None):
        """The first sight of a publisher's bytes growing from one poll to the next, or None."""
        last, due = None, time.monotonic()
        while (sight := self.look()).at < deadline:
            candidate = sight.publisher and sight.publisher != other_than
            if candidate and last and last.publisher == sight.publisher and last.bytes_in < sight.bytes_in:
                return sight
            last = sight if candidate else None
            due = max(due + POLL_S, time.monotonic())
            time.sleep(due - time.monotonic() if due > time.monotonic() else 0)
        return None

    def grows(self, since):
        now = self.look()
        return now.publisher == since.publisher and now.bytes_in > since.bytes_in


class Trial:
    def __init__(self, stage):
        self.stage = stage
        self.rtmp, self.radio = Rtmp(stage), Radio(stage)
        self.watcher = Watcher(self.rtmp.http_port)
        self.launches = Launches(stage)
        self.intruder = None

    def come_on_air(self, name, args):
        """The sight of the publisher that has been on air for a while."""
        command = ffmpeg_command(self.launches.program, self.radio.url, self.rtmp.url(KEY))
        CANDIDATES[name](self.stage, command, args)
        sight = self.watcher.first_growth(time.monotonic() + FIRST_AIR_S)
        if not sight:
            raise Broken("never came on air")
        time.sleep(SETTLE_S)
        if not self.watcher.grows(sight):
            raise Broken("did not stay on air")
        return sight

    def kill_ffmpeg(self):
        os.kill(self.launches.last_pid(), signal.SIGKILL)

    def stop_ffmpeg(self):
        os.kill(self.launches.last_pid(), signal.SIGSTOP)

    def intrude(self):
        """Takes the name before a relaunched FFmpeg, which opens its input first, can."""
        self.intruder = Intruder(self.rtmp.rtmp_port, KEY)
        self.kill_ffmpeg()
        first_instant(lambda: not self.watcher.look().publisher, NAME_FREE_S, "the name is free")
        if not self.intruder.take():
            raise Broken("the intruder did not get the name")

    def withdraw(self):
        instant = time.monotonic()
        self.intruder.close()
        return instant

    def demand_silence(self):
        """The fault must have bitten: nothing comes in."""
        before = self.watcher.look()
        time.sleep(0.3)
        if before.publisher and self.watcher.grows(before):
            raise Broken("still on air at the end of the outage")

    def back(self, deadline, other_than):
        """(sight, launches by then), or None."""
        while sight := self.watcher.first_growth(deadline, other_than):
            launches = self.launches.count()
            time.sleep(CONFIRM_S)
            if self.watcher.grows(sight):
                return sight, launches
        return None


@dataclass
class Fault:
    name: str
    title: str
    outage_s: float
    begin: Callable
    end: Optional[Callable] = None  # gives the instant from which all is well again
    bound_s: float = BOUND_S
    new_server: bool = False        # numbers its publishers afresh

    def strike(self, trial):
        """The instant from which recovery is possible."""
        began = time.monotonic()
        self.begin(trial)
        if not self.end:
            return began
        time.sleep(max(0, began + self.outage_s - 0.3 - time.monotonic()))
        trial.demand_silence()
        return self.end(trial)


def _outage(name, title, seconds, begin, end, **more):
    return Fault(f"{name}_{seconds}s", f"{title} for {seconds} s", seconds, begin, end, **more)


def _source(seconds):
    return _outage("source_gone", "Source client gone (mount 404)", seconds,
                   lambda t: t.radio.starve(), lambda t: t.radio.feed())


def _rtmp(seconds):
    return _outage("rtmp_down", "RTMP server killed", seconds, lambda t: t.rtmp.kill(),
                   lambda t: t.rtmp.start(), new_server=True)


SOURCE_MINUTE = "source_gone_60s"
FAULTS = [
    Fault("ffmpeg_killed", "FFmpeg killed (SIGKILL)", 0, Trial.kill_ffmpeg),
    Fault("ffmpeg_stopped", "FFmpeg stopped (SIGSTOP)", 0, Trial.stop_ffmpeg, bound_s=FROZEN_BOUND_S),
    _source(5), _source(60),
    _outage("icecast_down", "Icecast killed", 20, lambda t: t.radio.kill(), lambda t: t.radio.start()),
    _rtmp(5), _rtmp(20),
    _outage("name_in_use", "Name held by another publisher", 5, Trial.intrude, Trial.withdraw),
]


def run_trial(fault, name, args):
    with Stage() as stage:
        try:
            trial = Trial(stage)
            before = trial.come_on_air(name, args)
            launched = trial.launches.count()
            well = fault.strike(trial)
            back = trial.back(well + fault.bound_s, None if fault.new_server else before.publisher)
            if not back:
                return Result(float("inf"), trial.launches.count() - launched)
            return Result(back[0].at - well, back[1] - launched)
        except (Broken, OSError, AssertionError) as error:
            tail = stage.output()[-1500:]
            raise Broken(f"{fault.name}, {name}: {error}\n{tail}") from error
