"""The real loop under load, with faults, for as long as you like.

    python3 tests/soak/soak.py PATH-TO-UPKEEP [MINUTES] [SEED]

Two stores, a thousand partitions, and collectors that die, hang, lie and leave processes behind
(`collect`). Objects are taken away all the time, so there is always work. Meanwhile the daemon, its
supervisor, listings and collectors are killed, stores go away, the disk of the state fills up
(`faults.py`). Then the faults stop. Books that upkeep does not keep show whether anything was
collected twice at once, collected although it was there, or lost; whether all healed without help;
and whether processes, descriptors or memory leaked. Exit code 0: all of that held.
"""

import collections
import http.client
import json
import os
import pathlib
import random
import shutil
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import threading
import time

import faults

CONFIG = """
state: ./state
http: {{listen: "127.0.0.1:0"}}
loop: {{reconcile_every: 5s, queue_poll: 500ms, hang_after: 5s, max_run_time: 2m}}
limits: {{tasks: 6, disk_free: 4MB}}
log: {{max_size: 2MB, keep: 3}}
keep: {{output: 5m, journal: 1h}}
stores:
  one: {{url: "file:./one", max_loss: 90%}}
  two: {{url: "file:./two", max_loss: 90%}}
collections:
  days:
    store: one
    key: "days/{{n}}.txt"
    dimensions: {{n: {{from: 1, to: 600}}}}
    collector: one
  hours:
    store: two
    key: "hours/{{n}}.txt"
    dimensions: {{n: {{from: 1, to: 400}}}}
    collector: two
collectors:
  one:
    command: [{here}/collect, ./one, "{{key}}", {books}]
    timeout: 4s
    grace: 500ms
    retries: &retries {{max: 5, base: 200ms, cap: 3s, rest: 5s}}
  two:
    command: [{here}/collect, ./two, "{{key}}", {books}]
    timeout: 4s
    grace: 500ms
    retries: *retries
"""
# Memory and state are told apart by phases of this share of the run.
PHASE = 0.2
HEALED_WITHIN = 420  # seconds


class Scene:
    def __init__(self, upkeep, folder, seed):
        self.folder, self.random = folder, random.Random(seed)
        self.upkeep, self.config = folder / "upkeep", folder / "upkeep.yaml"
        self.state, self.books = folder / "state", folder / "books"
        self.stores = ["one", "two"]
        self.expected = {"one": [f"days/{n}.txt" for n in range(1, 601)],
                         "two": [f"hours/{n}.txt" for n in range(1, 401)]}
        self.complaints, self.happened = [], collections.Counter()
        self.answers, self.unanswered, self.samples = [], 0, []
        self.removed = self.rescues = 0
        shutil.copy2(upkeep, self.upkeep)  # a build meanwhile is no fault
        for name in (*self.stores, "state", "books/locks"):
            (folder / name).mkdir(parents=True)
        self.config.write_text(CONFIG.format(here=pathlib.Path(__file__).parent.resolve(),
                                             books=self.books))
        self.has_small_disk = subprocess.run(
            ["mount", "-t", "tmpfs", "-o", "size=64m", "tmpfs", self.state], check=False,
            capture_output=True).returncode == 0
        self.began, self.ended = time.monotonic(), threading.Event()

    def say(self, text):
        print(f"{time.monotonic() - self.began:7.1f} s  {text}", flush=True)

    def complain(self, text):
        self.complaints.append(text)
        self.say("WRONG: " + text)

    def call(self, *words):
        return subprocess.run([self.upkeep, "-c", self.config, *words], stdin=subprocess.DEVNULL,
                              capture_output=True, text=True, timeout=180, check=False)

    def daemon(self):
        return self.process("daemon")

    def supervisor(self):
        return self.process("supervisor")

    def process(self, role):
        return next((pid for pid, one in faults.processes_of(self) if one == role), None)

    def lines(self, book):
        path = self.books / book
        return path.read_text().splitlines() if path.exists() else []

    def missing(self):
        return [f"{store}/{key}" for store, keys in self.expected.items() for key in keys
                if not (self.folder / store / key).exists()]

    def status(self):
        return json.loads(self.call("status", "--json").stdout)


