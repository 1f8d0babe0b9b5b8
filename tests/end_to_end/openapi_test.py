"""The description of the pages is one, and true: an independent validator takes it, every path in
it is asked, and what is answered has the members that are described, no more and no fewer."""

import copy
import http.client
import json
import os
import pathlib
import socket
import sys
import time
import unittest

try:
    import jsonschema
except ImportError:  # the distribution's package belongs to its own Python
    if sys.executable == "/usr/bin/python3":
        raise
    os.execv("/usr/bin/python3", ["/usr/bin/python3", "-B", *sys.argv])
try:
    import openapi_spec_validator
except ImportError:
    openapi_spec_validator = None

from lake import LakeTest

# echo -n secret | sha256sum
CONFIG = """
state: ./state
timezone: America/Chicago
http:
  listen: "127.0.0.1:0"
  token_sha256: 2bb80d537b1da3e38bd30361aa855686bde0eacd7162fef6a25fe97bf527a25b
loop: {reconcile_every: 1s, queue_poll: 100ms}
stores:
  lake: {url: "file:./lake"}
  gone: {url: "file:./is not there"}
upstreams: {api: {rate: 1000/s}}
collections:
  days:
    store: lake
    key: "days/{kind}/{date}.txt"
    dimensions: {kind: [pbp, box], date: {from: 2026-01-01, to: 2026-01-20}}
    labels: {source: espn, level: pro}
    collector: write
  refused: {store: lake, key: "refused/{n}.txt", dimensions: {n: {from: 1, to: 3}}, collector: fail}
  never: {store: gone, key: "{n}.txt", dimensions: {n: {from: 1, to: 2}}}
collectors:
  write:
    command: [sh, -c, 'mkdir -p "${1%/*}"; echo 1 > "$1"', sh, "{path}"]
    upstream: api
    schedule: ["0 2 * * *"]
  fail: {command: [sh, -c, "sleep 0.3; echo no >&2; exit 1"], retries: {max: 0, rest: 1s}}
"""
TOKEN = {"Authorization": "Bearer secret"}


def closed(schema):
    """No member may go undescribed: what the description leaves open is shut for the test."""
    if isinstance(schema, list):
        return [closed(one) for one in schema]
    if not isinstance(schema, dict):
        return schema
    schema = {key: closed(value) for key, value in schema.items()}
    if isinstance(schema.get("properties"), dict) and schema.get("type") == "object":
        schema.setdefault("additionalProperties", False)
    return schema


