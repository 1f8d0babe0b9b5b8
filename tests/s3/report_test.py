"""Inventory reports that are delivered to a bucket: the same gaps as a listing shows, each file
fetched once, nothing judged by what could not be fetched.

Started by tests/s3/servers.py, which says where the servers are."""

import concurrent.futures
import datetime
import gzip
import hashlib
import itertools
import json
import pathlib
import random
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
from bucket_test import CONFIG, FAST, SERVERS, BucketTest, keys_of, parquet_rows  # noqa: E402
from client import Client  # noqa: E402
from fault_proxy import FaultProxy, REFUSALS, SPOILT, value_of  # noqa: E402

REPORTED = CONFIG.replace('endpoint: "{endpoint}"}}', """endpoint: "{endpoint}",
         inventory: {{store: reports, prefix: inventory, when_old: fail}}}}
  reports: {{url: "s3://{reports}/to//here", endpoint: "{far}"}}""")
PIECE = 8 << 20  # bytes of a request


def csv_rows(bucket, rows):
    text = "".join(f'"{bucket}","{key}","{size}","2026-01-02T03:04:05.000Z"\n'
                   for key, size in rows)
    return gzip.compress(text.encode(), 1)


# The name of a format, the ending of its files, its schema, and what writes it.
CSV = ("CSV", "csv.gz", "Bucket, Key, Size, LastModifiedDate", csv_rows)
PARQUET = ("Parquet", "parquet", "message s3.inventory {}", parquet_rows)


