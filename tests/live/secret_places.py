"""Every place of a command where a secret may stand, and every form in which it may be written there."""

import base64
import random
import urllib.parse

OUT = ["-f", "flv"]
NOWHERE = "127.0.0.1:1"
NULL = ["-f", "null", "-"]
FILE = ["-i", "media.nut"]


def publish(*words):
    return [*FILE, *OUT, *words]


def read(url, *options):
    return [*options, "-i", url, *NULL]


# FFmpeg's arguments; {} is the secret.
PLACES = {
    "rtmp key": publish(f"rtmp://{NOWHERE}/live/{{}}"),
    "rtmp key with a slash": publish(f"rtmp://{NOWHERE}/live/{{}}/"),
    "rtmp instance": publish(f"rtmp://{NOWHERE}/live/{{}}/stream"),
    "rtmp query": publish(f"rtmp://{NOWHERE}/live/a?{{}}"),
    "rtmp query of the application": publish(f"rtmp://{NOWHERE}/live?k={{}}/a"),
    "rtmp password": publish(f"rtmp://u:{{}}@{NOWHERE}/live/a"),
    "librtmp conn": publish(f"rtmp://{NOWHERE}/live/a conn=S:{{}} live=1"),
    "librtmp option": publish(f"rtmp://{NOWHERE}/live/a zzz={{}}"),
    "rtmp_conn": publish("-rtmp_conn", "S:{}", f"rtmp://{NOWHERE}/live/a"),
    "rtmp_swfurl": publish("-rtmp_swfurl", f"http://{NOWHERE}/x.swf?k={{}}", f"rtmp://{NOWHERE}/live/a"),
    "rtmp_pageurl": publish("-rtmp_pageurl", f"http://{NOWHERE}/p?k={{}}", f"rtmp://{NOWHERE}/live/a"),
    "rtmp_tcurl": publish("-rtmp_tcurl", f"rtmp://{NOWHERE}/live/{{}}", f"rtmp://{NOWHERE}/live/a"),
    "rtmp_app": publish("-rtmp_app", "live/{}", f"rtmp://{NOWHERE}/a"),
    "http password": read(f"http://u:{{}}@{NOWHERE}/a.mp3"),
    "http user alone": read(f"http://{{}}@{NOWHERE}/a.mp3"),
    "http query of a known name": read(f"http://{NOWHERE}/a.mp3?token={{}}"),
    "http query of another name": read(f"http://{NOWHERE}/a.mp3?zq={{}}"),
    "http query without a name": read(f"http://{NOWHERE}/a.mp3?{{}}"),
    "http fragment": read(f"http://{NOWHERE}/a.mp3#{{}}"),
    "account in a path": read(f"http://{NOWHERE}/live/bob/{{}}/1.ts"),
    "account in a short path": read(f"http://{NOWHERE}/bob/{{}}/1.ts"),
    "parameter of a path": read(f"http://{NOWHERE}/a;tok={{}}/b.m3u8"),
    "path that is listened on": read(f"http://{NOWHERE}/{{}}?zk=1", "-listen", "1"),
    "http PUT path": [*FILE, "-f", "hls", "-method", "PUT", f"http://{NOWHERE}/{{}}/i.m3u8"],
    "http PUT query": [*FILE, "-f", "hls", "-method", "PUT", f"http://{NOWHERE}/i.m3u8?{{}}"],
    "headers": read(f"http://{NOWHERE}/a", "-headers", "X-Any: {}\r\n"),
    "cookies": read(f"http://{NOWHERE}/a", "-cookies", "a={}; path=/"),
    "referer": read(f"http://{NOWHERE}/a", "-referer", "http://127.0.0.1/x?k={}"),
    "http_proxy": read(f"http://{NOWHERE}/a", "-http_proxy", f"http://u:{{}}@{NOWHERE}"),
    "decryption_key": read(f"http://{NOWHERE}/a", "-decryption_key", "{}"),
    "icecast": [*FILE, "-f", "mp3", f"icecast://source:{{}}@{NOWHERE}/m"],
    "icecast's option": [*FILE, "-password", "{}", "-f", "mp3", f"icecast://{NOWHERE}/m"],
    "srt streamid": [*FILE, "-f", "mpegts", f"srt://{NOWHERE}?streamid=#!::u=a,s={{}}&connect_timeout=200"],
    "srt passphrase": [*FILE, "-passphrase", "{}", "-f", "mpegts", f"srt://{NOWHERE}?connect_timeout=200"],
    "rtsp password": read(f"rtsp://u:{{}}@{NOWHERE}/s"),
    "rtsp path that is published to": [*FILE, "-f", "rtsp", f"rtsp://{NOWHERE}/live/{{}}"],
    "srtp": [*FILE, "-f", "rtp", "-srtp_out_suite", "AES_CM_128_HMAC_SHA1_80", "-srtp_out_params", "{}", f"srtp://{NOWHERE}"],
    "tee": [*FILE, "-map", "0", "-f", "tee", f"[f=flv]rtmp://{NOWHERE}/live/{{}}|[f=null]-"],
    "headers in a tee": [*FILE, "-map", "0", "-f", "tee",
                         f"[f=hls:method=PUT:headers='Authorization\\: Bearer {{}}']http://{NOWHERE}/i.m3u8"],
    "rtmp_app in a tee": [*FILE, "-map", "0", "-f", "tee", f"[f=flv:rtmp_app=live/{{}}]rtmp://{NOWHERE}/a"],
    "options of a fifo in a tee": [*FILE, "-map", "0", "-f", "tee",
                                   f"[f=fifo:fifo_format=flv:format_opts=rtmp_playpath={{}}]rtmp://{NOWHERE}/a"],
    "options of a fifo": [*FILE, "-f", "fifo", "-fifo_format", "flv", "-format_opts", "rtmp_playpath={}",
                          f"rtmp://{NOWHERE}/a"],
    "password in a filter": [*FILE, "-vf", "movie=http\\\\://u\\\\:{}@127.0.0.1\\\\:1/a.png[w];[in][w]overlay", *NULL],
    "query in a filter": [*FILE, "-vf", "movie='http\\://127.0.0.1\\:1/a.png?k={}'[w];[in][w]overlay", *NULL],
    "concat": read(f"concat:http://u:{{}}@{NOWHERE}/a|b"),
    "crypto": read(f"crypto+http://{NOWHERE}/a?zk={{}}"),
    "async": read(f"async:http://{NOWHERE}/a?zk={{}}"),
    "cache": read(f"cache:http://u:{{}}@{NOWHERE}/a"),
    "hls key": [*FILE, "-f", "hls", "-hls_enc_key", "{}", "-hls_enc", "1", "o.m3u8"],
    "URL of an hls key": [*FILE, "-f", "hls", "-hls_enc_key_url", "http://127.0.0.1/k?z={}", "-hls_enc", "1", "o.m3u8"],
    "hls base url": [*FILE, "-f", "hls", "-hls_base_url", "http://127.0.0.1/{}/", "o.m3u8"],
    "metadata": [*FILE, "-metadata", "password={}", *NULL],
}

FORMS = {
    "plain": lambda secret: secret,
    "percent": lambda secret: urllib.parse.quote(secret + "+/ä", safe=""),
    "percent in part, lower": lambda secret: "".join(
        chr(byte) if i % 3 else f"%{byte:02x}" for i, byte in enumerate(secret.encode())),
    "letters": lambda secret: "".join(c for c in secret if c.isalpha()),
}


def planted(form, seed):
    """Place → (FFmpeg's arguments, every text that would give the secret away)."""
    rng = random.Random(seed)
    found = {}
    for place, words in PLACES.items():
        secret = "".join(rng.choice("abcdefghijkmnpqrstuvwxyz") + rng.choice("ABCDEFGH" if form == "letters" else "23456789")
                         for _ in range(8))
        written = FORMS[form](secret)
        meant = urllib.parse.unquote(written)
        login = base64.b64encode(f"u:{meant}".encode()).decode().rstrip("=")
        found[place] = [word.replace("{}", written) for word in words], {written, meant, login}
    return found
