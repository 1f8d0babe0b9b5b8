"""The whole program on real buckets, and on buckets whose server misbehaves.

Started by tests/s3/servers.py, which says where the servers are."""

import concurrent.futures
import json
import os
import pathlib
import random
import subprocess
import sys
import threading
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "end_to_end"))
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
from client import Client  # noqa: E402
from fault_proxy import FaultProxy, REFUSALS, SPOILT, value_of  # noqa: E402
from lake import LakeTest  # noqa: E402

HERE = pathlib.Path(__file__).resolve().parent
SERVERS = {name: os.environ[f"UPKEEP_S3_{name.upper()}"].split()[0]
           for name in ("fauxqs", "ceph") if f"UPKEEP_S3_{name.upper()}" in os.environ}
FAST = SERVERS.get("fauxqs") or SERVERS.get("ceph")  # where signatures do not matter
CONFIG = """
state: ./state
stores:
  lake: {{url: "s3://{bucket}/raw", endpoint: "{endpoint}"}}
collections:
  games:
    store: lake
    key: "games/{{day}}/{{game:03}}.json"
    dimensions:
      day: {{from: 2026-01-01, to: 2026-01-{days:02}}}
      game: {{from: 0, to: {games}}}
    collector: put
collectors:
  put:
    command: [sh, -c, 'echo "$1" >> calls; {script}', sh, "{{key}}", "{{uri}}"]
    retries: {{max: 0}}
"""
ODD_CONFIG = """
state: ./state
stores:
  lake: {{url: "s3://{bucket}/raw", endpoint: "{endpoint}"}}
collections:
  odd: {{store: lake, key: "{{name}}", dimensions: {{name: {{table: names.csv, fields: [name]}}}}}}
"""
PUT = f'echo observed | "{sys.executable}" -B "{HERE}/client.py" put "$BUCKET" "raw/$1"'
names = (f"upkeep-test-{os.getpid()}-{number}" for number in range(1000))


def keys_of(days, games):
    return [f"games/2026-01-{day:02}/{game:03}.json"
            for day in range(1, days + 1) for game in range(games + 1)]


def parquet_rows(bucket, rows):
    if not (HERE / "node_modules").is_dir():
        raise unittest.SkipTest("npm's packages, which write Parquet, are not installed")
    done = subprocess.run(["node", HERE / "parquet_rows.mjs"], check=True, capture_output=True,
                          input=json.dumps({"bucket": bucket, "rows": rows}).encode())
    return done.stdout


class BucketTest(LakeTest):
    def bucket(self, server, keys=()):
        name = next(names)
        client = Client(server, name).create()
        for key in keys:
            client.put("raw/" + key, b"observed")
        os.environ["BUCKET"], os.environ["UPKEEP_TEST_ENDPOINT"] = name, server
        return client

    def lake_on(self, client, endpoint, days=5, games=9, script="true"):
        return self.lake(CONFIG.format(bucket=client.bucket, endpoint=endpoint, days=days,
                                       games=games, script=script))


