#!/usr/bin/env python3
"""Plants each bug of planted_bugs.txt in a copy of its file and sees whether the simulator,
linked with that copy, breaks a promise. A bug that survives shows what the simulator lacks.

    tests/planted_bugs.py BUILD_FOLDER [WORD]     those whose name holds the word; all without
"""
import concurrent.futures
import dataclasses
import json
import os
import pathlib
import re
import shlex
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
SEEDS = "1..30"
PATIENCE = 300  # seconds; a program that ends by itself needs a fraction of it


@dataclasses.dataclass
class Bug:
    name: str
    file: str = ""
    old: list = dataclasses.field(default_factory=list)
    new: list = dataclasses.field(default_factory=list)

    def path(self):
        """In src/core, unless it names another folder."""
        return ROOT / "src" / (self.file if "/" in self.file else "core/" + self.file)

    def source(self):
        """The file with the bug in it."""
        text = self.path().read_text()
        old = "".join(line + "\n" for line in self.old)
        if text.count(old) != 1:
            raise ValueError(f"its lines are {text.count(old)} times in {self.file}, not once")
        return text.replace(old, "".join(line + "\n" for line in self.new))


def read_bugs():
    bugs = []
    for line in (ROOT / "tests/planted_bugs.txt").read_text().splitlines():
        if line.startswith("bug: "):
            bugs.append(Bug(line[5:]))
        elif line.startswith("in: "):
            bugs[-1].file = line[4:]
        elif line.startswith("-"):
            bugs[-1].old.append(line[1:])
        elif line.startswith("+"):
            bugs[-1].new.append(line[1:])
    return bugs


class Builder:
    """Builds the simulator as it was built, but for one file."""

    def __init__(self, folder):
        self.folder = folder
        self.compilations = {
            entry["file"]: entry["command"]
            for entry in json.loads((folder / "compile_commands.json").read_text())
        }
        commands = subprocess.run(["ninja", "-C", folder, "-t", "commands", "upkeep-sim"],
                                  check=True, capture_output=True, text=True).stdout
        self.link = commands.strip().splitlines()[-1]
        (folder / "planted").mkdir(exist_ok=True)

    def build(self, bug):
        base = self.folder / "planted" / re.sub(r"\W+", "_", bug.name)
        copy = base.with_suffix(".cpp")
        copy.write_text(bug.source())
        original = str(bug.path())
        words = shlex.split(self.compilations[original])
        words[words.index("-o") + 1] = f"{base}.o"
        words[words.index(original)] = str(copy)
        self.run(words + ["-w"])
        # An object that is named before the libraries keeps its original out.
        name = shlex.quote(str(base))
        self.run(self.link.replace(" -o upkeep-sim ", f" {name}.o -o {name} "), shell=True)
        return base

    def run(self, command, **options):
        done = subprocess.run(command, cwd=self.folder, capture_output=True, text=True, **options)
        if done.returncode != 0:
            raise ValueError(f"it does not compile:\n{done.stderr}")


def fate_of(builder, bug):
    """What became of the bug, and whether that is well."""
    try:
        program = builder.build(bug)
    except ValueError as error:
        return f"does not fit: {error}", False
    try:
        done = subprocess.run([program, SEEDS, "--first", "--jobs", "1"], capture_output=True,
                              text=True, timeout=PATIENCE)
    except subprocess.TimeoutExpired:
        return "SURVIVED: the simulation does not end", False
    if broken := re.search(r"^seed (\d+) broke (\w+)", done.stdout, re.M):
        return f"killed by {broken[2]} at seed {broken[1]}", True
    if aborted := re.search(r"seed (\d+) ended in an internal error", done.stderr):
        return f"killed by an assertion at seed {aborted[1]}", True
    return "SURVIVED", False


def main():
    folder = pathlib.Path(sys.argv[1]).resolve()
    word = sys.argv[2] if len(sys.argv) > 2 else ""
    bugs = [bug for bug in read_bugs() if word in bug.name]
    builder = Builder(folder)
    survived = 0
    with concurrent.futures.ThreadPoolExecutor(min(2, os.cpu_count() or 1)) as workers:
        fates = workers.map(lambda bug: fate_of(builder, bug), bugs)
        for bug, (fate, is_well) in zip(bugs, fates):
            print(f"{bug.name}: {fate}", flush=True)
            survived += not is_well
    print(f"{len(bugs) - survived} of {len(bugs)} planted bugs killed")
    return 1 if survived else 0


if __name__ == "__main__":
    sys.exit(main())
