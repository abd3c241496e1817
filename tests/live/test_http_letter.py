"""The letter of RFC 9110 and 9112: each MUST for servers that a client can try, by section."""

import re
import socket
import unittest

from fakes import fake_ffmpeg
from harness import LiveTest

HOST = b"Host: x\r\n"
CLOSE = b"Connection: close\r\n"
SECOND = b"GET /health/liveness HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"  # must not be taken out of a body


def statuses(answer):
    return [int(status) for status in re.findall(rb"(?:^|\r\n\r\n|\}|\n)HTTP/1\.[01] (\d{3})", answer)]


def said(port, request):
    """What comes back until the other side closes, or says nothing for two seconds."""
    with socket.create_connection(("127.0.0.1", port), timeout=2) as client:
        answer = b""
        try:
            client.sendall(request)
            while chunk := client.recv(65536):
                answer += chunk
        except (ConnectionError, TimeoutError):
            pass
        return answer


def one_of(*allowed):
    """A single answer, with one of these."""
    return lambda answer: len(statuses(answer)) == 1 and statuses(answer)[0] in allowed


def all_of(*expected):
    return lambda answer: statuses(answer) == list(expected)


def one_answer(answer):
    return len(statuses(answer)) == 1


def post(fields, body=b"", version=b"HTTP/1.1"):
    return b"POST /webhook/azuracast " + version + b"\r\n" + HOST + fields + b"\r\n" + body


refused = one_of(400)

