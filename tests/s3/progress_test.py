"""What buckets are asked and what that costs is told exactly, and how far a listing is.

Started by tests/s3/servers.py, which says where the servers are."""

import json
import os
import pathlib
import pty
import subprocess
import sys
import time
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
from bucket_test import FAST, PUT, SERVERS, BucketTest, keys_of  # noqa: E402
from fault_proxy import FaultProxy  # noqa: E402

PATIENCE = 60  # seconds


@unittest.skipUnless("fauxqs" in SERVERS, "no server that lets a proxy see requests")
class Progress(BucketTest):
    """50 objects, of which 10 are missing, in pages of 7 keys."""

    def proxied(self, fault=lambda *_: None, script="true"):
        client = self.bucket(FAST, [key for key in keys_of(5, 9)
                                    if not key.endswith(("4.json", "7.json"))])
        proxy = FaultProxy(FAST, fault, page=7)
        self.addCleanup(proxy.__exit__)
        return proxy, self.lake_on(client, proxy.url, script=script)

    def cost(self, *command, expect):
        costs = json.loads(self.it.call(*command, "--json", expect=expect).stdout)["cost"]
        self.assertEqual([cost["store"] for cost in costs], ["lake"])
        return costs[0]

    def test_what_is_asked_is_told_to_the_last_request(self):
        proxy, self.it = self.proxied(
            lambda number, *_: "slow down" if number % 5 == 4 else None, script=PUT)
        for command in ("scan", "plan"):
            proxy.lists = proxy.others = 0
            listing = self.cost(command, expect=1)["listing"]
            self.assertEqual((listing["list_requests"], listing["other_requests"]),
                             (proxy.lists, proxy.others), "those that were repeated count, too")
            self.assertAlmostEqual(listing["dollars"], proxy.lists * 0.005 / 1000)
        plan = self.cost("plan", expect=1)
        self.assertIn(f"{plan['filling']['other_requests']} HEAD or GET requests",
                      self.it.call("plan", expect=1).stdout)
        proxy.fault = lambda *_: None
        proxy.lists = proxy.others = 0
        asked = self.cost("run", expect=0)["asked"]
        self.assertEqual((asked["list_requests"], asked["other_requests"]),
                         (proxy.lists, proxy.others))
        self.assertGreaterEqual(asked["other_requests"], 10, "each gap was proved")
        self.assertLessEqual(asked["other_requests"], plan["filling"]["other_requests"])
        self.assertAlmostEqual(asked["dollars"],
                               (proxy.lists * 0.005 + proxy.others * 0.0004) / 1000)
        kept = self.cost("plan", "--cached", expect=0)
        self.assertEqual((kept["listing"]["list_requests"], kept["listing_is_estimate"]), (1, True))

    def test_a_terminal_shows_how_far_a_listing_is(self):
        def slow(number, *_):
            return "late" if number > 3 else None
        for command in ("scan", "run"):
            proxy, it = self.proxied(slow)
            shown = self.on_a_terminal(it.command(command), {"pages": proxy})
            self.assertIn("listing lake: 21 keys", shown)
            self.assertIn("4 requests, up to ", shown)
            self.assertIn(" at once", shown)

    def on_a_terminal(self, command, pages):
        """What it writes until it shows a number of keys, and the pages that it waits for come."""
        master, slave = pty.openpty()
        self.addCleanup(os.close, master)
        running = subprocess.Popen(command, stdin=slave, stdout=slave, stderr=slave,
                                   env={**os.environ, "TERM": "xterm", "COLUMNS": "100"})
        self.addCleanup(running.wait)
        self.addCleanup(running.kill)
        os.close(slave)
        shown, end = b"", time.monotonic() + PATIENCE
        while b"21 keys" not in shown or b"at once" not in shown:
            self.assertLess(time.monotonic(), end, shown.decode())
            shown += os.read(master, 4096)
        pages["pages"].end.set()
        return shown.decode()

    def test_status_shows_how_far_the_listing_of_a_running_loop_is(self):
        proxy, it = self.proxied(lambda number, *_: "late" if number > 3 else None)
        it.write("upkeep.yaml", (it.folder / "upkeep.yaml").read_text()
                 + "http: {listen: 127.0.0.1:0}\n")
        it.call("start")
        self.addCleanup(it.call, "stop", expect=None)
        end, listings = time.monotonic() + PATIENCE, []
        while not listings or listings[0]["keys"] < 21:
            self.assertLess(time.monotonic(), end, listings)
            time.sleep(0.1)
            listings = json.loads(it.call("status", "--json", expect=None).stdout)["listings"]
        self.assertEqual((listings[0]["store"], listings[0]["keys"], listings[0]["requests"]),
                         ("lake", 21, 4))
        self.assertGreater(listings[0]["keys_per_second"], 0)
        self.assertGreaterEqual(listings[0]["at_once"], 1)
        self.assertIn("21 keys", it.call("status", expect=None).stdout)
        proxy.end.set()
        while listings:
            self.assertLess(time.monotonic(), end, listings)
            time.sleep(0.1)
            listings = json.loads(it.call("status", "--json", expect=None).stdout)["listings"]


if __name__ == "__main__":
    unittest.main()
