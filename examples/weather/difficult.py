"""A service on this machine that is as difficult as real ones are: limited to a few requests a
second (429 with Retry-After), slow now and then, failing now and then (500)."""

import http.server
import pathlib
import signal
import sys
import threading
import time
import urllib.parse

FAILS_EACH = 19  # every so many-th request
SLOW_EACH = 37
SLOW_SECONDS = 0.7


class Limiter:
    """A bucket of tokens that refills at a steady rate."""

    def __init__(self, rate, burst):
        self.lock = threading.Lock()
        self.rate, self.burst = rate, burst
        self.tokens = burst
        self.filled_at = time.monotonic()
        self.taken = 0

    def take(self):
        """The number of this request, or None when it is one too many."""
        with self.lock:
            now = time.monotonic()
            grown = self.tokens + (now - self.filled_at) * self.rate
            self.tokens, self.filled_at = min(self.burst, grown), now
            if self.tokens < 1:
                return None
            self.tokens -= 1
            self.taken += 1
            return self.taken


class Difficult(http.server.BaseHTTPRequestHandler):
    """Has what document_of() finds, and gives it unwillingly."""

    def do_GET(self):  # noqa: N802 (the library's name)
        place = tuple(urllib.parse.unquote(part) for part in self.path.split("/")[1:])
        number = self.limiter_of(place).take()
        if number is None:
            return self.answer(429, "too many requests\n", {"Retry-After": "1"})
        if number % SLOW_EACH == 0:
            time.sleep(SLOW_SECONDS)
        if number % FAILS_EACH == 0:
            return self.answer(500, "internal error\n")
        text = self.document_of(place)
        if text is None:
            return self.answer(404, "there is no such thing\n")
        return self.answer(200, text)

    def answer(self, status, text, headers=None):
        body = text.encode()
        self.send_response(status)
        for name, value in (headers or {}).items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


def serve(handler, life):
    """Until it is ended, or has lived for so many seconds; 0: for ever."""
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
    address = f"http://127.0.0.1:{server.server_port}"
    pathlib.Path("upstream.url").write_text(address, encoding="utf-8")
    print(address, flush=True)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    signal.alarm(life)
    server.serve_forever()