CASES = {
    "9112-2.2 bare CR in a field line is refused or blank": (
        b"GET /health/liveness HTTP/1.1\r\n" + HOST + b"X: a\rY: b\r\n" + CLOSE + b"\r\n",
        one_of(400, 200)),
    "9112-2.2 blank before the first field": (
        b"GET /health/liveness HTTP/1.1\r\n X: y\r\n" + HOST + CLOSE + b"\r\n",
        refused),
    "9112-2.3 HTTP/2.0 gets 505 or 400": (b"GET / HTTP/2.0\r\n" + HOST + b"\r\n", one_of(505, 400)),
    "9112-2.3 HTTP/1.2 is taken as 1.1": (
        b"GET /health/liveness HTTP/1.2\r\n" + HOST + CLOSE + b"\r\n",
        one_of(200, 505, 400)),
    "9112-3 blanks in the request line": (
        b"GET  /health/liveness HTTP/1.1\r\n" + HOST + CLOSE + b"\r\n",
        one_of(400, 200)),
    "9112-3.2 no Host": (b"GET /health/liveness HTTP/1.1\r\n" + CLOSE + b"\r\n", refused),
    "9112-3.2 two Hosts": (b"GET /health/liveness HTTP/1.1\r\nHost: a\r\nHost: b\r\n" + CLOSE + b"\r\n", refused),
    "9112-3.2 invalid Host (blank)": (b"GET /health/liveness HTTP/1.1\r\nHost: a b\r\n" + CLOSE + b"\r\n", refused),
    "9112-3.2 invalid Host (slash)": (b"GET /health/liveness HTTP/1.1\r\nHost: a/b\r\n" + CLOSE + b"\r\n", refused),
    "9112-3.2 invalid Host (userinfo)": (b"GET /health/liveness HTTP/1.1\r\nHost: u@b\r\n" + CLOSE + b"\r\n", refused),
    "9112-3.2 invalid Host (port)": (b"GET /health/liveness HTTP/1.1\r\nHost: b:x\r\n" + CLOSE + b"\r\n", refused),
    "9112-3.2 two Hosts in HTTP/1.0": (b"GET /health/liveness HTTP/1.0\r\nHost: a\r\nHost: b\r\n\r\n", refused),
    "9112-3.2.2 absolute form": (b"GET http://x/health/liveness HTTP/1.1\r\n" + HOST + CLOSE + b"\r\n", all_of(200)),
    "9112-3.2.2 absolute form, scheme in capitals": (
        b"GET HTTP://x/health/liveness HTTP/1.1\r\n" + HOST + CLOSE + b"\r\n",
        all_of(200)),
    "9112-3.2.2 absolute form with a query and no path": (
        b"GET http://x?y=/health/liveness HTTP/1.1\r\n" + HOST + CLOSE + b"\r\n",
        all_of(200)),
    "9112-3.2.2 absolute https form": (
        b"GET https://x/health/liveness HTTP/1.1\r\n" + HOST + CLOSE + b"\r\n",
        one_of(200, 421, 400, 404)),
    "9112-3.2.4 OPTIONS *": (b"OPTIONS * HTTP/1.1\r\n" + HOST + CLOSE + b"\r\n", one_of(200, 204, 405, 501, 404)),
    "9112-3.2 a fragment in the target": (
        b"GET /health/liveness#x HTTP/1.1\r\n" + HOST + CLOSE + b"\r\n",
        one_of(400, 404)),
    "9112-3.2 CONNECT": (b"CONNECT x:1 HTTP/1.1\r\nHost: x:1\r\n" + CLOSE + b"\r\n", one_of(400, 405, 501, 404)),
    "9112-5.1 blank before the colon": (
        b"GET /health/liveness HTTP/1.1\r\n" + HOST + b"X : y\r\n" + CLOSE + b"\r\n",
        refused),
    "9112-5.1 blank before Content-Length's colon": (post(b"Content-Length : 5\r\n", b"abcde"), refused),
    "9112-5.2 folded line": (
        b"GET /health/liveness HTTP/1.1\r\n" + HOST + b"X: y\r\n z\r\n" + CLOSE + b"\r\n",
        one_of(400, 200)),
    "9110-5.5 NUL in a value": (
        b"GET /health/liveness HTTP/1.1\r\n" + HOST + b"X: y\0z\r\n" + CLOSE + b"\r\n",
        refused),
    "9112-6.1 TE and CL": (
        post(b"Content-Length: 4\r\nTransfer-Encoding: chunked\r\n", b"0\r\n\r\n" + SECOND),
        one_answer),
    "9112-6.1 TE in HTTP/1.0": (
        b"POST /webhook/azuracast HTTP/1.0\r\n" + HOST + b"Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n" + SECOND,
        one_answer),
    "9112-6.1 unknown coding gets 501 (or 400), closed": (
        post(b"Transfer-Encoding: gzip, chunked\r\n", b"0\r\n\r\n" + SECOND),
        one_of(501, 400)),
    "9112-6.3 last coding not chunked": (post(b"Transfer-Encoding: gzip\r\n", SECOND), refused),
    "9112-6.3 chunked, identity": (post(b"Transfer-Encoding: chunked, identity\r\n", SECOND), refused),
    "9112-6.3 xchunked": (post(b"Transfer-Encoding: xchunked\r\n", SECOND), one_of(400, 501)),
    "9112-6.3 two TE fields, chunked first": (
        post(b"Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n", b"0\r\n\r\n" + SECOND),
        refused),
    "9112-6.3 chunked twice": (
        post(b"Transfer-Encoding: chunked, chunked\r\n", b"0\r\n\r\n" + SECOND),
        one_of(400, 501)),
    "9112-6.3 TE on GET": (
        b"GET /health/liveness HTTP/1.1\r\n" + HOST + b"Transfer-Encoding: gzip\r\n\r\n" + SECOND,
        refused),
    "9112-6.3 empty TE": (post(b"Transfer-Encoding: \r\n", SECOND), one_answer),
    "9112-6.3 two lengths that differ": (post(b"Content-Length: 4\r\nContent-Length: 5\r\n", b"abcde"), refused),
    "9112-6.3 a list of lengths that differ": (post(b"Content-Length: 4, 5\r\n", b"abcde"), refused),
    "9112-6.3 +5": (post(b"Content-Length: +5\r\n", b"abcde"), refused),
    "9112-6.3 0x5": (post(b"Content-Length: 0x5\r\n", b"abcde"), refused),
    "9112-6.3 a length that overflows": (post(b"Content-Length: 18446744073709551621\r\n", b"abcde"), one_of(400, 413)),
    "9112-7.1 chunk size with sign": (
        post(b"Transfer-Encoding: chunked\r\n" + CLOSE, b"+5\r\nabcde\r\n0\r\n\r\n"),
        refused),
    "9112-7.1 chunk size 0x": (post(b"Transfer-Encoding: chunked\r\n" + CLOSE, b"0x5\r\nabcde\r\n0\r\n\r\n"), refused),
    "9112-7.1 chunk size overflows": (
        post(b"Transfer-Encoding: chunked\r\n" + CLOSE, b"fffffffffffffffff5\r\nabcde\r\n0\r\n\r\n"),
        one_of(400, 413)),
    "9112-7.1 data behind a chunk without CRLF": (
        post(b"Transfer-Encoding: chunked\r\n" + CLOSE, b"5\r\nabcdeX\r\n0\r\n\r\n"),
        refused),
    "9112-7.1 bare LF behind a chunk size": (
        post(b"Transfer-Encoding: chunked\r\n" + CLOSE, b"5\nabcde\r\n0\r\n\r\n"),
        one_answer),
    "9112-7.1.2 a trailer is no header": (
        post(b"Transfer-Encoding: chunked\r\n" + CLOSE,
             b"0\r\nContent-Type: application/json\r\nAuthorization: Basic eA==\r\n\r\n"),
        one_answer),
    "9112-9.3 close is heeded": (SECOND + SECOND, all_of(200)),
    "9112-9.3 Connection: x, close": (
        b"GET /health/liveness HTTP/1.1\r\n" + HOST + b"Connection: x, Close\r\n\r\n" + SECOND,
        all_of(200)),
    "9110-8.6 a body of GET is framed": (
        b"GET /health/liveness HTTP/1.1\r\n" + HOST + b"Content-Length: %d\r\n\r\n" % len(SECOND) + SECOND + SECOND,
        all_of(200, 200)),
    "9110-9.3.2 HEAD has no body": (
        b"HEAD /metrics HTTP/1.1\r\n" + HOST + CLOSE + b"\r\n",
        lambda answer: answer.endswith(b"\r\n\r\n") and statuses(answer) == [200]),
    "9110-10.1.1 no 100 for HTTP/1.0": (
        b"POST /webhook/azuracast HTTP/1.0\r\n" + HOST + b"Expect: 100-continue\r\nContent-Length: 2\r\n\r\n",
        lambda answer: 100 not in statuses(answer)),
    "9110-10.1.1 unknown expectation: 417 or ignored": (
        post(b"Expect: x\r\nContent-Length: 2\r\n" + CLOSE, b"{}"),
        one_answer),
    "9110-9.1 unknown method: 501 or 405": (b"BREW /metrics HTTP/1.1\r\n" + HOST + CLOSE + b"\r\n", one_of(405, 501)),
    "9110-9.1 method is case-sensitive": (b"get /metrics HTTP/1.1\r\n" + HOST + CLOSE + b"\r\n", one_of(400, 405, 501)),
    "9110-15.5.6 405 has Allow": (
        b"PUT /metrics HTTP/1.1\r\n" + HOST + CLOSE + b"\r\n",
        lambda answer: b"\r\nAllow: " in answer),
    "9110-15.5.2 401 has WWW-Authenticate": (
        b"POST /api/v1/streams/radio/restart HTTP/1.1\r\n" + HOST + CLOSE + b"\r\n",
        lambda answer: statuses(answer) == [401] and b"\r\nWWW-Authenticate:" in answer),
    "9110-6.6.1 Date": (SECOND, lambda answer: b"\r\nDate: " in answer),
    "9110-7.2 h2c upgrade is ignored": (
        b"GET /health/liveness HTTP/1.1\r\n" + HOST + b"Upgrade: h2c\r\nConnection: Upgrade, close\r\n\r\n",
        all_of(200)),
    "9110-12.5.3 gzip;q=0": (
        b"GET /metrics HTTP/1.1\r\n" + HOST + b"Accept-Encoding: gzip;q=0\r\n" + CLOSE + b"\r\n",
        lambda answer: b"Content-Encoding" not in answer),
}


class Letter(LiveTest):
    def test_each_request_is_answered_by_the_letter(self):
        supervisor = self.supervise(fake_ffmpeg(self, "stream()\n"), "-i", "x", "y", env={
            "FFSUPERVISOR_TOKEN": "t" * 20, "AZURACAST_WEBHOOK_PASSWORD": "p" * 20})
        supervisor.wait_on_air()
        for name, (request, is_right) in CASES.items():
            with self.subTest(name):
                answer = said(supervisor.port, request)
                self.assertTrue(is_right(answer), (statuses(answer), answer[:300]))


if __name__ == "__main__":
    unittest.main()
