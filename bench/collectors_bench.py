"""How fast collectors are started, beside `xargs -P2` on the same command in the same run.

    python3 bench/collectors_bench.py PATH-TO-UPKEEP [COUNT]

upkeep has a task for each of COUNT partitions whose collector is /bin/true, two at a time,
without retries: it writes each attempt to its durable journal before and after, keeps its
output, and looks at the store for what was claimed. xargs does none of that.
"""

import pathlib
import subprocess
import sys
import tempfile
import time

CONFIG = """
state: state
timezone: UTC
limits: {{tasks: 2, disk_free: 1MB}}
stores:
  local: {{url: "file:store"}}
collections:
  numbers:
    store: local
    key: "numbers/{{number}}.txt"
    dimensions: {{number: {{from: 1, to: {count}}}}}
    collector: nothing
collectors:
  nothing: {{command: [/bin/true], retries: {{max: 0}}}}
"""


def seconds(command, **options):
    start = time.monotonic()
    done = subprocess.run(command, stdout=subprocess.DEVNULL, check=False, **options)
    return time.monotonic() - start, done.returncode


def measure(upkeep, count):
    """Starts a second of upkeep and of xargs."""
    with tempfile.TemporaryDirectory() as folder:
        config = pathlib.Path(folder, "upkeep.yaml")
        config.write_text(CONFIG.format(count=count), encoding="utf-8")
        pathlib.Path(folder, "store").mkdir()
        mine, code = seconds([upkeep, "-c", str(config), "run"], stdin=subprocess.DEVNULL)
        if code != 1:  # nothing was written, so gaps must be left
            raise SystemExit(f"upkeep run ended with {code}, 1 was expected")
        numbers = "\n".join(str(number) for number in range(count)).encode()
        theirs, _ = seconds(["xargs", "-P2", "-n1", "/bin/true"], input=numbers)
    return count / mine, count / theirs


def main(upkeep, count=2000):
    for _ in range(3):
        mine, theirs = measure(upkeep, int(count))
        print(f"upkeep {mine:,.0f} a second, xargs -P2 {theirs:,.0f} a second, "
              f"ratio {mine / theirs:.2f} (at least 0.70)")


if __name__ == "__main__":
    main(*sys.argv[1:])
