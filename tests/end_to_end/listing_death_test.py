"""The process that lists a store may die: that is one failed listing, and nothing more."""

import os
import pathlib
import signal
import unittest

import reports
from lake import IS_SLOW_BUILD, LakeTest

OBJECTS, MISSING = 1_500_000, (7, 4_711, 1_499_999)
CONFIG = """
state: ./state
limits: {memory: %s}
""" + reports.STORES + """collections:
  games:
    store: lake
    key: "games/{n:07}-{_}.json"
    dimensions: {n: {from: 0, to: 1499999}}
    expect: {min_size: 2B}
    collector: note
collectors:
  note:
    command:
      - sh
      - -c
      - >-
        echo "$1" >> calls; mkdir -p lake/games;
        echo observed > "$(printf 'lake/games/%%07d-late.json' "$1")"
      - sh
      - "{n}"
"""


def write_report(folder, files=4):
    """Of all games but those that are missing."""
    reports.deliver(folder, [reports.packed(
        f'"lake","games/{n:07}-v1.json","100","2026-01-02T03:04:05.000Z"\n'
        for n in range(part, OBJECTS, files) if n not in MISSING) for part in range(files)])


def listing_of(upkeep):
    """The process that lists for this one, once there is one; None when it ended without."""
    while upkeep.poll() is None:
        for path in pathlib.Path(f"/proc/{upkeep.pid}/task").glob("*/children"):
            try:
                for child in path.read_text().split():
                    command = pathlib.Path(f"/proc/{child}/cmdline").read_bytes()
                    if b"scan-store" in command:
                        return int(child)
            except OSError:  # a thread or a process that has just ended
                continue
    return None


class ListingDeath(LakeTest):
    def big_lake(self, memory):
        it = self.lake(CONFIG % memory)
        write_report(it.folder / "reports")
        return it

    def check_that_the_next_run_works(self, it):
        self.assertEqual(it.lines("calls"), [])
        it.call("run")
        self.assertEqual(sorted(it.lines("calls")), sorted(map(str, MISSING)))

    def test_by_kill_in_the_middle(self):
        it = self.big_lake("2GiB")
        upkeep = it.start("run")
        child = listing_of(upkeep)
        self.assertIsNotNone(child, "it listed by itself, or too quickly to be seen")
        os.kill(child, signal.SIGKILL)
        output, errors = upkeep.communicate(timeout=60)
        self.assertEqual(upkeep.returncode, 5, output + errors)
        self.assertIn("signal 9", output + errors)
        self.check_that_the_next_run_works(it)

    @unittest.skipIf(IS_SLOW_BUILD, "sanitizers need more memory than any limit")
    def test_by_its_limit_of_memory(self):
        it = self.big_lake("16MiB")
        done = it.call("run", expect=5)
        self.assertIn("`limits.memory`", done.stdout + done.stderr)
        it.write("upkeep.yaml", CONFIG % "2GiB")
        self.check_that_the_next_run_works(it)


if __name__ == "__main__":
    unittest.main()