class OpenApi(LakeTest):
    def setUp(self):
        self.it = self.lake(CONFIG)
        self.addCleanup(self.it.call, "stop", expect=None)
        self.it.call("start")
        self.address = json.loads(self.it.call("status", "--json", expect=None).stdout)["http"]
        self.document = json.loads(self.ask("GET", "/api/v1/openapi.json")[2])
        self.closed = closed(copy.deepcopy(self.document))
        self.tried = set()

    def ask(self, method, path, body=None, headers=None):
        """Status, type and body of the answer; of a stream of events the first one."""
        connection = http.client.HTTPConnection(self.address, timeout=20)
        connection.request(method, path, body, headers or {})
        answer = connection.getresponse()
        kind = answer.headers["Content-Type"].split(";")[0]
        text = answer.readline() if kind == "text/event-stream" else answer.read()
        connection.close()
        return answer.status, kind, text.decode()

    def resolved(self, one):
        while "$ref" in one:
            place = self.closed
            for step in one["$ref"].removeprefix("#/").split("/"):
                place = place[step]
            one = place
        return one

    def fits(self, path, *, method="GET", template=None, status=200, **options):
        """Asks, and holds the answer against the description."""
        template = template or path.split("?")[0]
        operation = self.closed["paths"][template][method.lower()]
        got, kind, text = self.ask(method, path, **options)
        self.assertEqual(got, status, f"{path}: {text}")
        described = operation["responses"].get(str(status), operation["responses"]["default"])
        content = self.resolved(described)["content"]
        self.assertIn(kind, content, path)
        if kind == "application/json":
            schema = dict(content[kind]["schema"], components=self.closed["components"])
            jsonschema.Draft202012Validator(schema).validate(json.loads(text))
        self.tried.add((method.lower(), template))
        return json.loads(text) if kind == "application/json" else text

    def happened(self):
        """Until there is something of each kind to show."""
        until = time.monotonic() + 60
        while time.monotonic() < until:
            status = self.fits("/status")
            complete = {c["name"]: c.get("completeness") for c in status["collections"]}
            if complete["days"] == 1 and status["incidents"] and status["running_tasks"]:
                return status
            time.sleep(0.02)
        self.fail(f"nothing happened: {status}")

    @unittest.skipUnless(openapi_spec_validator, "the package openapi-spec-validator is not here")
    def test_it_is_an_openapi_document(self):
        self.assertEqual(self.document["openapi"], "3.1.0")
        openapi_spec_validator.validate(self.document)

    def test_everything_answers_as_described(self):
        status = self.happened()
        for path in ("/", "/health", "/tasks", "/metrics", "/api/v1/tasks", "/api/v1/collections",
                     "/api/v1/coverage", "/api/v1/components", "/api/v1/queue",
                     "/api/v1/inventory", "/api/v1/incidents", "/api/v1/journal",
                     "/api/v1/openapi.json", "/api/v1/events"):
            self.fits(path)
        for path in ("/health", "/status", "/metrics"):
            self.fits(path + "?format=text")
        self.fits("/metrics?format=json")
        self.assertEqual(len(self.fits("/tasks?limit=1")["tasks"]), 1)
        self.pages_of_coverage()
        for path in ("/tasks?limit=x", "/api/v1/journal?limit=0", "/api/v1/coverage?limit=1001"):
            self.fits(path, status=400)
        self.fits("/health", headers={"Host": "example.com"}, status=403)
        self.fits("/health", method="GET", headers={"Origin": "http://example.com"}, status=403)
        self.assertEqual(self.ask("DELETE", "/health")[0], 405)
        changes = (("/api/v1/reconcile", 202), ("/api/v1/reconcile?wait=1", 200),
                   ("/api/v1/fill", 202), ("/api/v1/reload", 200))
        for path, expected in changes:
            self.fits(path, method="POST", status=401)
            self.fits(path, method="POST", status=expected, headers=TOKEN)
        self.parts_of_paths(status)
        self.fits("/api/v1/stop", method="POST", headers=TOKEN)
        described = {(method, path) for path, item in self.document["paths"].items()
                     for method in item}
        self.assertEqual(described - self.tried, set(), "described, and never tried")

    def pages_of_coverage(self):
        template = "/api/v1/coverage/{collection}"
        ask = lambda rest, **options: self.fits("/api/v1/coverage/" + rest, template=template,
                                                **options)
        days = ask("days?limit=15")
        self.assertEqual((days["by"], days["total"], days["next"]), ("day", 20, 15))
        self.assertEqual(days["values"][0], {"value": {"day": "2026-01-01"}, "expected": 2,
                                             "good": 2, "completeness": 1})
        rest = ask("days?limit=15&offset=15")
        self.assertIsNone(rest["next"])
        self.assertEqual(rest["values"][-1]["value"], {"day": "2026-01-20"})
        kinds = ask("days?by=kind")["values"]
        self.assertEqual([(one["value"]["kind"], one["good"]) for one in kinds],
                         [("pbp", 20), ("box", 20)])
        self.assertEqual(ask("refused?by=n")["values"][2]["good"], 0)
        self.assertEqual(ask("days?offset=99")["values"], [])
        self.assertIn("kind, date", ask("days?by=sort", status=400)["error"])
        self.assertIn("?by=n", ask("refused", status=400)["error"])
        ask("nothing", status=404)
        self.assertIn("not been judged", ask("never?by=n", status=503)["error"])

    def parts_of_paths(self, status):
        incident = status["incidents"][0]["id"]
        template = "/api/v1/incidents/{id}/ack"
        self.fits(f"/api/v1/incidents/{incident}/ack", method="POST", template=template,
                  headers=TOKEN)
        self.fits("/api/v1/incidents/i999999/ack", method="POST", template=template, status=404,
                  headers=TOKEN)
        template = "/api/v1/acquire/{upstream}"
        self.fits("/api/v1/acquire/api?n=2", method="POST", template=template, headers=TOKEN)
        self.fits("/api/v1/acquire/api?n=0", method="POST", template=template, status=400,
                  headers=TOKEN)
        self.fits("/api/v1/acquire/nobody", method="POST", template=template, status=409,
                  headers=TOKEN)

    def test_people_are_told_of_the_same_pages(self):
        reference = (pathlib.Path(__file__).resolve().parents[2] / "docs/loop.md").read_text()
        index = self.ask("GET", "/")[2]
        for path, item in self.document["paths"].items():
            self.assertIn(path, reference)
            if "get" in item and path not in ("/", "/api/v1/tasks"):
                self.assertIn(path.split("/{")[0], index)

    def test_over_the_control_socket_nobody_asks_for_a_token(self):
        with socket.socket(socket.AF_UNIX) as door:
            door.settimeout(20)
            door.connect(str(self.it.state / "run/upkeep.sock"))
            door.sendall(b"POST /api/v1/reconcile HTTP/1.1\r\nHost: localhost\r\n"
                         b"Content-Length: 0\r\n\r\n")
            self.assertIn(b" 202 ", door.recv(1000))


if __name__ == "__main__":
    unittest.main()
