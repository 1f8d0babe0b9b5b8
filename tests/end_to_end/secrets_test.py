"""Whatever a secret was read from, and whoever says it aloud: nothing that upkeep writes or serves
shows it, and it leaves no core file."""

import http.client
import json
import os
import pathlib
import time
import unittest

from lake import LakeTest

SECRETS = {
    "environment": "env-Secret-4711",
    "dotenv": 'dot"env\\Secret',
    "file": "file-Secret-4712",
    "credential": "cred-Secret-4713",
    "password": "url-Secret-4714",
}
CONFIG = """
state: ./state
http: {listen: "127.0.0.1:0"}
loop: {reconcile_every: 1s, queue_poll: 100ms}
keep: {output: 7d}
stores:
  lake: {url: "file:./lake"}
  gone: {url: "file:./${env:FROM_ENVIRONMENT}"}
collections:
  days:
    store: lake
    key: "days/{n}.txt"
    dimensions: {n: {from: 1, to: 5}}
    labels: {stage: "${env:FROM_DOTENV}"}
    collector: loud
  never: {store: gone, key: "{n}.txt", dimensions: {n: {from: 1, to: 2}}}
  unreadable: {store: lake, key: "x/{n}.txt", dimensions: {n: {from: 1, to: 2}}, collector: absent}
collectors:
  loud:
    command: [./loud]
    retries: {max: 0, rest: 1s}
    env:
      A: "${env:FROM_ENVIRONMENT}"
      B: "${env:FROM_DOTENV}"
      C: "${file:secret.txt}"
      D: "${credential:token}"
      E: "${env:DATABASE_URL}"
  absent: {command: ["./absent"], env: {C: "${file:secret.txt}"}, retries: {max: 0, rest: 1s}}
"""
# In one piece, in two, in a report line that is none, and in the last words.
LOUD = """#!/bin/bash
for one in "$A" "$B" "$C" "$D" "$E" "${E#*//user:}"; do
  echo "the secret is $one"
  printf %s "in pieces: ${one:0:5}"; sleep 0.02; echo "${one:5}"
  echo "not json $one" >> "$UPKEEP_REPORT"
done
echo "ERROR: refused: $A $B $C $D $E" >&2
exit 1
"""


def readings_of(secret):
    """As it is, and as it stands in JSON."""
    return {secret.encode(), json.dumps(secret)[1:-1].encode()}


class Secrets(LakeTest):
    def setUp(self):
        self.it = self.lake(CONFIG, {
            "loud": LOUD,
            "secret.txt": SECRETS["file"] + "\n",
            "credentials/token": SECRETS["credential"] + "\n",
            ".env": "FROM_DOTENV='%s'\n" % SECRETS["dotenv"],
        })
        (self.it.folder / ".env").chmod(0o600)
        os.environ.update(FROM_ENVIRONMENT=SECRETS["environment"],
                          CREDENTIALS_DIRECTORY=str(self.it.folder / "credentials"),
                          DATABASE_URL=f"postgres://user:{SECRETS['password']}@db/games")
        self.addCleanup(self.it.call, "stop", expect=None)

    def shows_none(self, text, where):
        for kind, secret in SECRETS.items():
            for reading in readings_of(secret):
                self.assertNotIn(reading, text, f"{where} shows the secret from {kind}")

    def test_none_is_written_or_served(self):
        self.it.call("start")
        until = time.monotonic() + 60
        while "refused: ***" not in self.it.call("logs", "--tail", "1000").stdout:
            self.assertLess(time.monotonic(), until, self.it.call("logs").stdout)
            time.sleep(0.1)
        address = json.loads(self.it.call("status", "--json", expect=None).stdout)["http"]
        document = json.loads(self.page(address, "/api/v1/openapi.json"))
        served = [path for path, item in document["paths"].items()
                  if "get" in item and "{" not in path and not path.endswith("/events")]
        served += ["/api/v1/coverage/days?by=n", "/status?format=text", "/metrics?format=json",
                   "/health?format=text", "/api/v1/coverage/" + SECRETS["file"]]
        for path in served:
            self.shows_none(self.page(address, path), path)
        self.assertIn(b"***", self.page(address, "/tasks"), "its label is one")
        self.shows_none(self.first_events(address), "/api/v1/events")
        for command in (["status"], ["tasks"], ["health"], ["logs"], ["incidents"],
                        ["explain", "days/1.txt"]):
            done = self.it.call(*command, expect=None)
            self.shows_none((done.stdout + done.stderr).encode(), command[0])
        self.it.call("stop")
        written = [path for path in self.it.state.rglob("*") if path.is_file()]
        self.assertTrue(any("logs/tasks" in str(path) for path in written))
        for path in written:
            self.shows_none(path.read_bytes(), str(path))

    def test_none_is_in_the_output_of_a_foreground_loop(self):
        loop = self.it.start("start", "--foreground")
        time.sleep(2)
        loop.terminate()
        output, log = loop.communicate(timeout=60)
        self.assertIn("refused: ***", log)
        self.shows_none((output + log).encode(), "standard error")

    def test_a_dead_daemon_leaves_no_core_file(self):
        self.it.call("start")
        for line in pathlib.Path(f"/proc/{self.daemon()}/limits").read_text().splitlines():
            if line.startswith("Max core file size"):
                self.assertLessEqual(int(line.split()[4]), 1)

    def daemon(self):
        return json.loads(self.it.call("status", "--json", expect=None).stdout)["pid"]

    def page(self, address, path):
        connection = http.client.HTTPConnection(address, timeout=10)
        connection.request("GET", path)
        text = connection.getresponse().read()
        connection.close()
        return text

    def first_events(self, address):
        connection = http.client.HTTPConnection(address, timeout=20)
        connection.request("GET", "/api/v1/events")
        answer = connection.getresponse()
        lines = b"".join(answer.readline() for _ in range(30))
        connection.close()
        return lines


if __name__ == "__main__":
    unittest.main()
