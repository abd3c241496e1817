#!/usr/bin/python3
"""What held outputs cost, beside what they replace, in the same run.

Relay: the CPU time of its thread, which joins an encoder's MPEG-TS into one clock for two publishers, beside `tee` that
copies the same into two pipes. Path: how much later a flash comes to a player than from bare FFmpeg to the same server.
Memory: of the supervisor while every server hangs.

Usage: held_outputs.py FFSUPERVISOR [--seconds 30] [--rounds 3] [--hang 300] [--only relay,path,memory]
"""
import argparse
import itertools
import os
import signal
import statistics
import sys
import time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [os.path.join(HERE, "..", "live"), os.path.join(HERE, "..", "splice", "trial")]
FRAME_MS = 40
# White during the first frame of each second of the wall.
CLOCK = ("color=black:size=320x180:rate=25,drawbox=color=white:thickness=fill:"
         "enable='lt(mod(time(0),1),0.04)',format=yuv420p")
SOUND = "sine=frequency=440:sample_rate=48000"
ENCODE = ["-c:v", "libx264", "-preset", "ultrafast", "-tune", "zerolatency", "-g", "25", "-c:a", "aac"]
INPUT = ["-re", "-f", "lavfi", "-i", CLOCK, "-re", "-f", "lavfi", "-i", SOUND]


def schedule_seconds(path):
    """To the nanosecond, where the kernel counts so."""
    with open(f"{path}/schedstat") as stat:
        return int(stat.read().split()[0]) / 1e9


def thread_of(pid, name):
    for task in os.listdir(f"/proc/{pid}/task"):
        with open(f"/proc/{pid}/task/{task}/comm") as comm:
            if comm.read().strip() == name:
                return f"/proc/{pid}/task/{task}"
    raise AssertionError(f"no thread called {name}")


def make_stage():
    from harness import LiveTest

    class Bench(LiveTest):
        def runTest(self):
            pass
    stage = Bench()
    stage.setUp()
    return stage


def material(stage, megabits, seconds):
    path = stage.path(f"{megabits}.ts")
    rate = f"{megabits * 1000 - 128}k"
    stage.ffmpeg("-f", "lavfi", "-i", "testsrc2=size=640x360:rate=25", "-f", "lavfi", "-i", SOUND, "-t", str(seconds), "-c:v",
                 "libx264", "-preset", "ultrafast", "-g", "50", "-b:v", rate, "-minrate", rate, "-maxrate", rate, "-bufsize",
                 "400k", "-nal-hrd", "cbr", "-c:a", "aac", "-f", "mpegts", path)
    return path


def hold(stage, command, outputs, **keys):
    supervisor = stage.supervise_file([{"name": "radio", "command": command, "hold": True, "outputs": outputs, **keys}])
    supervisor.wait_on_air(40)
    return supervisor


ROUND = itertools.count()


def relay_ratio(stage, servers, megabits, seconds):
    """(relay, tee) in CPU seconds for as much of the same media."""
    path = material(stage, megabits, int(seconds) + 60)  # no tee lives through a loop
    # Names of its own: the publishers of the last round may still be ending.
    servers = {f"{name}{next(ROUND)}": server for name, server in servers.items()}
    reading = ["ffmpeg", "-v", "error", "-re", "-i", path, "-c", "copy"]
    supervisor = hold(stage, reading, {name: ["-f", "flv", server.url(name)] for name, server in servers.items()})
    ends = " ".join(f">(ffmpeg -v error -i pipe:0 -c copy -f flv {server.url('t' + name)})" for name, server in servers.items())
    script = f"exec 3< <(exec {' '.join(reading)} -f mpegts -flush_packets 1 pipe:1); tee {ends} <&3 >/dev/null"
    tee_shell = stage.start("bash", "-c", script)
    from harness import wait_until
    for name, server in servers.items():
        server.wait_receiving(name, 30)
        server.wait_receiving("t" + name, 30)
    tees = []
    wait_until(lambda: tees.extend(pids_of("tee", tee_shell.popen.pid)) or tees, 5, "tee")
    relay = thread_of(supervisor.popen.pid, "relay thread")
    tee = f"/proc/{tees[0]}"
    before = schedule_seconds(relay), schedule_seconds(tee)
    time.sleep(seconds)
    assert os.path.exists(tee), f"tee has ended: {tee_shell.log()}"
    used = schedule_seconds(relay) - before[0], schedule_seconds(tee) - before[1]
    supervisor.end()
    tee_shell.end()
    return used


