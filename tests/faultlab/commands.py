"""The streams under supervision, light enough for several on two cores."""

from harness import AAC, H264, TONE, VIDEO
from scenario import Stream

FLV = ("-f", "flv")
MP3 = ("-c:a", "libmp3lame", "-b:a", "128k")
# Filler keeps the rate up whatever the picture.
STEADY = ("-b:v 2500k -minrate 2500k -maxrate 2500k -bufsize 500k "
          "-x264-params nal-hrd=cbr:keyint=50").split()


def with_statistics(server, statistics):
    return {"sink": {"nginx_rtmp_stat": server.statistics}} if statistics else {}


def published(server, command, **options):
    """A command, without its output, to `live/radio` of this server."""
    return Stream(["ffmpeg", *command, *FLV, server.url()], server.bytes_of, **options)


def picture(server, encoding=(), **options):
    return published(server, [*VIDEO, *TONE, *H264, *encoding, *AAC], **options)


def tone(server, **options):
    return published(server, [*TONE, *MP3], **options)


def copied(server, url, before=(), **options):
    return published(server, [*before, "-i", url, "-c", "copy"], **options)
