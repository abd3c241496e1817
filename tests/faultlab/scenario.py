"""What one trial is: a stream, what is done to it, and whom it should be blamed on."""

from dataclasses import dataclass, field
from typing import Callable, Optional

# "Minimum sensible": what an operator in a hurry would set.
MINIMUM = {
    "monitor": {"freeze_timeout": "5s", "startup_timeout": "8s", "sink_stall_timeout": "3s",
                "source_stall_timeout": "3s", "min_speed": {"hold": "5s"},
                "bitrate_drop": {"window": "5s", "hold": "3s"}, "probe_interval": "1s"},
    "recovery": {"restart_cooldown": "5s", "audio_stream": {"retry_interval": "2s"}},
}
DEFAULT = {}

COMPONENTS = {"bitrate_drop": "encoder", "cpu_high": "encoder", "memory_high": "encoder",
              "command_invalid": "config"}


def component_of(cause):
    return COMPONENTS.get(cause) or cause.partition("_")[0]


@dataclass
class Stream:
    """What is put under supervision."""
    command: list                             # the first word is ffmpeg
    received: Optional[Callable] = None       # bytes that the far end has of it so far
    keys: dict = field(default_factory=dict)  # of the stream's configuration
    wrapper: tuple = ()                       # around the supervisor: it and FFmpeg share a fate
    env: dict = field(default_factory=dict)


@dataclass(frozen=True)
class Scenario:
    name: str
    title: str
    prepare: Callable                   # (stage) → Stream
    causes: tuple = ()                  # any of them is right; none: the stream is healthy
    inject: Optional[Callable] = None   # (trial) → the instant (Unix time) where it is not the call's;
    #                                     without: the fault is there from the launch
    heal: Optional[Callable] = None     # (trial)
    settle_s: float = 4                 # on air before the fault
    bound_s: float = 20                 # … for the verdict
    watch_s: float = 18                 # a healthy stream is looked at for so long
    returns: bool = True                # back on air after the healing, or by itself
    thresholds: str = "minimum"         # or "default"
    needs: tuple = ()                   # of "network", "cpu", "memory", "faketime", "mount"
    short: bool = False
    alone: bool = False                 # nothing else may run beside it

    @property
    def is_healthy(self):
        return not self.causes

    @property
    def group(self):
        return component_of(self.causes[0]) if self.causes else "healthy"


def merged(first, second):
    """Maps within maps, the second wins."""
    result = dict(first)
    for key, value in second.items():
        both = isinstance(value, dict) and isinstance(result.get(key), dict)
        result[key] = merged(result[key], value) if both else value
    return result