def take_away(scene):
    """The load: a few objects vanish each second."""
    chance = random.Random(1)
    while not scene.ended.wait(chance.uniform(0, 0.5)):
        store = chance.choice(scene.stores)
        path = scene.folder / store / chance.choice(scene.expected[store])
        try:
            path.unlink()
            scene.removed += 1
        except OSError:
            pass


def ask(scene, address, path):
    connection = http.client.HTTPConnection(address, timeout=10)
    try:
        connection.request("GET", path)
        answer = connection.getresponse()
        answer.read()
        return answer.status
    except (OSError, http.client.HTTPException):
        return None
    finally:
        connection.close()


def watch_pages(scene):
    """Somebody's monitor, four times a second."""
    address = None
    pages = ["/health", "/status", "/health", "/metrics", "/health", "/tasks?limit=5",
             "/health", "/api/v1/journal?limit=20", "/health", "/api/v1/coverage"]
    turn = 0
    while not scene.ended.wait(0.25):
        turn += 1
        begin = time.monotonic()
        status = address and ask(scene, address, pages[turn % len(pages)])
        if status:
            scene.answers.append((time.monotonic() - begin, status))
            continue
        scene.unanswered += 1
        try:  # a free port is another one after each start
            address = scene.status()["http"]
        except (ValueError, KeyError, subprocess.TimeoutExpired):
            address = None


def measure(scene):
    while not scene.ended.wait(5):
        memory = private = files = count = 0
        for pid, role in faults.processes_of(scene):
            if role == "scan-store":
                continue  # they come and go
            try:
                for line in open(f"/proc/{pid}/smaps_rollup", encoding="ascii"):
                    memory += int(line.split()[1]) if line.startswith("Pss:") else 0
                    private += int(line.split()[1]) if line.startswith("Private_Dirty:") else 0
                files += len(os.listdir(f"/proc/{pid}/fd"))
                count += 1
            except OSError:
                continue
        scene.samples.append((time.monotonic() - scene.began, memory, private, files, count))


def rescue(scene):
    """What an operator, or a system's own supervisor, does when both processes are gone, and when
    the pause before another try has become long by so many deaths."""
    for _ in range(40):
        if scene.daemon():
            return
        time.sleep(0.5)
    scene.rescues += 1
    done = scene.call("restart")
    scene.say(f"nobody was there for 20 s; restart ended with {done.returncode} {done.stderr!r}")


def do_faults(scene, seconds):
    chosen = [fault for fault, often in faults.FAULTS.items() for _ in range(often)
              if scene.has_small_disk or fault is not faults.fill_disk]
    while time.monotonic() - scene.began < seconds:
        time.sleep(scene.random.expovariate(1 / 12))
        fault = scene.random.choice(chosen)
        told = fault(scene)
        if told:
            scene.happened[fault.__name__] += 1
            scene.say(told)
        rescue(scene)


def heal(scene):
    """Nobody takes anything away and nothing breaks any more; collectors stay as they are."""
    begin = time.monotonic()
    while time.monotonic() - begin < HEALED_WITHIN:
        rescue(scene)
        try:
            status = scene.status()
            open_ones = [i for i in status["incidents"] if i["state"] != "closed"]
            is_known = all(c.get("completeness") == 1 for c in status["collections"])
            if not scene.missing() and is_known and not open_ones:
                return time.monotonic() - begin
        except (ValueError, KeyError):
            pass
        time.sleep(1)
    scene.complain(f"not healed after {HEALED_WITHIN} s: {len(scene.missing())} missing, such as "
                   f"{scene.missing()[:3]}; {scene.call('status').stdout}")
    return None


def left_behind(scene):
    """Processes that still belong to the folder, whatever they are."""
    found = []
    for entry in pathlib.Path("/proc").iterdir():
        if not entry.name.isdigit() or int(entry.name) == os.getpid():
            continue
        try:
            words = (entry / "cmdline").read_bytes().decode(errors="replace").replace("\0", " ")
            if os.readlink(entry / "cwd").startswith(str(scene.folder)):
                found.append(f"{entry.name} {words}")
        except OSError:
            continue
    return found


