"""What a command costs: time, processor time and memory of all its processes."""

import os
import pathlib
import statistics
import subprocess
import threading
import time


class Cost:
    """Seconds by the clock, seconds of processors, and the most memory (PSS) in bytes."""

    def __init__(self, wall, cpu, memory, output):
        self.wall, self.cpu, self.memory, self.output = wall, cpu, memory, output


def run(command, expect=0, memory=False, keep=True):
    """Watching the memory costs time, so it is asked for in runs of their own; so does reading
    what the command says, when `keep` is not False."""
    peak = [0]
    begin = time.monotonic()
    with subprocess.Popen(command, stdin=subprocess.DEVNULL,
                          stdout=subprocess.PIPE if keep else subprocess.DEVNULL) as child:
        ended = threading.Event()
        watcher = threading.Thread(target=watch, args=(child.pid, ended, peak))
        if memory:
            watcher.start()
        output = child.stdout.read() if keep else b""
        _, status, usage = os.wait4(child.pid, 0)
        wall = time.monotonic() - begin
        child.returncode = os.waitstatus_to_exitcode(status)
        ended.set()
        if memory:
            watcher.join()
    if child.returncode != expect:
        raise SystemExit(f"{' '.join(map(str, command))} ended with {child.returncode}")
    return Cost(wall, usage.ru_utime + usage.ru_stime, peak[0], output)


def watch(root, ended, peak):
    while not ended.wait(0.01):
        peak[0] = max(peak[0], sum(pss(process) for process in family(root)))


def family(process):
    """The process and all that it started."""
    yield process
    for children in pathlib.Path(f"/proc/{process}/task").glob("*/children"):
        try:
            pids = children.read_text(encoding="ascii").split()
        except OSError:  # it is over
            continue
        for pid in pids:
            yield from family(int(pid))


def pss(process):
    try:
        with open(f"/proc/{process}/smaps_rollup", encoding="ascii") as lines:
            return next(int(line.split()[1]) * 1024 for line in lines if line.startswith("Pss:"))
    except (OSError, StopIteration):
        return 0


def spread(values):
    """The median, and the smallest and largest."""
    return f"{statistics.median(values):.2f} ({min(values):.2f} to {max(values):.2f})"
