"""One bucket under all the addresses that servers have: in the path and in the name of the host, in
the open and by TLS, with an authority of one's own.

Started by tests/s3/servers.py, which says where the servers are."""

import os
import pathlib
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
from bucket_test import PUT, SERVERS, BucketTest, keys_of  # noqa: E402


@unittest.skipUnless("ceph" in SERVERS, "no server that speaks TLS and knows hosts of buckets")
class Addresses(BucketTest):
    def setUp(self):
        self.server = SERVERS["ceph"]
        self.tls_port, self.ca = os.environ["UPKEEP_S3_TLS"].split(" ", 1)
        self.keys = keys_of(2, 4)

    def lake_at(self, client, endpoint, ca=None):
        it = self.lake_on(client, endpoint, days=2, games=4, script=PUT)
        if ca:
            it.write("upkeep.yaml", (it.folder / "upkeep.yaml").read_text().replace(
                f'endpoint: "{endpoint}"', f'endpoint: "{endpoint}", ca: "{ca}"'))
        return it

    def test_gaps_are_found_filled_and_proved_under_each_address(self):
        port = self.server.rsplit(":", 1)[1]
        for endpoint, ca in ((f"http://{{bucket}}.s3.localhost:{port}", None),
                             (f"https://127.0.0.1:{self.tls_port}", self.ca),
                             (f"https://s3.localhost:{self.tls_port}", self.ca),
                             (f"https://{{bucket}}.s3.localhost:{self.tls_port}", self.ca)):
            with self.subTest(endpoint):
                client = self.bucket(self.server, self.keys[::2])
                # The names of hosts have no capitals, and this one is a bucket's.
                self.assertEqual(client.bucket, client.bucket.lower())
                it = self.lake_at(client, endpoint, ca)
                self.assertEqual(it.scan(expect=1)["games"]["missing"], 5)
                it.call("run")
                self.assertEqual(sorted(it.lines("calls")), self.keys[1::2])
                found = it.scan(expect=0)["games"]
                self.assertEqual((found["present"], found["objects"]), (10, 10))

    def test_a_server_that_nobody_vouches_for_is_not_believed(self):
        client = self.bucket(self.server, self.keys[::2])
        other = pathlib.Path(self.ca).with_name("other.pem")
        for ca in (None, other):
            for host in ("127.0.0.1", "{bucket}.s3.localhost"):
                it = self.lake_at(client, f"https://{host}:{self.tls_port}", ca)
                shown = it.call("scan", expect=5).stdout
                self.assertIn("certificate", shown)
                it.call("run", expect=5)
                self.assertEqual(it.lines("calls"), [])

    def test_a_name_that_the_certificate_does_not_hold_is_not_believed(self):
        client = self.bucket(self.server, self.keys[::2])
        it = self.lake_at(client, f"https://localhost:{self.tls_port}", self.ca)
        self.assertIn("localhost", it.call("scan", expect=5).stdout)
        it.call("run", expect=5)
        self.assertEqual(it.lines("calls"), [])


if __name__ == "__main__":
    unittest.main()
