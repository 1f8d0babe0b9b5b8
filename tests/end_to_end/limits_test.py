"""The loop keeps to its own limits, says what happens at them, and passes none of them on."""

import json
import pathlib
import resource
import subprocess
import time
import unittest

from lake import IS_SLOW_BUILD, LakeTest

CONFIG = """
state: ./state
http: {listen: "127.0.0.1:0"}
loop: {reconcile_every: 1s, queue_poll: 100ms}
limits: {memory: 300MB}
stores:
  lake: {url: "file:./lake"}
collections:
  days:
    store: lake
    key: "days/{n}.txt"
    dimensions: {n: {from: 1, to: 5}}
    collector: write
collectors:
  write:
    command: [sh, -c, 'ulimit -d > data.$2; ulimit -c > core.$2;
                       seq 200000; mkdir -p lake/days; echo 1 > "$1"', sh, "{path}", "{n}"]
    retries: {max: 100, base: 50ms, cap: 100ms}
"""

class Limits(LakeTest):
    def setUp(self):
        self.it = self.lake(CONFIG)
        self.addCleanup(self.it.call, "stop", expect=None)

    def status(self):
        return json.loads(self.it.call("status", "--json", expect=None).stdout)

    def eventually(self, what):
        until = time.monotonic() + 60
        while time.monotonic() < until:
            if result := what():
                return result
            time.sleep(0.05)
        self.fail("it did not come true: " + self.it.call("logs", expect=None).stdout)

    def is_whole(self):
        return len(self.it.objects()) == 5

    @unittest.skipIf(IS_SLOW_BUILD, "sanitizers reserve terabytes")
    def test_its_memory_is_limited_and_that_of_collectors_is_not(self):
        self.it.call("start")
        self.eventually(self.is_whole)
        daemon = self.status()["pid"]
        self.assertEqual(resource.prlimit(daemon, resource.RLIMIT_DATA)[0], 300_000_000)
        self.assertEqual(self.it.lines("data.1"), ["unlimited"])
        self.it.write("upkeep.yaml", CONFIG.replace("300MB", "200MB"))
        self.it.call("reload")
        self.eventually(lambda: resource.prlimit(daemon, resource.RLIMIT_DATA)[0] == 200_000_000)

    @unittest.skipIf(IS_SLOW_BUILD, "sanitizers reserve terabytes")
    def test_without_memory_it_says_so_and_is_started_again(self):
        self.it.call("start")
        self.eventually(self.is_whole)
        daemon = self.status()["pid"]
        hard = resource.prlimit(daemon, resource.RLIMIT_DATA)[1]
        resource.prlimit(daemon, resource.RLIMIT_DATA, (1, hard))
        # To read it takes more than what is left over.
        self.it.write("upkeep.yaml", CONFIG + ("#" + 100 * "x" + "\n") * 40_000)
        self.it.call("reload", expect=None)
        self.eventually(lambda: self.status()["pid"] not in (daemon, None))
        log = self.it.call("logs").stdout
        self.assertIn("memory ran out: `limits.memory` allows 300.00 MB", log)
        self.assertIn("it is started again", log)
        (self.it.data / "days/3.txt").unlink()
        self.eventually(self.is_whole)

    def test_a_file_that_may_grow_no_more_is_an_error_and_not_the_end(self):
        limit = lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (400_000, 400_000))
        subprocess.run(self.it.command("start"), check=True, preexec_fn=limit,
                       stdout=subprocess.DEVNULL)
        daemon = self.status()["pid"]
        self.eventually(self.is_whole)
        outputs = list((self.it.state / "logs/tasks").iterdir())
        self.assertEqual(max(path.stat().st_size for path in outputs), 400_000)
        self.assertEqual(self.status()["pid"], daemon)

    def test_a_collector_may_leave_a_core_file_no_more_than_the_daemon(self):
        self.it.call("start")
        self.eventually(self.is_whole)
        self.assertIn(self.it.lines("core.1"), (["0"], ["1"]))
        limits = pathlib.Path(f"/proc/{self.status()['pid']}/limits").read_text()
        core = next(line for line in limits.splitlines() if line.startswith("Max core file size"))
        self.assertLessEqual(int(core.split()[4]), 1)


if __name__ == "__main__":
    unittest.main()