def judge(scene, healed):
    scene.call("stop")
    for book, meaning in (("twice", "collected twice at once"),
                          ("needless", "collected although it was there")):
        if scene.lines(book):
            scene.complain(f"{len(scene.lines(book))} {meaning}, such as {scene.lines(book)[:3]}")
    calls = [line.split(" ", 1) for line in scene.lines("calls")]
    ids = collections.Counter(attempt for attempt, _ in calls)
    if again := [attempt for attempt, times in ids.items() if times > 1]:
        scene.complain(f"{len(again)} attempts have the same name, such as {again[:3]}")
    with sqlite3.connect(scene.state / "upkeep.db") as state:
        if (said := state.execute("pragma integrity_check").fetchone()) != ("ok",):
            scene.complain(f"the state is damaged: {said}")
    if left := left_behind(scene):
        scene.complain(f"processes were left behind: {left}")
    report(scene, healed, len(calls))


def phase(scene, begin, end, column):
    chosen = [s[column] for s in scene.samples if begin <= s[0] <= end and s[4] >= 2]
    return statistics.median(chosen) if chosen else 0


def report(scene, healed, calls):
    whole = scene.samples[-1][0] if scene.samples else 0
    times = sorted(seconds for seconds, _ in scene.answers) or [0]
    print(f"\n{whole / 60:.0f} minutes, {sum(scene.happened.values())} faults:",
          ", ".join(f"{name} {count}" for name, count in scene.happened.most_common()))
    print(f"collectors started {calls}, objects taken away {scene.removed}, "
          f"healed after {healed and round(healed)} s, rescues {scene.rescues}")
    print(f"pages: {len(times)} answers, median {1000 * statistics.median(times):.1f} ms, "
          f"99 % {1000 * times[len(times) * 99 // 100]:.0f} ms, longest "
          f"{1000 * times[-1]:.0f} ms; {scene.unanswered} times nobody answered; "
          f"{dict(collections.Counter(status for _, status in scene.answers))}")
    figures = (("PSS", 1, "kB"), ("private dirty", 2, "kB"), ("descriptors", 3, ""))
    for name, column, unit in figures:
        first = phase(scene, 0.05 * whole, PHASE * whole, column)
        last = phase(scene, (1 - PHASE) * whole, whole, column)
        print(f"{name}: {first:.0f} {unit} at first, {last:.0f} {unit} at last, "
              f"most {max((s[column] for s in scene.samples), default=0)} {unit}")
        if whole > 300 and last > 1.5 * first:
            scene.complain(f"{name} grows")
    print("held" if not scene.complaints else "DID NOT HOLD:\n  " + "\n  ".join(scene.complaints))


def main(upkeep, minutes="60", seed="1"):
    folder = pathlib.Path(tempfile.mkdtemp(prefix="upkeep-soak-"))
    scene = Scene(pathlib.Path(upkeep).resolve(), folder, int(seed))
    print(f"in {folder}, seed {seed}" +
          ("" if scene.has_small_disk else "; no disk is filled up: mounting takes root"))
    begun = scene.call("start")
    if begun.returncode != 0:
        raise SystemExit(begun.stderr)
    watchers = [threading.Thread(target=one, args=(scene,), daemon=True)
                for one in (watch_pages, measure)]
    load_ended = scene.ended
    loader = threading.Thread(target=take_away, args=(scene,), daemon=True)
    for one in (*watchers, loader):
        one.start()
    try:
        do_faults(scene, 60 * float(minutes))
        load_ended.set()
        judge(scene, heal(scene))
    finally:
        scene.call("stop")
        if scene.has_small_disk:
            subprocess.run(["umount", "-l", scene.state], check=False)
    if scene.complaints:
        print(f"the folder is kept: {folder}")
        return 1
    shutil.rmtree(folder)
    return 0


if __name__ == "__main__":
    # In a world of mounts of its own, so that none is left behind.
    if "UPKEEP_SOAK" not in os.environ and os.geteuid() == 0 and shutil.which("unshare"):
        os.environ["UPKEEP_SOAK"] = "1"
        os.execvp("unshare", ["unshare", "--mount", sys.executable, "-B", *sys.argv])
    sys.exit(main(*sys.argv[1:]))
