"""A proxy in front of an S3 server that spoils answers, as a test wants it."""

import http.client
import http.server
import socket
import struct
import threading
import time
import urllib.parse

ERROR = ('<?xml version="1.0"?><Error><Code>{}</Code><Message>said by the proxy</Message>'
         '<RequestId>1</RequestId></Error>')


class FaultProxy:
    """`fault(number, method, target)` names the fault of a request, or None; listings and other
    requests are counted apart, from 1. With `page`, a listing has so many keys a page. A request
    with the fault `hang` gets no answer while the proxy lives; `late` waits until `end` is set."""

    def __init__(self, endpoint, fault=lambda number, method, target: None, page=None):
        self.target = endpoint.split("://")[1]
        self.fault, self.page = fault, page
        self.lists = self.others = 0
        self.seen = []  # (method, target) of all requests
        self.lock = threading.Lock()
        self.end = threading.Event()
        proxy = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def serve(self):
                proxy.serve(self)

            do_GET = do_HEAD = do_PUT = do_DELETE = serve

            def log_message(self, *_):
                pass

        class Server(http.server.ThreadingHTTPServer):
            daemon_threads = True
            request_queue_size = 128

            def handle_error(self, *_):
                pass  # a client that goes away

        self.server = Server(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.end.set()
        self.server.shutdown()
        self.server.server_close()

    def serve(self, handler):
        body = handler.rfile.read(int(handler.headers.get("content-length", 0)))
        with self.lock:
            is_list = "list-type=2" in handler.path
            self.lists += is_list
            self.others += not is_list
            number = self.lists if is_list else self.others
            self.seen.append((handler.command, handler.path))
        fault = self.fault(number, handler.command, handler.path)
        if fault == "hang":
            self.end.wait()
            handler.close_connection = True
            return None
        if fault == "late":
            self.end.wait()
            fault = None
        if fault in REFUSALS:
            status, code = REFUSALS[fault]
            content = ERROR.format(code).encode()
            return answer(handler, status, content)
        path = handler.path + (f"&max-keys={self.page}" if is_list and self.page else "")
        upstream = http.client.HTTPConnection(self.target, timeout=60)
        upstream.putrequest(handler.command, path, skip_host=True, skip_accept_encoding=True)
        for name, value in handler.headers.items():
            upstream.putheader(name, value)
        upstream.endheaders(body)
        real = upstream.getresponse()
        content = real.read()
        upstream.close()
        headers = [(name, value) for name, value in real.getheaders()
                   if name.lower() not in ("connection", "transfer-encoding", "content-length",
                                           "keep-alive", "date", "server")]
        length = real.headers.get("content-length") if handler.command == "HEAD" else None
        return spoil(handler, fault, real.status, headers, content, length)


# What the proxy says in the server's place.
REFUSALS = {
    "slow down": (503, "SlowDown"),
    "internal": (500, "InternalError"),
    "inside": (200, "InternalError"),
    "denied": (403, "AccessDenied"),
    "expired": (400, "ExpiredToken"),
    "timeout": (400, "RequestTimeout"),
    "gone": (404, "NoSuchBucket"),
}
# What it does to the server's answer.
SPOILT = ("reset", "cut", "short", "half", "slow")


def answer(handler, status, content, headers=(), length=None):
    handler.send_response(status)
    for name, value in headers:
        handler.send_header(name, value)
    handler.send_header("Content-Length", length or str(len(content)))
    handler.end_headers()
    if handler.command != "HEAD":
        handler.wfile.write(content)


def spoil(handler, fault, status, headers, content, length):
    half = content[:len(content) // 2]
    if fault == "half":  # whole by its length, but not as XML
        return answer(handler, status, half, headers)
    if fault == "slow":
        answer(handler, status, b"", headers, str(len(content)))
        for start in range(0, len(content), len(content) // 8 + 1):
            handler.wfile.write(content[start:start + len(content) // 8 + 1])
            time.sleep(0.05)
        return None
    if fault is None:
        return answer(handler, status, content, headers, length)
    # The connection ends: in order, behind a length that is too large, or by a reset.
    answer(handler, status, half, headers, str(len(content) if fault != "short" else len(half) + 9))
    handler.wfile.flush()
    handler.close_connection = True
    if fault == "reset":
        handler.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        handler.connection.close()
    return None


def value_of(target, name):
    """Of the query of a target; decoded."""
    found = urllib.parse.parse_qs(urllib.parse.urlsplit(target).query).get(name)
    return found[0] if found else None
