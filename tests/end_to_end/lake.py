"""A small lake in a scratch folder, with a configuration and a collector, for tests that
call the real program as a person would."""

import json
import os
import pathlib
import shutil
import subprocess
import tempfile
import unittest

PROGRAM = os.environ.get("UPKEEP", "build/release/upkeep")
# Sanitizers make everything several times slower; such runs repeat less.
IS_SLOW_BUILD = os.environ.get("UPKEEP_BUILD", "Release") != "Release"


class Lake:
    def __init__(self, config, files=None):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="upkeep-test-"))
        self.folder.chmod(0o755)
        self.data = self.folder / "lake"
        self.data.mkdir()
        self.state = self.folder / "state"
        self.program = os.path.abspath(PROGRAM)
        self.write("upkeep.yaml", config)
        for name, text in (files or {}).items():
            self.write(name, text)

    def write(self, name, text):
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        if text.startswith("#!"):
            path.chmod(0o755)

    def put(self, key, content="observed"):
        path = self.data / key
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content)

    def objects(self):
        return sorted(str(p.relative_to(self.data)) for p in self.data.rglob("*") if p.is_file())

    def lines(self, name):
        path = self.folder / name
        return path.read_text().splitlines() if path.exists() else []

    def command(self, *arguments):
        return [self.program, "-c", str(self.folder / "upkeep.yaml"), *arguments]

    def start(self, *arguments, **options):
        return subprocess.Popen(self.command(*arguments), stdin=subprocess.DEVNULL,
                                stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                                **options)

    def call(self, *arguments, expect=0, timeout=120, **options):
        done = subprocess.run(self.command(*arguments), stdin=subprocess.DEVNULL,
                              capture_output=True, text=True, timeout=timeout, **options)
        if expect is not None and done.returncode != expect:
            raise AssertionError(f"upkeep {' '.join(arguments)} ended with {done.returncode}, not "
                                 f"{expect}:\n{done.stdout}{done.stderr}")
        return done

    def scan(self, expect=None, **options):
        done = self.call("scan", "--json", expect=expect, **options)
        return {c["name"]: c for c in json.loads(done.stdout)["collections"]}

    def gaps(self, expect=None):
        done = self.call("gaps", "--format", "ndjson", expect=expect)
        return [json.loads(line) for line in done.stdout.splitlines()]

    def incidents(self):
        return json.loads(self.call("incidents", "--json", expect=None).stdout)

    def close(self):
        shutil.rmtree(self.folder, ignore_errors=True)


class LakeTest(unittest.TestCase):
    """Gives each test the lakes that it asks for, and takes them away again."""

    def lake(self, config, files=None):
        lake = Lake(config, files)
        self.addCleanup(lake.close)
        return lake