class Healing(BucketTest):
    def heal(self, server):
        keys = keys_of(3, 4)
        client = self.bucket(server, keys[::2])
        it = self.lake_on(client, server, days=3, games=4, script=PUT)
        self.assertEqual(it.scan(expect=1)["games"]["missing"], len(keys) // 2)
        it.call("run")
        self.assertEqual(sorted(it.lines("calls")), sorted(keys[1::2]))
        self.assertEqual(client.keys(), sorted("raw/" + key for key in keys))
        found = it.scan(expect=0)["games"]
        self.assertEqual((found["present"], found["missing"], found["objects"], found["bytes"]),
                         (15, 0, 15, sum(9 if n % 2 else 8 for n in range(15))))
        it.call("run")
        self.assertEqual(len(it.lines("calls")), 7, "what is there is not fetched again")

    def test_gaps_are_filled_and_proved_on_each_server(self):
        for name, server in SERVERS.items():
            with self.subTest(name):
                self.heal(server)

    def test_a_collector_that_writes_nothing_proves_nothing(self):
        client = self.bucket(FAST, keys_of(1, 3))
        it = self.lake_on(client, FAST, days=1, games=4)
        it.call("run", expect=1)
        self.assertEqual([gap["key"] for gap in it.gaps(expect=1)], ["games/2026-01-01/004.json"])

    def test_wrong_credentials_judge_nothing(self):
        if "ceph" not in SERVERS:
            self.skipTest("no server that checks signatures")
        client = self.bucket(SERVERS["ceph"], keys_of(1, 3))
        it = self.lake_on(client, SERVERS["ceph"], days=1, games=4, script=PUT)
        wrong = {**os.environ, "AWS_SECRET_ACCESS_KEY": "wrong"}
        for command in ("scan", "run", "gaps"):
            done = it.call(command, expect=5, env=wrong)
        self.assertIn("SignatureDoesNotMatch", it.call("scan", expect=5, env=wrong).stdout)
        self.assertNotIn("wrong", done.stdout + done.stderr)
        self.assertEqual(it.lines("calls"), [])


class OddKeys(BucketTest):
    ODD = ["a=b", "a+b", "a b", "a%20b", "a%2Fb", "a//b", "//", "a/../b", "a/./b", "ü/ß", "日本/語",
           "q?x=1&y", "h#i", "semi;colon", "back\\slash", "quo\"te'", "<tag>&amp;", "tab\there",
           "\x01control", "emoji 😀", "trailing/", "~tilde", "*star*", "(paren)", "@at:colon,"]

    def test_names_of_all_kinds_are_listed_right(self):
        if "ceph" not in SERVERS:
            self.skipTest("fauxqs lists names in another order than S3 and does not encode them")
        client = self.bucket(SERVERS["ceph"], self.ODD)
        self.assertEqual(client.keys(), sorted("raw/" + key for key in self.ODD))
        it = self.lake(ODD_CONFIG.format(bucket=client.bucket, endpoint=SERVERS["ceph"]))
        plain = [key for key in self.ODD if "/" not in key and key.isprintable()]
        quoted = ['"' + key.replace('"', '""') + '"' for key in plain]
        it.write("names.csv", "\n".join(["name", *quoted, "absent"]) + "\n")
        found = it.scan(expect=1)["odd"]
        self.assertEqual((found["present"], found["missing"]), (len(plain), 1))
        self.assertEqual(found["objects"], len(self.ODD))

    def test_a_thousand_keys_more_or_less_by_one(self):
        for name, server in SERVERS.items():
            with self.subTest(name):
                client = self.bucket(server)
                with concurrent.futures.ThreadPoolExecutor(8) as pool:
                    def put(keys):
                        own = Client(server, client.bucket)
                        for key in keys:
                            own.put("raw/" + key)
                    keys = keys_of(11, 90)
                    list(pool.map(put, [keys[n::8] for n in range(8)]))
                extra = len(keys)
                self.assertEqual(extra, 1001)
                it = self.lake_on(client, server, days=11, games=90)
                for count in (1001, 1000, 999):
                    found = it.scan()["games"]
                    self.assertEqual((found["present"], found["objects"]), (count, count))
                    client.delete("raw/" + keys[count // 2])
                    del keys[count // 2]


class Faults(BucketTest):
    """50 objects, of which 10 are missing, in pages of 7 keys."""

    @classmethod
    def setUpClass(cls):
        if "fauxqs" not in SERVERS:
            raise unittest.SkipTest("no server that lets a proxy change requests")

    def setUp(self):
        self.keys = keys_of(5, 9)
        self.client = self.bucket(FAST, [key for key in self.keys if not key.endswith("4.json")
                                         and not key.endswith("7.json")])

    def proxied(self, fault):
        proxy = FaultProxy(FAST, fault, page=7)
        self.addCleanup(proxy.__exit__)
        return proxy, self.lake_on(self.client, proxy.url)

    def test_what_passes_changes_nothing(self):
        for fault in ("slow down", "internal", "inside", "timeout", *SPOILT):
            with self.subTest(fault):
                proxy, it = self.proxied(lambda number, *_, f=fault: f if number % 3 == 1 else None)
                found = it.scan(expect=1)["games"]
                self.assertEqual((found["present"], found["missing"], found["objects"]),
                                 (40, 10, 40))
                self.assertEqual(proxy.lists > 6, fault != "slow")

    def test_storms_of_many_faults_change_nothing(self):
        kinds = ("slow down", "internal", "inside", "timeout", "reset", "cut", "half")
        for seed in range(3):
            dice = random.Random(seed)
            _, it = self.proxied(lambda *_: dice.choice(kinds) if dice.random() < 0.4 else None)
            found = it.scan(expect=1)["games"]
            self.assertEqual((found["present"], found["missing"]), (40, 10))

    def test_what_stays_judges_nothing_and_starts_nothing(self):
        def one(fault):
            proxy, it = self.proxied(lambda number, *_: fault if number > 3 else None)
            it.call("run", expect=5)
            self.assertGreater(proxy.lists, 3, "the first pages were listed")
            self.assertEqual(it.lines("calls"), [], fault)
            if fault in ("denied", "expired"):
                it.call("scan", expect=5)
                it.call("gaps", expect=5)
                self.assertEqual(it.gaps(), [])
        with concurrent.futures.ThreadPoolExecutor(16) as pool:
            self.assertEqual(set(REFUSALS) | set(SPOILT) - {"slow"}, {*KEEP_FAILING})
            list(pool.map(one, KEEP_FAILING))

    def test_credentials_that_expire_in_the_middle_are_renewed(self):
        proxy, it = self.proxied(lambda *_: None)
        it.write("credentials", "#!/bin/sh\n"
                 "cd $(dirname $0); echo once >> asked\n"
                 "echo '{\"Version\": 1, \"AccessKeyId\": \"'ID$(wc -l < asked)'\", "
                 "\"SecretAccessKey\": \"s\", \"SessionToken\": \"t\", "
                 "\"Expiration\": \"2099-01-01T00:00:00Z\"}'\n")
        it.write("config", f"[profile p]\ncredential_process = {it.folder}/credentials\n")
        env = {name: value for name, value in os.environ.items() if "ACCESS_KEY" not in name}
        env.update(AWS_CONFIG_FILE=str(it.folder / "config"), AWS_PROFILE="p")
        serve = proxy.serve

        def serve_for_a_while(handler):
            is_over = "Credential=ID1/" in handler.headers["authorization"] and proxy.lists >= 2
            proxy.fault = lambda *_: "expired" if is_over else None
            serve(handler)
        proxy.serve = serve_for_a_while
        found = json.loads(it.call("scan", "--json", expect=1, env=env).stdout)["collections"][0]
        self.assertEqual((found["present"], found["missing"]), (40, 10))
        self.assertEqual(len(it.lines("asked")), 2)

    def test_a_bucket_that_changes_while_it_is_listed(self):
        _, it = self.proxied(lambda *_: None)
        stop = threading.Event()

        def change():
            other, number = Client(FAST, self.client.bucket), 0
            while not stop.is_set():
                number += 1
                other.put(f"raw/games/2026-01-0{number % 5 + 1}/x{number % 50}.txt")
                other.delete(f"raw/games/2026-01-0{number % 5 + 1}/x{(number + 25) % 50}.txt")
        changing = threading.Thread(target=change)
        changing.start()
        try:
            for _ in range(5):
                found = it.scan(expect=1)["games"]
                self.assertEqual((found["present"], found["missing"]), (40, 10))
        finally:
            stop.set()
            changing.join()

    def test_what_looking_shows_is_known_or_an_error(self):
        present, absent = "games/2026-01-01/000.json", "games/2026-01-01/004.json"
        cases = ((present, None, "good: "), (absent, None, "missing: "),
                 (present, "denied", "unknown: "), (absent, "gone", "unknown: "))
        for key, fault, verdict in cases:
            with self.subTest(verdict):
                proxy, it = self.proxied(lambda *_, f=fault: f)
                self.assertIn("\n" + verdict, it.call("explain", key).stdout)
                self.assertEqual(proxy.seen[0][0], "HEAD")

    def test_few_requests_are_made_and_none_begins_before_what_was_seen(self):
        proxy, it = self.proxied(lambda *_: None)
        it.scan()
        self.assertEqual(proxy.lists, 6, "40 keys in pages of 7")
        self.assertEqual(len({value_of(target, "start-after") for _, target in proxy.seen}), 6)


KEEP_FAILING = ("slow down", "internal", "inside", "denied", "expired", "timeout", "gone",
                "reset", "cut", "short", "half")

if __name__ == "__main__":
    unittest.main()
