"""A weather service on this machine for the demo. It serves the real observations, but it
is as difficult as real services are: limited to a few requests a second (429 with
Retry-After), slow now and then, failing now and then (500), and without some days (404).

    python3 upstream.py        prints its address and writes it to upstream.url

It ends by itself after ten minutes.
"""

import http.server
import pathlib
import signal
import sys
import threading
import time
import urllib.parse

import weather

REQUESTS_PER_SECOND = 12
BURST = 12
FAILS_EACH = 19  # every so many-th request
SLOW_EACH = 37
SLOW_SECONDS = 0.7
LIFE_SECONDS = 600


class Limiter:
    """A bucket of tokens that refills at a steady rate."""

    def __init__(self):
        self.lock = threading.Lock()
        self.tokens = BURST
        self.filled_at = time.monotonic()
        self.taken = 0

    def take(self):
        """The number of this request, or None when it is one too many."""
        with self.lock:
            now = time.monotonic()
            grown = self.tokens + (now - self.filled_at) * REQUESTS_PER_SECOND
            self.tokens, self.filled_at = min(BURST, grown), now
            if self.tokens < 1:
                return None
            self.tokens -= 1
            self.taken += 1
            return self.taken


class Handler(http.server.BaseHTTPRequestHandler):
    rows = weather.observations()
    limiter = Limiter()

    def do_GET(self):  # noqa: N802 (the library's name)
        number = self.limiter.take()
        if number is None:
            return self.answer(429, "too many requests\n", {"Retry-After": "1"})
        if number % SLOW_EACH == 0:
            time.sleep(SLOW_SECONDS)
        if number % FAILS_EACH == 0:
            return self.answer(500, "internal error\n")
        place = tuple(urllib.parse.unquote(part) for part in self.path.split("/")[1:])
        if place in weather.ABSENT or place not in self.rows:
            return self.answer(404, "no such observation\n")
        return self.answer(200, weather.document(self.rows[place]))

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


def main():
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    address = f"http://127.0.0.1:{server.server_port}"
    pathlib.Path("upstream.url").write_text(address, encoding="utf-8")
    print(address, flush=True)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    signal.alarm(LIFE_SECONDS)
    server.serve_forever()


if __name__ == "__main__":
    main()
