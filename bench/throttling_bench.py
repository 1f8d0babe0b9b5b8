"""Twenty collectors against upstreams that refuse requests above their limit, beside `xargs` and
beside retrying without a limit, all in the same minutes.

    python3 bench/throttling_bench.py PATH-TO-UPKEEP [MINUTES]

Each way has an upstream of its own that allows 600 requests a minute and answers 429 above that,
without Retry-After. Upstreams count in two ways: a bucket that refills by ten a second and
holds twenty, or all requests of the last minute, refused ones too. upkeep is told the limit or
has to find it out. Halfway one upkeep that was told is ended by kill -9 and started again at
once. Who is told should have at most 1 % of its requests refused and use at least 90 % of what is
allowed; who is not, at most 3 % and at least 75 %.
"""

import collections
import http.client
import http.server
import json
import os
import pathlib
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
import urllib.parse

COLLECTORS = 20
PER_MINUTE = 600
BURST = 20
LATENCY_SECONDS = 0.05

CONFIG = """
state: state
timezone: UTC
http: {{enabled: false}}
limits: {{tasks: {collectors}, disk_free: 1MB}}
loop: {{max_run_time: 2h}}
stores:
  lake: {{url: "file:./lake"}}
upstreams:
  upstream: {upstream}
collections:
"""
COLLECTION = """
  numbers-{name}:
    store: lake
    key: "{name}/{{n}}.txt"
    dimensions: {{n: {{from: 1, to: 5000}}}}
    collector: c{name}
"""
COLLECTOR = """
  c{name}:
    command: [python3, "{script}", asks, "{url}", "{{partitions}}", "{name}"]
    batch: {{max: 50}}
    upstream: upstream
    requests: 0
"""


class Bucket:
    """Ten requests a second, twenty at once."""

    def __init__(self):
        self.tokens, self.last = BURST, time.monotonic()

    def allows(self, now):
        self.tokens = min(BURST, self.tokens + (now - self.last) * PER_MINUTE / 60)
        self.last = now
        allowed = self.tokens >= 1
        self.tokens -= allowed
        return allowed


class LastMinute:
    """So many requests in any minute, whether they were answered or refused."""

    def __init__(self):
        self.times = collections.deque()

    def allows(self, now):
        while self.times and self.times[0] <= now - 60:
            self.times.popleft()
        self.times.append(now)
        if len(self.times) > 10 * PER_MINUTE:  # nobody needs to know more
            self.times.popleft()
        return len(self.times) <= PER_MINUTE


class Upstream:
    def __init__(self, limiter):
        self.limiter, self.lock = limiter, threading.Lock()
        self.answered = self.refused = 0

    def asked(self):
        with self.lock:
            allowed = self.limiter.allows(time.monotonic())
            self.answered += allowed
            self.refused += not allowed
        return allowed


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    upstreams = {}

    def do_GET(self):
        allowed = self.upstreams[self.path.split("/")[1]].asked()
        time.sleep(LATENCY_SECONDS)
        body = b"observed\n" if allowed else b""
        self.send_response(200 if allowed else 429)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