class Reports(BucketTest):
    def deliver(self, client, of, files, form=CSV, hours=1):
        """Each of `files` is the rows of one: pairs of a key and a size."""
        file_format, ending, schema, written = form
        begun = datetime.datetime.now(datetime.timezone.utc) - datetime.timedelta(hours=hours)
        folder, listed = f"inventory/{of}/daily", []
        for number, rows in enumerate(files):
            data = written(of, rows)
            key = f"{folder}/data/{number}-{hours}.{ending}"
            client.put("to//here/" + key, data)
            listed.append({"key": key, "size": len(data),
                           "MD5checksum": hashlib.md5(data).hexdigest()})
        manifest = json.dumps({
            "sourceBucket": of, "destinationBucket": f"arn:aws:s3:::{client.bucket}",
            "version": "2016-11-30", "creationTimestamp": str(int(begun.timestamp() * 1000)),
            "fileFormat": file_format, "fileSchema": schema, "files": listed}).encode()
        dated = f"to//here/{folder}/{begun.strftime('%Y-%m-%dT%H-%MZ')}"
        client.put(dated + "/manifest.json", manifest)
        client.put(dated + "/manifest.checksum", hashlib.md5(manifest).hexdigest().encode())

    def lakes(self, server, present, fault=lambda *_: None, more=(), form=CSV, client=None):
        """A lake known by a report, the same lake listed, and the proxy in front of the reports."""
        client = client or self.bucket(server, present)
        reports = self.bucket(server)
        rows = [("raw/" + key, 8) for key in present] + [("elsewhere/a", 1), ("raw2/a", 1), *more]
        self.deliver(reports, client.bucket, [rows[::3], rows[1::3], rows[2::3]], form)
        proxy = FaultProxy(server, fault)
        self.addCleanup(proxy.__exit__)
        names = {"bucket": client.bucket, "days": 5, "games": 9, "script": "true"}
        # A proxy that changes the host would break signatures.
        far = proxy.url if server == SERVERS.get("fauxqs") else server
        reported = self.lake(REPORTED.format(endpoint="http://127.0.0.1:9", far=far,
                                             reports=reports.bucket, **names))
        return reported, self.lake(CONFIG.format(endpoint=server, **names)), proxy

    def pieces(self, copies):
        """How many requests it takes to fetch what is there."""
        return sum(-(-copy.stat().st_size // PIECE) for copy in copies.iterdir())

    def fetched(self, proxy):
        """How often something of the files was read."""
        return sum(method == "GET" and "csv.gz" in target for method, target in proxy.seen)

    def test_a_report_shows_the_gaps_that_a_listing_shows(self):
        present = [key for key in keys_of(5, 9) if not key.endswith(("4.json", "7.json"))]
        present.append("games/stray")
        clients = {name: self.bucket(server, present) for name, server in SERVERS.items()}
        for (name, server), form in itertools.product(SERVERS.items(), (CSV, PARQUET)):
            with self.subTest(name, form=form[0]):
                reported, listed, _ = self.lakes(server, present, form=form, client=clients[name])
                shown = [[(gap["key"], gap["reason"]) for gap in lake.gaps(expect=1)]
                         for lake in (reported, listed)]
                self.assertEqual(len(shown[0]), 10)
                self.assertEqual(shown[0], shown[1])
                for name in ("present", "missing", "objects", "strays", "bytes"):
                    self.assertEqual(*(lake.scan()["games"][name] for lake in (reported, listed)))

    @unittest.skipUnless("fauxqs" in SERVERS, "no server that lets a proxy see requests")
    def test_nothing_beside_the_reports_is_listed(self):
        reported, _, proxy = self.lakes(FAST, keys_of(1, 9))
        other = Client(FAST, (reported.folder / "upkeep.yaml").read_text()
                       .split("reports: {url: \"s3://")[1].split("/")[0])
        for key in ("a", "to//here/a", "to//here/inventorz/a", "zz"):
            other.put(key)
        found = reported.scan(expect=1)["games"]
        self.assertEqual(found["present"], 10)
        lists = [target for _, target in proxy.seen if "list-type" in target]
        self.assertEqual([value_of(target, "prefix") for target in lists],
                         ["to//here/inventory/"], "one page, and of the reports alone")

    @unittest.skipUnless("fauxqs" in SERVERS, "no server that lets a proxy change requests")
    def test_what_befalls_a_download_shows_no_false_gap(self):
        missing = [key for key in keys_of(5, 9) if key.endswith(("4.json", "7.json"))]
        present = [key for key in keys_of(5, 9) if key not in missing]

        def one(case):
            fault, stays = case
            downloads = itertools.count()

            def strike(_, method, target):
                is_download = method == "GET" and "csv.gz" in target
                return fault if is_download and (stays or next(downloads) % 2 == 0) else None
            reported, _, proxy = self.lakes(FAST, present, strike)
            if stays and fault != "slow":
                reported.call("run", expect=5)
                self.assertEqual((reported.lines("calls"), reported.gaps()), ([], []), case)
            else:
                done = reported.call("gaps", "--format", "ndjson", expect=None)
                shown = [json.loads(line)["key"] for line in done.stdout.splitlines()]
                self.assertIn((done.returncode, shown), ((1, missing), (5, [])), case)
            proxy.fault = lambda *_: None
            self.assertEqual([gap["key"] for gap in reported.gaps(expect=1)], missing, case)
        cases = [(fault, stays) for fault in (*REFUSALS, *SPOILT) for stays in (False, True)]
        with concurrent.futures.ThreadPoolExecutor(12) as pool:
            list(pool.map(one, cases))

    @unittest.skipUnless("fauxqs" in SERVERS, "no server that lets a proxy see requests")
    def test_files_are_fetched_once_and_gone_on_with(self):
        dice = random.Random(1)
        more = [(f"raw/x/{dice.randbytes(80).hex()}", 1) for _ in range(320_000)]
        broken = []

        def fault(number, method, target):
            is_second = method == "GET" and "csv.gz" in target and len(broken) > 1
            if method == "GET" and "csv.gz" in target:
                broken.append(target)
            return "denied" if is_second and not self.mended else None
        self.mended = False
        reported, _, proxy = self.lakes(FAST, keys_of(1, 9), fault, more)
        reported.call("run", expect=5)
        self.assertEqual(reported.lines("calls"), [])
        copies = reported.state / "inventory/cache/reports"
        kept = self.pieces(copies)
        self.assertEqual(kept, 2, "what came before is kept")

        self.mended, proxy.seen = True, []
        self.assertEqual(reported.scan(expect=1)["games"]["present"], 10)
        self.assertEqual(len(list(copies.iterdir())), 3)
        self.assertGreater(self.pieces(copies), kept)
        self.assertEqual(self.fetched(proxy), self.pieces(copies) - kept)

        proxy.seen = []
        self.assertEqual(reported.scan(expect=1)["games"]["present"], 10)
        self.assertEqual(self.fetched(proxy), 0, "no file is fetched twice")

        copy = next(copies.iterdir())
        content = bytearray(copy.read_bytes())
        content[len(content) // 2] ^= 1
        copy.write_bytes(content)
        reported.call("scan", expect=5)
        self.assertEqual(reported.scan(expect=1)["games"]["present"], 10, "it heals by itself")

    def test_a_report_of_another_bucket_is_not_believed(self):
        reported, _, _ = self.lakes(FAST, keys_of(1, 9))
        text = (reported.folder / "upkeep.yaml").read_text()
        bucket = text.split("s3://")[1].split("/")[0]
        reported.write("upkeep.yaml", text.replace(f"s3://{bucket}/raw", "s3://other/raw", 1))
        self.assertIn("not of other", reported.call("scan", expect=5).stdout)


if __name__ == "__main__":
    unittest.main()
