"""Another machine: a network namespace at the end of a veth, whose path can be harmed."""

import os
import shutil
import subprocess

TABLE = """
table inet faultlab {
  chain in { type filter hook input priority 0; }
  chain out { type filter hook output priority 0; }
}
"""
BENCH_NETWORK = (198 << 24) | (18 << 16)  # 198.18.0.0/15, kept for tests of networks by RFC 2544


def is_allowed(command):
    """Whether root may do that here: in a container often not. In namespaces of its own, so nothing stays."""
    return os.geteuid() == 0 and not subprocess.run(
        ["unshare", "--net", "--mount", "sh", "-c", command], check=False, timeout=20,
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL).returncode


def available():
    return bool(shutil.which("tc")) and is_allowed(
        "ip link add here type veth peer name there && nft add table inet faultlab")


def can_mount():
    return is_allowed("mount -t tmpfs faultlab /tmp")


def remove_namespaces(name):
    """The veth goes with it, both ends."""
    listing = subprocess.run(["ip", "netns", "list"], capture_output=True, text=True, check=False)
    for line in listing.stdout.splitlines():
        if line.split()[0] == name:
            subprocess.run(["ip", "netns", "delete", name], check=False, timeout=20)
    subprocess.run(["ip", "link", "delete", name + "h"], check=False, timeout=20,
                   stderr=subprocess.DEVNULL)


def dotted(address):
    return ".".join(str(address >> shift & 255) for shift in (24, 16, 8, 0))


class Network:
    def __init__(self, name, root):
        self.name, self.root = name, root
        self.here, self.there = name + "h", name + "t"
        base = BENCH_NETWORK + (os.getpid() % 2**15 << 2)
        self.address = dotted(base + 2)  # of the far machine
        self.enter = ("ip", "netns", "exec", name)
        root("ip", "netns", "add", name)
        root("ip", "link", "add", self.here, "type", "veth", "peer", self.there, "netns", name)
        root("ip", "address", "add", dotted(base + 1) + "/30", "dev", self.here)
        root("ip", "link", "set", self.here, "up")
        self.inside("ip", "address", "add", self.address + "/30", "dev", self.there)
        self.inside("ip", "link", "set", self.there, "up")
        self.inside("ip", "link", "set", "lo", "up")
        # One segment a packet: or the loss of one would be the loss of up to 64 kB.
        root("ip", "link", "set", self.here, "gso_max_segs", "1")
        self.inside("ip", "link", "set", self.there, "gso_max_segs", "1")
        self.heal()

    def inside(self, *command):
        return self.root(*self.enter, *command)

    def heal(self):
        self.inside("nft", "flush ruleset")
        self.inside("nft", TABLE)

    def drop(self, port, condition=""):
        """Packets of this server's port, both ways; the other ports stay open to the lab."""
        self.inside("nft", f"add rule inet faultlab in tcp dport {port} {condition} drop")
        self.inside("nft", f"add rule inet faultlab out tcp sport {port} {condition} drop")

    def cut_off(self, port):
        """As drop(), but those on the far machine go on reaching it."""
        self.inside("nft", f"add rule inet faultlab in iifname {self.there} tcp dport {port} drop")
        self.inside("nft", f"add rule inet faultlab out oifname {self.there} tcp sport {port} drop")

    def drop_connects(self, port):
        self.drop(port, "tcp flags syn / syn,ack")

    def lose(self, port, percent):
        self.drop(port, f"numgen random mod 100 < {percent}")

    def narrow(self, kbits):
        """Towards the far machine."""
        self.root("tc", "qdisc", "add", "dev", self.here, "root", "tbf", "rate", f"{kbits}kbit",
                  "burst", "16kb", "latency", "200ms")

    def widen(self):
        self.root("tc", "qdisc", "del", "dev", self.here, "root")
