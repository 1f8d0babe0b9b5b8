"""What the loop around the clock costs while nothing happens, and how soon it works after a start.

    python3 bench/loop_bench.py PATH-TO-UPKEEP [idle|restart] [MINUTES]

idle: a cycle a minute over a small store in which nothing is missing, for 15 minutes by default.
restart: a million gaps, each a task of its own; the loop is stopped, and started again.
"""

import json
import os
import pathlib
import statistics
import subprocess
import sys
import tempfile
import time

from measured import family, spread

CONFIG = """
state: ./state
http: {{listen: "127.0.0.1:0"}}
limits: {{tasks: 1, disk_free: 1MB}}
loop: {{reconcile_every: 1m}}
stores:
  lake: {{url: "file:./lake"}}
collections:
  numbers:
    store: lake
    key: "{{n}}.txt"
    dimensions: {{n: {{from: 1, to: {count}}}}}
    collector: first
collectors:
  first: {{command: [sh, -c, "date +%s.%N >> begun; sleep 60"], timeout: 2m, grace: 100ms}}
"""


class Loop:
    def __init__(self, upkeep, folder, count):
        self.folder = pathlib.Path(folder)
        self.command = [upkeep, "-c", str(self.folder / "upkeep.yaml")]
        (self.folder / "upkeep.yaml").write_text(CONFIG.format(count=count), encoding="utf-8")
        (self.folder / "lake").mkdir()

    def call(self, *words):
        return subprocess.run([*self.command, *words], stdin=subprocess.DEVNULL, check=False,
                              capture_output=True, text=True).stdout

    def status(self):
        return json.loads(self.call("status", "--json"))

    def supervisor(self):
        return int((self.folder / "state/run/supervisor.pid").read_text(encoding="ascii"))


def memory_of(pid):
    """PSS and private dirty memory in kB."""
    facts = {}
    with open(f"/proc/{pid}/smaps_rollup", encoding="ascii") as lines:
        for line in lines:
            words = line.split()
            if words[0] in ("Pss:", "Private_Dirty:"):
                facts[words[0]] = int(words[1])
    return facts["Pss:"], facts["Private_Dirty:"]


def processor_of(pid):
    """Seconds, its own and those of its children that have ended."""
    words = pathlib.Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rsplit(")", 1)[1].split()
    return sum(int(words[i]) for i in (11, 12, 13, 14)) / os.sysconf("SC_CLK_TCK")


def measure_idle(upkeep, minutes):
    with tempfile.TemporaryDirectory() as folder:
        loop = Loop(upkeep, folder, 1000)
        for n in range(1, 1001):
            (loop.folder / f"lake/{n}.txt").write_text("x", encoding="ascii")
        loop.call("start")
        try:
            time.sleep(20)
            watched = list(family(loop.supervisor()))
            begin, used = time.monotonic(), sum(processor_of(pid) for pid in watched)
            samples = []
            while time.monotonic() - begin < 60 * minutes:
                time.sleep(5)
                parts = [memory_of(pid) for pid in watched]
                samples.append((sum(p for p, _ in parts) / 1000, sum(d for _, d in parts) / 1000))
            seconds = time.monotonic() - begin
            used = sum(processor_of(pid) for pid in watched) - used
            if list(family(loop.supervisor()))[:2] != watched[:2]:
                raise SystemExit("it was started again meanwhile")
            is_well = loop.status()["health"] == "healthy"
        finally:
            loop.call("stop")
    quarter = max(len(samples) // 4, 1)
    for name, column, most in (("PSS", 0, 20), ("private dirty", 1, 8)):
        values = [sample[column] for sample in samples]
        print(f"{name} of supervisor and daemon: {spread(values)} MB (under {most}); the first "
              f"quarter {statistics.median(values[:quarter]):.2f} MB, the last "
              f"{statistics.median(values[-quarter:]):.2f} MB")
    print(f"processor: {100 * used / seconds:.3f} % of a core over {seconds / 60:.1f} minutes, "
          f"listings included (under 0.3 %); healthy: {is_well}")


def seconds_until(what, since, patience=60):
    while not what():
        if time.time() - since > patience:
            raise SystemExit("it did not come up")
        time.sleep(0.01)
    return time.time() - since


def measure_restart(upkeep):
    up, first, known = [], [], []
    with tempfile.TemporaryDirectory() as folder:
        loop = Loop(upkeep, folder, 1_000_000)
        for turn in range(6):
            begun = loop.folder / "begun"
            begun.unlink(missing_ok=True)
            since = time.time()
            loop.call("start")
            returned = time.time() - since
            seconds_until(lambda: begun.exists() and begun.stat().st_size > 0, since)
            worked = float(begun.read_text(encoding="ascii").split()[0]) - since
            knew = seconds_until(lambda: loop.status()["queue"]["gaps"] == 1_000_000, since)
            loop.call("stop")
            if turn > 0:  # the first one knows of no inventory yet
                up.append(returned)
                first.append(worked)
                known.append(knew)
    print(f"1 M gaps: `start` returned after {spread(up)} s, the first collector ran after "
          f"{spread(first)} s (under 2), `status` counted them all after {spread(known)} s")


def main(upkeep, part="", minutes="15"):
    upkeep = str(pathlib.Path(upkeep).resolve())
    if part in ("", "restart"):
        measure_restart(upkeep)
    if part in ("", "idle"):
        measure_idle(upkeep, float(minutes))


if __name__ == "__main__":
    main(*sys.argv[1:])
