"""The numbers for monitoring are what Prometheus takes, whatever names and failures are in them."""

import pathlib
import re
import shutil
import subprocess
import time
import unittest
import urllib.request

import lake

CONFIG = """
state: ./state
http: {listen: "127.0.0.1:0"}
loop: {reconcile_every: 1s, queue_poll: 100ms}
stores:
  lake: {url: "file:./lake"}
  gone: {url: "file:./is not there"}
upstreams: {api.example.com: {rate: 100/s, hourly: 100000}}
collections:
  good-ones:
    store: lake
    key: "good/{date}.txt"
    dimensions: {date: {from: 2026-01-01, to: 2026-01-09}}
    collector: write
  bad_ones:
    store: lake
    key: "bad/{kind}.txt"
    dimensions: {kind: ['with "quotes"', 'and \\back\\slash']}
    expect: {valid: json}
    collector: fail
  never.judged: {store: gone, key: "{n}.txt", dimensions: {n: {from: 1, to: 2}}}
collectors:
  write:
    command: [sh, -c, 'mkdir -p "${1%/*}"; echo 1 > "$1"', sh, "{path}"]
    upstream: api.example.com
  fail: {command: [sh, -c, "echo no >&2; exit 1"], retries: {max: 0}}
"""
SAMPLE = re.compile(r'([a-z_]+)(\{(?:[a-z_]+="(?:[^"\\\n]|\\[\\"n])*",?)*\})? (\S+)')


def promtool():
    own = pathlib.Path(__file__).resolve().parents[2] / "build/tools/promtool"
    return shutil.which("promtool") or (str(own) if own.exists() else None)


class Metrics(lake.LakeTest):
    def numbers(self):
        """Once all kinds of things have happened."""
        it = self.lake(CONFIG)
        self.addCleanup(it.call, "stop", expect=None)
        it.call("start")
        address = None
        until = time.monotonic() + 60
        while time.monotonic() < until:
            address = address or self.address(it)
            with urllib.request.urlopen(f"http://{address}/metrics", timeout=10) as answer:
                text = answer.read().decode()
                self.assertEqual(answer.headers["Content-Type"].split(";")[0], "text/plain")
            if ('upkeep_collection_completeness{collection="good-ones"} 1\n' in text
                    and 'upkeep_failures_total{class="unknown"} 0\n' not in text):
                return text
            time.sleep(0.1)
        raise AssertionError(text)

    def address(self, it):
        return lake.json.loads(it.call("status", "--json", expect=None).stdout)["http"]

    def test_each_family_is_described_once_and_stands_together(self):
        described, current, seen = {}, None, set()
        for line in self.numbers().splitlines():
            if line.startswith("# HELP "):
                current = line.split()[2]
                self.assertNotIn(current, described)
                self.assertRegex(line, rf"^# HELP {current} [A-Z0-9].*\.$")
                described[current] = None
            elif line.startswith("# TYPE "):
                self.assertEqual(line.split()[2], current)
                described[current] = line.split()[3]
                self.assertEqual(current.endswith("_total"), described[current] == "counter")
            else:
                sample = SAMPLE.fullmatch(line)
                self.assertIsNotNone(sample, line)
                self.assertEqual(sample[1], current)
                self.assertNotIn((sample[1], sample[2]), seen)
                seen.add((sample[1], sample[2]))
                float(sample[3])
        self.assertNotIn(None, described.values())
        self.assertGreater(len(described), 20)

    def test_promtool_has_nothing_to_say(self):
        tool = promtool()
        if tool is None:
            self.skipTest("promtool (Debian's package prometheus) is not here")
        checked = subprocess.run([tool, "check", "metrics"], input=self.numbers(),
                                 capture_output=True, text=True, timeout=60)
        self.assertEqual((checked.returncode, checked.stdout + checked.stderr), (0, ""))


if __name__ == "__main__":
    unittest.main()