class Server(http.server.ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 500

    def handle_error(self, *_):
        pass  # who asked was ended meanwhile


class Upkeep:
    """`upkeep run`, started again when it ends before its time."""

    def __init__(self, program, folder, name, url, upstream):
        self.folder = pathlib.Path(folder, name)
        (self.folder / "lake").mkdir(parents=True)
        names = [f"{n:02}" for n in range(COLLECTORS)]
        config = CONFIG.format(collectors=COLLECTORS, upstream=upstream)
        config += "".join(COLLECTION.format(name=n) for n in names) + "collectors:"
        script = os.path.abspath(__file__)
        config += "".join(COLLECTOR.format(name=n, url=url, script=script) for n in names)
        (self.folder / "upkeep.yaml").write_text(config, encoding="utf-8")
        self.command = [program, "-c", self.folder / "upkeep.yaml", "run"]
        self.start()

    def start(self):
        with open(self.folder / "out", "ab") as out:
            self.process = subprocess.Popen(self.command, stdin=subprocess.DEVNULL, stdout=out,
                                            stderr=out)

    def die(self):
        self.process.kill()
        self.process.wait()
        self.start()

    def stop(self):
        if self.process.poll() is not None:
            raise SystemExit((self.folder / "out").read_text(encoding="utf-8"))
        self.process.terminate()
        self.process.wait()


class Others:
    """Twenty at once for ever: `xargs -P20`, each request once; or each until it is answered."""

    def __init__(self, mode, url):
        names = "yes x" if mode == "once" else f"yes x | head -n {COLLECTORS}"
        command = f"{names} | xargs -P{COLLECTORS} -I% python3 {__file__} {mode} {url}"
        self.process = subprocess.Popen(["sh", "-c", command], start_new_session=True,
                                        stdin=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def stop(self):
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()


def measure(program, minutes):
    """Yields each way's name with what its upstream has counted."""
    server = Server(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    told = f"{{rate: {PER_MINUTE}/min}}"
    ways = {
        "told-of-the-bucket": (Bucket, f"{{rate: {PER_MINUTE // 60}/s}}"),
        "told-of-the-minute": (LastMinute, told),
        "told-and-killed": (LastMinute, told),
        "not-told-of-the-bucket": (Bucket, "{}"),
        "not-told-of-the-minute": (LastMinute, "{}"),
        "xargs": (Bucket, "once"),
        "retrying": (Bucket, "again"),
    }
    Handler.upstreams = {name: Upstream(limiter()) for name, (limiter, _) in ways.items()}
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        running = {}
        for name, (_, how) in ways.items():
            url = f"http://127.0.0.1:{server.server_port}/{name}/"
            running[name] = (Others(how, url) if how in ("once", "again") else
                             Upkeep(program, folder, name, url, how))
        time.sleep(minutes * 30)
        running["told-and-killed"].die()
        time.sleep(minutes * 30)
        counted = [(name, up.answered, up.refused) for name, up in Handler.upstreams.items()]
        for one in running.values():
            one.stop()
    server.shutdown()
    return counted


def main(program, minutes="10"):
    allowed = PER_MINUTE * float(minutes)
    print(f"{'':24}{'answered':>9} {'refused':>9}  of its requests refused, of its limit used")
    for name, answered, refused in measure(program, float(minutes)):
        share = 100 * refused / max(1, answered + refused)
        print(f"{name.replace('-', ' '):24}{answered:9,} {refused:9,}  {share:5.2f} %, "
              f"{100 * answered / allowed:5.1f} %")


# --- The collector, in the same file ------------------------------------------------------


def get(wire, url):
    wire.request("GET", url)
    answer = wire.getresponse()
    return answer.status, answer.read()


def connect(url):
    return http.client.HTTPConnection(urllib.parse.urlsplit(url).netloc, timeout=30)


def acquire(count=1):
    """Waits until upkeep grants the requests."""
    wire = http.client.HTTPConnection("localhost")
    wire.sock = socket.socket(socket.AF_UNIX)
    wire.sock.connect("state/run/upkeep.sock")
    wire.request("POST",
                 f"/api/v1/acquire/upstream?n={count}&who={os.environ['UPKEEP_ATTEMPT']}")
    if wire.getresponse().status != 200:
        sys.exit(1)


def collect(url, partitions, name):
    wire = connect(url)
    with open(partitions, encoding="utf-8") as lines:
        members = [json.loads(line) for line in lines]
    way = urllib.parse.urlsplit(url).path
    for member in members:
        while True:
            acquire()
            status, body = get(wire, f"{way}{member['n']}")
            if status == 200:
                break
            with open(os.environ["UPKEEP_REPORT"], "a", encoding="utf-8") as report:
                report.write('{"throttled": 1}\n')
        path = pathlib.Path("lake", name, f"{member['n']}.txt")
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(body)


def retry(url, times):
    wire, way = connect(url), urllib.parse.urlsplit(url).path
    for n in range(times):
        while get(wire, f"{way}{n}")[0] != 200 and times > 50:
            pass


if __name__ == "__main__":
    if sys.argv[1] == "asks":
        collect(*sys.argv[2:5])
    elif sys.argv[1] == "once":
        retry(sys.argv[2], 50)
    elif sys.argv[1] == "again":
        retry(sys.argv[2], 10**9)
    else:
        main(*sys.argv[1:])
