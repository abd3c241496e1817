"""Commands that can never work."""

from commands import published
from far_ends import Rtmp
from harness import AAC, TONE, VIDEO
from scenario import Scenario


def _command(*words):
    return lambda stage: published(Rtmp(stage), words)


def _wrong(name, title, *words):
    return Scenario(name, title, _command(*words), ("command_invalid",), returns=False, bound_s=10,
                    short=True)


MISSING = Scenario("missing_file", "Input file missing",
                   _command("-re", "-i", "/nowhere/track.mp3", *AAC),
                   ("command_invalid", "source_missing"), returns=False, bound_s=10, short=True)
SCENARIOS = [
    _wrong("unknown_encoder", "Unknown encoder", *VIDEO, "-c:v", "x266"),
    _wrong("unknown_option", "Unknown option", *TONE, "-bitrte", "64k", *AAC),
    MISSING,
]
