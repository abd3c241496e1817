"""What the sources play: made once for all trials, small and of constant rate."""

import json
import os
import subprocess

AV = ("-f lavfi -i testsrc2=size=320x180:rate=25 -f lavfi -i sine=frequency=440:sample_rate=44100 "
      "-c:v libx264 -preset ultrafast -tune zerolatency -g 25 -pix_fmt yuv420p -b:v 200k -maxrate 200k -bufsize 100k "
      "-c:a aac -b:a 64k").split()
TONE = "-f lavfi -i sine=frequency=440:sample_rate=44100 -c:a libmp3lame -id3v2_version 0 -write_xing 0".split()
LENGTH_S = 90


def ffmpeg(*words):
    subprocess.run(["ffmpeg", "-nostdin", "-v", "error", "-y", *words], check=True, timeout=240)


def make(folder):
    """Into this folder, unless it is there; the rate of each live file in bytes a second."""
    if not os.path.exists(f"{folder}/rates.json"):
        os.makedirs(folder, exist_ok=True)
        ffmpeg(*AV, "-t", str(LENGTH_S), f"{folder}/av.mp4")
        copy = ["-i", f"{folder}/av.mp4", "-c", "copy"]
        ffmpeg(*copy, f"{folder}/av.ts")
        ffmpeg(*copy, "-t", "5", f"{folder}/short.mp4")
        ffmpeg(*copy, "-f", "hls", "-hls_time", "2", "-hls_list_size", "0", "-hls_segment_filename",
               f"{folder}/seg%03d.ts", f"{folder}/segments.m3u8")
        # At 48 kHz each frame has MP3_FRAME bytes: a listener joins at the beginning of one.
        ffmpeg(*TONE, "-ar", "48000", "-b:a", "128k", "-t", str(LENGTH_S), f"{folder}/a.mp3")
        ffmpeg(*TONE, "-b:a", "16k", "-ar", "22050", "-t", "45", f"{folder}/low.mp3")
        ffmpeg(*TONE, "-b:a", "64k", "-t", "6", f"{folder}/jingle.mp3")
        for number in range(4):
            ffmpeg(*copy, "-ss", str(number * 6), "-t", "6", f"{folder}/clip{number}.ts")
            ffmpeg(*TONE, "-b:a", "16k", "-ar", "22050", "-t", "12", f"{folder}/low{number}.mp3")
        rates = {name: os.path.getsize(f"{folder}/{name}") / LENGTH_S for name in ("av.ts", "a.mp3")}
        with open(f"{folder}/rates.json", "w", encoding="utf-8") as file:
            json.dump(rates, file)
    with open(f"{folder}/rates.json", encoding="utf-8") as file:
        return json.load(file)
