"""kill -9 at random moments, and a disk that fills up: nothing is lost, nothing is
collected twice at once, the state opens every time."""

import os
import random
import signal
import sqlite3
import subprocess
import time
import unittest

from lake import IS_SLOW_BUILD, LakeTest

CONFIG = """
state: ./state
stores:
  lake: {url: "file:./lake", max_loss: 90%%}
limits: {tasks: 4}
collections:
  days:
    store: lake
    key: "days/{n}.txt"
    dimensions: {n: {from: 0, to: 399}}
    collector: slow
collectors:
  slow:
    command: [./collect, "{path}", "{n}"]
    timeout: 20s
    retries: {max: 50, base: 5ms, cap: 20ms}
"""

# A folder can be made by one only: a second collector of the same partition is seen.
COLLECT = """#!/bin/bash
mkdir "busy/$2" 2>/dev/null || echo "$2" >> twice
echo "$2" >> calls
sleep 0.0$((RANDOM % 9))
if [ $((RANDOM % 10)) = 0 ]; then rmdir "busy/$2"; exit 1; fi
mkdir -p "$(dirname "$1")" && echo observed > "$1.new" && mv "$1.new" "$1"
rmdir "busy/$2"
"""


class Killed(LakeTest):
    def setUp(self):
        self.it = self.lake(CONFIG.replace("%%", "%"), {"collect": COLLECT, "busy/.keep": ""})
        self.random = random.Random(20251022)

    def check(self):
        with sqlite3.connect(self.it.state / "upkeep.db") as database:
            self.assertEqual(database.execute("pragma integrity_check").fetchone(), ("ok",))
        self.assertEqual(self.it.lines("twice"), [])

    def test_at_random_moments(self):
        for moment in range(40 if IS_SLOW_BUILD else 200):
            upkeep = self.it.start("run")
            try:
                upkeep.wait(self.random.uniform(0.0, 0.6))
                self.assertIn(upkeep.returncode, (0, 1))
                for key in self.random.sample(self.it.objects(), 40):  # it had filled everything
                    (self.it.data / key).unlink(missing_ok=True)
            except subprocess.TimeoutExpired:
                upkeep.send_signal(signal.SIGKILL)
            _, errors = upkeep.communicate()
            self.assertNotIn("error", errors, f"at moment {moment}")
        self.it.call("run")
        self.check()
        self.assertEqual(len([o for o in self.it.objects() if o.endswith(".txt")]), 400)

    @unittest.skipUnless(os.geteuid() == 0, "only root may mount a file system")
    def test_on_a_disk_that_fills_up(self):
        self.it.state.mkdir()
        subprocess.run(["mount", "-t", "tmpfs", "-o", "size=3m", "tmpfs", self.it.state],
                       check=True)
        self.addCleanup(subprocess.run, ["umount", "-l", self.it.state])
        upkeep = self.it.start("run")
        while len(self.it.objects()) < 20:
            time.sleep(0.01)
        full = self.it.state / "full"
        subprocess.run(["dd", "if=/dev/zero", f"of={full}", "bs=4k"], stderr=subprocess.DEVNULL)
        time.sleep(3)
        self.assertIsNone(upkeep.poll(), "it waits for room")
        full.unlink()
        output, errors = upkeep.communicate(timeout=120)
        self.assertEqual(upkeep.returncode, 0, output + errors)
        self.check()
        self.assertEqual(len([o for o in self.it.objects() if o.endswith(".txt")]), 400)


if __name__ == "__main__":
    unittest.main()
