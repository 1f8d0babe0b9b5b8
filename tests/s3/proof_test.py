"""Objects of a bucket looked at and read: `expect.valid` on real servers, what is known without
the right to read, and a stop that waits for no server.

Started by tests/s3/servers.py, which says where the servers are."""

import gzip
import pathlib
import signal
import sys
import time
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
from bucket_test import (CONFIG, FAST, HERE, SERVERS, BucketTest, keys_of,  # noqa: E402
                         parquet_rows)
from fault_proxy import FaultProxy  # noqa: E402

CLIENT = f'"{sys.executable}" -B "{HERE}/client.py" put "$BUCKET" "raw/$1"'
GRAIN = 2.5  # seconds after which an object is old enough to be checked for good
ROWS = "a,b\n1,2\n3,4\n"
# A rule, what fits it, and what does not.
RULES = (
    ("json", b'{"n": [1, 2]}', b'{"n": [1, 2'),
    ("json", gzip.compress(b'{"n": [1, 2]}'), gzip.compress(b'{"n": [1, 2]}')[:-3]),
    ("jsonl", b'{"n": 1}\n{"n": 2}\n', b'{"n": 1}\n<html>\n'),
    ("gzip", gzip.compress(b"observed"), b"observed"),
    ("{csv: {min_rows: 2}}", ROWS.encode(), b"a,b\n1,2\n"),
    ('{command: [grep, -q, observed]}', b"observed", b"an error page"),
)


def parquet(number):
    return parquet_rows("b", [[f"k{n}", n] for n in range(number)])


class Contents(BucketTest):
    """Ten objects, of which two do not hold what they should."""

    def lake_with(self, server, rule, good, bad, endpoint=None, script="true"):
        client = self.bucket(server)
        keys = keys_of(1, 9)
        for key in keys:
            client.put("raw/" + key, bad if key in keys[3:5] else good)
        it = self.lake(CONFIG.format(bucket=client.bucket, endpoint=endpoint or server, days=1,
                                     games=9, script=script)
                       .replace("    collector: put", f"    expect: {{valid: {rule}}}\n"
                                "    collector: put"))
        (it.folder / "good").write_bytes(good)
        (it.folder / "bad").write_bytes(bad)
        return it, keys[3:5]

    def heal(self, server, rule, good, bad):
        it, broken = self.lake_with(server, rule, good, bad, script=f"{CLIENT} < good")
        by_command = "command" in rule
        # Commands that only read run none of the user's.
        self.assertEqual(it.scan(expect=0 if by_command else 1)["games"]["invalid"],
                         0 if by_command else 2)
        it.call("run")
        self.assertEqual(sorted(it.lines("calls")), broken, "exactly what is broken is fetched")
        found = it.scan(expect=0)["games"]
        # What was written a moment ago may yet change within the second that servers tell.
        self.assertEqual((found["present"], found["invalid"]), (10, 0))
        it.call("run")
        self.assertEqual(len(it.lines("calls")), 2, "what is valid is not fetched again")

    def test_broken_objects_are_replaced_and_proved_by_reading_them(self):
        for name, server in SERVERS.items():
            for rule, good, bad in RULES if server == FAST else RULES[:1]:
                with self.subTest(name, rule=rule):
                    self.heal(server, rule, good, bad)

    def test_a_parquet_file_of_too_few_rows_is_replaced(self):
        self.heal(FAST, "{parquet: {min_rows: 5}}", parquet(6), parquet(4))

    def test_a_collector_that_writes_nonsense_proves_nothing(self):
        it, broken = self.lake_with(FAST, *RULES[0], script=f"{CLIENT} < bad")
        it.call("run", expect=1)
        self.assertEqual([(gap["key"], gap["reason"]) for gap in it.gaps(expect=1)],
                         [(key, "invalid") for key in broken])
        self.assertIn("the JSON ends in the middle", it.call("explain", broken[0]).stdout)

    @unittest.skipUnless("fauxqs" in SERVERS, "no server that lets a proxy see requests")
    def test_what_was_checked_is_read_once(self):
        def reads(proxy):
            return [target for method, target in proxy.seen
                    if method == "GET" and "list-type" not in target]
        with FaultProxy(FAST) as proxy:
            it, broken = self.lake_with(FAST, *RULES[0], endpoint=proxy.url, script="exit 1")
            time.sleep(GRAIN)
            it.call("run", expect=1)
            self.assertEqual(sorted(it.lines("calls")), broken)
            self.assertEqual(len(set(reads(proxy))), 10)
            self.assertEqual(len(reads(proxy)), 12, "all, and two after an attempt to mend them")
            proxy.seen = []
            self.assertEqual(it.scan(expect=1)["games"]["invalid"], 2)
            self.assertLessEqual({target.split("/raw/")[1] for target in reads(proxy)},
                                 set(broken), "what was valid is not read again")

    @unittest.skipUnless("fauxqs" in SERVERS, "no server that lets a proxy change requests")
    def test_without_the_right_to_read_nothing_is_called_invalid(self):
        def no_reading(_, method, target):
            return "denied" if method == "GET" and "list-type" not in target else None
        with FaultProxy(FAST, no_reading) as proxy:
            it, _ = self.lake_with(FAST, *RULES[0], endpoint=proxy.url)
            found = it.scan(expect=0)["games"]
            self.assertEqual((found["invalid"], found["unchecked"]), (0, 10))
            self.assertIn("allow these credentials s3:GetObject", found["unchecked_why"])
            it.call("run", expect=None)
            self.assertEqual(it.lines("calls"), [])
            incidents = {incident["class"]: incident["text"] for incident in it.incidents()}
            self.assertIn("s3:GetObject", incidents["unchecked"])


