#!/usr/bin/python3
"""1, 10, 100, 1000 streams in one process: what each costs, and whether it grows linearly.

Usage: scale.py FFSUPERVISOR STAND_IN [--streams N,...] [--prometheus] [--json FILE]

The stand-ins (stand_in.cpp) are launched as ffmpeg and write progress; a third of them send to a
socket. Of 1000 streams each sum may be at most 110 times that of ten, what all have in common left out.
"""
import argparse
import json
import os
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

from scale_stage import Scraper, Stage, cpu_seconds, free_port

SUMS = ("cpu_ms_per_minute", "anonymous_kib", "descriptors", "scrape_ms", "scrape_gzip_ms", "start_ms", "stop_ms",
        "all_back_ms")
GROWTH = 110  # of 1000 streams over ten


def ms(seconds):
    return seconds * 1000


def percentile(values, share):
    values = sorted(values)
    return values[min(len(values) - 1, int(len(values) * share))]


def scrapes(stage, packed, rounds=9):
    times = []
    for _ in range(rounds):
        time.sleep(0.3)  # beyond what scrapers of one moment share
        times.append(stage.get("/metrics", packed)[0])
    return ms(statistics.median(times))


def relaunches(stage, rounds=7):
    """One of them is killed while all others run: milliseconds until its next is there."""
    times = []
    for _ in range(rounds):
        time.sleep(2.2)  # each has lived longer than the cooldown
        times += stage.kill([stage.children[0]])
    return ms(statistics.median(times))


def prometheus_cost(stage, folder, interval=5, seconds=90):
    """What a Prometheus costs that scrapes them for that long."""
    port, data = free_port(), os.path.join(folder, "prometheus")
    settings = {"global": {"scrape_interval": f"{interval}s", "scrape_timeout": f"{interval}s"},
                "scrape_configs": [{"job_name": "ffsupervisor",
                                    "static_configs": [{"targets": [f"127.0.0.1:{stage.port}"]}]}]}
    with open(os.path.join(folder, "prometheus.yml"), "w") as f:
        json.dump(settings, f)
    process = subprocess.Popen(
        ["prometheus", f"--config.file={f.name}", f"--storage.tsdb.path={data}", f"--web.listen-address=127.0.0.1:{port}"],
        stderr=subprocess.DEVNULL)
    try:
        time.sleep(seconds)
        before, begun = cpu_seconds(process.pid), time.monotonic()
        time.sleep(30)
        with open(f"/proc/{process.pid}/status") as f:
            rss = int(re.search(r"VmRSS:\s+(\d+)", f.read())[1])
        return {"prometheus_rss_mib": rss / 1024,
                "prometheus_cpu_percent": (cpu_seconds(process.pid) - before) * 100 / (time.monotonic() - begun)}
    finally:
        process.kill()
        process.wait()


def measure(binary, stand_in, count, with_prometheus=False):
    folder = tempfile.mkdtemp(prefix="scale-")
    stage = Stage(binary, stand_in, folder, count)
    try:
        stage.wait_on_air()
        row = {"streams": count, "start_ms": ms(stage.start_seconds)}
        time.sleep(5)
        row |= stage.footprint()
        row["scrape_ms"] = scrapes(stage, False)
        row["scrape_gzip_ms"] = scrapes(stage, True)
        _, body = stage.get("/metrics")
        row["metrics_bytes"], row["metrics_series"] = len(body), sum(1 for line in body.splitlines() if line[:1] != b"#")
        row["metrics_gzip_bytes"] = len(stage.get("/metrics", True)[1])
        if with_prometheus:
            row |= prometheus_cost(stage, folder)
        row["relaunch_ms"] = relaunches(stage)
        with Scraper(stage, "/metrics", True):
            row["relaunch_scraped_ms"] = relaunches(stage, 5)
        row["reload_one_ms"] = ms(stage.reload())
        stage.wait_on_air()
        time.sleep(3)
        with Scraper(stage, "/health/liveness") as loop:
            back = stage.kill(list(stage.children))
        row["all_back_ms"] = ms(back[-1])
        row["loop_p99_ms"] = ms(percentile(loop.times, 0.99))
        row["loop_max_ms"] = ms(max(loop.times))
        stage.wait_on_air()
        row["streams_page_ms"] = ms(stage.get("/api/v1/streams")[0])
        row["stop_ms"] = ms(stage.stop())
        journal = os.path.join(folder, "journal.db")
        row["journal_kib"] = sum(os.path.getsize(journal + end) for end in ("", "-wal")
                                 if os.path.exists(journal + end)) // 1024
        row["exit_code"] = stage.process.returncode
        return row
    finally:
        stage.end()
        shutil.rmtree(folder)


def growth(rows):
    """Sums that grow faster than the streams."""
    by_count = {row["streams"]: row for row in rows}
    if not {1, 10, 1000} <= set(by_count):
        return []
    faults = []
    for key in SUMS:
        if by_count[10][key] > 0 and by_count[1000][key] > GROWTH * by_count[10][key]:
            faults.append(f"{key}: {by_count[1000][key] / by_count[10][key]:.0f} times that of ten")
    return faults


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("binary")
    parser.add_argument("stand_in")
    parser.add_argument("--streams", default="1,10,100,1000")
    parser.add_argument("--prometheus", action="store_true", help="what one costs that scrapes them every 5 s")
    parser.add_argument("--json")
    args = parser.parse_args()
    rows = []
    for count in map(int, args.streams.split(",")):
        rows.append(measure(os.path.abspath(args.binary), os.path.abspath(args.stand_in), count,
                            args.prometheus))
        for key, value in rows[-1].items():
            print(f"  {key:<22} {value:12.1f}" if isinstance(value, float) else f"  {key:<22} {value:12}")
        print(flush=True)
    if args.json:
        with open(args.json, "w") as f:
            json.dump(rows, f, indent=1)
    faults = growth(rows)
    for fault in faults:
        print("grows faster than the streams: " + fault)
    sys.exit(1 if faults else 0)


if __name__ == "__main__":
    main()