def pids_of(name, parent):
    found, todo = [], [parent]
    while todo:
        pid = todo.pop()
        try:
            with open(f"/proc/{pid}/comm") as comm:
                if comm.read().strip() == name:
                    found.append(pid)
            with open(f"/proc/{pid}/task/{pid}/children") as children:
                todo += [int(each) for each in children.read().split()]
        except OSError:
            continue
    return found


def lateness(player):
    """Milliseconds after the whole second of the wall at which each flash came."""
    shift = time.time() - time.monotonic()
    pictures = sorted(player.pictures)
    return [((after[2] + shift) % 1) * 1000 for before, after in zip(pictures, pictures[1:]) if after[1] > 150 > before[1]]


def path_delay(stage, server, seconds):
    from player import Player
    from harness import wait_until
    bare = stage.start("ffmpeg", "-v", "error", *INPUT, *ENCODE, "-f", "flv", server.url("bare"))
    supervisor = hold(stage, ["ffmpeg", *INPUT, *ENCODE], {"held": ["-f", "flv", server.url("held")]})
    players = {}
    for name in ("bare", "held"):
        server.wait_receiving(name, 30)
        players[name] = Player(stage, server.url(name))
    wait_until(lambda: all(len(each.flashes()) >= 5 for each in players.values()), 40, "flashes")
    time.sleep(seconds)
    medians = {name: statistics.median(lateness(player)[3:]) for name, player in players.items()}
    for player in players.values():
        player.process.end()
    supervisor.end()
    bare.end()
    return medians["bare"], medians["held"]


def memory_of_hung(stage, servers, seconds):
    """Resident MiB when the queues have been full for a while, and at the end."""
    from harness import resident_mib, wait_until
    path = material(stage, 8, 20)
    supervisor = hold(stage, ["ffmpeg", "-re", "-stream_loop", "-1", "-i", path, "-c", "copy"],
                      {name: ["-f", "flv", server.url(name)] for name, server in servers.items()})
    for name, server in servers.items():
        server.wait_receiving(name, 30)
    for server in servers.values():
        server.process.signal(signal.SIGSTOP)

    def dropped():
        return min(each["dropped_bytes"] or 0 for each in supervisor.stream()["outputs"])
    wait_until(lambda: dropped() > 0, 60, "full queues")
    time.sleep(5)
    readings = []
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        readings.append(resident_mib(supervisor.popen.pid))
        time.sleep(5)
    for server in servers.values():
        server.process.signal(signal.SIGCONT)
    supervisor.end()
    return readings[0], max(readings), readings[-1]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("binary")
    parser.add_argument("--seconds", type=float, default=30)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--hang", type=float, default=300)
    parser.add_argument("--only", default="relay,path,memory")
    options = parser.parse_args()
    os.environ["FFSUPERVISOR"] = os.path.abspath(options.binary)
    from servers import RtmpServer
    stage = make_stage()
    try:
        servers = {"a": RtmpServer(stage), "b": RtmpServer(stage)}
        if "relay" in options.only:
            for megabits in (1, 8):
                rounds = [relay_ratio(stage, servers, megabits, options.seconds) for _ in range(options.rounds)]
                ratios = [relay / tee for relay, tee in rounds]
                relay, tee = (statistics.median(each[i] for each in rounds) * 60 / options.seconds * 1000 for i in (0, 1))
                print(f"relay at {megabits} Mbit/s to two publishers: {statistics.median(ratios):.2f} x tee "
                      f"({min(ratios):.2f} to {max(ratios):.2f}; {relay:.0f} against {tee:.0f} ms of CPU a minute)", flush=True)
        if "path" in options.only:
            rounds = [path_delay(stage, servers["a"], options.seconds) for _ in range(options.rounds)]
            more = [held - bare for bare, held in rounds]
            print(f"path: a flash comes {statistics.median(more):.0f} ms later than from bare FFmpeg, "
                  f"{statistics.median(more) / FRAME_MS:.1f} frames ({min(more):.0f} to {max(more):.0f} ms)", flush=True)
        if "memory" in options.only:
            full, most, last = memory_of_hung(stage, servers, options.hang)
            print(f"memory while both servers hang, 8 Mbit/s: {full:.1f} MiB with full queues, at most {most:.1f}, "
                  f"{last:.1f} after {options.hang:.0f} s", flush=True)
    finally:
        stage.doCleanups()


if __name__ == "__main__":
    main()
