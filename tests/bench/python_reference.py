#!/usr/bin/python3
"""What an operator would write in Python: /metrics of about the same size by prometheus_client on aiohttp.

Usage: python_reference.py PORT
"""
import sys

from aiohttp import web
from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest

REGISTRY = CollectorRegistry()


def build():
    errors = Counter("radio_errors", "Errors by severity", ["severity"], registry=REGISTRY)
    for severity in ("warning", "error", "critical"):
        errors.labels(severity)
    status = Gauge("radio_ffmpeg_status", "Status", ["status"], registry=REGISTRY)
    for state in ("running", "stopped", "crashed"):
        status.labels(state)
    for name in ("tracks_played", "ffmpeg_restarts"):
        Counter("radio_" + name, name, registry=REGISTRY)
    for name in ("stream_uptime_seconds", "current_track_duration_seconds",
                 "ffmpeg_cpu_usage_percent", "ffmpeg_memory_mb", "audio_stream_available",
                 "rtmp_connection_status"):
        Gauge("radio_" + name, name, registry=REGISTRY)
    Histogram("radio_track_switch_duration_seconds", "Switch",
              buckets=(0.1, 0.2, 0.5, 1, 2, 5, 10), registry=REGISTRY)


async def metrics(_request):
    return web.Response(body=generate_latest(REGISTRY),
                        headers={"Content-Type": "text/plain; version=0.0.4"})


if __name__ == "__main__":
    build()
    app = web.Application()
    app.router.add_get("/metrics", metrics)
    web.run_app(app, host="127.0.0.1", port=int(sys.argv[1]), print=None, access_log=None)