@unittest.skipUnless("fauxqs" in SERVERS, "no server that lets a proxy change requests")
class Stopping(BucketTest):
    PROMPT = 20  # seconds; a look has ten of them after the stop, and would wait minutes

    def hanging(self, is_hung, script="true", valid=""):
        """A bucket of ten objects that lacks one, and whose server does not answer to some."""
        keys = keys_of(1, 9)
        client = self.bucket(FAST, keys[1:])
        proxy = FaultProxy(FAST, lambda _, method, target: "hang" if is_hung(method, target)
                           else None)
        self.addCleanup(proxy.__exit__)
        it = self.lake_on(client, proxy.url, days=1, games=9, script=script)
        it.client = client
        if valid:
            it.write("upkeep.yaml", (it.folder / "upkeep.yaml").read_text().replace(
                "    collector: put", f"    expect: {{valid: {valid}}}\n    collector: put"))
        return it, proxy

    def expect_prompt_end(self, it, proxy, is_waited_for):
        run = it.start("run")
        self.addCleanup(run.kill)
        end = time.monotonic() + 60
        while not any(is_waited_for(*seen) for seen in list(proxy.seen)):
            self.assertLess(time.monotonic(), end, "the server was never asked")
            self.assertIsNone(run.poll())
            time.sleep(0.02)
        asked = time.monotonic()
        run.send_signal(signal.SIGINT)
        output, errors = run.communicate(timeout=120)
        took = time.monotonic() - asked
        self.assertEqual(run.returncode, 5, output + errors)
        self.assertLess(took, self.PROMPT)
        return output

    def test_a_proof_that_gets_no_answer_delays_no_stop(self):
        def is_look(method, _):
            return method == "HEAD"
        it, proxy = self.hanging(is_look)
        self.expect_prompt_end(it, proxy, is_look)
        self.assertEqual(len(it.lines("calls")), 1)
        # What it wrote is found by the next life, which does not try it a second time.
        proxy.fault = lambda *_: None
        it.client.put("raw/" + keys_of(1, 9)[0], b"observed")
        it.call("run")
        self.assertEqual(len(it.lines("calls")), 1)

    def test_a_listing_and_a_download_that_get_no_answer_delay_no_stop(self):
        def is_list(method, target):
            return "list-type" in target

        def is_download(method, target):
            return method == "GET" and "list-type" not in target
        for waited, valid in ((is_list, ""), (is_download, "json")):
            with self.subTest(valid):
                it, proxy = self.hanging(waited, valid=valid)
                self.expect_prompt_end(it, proxy, waited)
                self.assertEqual(it.lines("calls"), [])


if __name__ == "__main__":
    unittest.main()
