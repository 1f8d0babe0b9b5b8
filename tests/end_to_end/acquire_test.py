"""upkeep acquire: collectors share one budget of requests, in a run and under the loop."""

import json
import os
import subprocess
import time
import unittest
import urllib.request

from lake import LakeTest

CONFIG = """
state: ./state
http: {enabled: false}
stores:
  lake: {url: "file:./lake"}
upstreams:
  slow: {rate: 10/s, burst: 1}
collections:
  days:
    store: lake
    key: "days/{date}.txt"
    dimensions: {date: {from: 2026-01-01, to: 2026-01-20}}
    collector: write
collectors:
  write:
    upstream: slow
    requests: 0
    command: [./collect, "{path}"]
"""
COLLECT = """#!/bin/sh
"$UPKEEP" acquire slow || exit 1
date +%s.%N >> times
mkdir -p "$(dirname "$1")" && echo observed > "$1"
"""


class Acquire(LakeTest):
    def lake_of(self, config=CONFIG):
        it = self.lake(config, {"collect": COLLECT})
        self.addCleanup(it.call, "stop", expect=None)
        return it

    def test_a_run_of_many_keeps_to_the_rate(self):
        it = self.lake_of()
        it.call("run", env={**os.environ, "UPKEEP": it.program})
        times = sorted(float(line) for line in it.lines("times"))
        self.assertEqual(len(times), 20)
        # A collector writes its time a little after it was let go, never before.
        self.assertGreater(times[-1] - times[0], 1.7)

    def test_who_asks_for_what_is_not_there_is_told(self):
        it = self.lake_of()
        it.call("acquire", "slow", expect=3)
        it.call("start", "--dry-run")
        it.call("acquire", "slow")
        self.assertIn("there is no upstream `fast`", it.call("acquire", "fast", expect=2).stderr)
        self.assertIn("11", it.call("acquire", "slow", "11", expect=2).stderr)
        self.assertIn("number of requests", it.call("acquire", "slow", "x", expect=2).stderr)

    def test_a_waiter_that_is_ended_takes_nothing(self):
        it = self.lake_of(CONFIG.replace("10/s, burst: 1", "1/h"))
        it.call("start", "--dry-run")
        it.call("acquire", "slow")  # for an hour there is no other
        waiter = it.start("acquire", "slow")
        with self.assertRaises(subprocess.TimeoutExpired):
            waiter.wait(timeout=1)
        waiter.kill()
        waiter.communicate()
        it.call("acquire", "slow", "--timeout", "200ms", expect=1)
        self.assertTrue(json.loads(it.call("status", "--json", expect=None).stdout)["running"])

    def test_the_status_and_the_metrics_tell_of_each_upstream(self):
        it = self.lake_of(CONFIG.replace("{enabled: false}", '{listen: "127.0.0.1:0"}'))
        it.call("start", "--dry-run")
        for _ in range(2):
            it.call("acquire", "slow")
        for _ in range(100):  # the status is published a little later
            status = json.loads(it.call("status", "--json", expect=None).stdout)
            (slow,) = status["upstreams"]
            if slow["requests"] == 2:
                break
            time.sleep(0.1)
        self.assertEqual(slow["requests"], 2)
        self.assertEqual(slow["requests_last_minute"], 2)
        self.assertEqual((slow["throttled"], slow["learnt_per_minute"]), (0, None))
        self.assertIn("UPSTREAM", it.call("status", expect=None).stdout)
        with urllib.request.urlopen(f"http://{status['http']}/metrics") as page:
            self.assertIn('upkeep_upstream_requests_total{upstream="slow"} 2', page.read().decode())

    def test_a_reload_forgets_nobody_who_waits(self):
        it = self.lake_of(CONFIG.replace("10/s, burst: 1", "1/h"))
        it.call("start", "--dry-run")
        it.call("acquire", "slow")
        waiter = it.start("acquire", "slow")
        time.sleep(0.3)  # it asks
        it.write("upkeep.yaml", CONFIG)
        it.call("reload")
        self.assertEqual(waiter.wait(timeout=60), 0)
        waiter.communicate()


if __name__ == "__main__":
    unittest.main()
