"""The example of a collection around the clock, as its README and the page for those who come from
the autonomous loop tell it: each command and each page that they name is tried."""

import datetime
import json
import pathlib
import re
import shlex
import shutil
import subprocess
import sys
import tempfile
import time
import unittest
import urllib.request

import lake

PROJECT = pathlib.Path(__file__).resolve().parents[2]
PAGE = PROJECT / "docs/from-the-autonomous-loop.md"
# What does not end by itself.
ENDLESS = ("--follow", "--watch")
ROOT = "upkeep: it runs as root, and so do its collectors; a user of its own is safer\n"
# Tried elsewhere, under a real systemd.
ELSEWHERE = ("setup",)


def eventually(what, seconds=120):
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        result = what()
        if result:
            return result
        time.sleep(0.2)
    raise AssertionError(f"it did not come true within {seconds} s")


class Guide(unittest.TestCase):
    def setUp(self):
        place = tempfile.TemporaryDirectory()
        self.addCleanup(place.cleanup)
        for name in ("game-archive", "weather"):
            shutil.copytree(PROJECT / "examples" / name, f"{place.name}/{name}",
                            ignore=shutil.ignore_patterns("data", "state", "__pycache__"))
        self.folder = pathlib.Path(place.name, "game-archive")
        config = self.folder / "upkeep.yaml"
        text = config.read_text()
        # Not the port of somebody else, no half minute until the queue is looked at, and no
        # maintenance today or tomorrow.
        weekday = (datetime.date.today().isoweekday() + 3) % 7
        for old, new in (("127.0.0.1:8080", "127.0.0.1:0"), ("queue_poll: 30s", "queue_poll: 1s"),
                         ('"0 2 * * 0"', f'"0 2 * * {weekday}"')):
            self.assertIn(old, text)
            text = text.replace(old, new)
        config.write_text(text)
        self.program = pathlib.Path(lake.PROGRAM).resolve()

    def run_it(self, *words):
        return subprocess.run([self.program, *words], cwd=self.folder, capture_output=True,
                              text=True, stdin=subprocess.DEVNULL, timeout=120)

    def upkeep(self, *words, expect=0):
        done = self.run_it(*words)
        if expect is not None:
            self.assertEqual(done.returncode, expect, (words, done.stdout, done.stderr))
        return done.stdout

    def python(self, *words, **options):
        return subprocess.Popen([sys.executable, "-B", *words], cwd=self.folder,
                                stdout=subprocess.PIPE, text=True, **options)

    def begin(self):
        """As the README says."""
        maker = self.python("make_archive.py")
        self.assertEqual(maker.communicate()[0],
                         "230 good, 60 missing, 16 cut short, 14 too early\n")
        upstream = self.python("upstream.py")
        self.addCleanup(upstream.communicate)
        self.addCleanup(upstream.terminate)
        upstream.stdout.readline()
        self.addCleanup(self.upkeep, "stop", expect=None)

    def status(self):
        return json.loads(self.upkeep("status", "--json", expect=None))

    def is_healed(self):
        status = self.status()
        return (status["health"] == "healthy" and
                [c.get("completeness") for c in status["collections"]] == [1] * 6)

    def test_the_archive_heals_and_goes_on_healing(self):
        self.begin()
        self.upkeep("scan", expect=1)
        self.upkeep("start")
        eventually(self.is_healed)
        lost = self.folder / "data/archive/espn/box_score/2024-25/2025-01-06"
        shutil.rmtree(lost)
        self.upkeep("reconcile")
        eventually(lambda: lost.exists() and len(list(lost.iterdir())) == 4)
        self.upkeep("stop")
        self.upkeep("start", "--dry-run")
        eventually(lambda: "dry run" in self.upkeep("status", expect=None))

    def commands(self):
        """Of all tables, as lists of words, each once."""
        found = re.findall(r"`(?:sudo )?upkeep ([^`]*)`", PAGE.read_text())
        return [shlex.split(words) for words in dict.fromkeys(found)]

    def test_each_command_of_the_page_works(self):
        self.begin()
        self.upkeep("start")
        eventually(self.is_healed)
        commands = [words for words in self.commands() if not set(words) & set(ELSEWHERE)]
        self.assertGreater(len(commands), 20)
        for words in commands:
            with self.subTest(command=" ".join(words)):
                self.try_command(words)

    def try_command(self, words):
        if words[0] == "start":
            self.upkeep("stop", expect=None)
        if words[0] not in ("start", "stop", "validate", "scan", "gaps", "plan", "restart"):
            if not self.status()["running"]:
                self.upkeep("start")
        if set(words) & set(ENDLESS):
            runs = subprocess.Popen([self.program, *words], cwd=self.folder, text=True,
                                    stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
            self.assertNotEqual(runs.stdout.readline(), "")
            runs.terminate()
            runs.communicate()
            return
        # 1: status and the like, when something is amiss just then.
        done = self.run_it(*words)
        lasting = words[0] in ("status", "health", "incidents", "scan", "gaps", "plan")
        self.assertIn(done.returncode, (0, 1) if lasting else (0,), done.stdout + done.stderr)
        self.assertEqual(done.stderr.replace(ROOT, ""), "")

    def test_each_page_answers(self):
        self.begin()
        self.upkeep("start")
        eventually(self.is_healed)
        address = self.status()["http"]
        pages = re.findall(r"`curl http://localhost:8080(/\w+)`", PAGE.read_text())
        self.assertEqual(pages, ["/health", "/status", "/metrics", "/tasks"])
        for page in pages:
            with urllib.request.urlopen(f"http://{address}{page}", timeout=20) as answer:
                body = answer.read().decode()
                self.assertEqual(answer.status, 200)
                if page != "/metrics":
                    json.loads(body)
        asked = urllib.request.Request(f"http://{address}/metrics",
                                       headers={"Accept": "application/json"})
        with urllib.request.urlopen(asked, timeout=20) as answer:
            self.assertEqual(json.loads(answer.read())["upkeep_incidents_open"], 0)

    def test_what_the_page_says_is_set_is_in_the_example(self):
        text = re.sub(r"\s+#.*", "", (PROJECT / "examples/game-archive/upkeep.yaml").read_text())
        for line in re.findall(r"\| `((?:loop|http|log): \{[^`]*\})`", PAGE.read_text()):
            section, values = line.split(": ", 1)
            for value in values.strip("{}").split(", "):
                self.assertRegex(text, rf"(?ms)^{section}:.*?{re.escape(value)}")


if __name__ == "__main__":
    unittest.main()
