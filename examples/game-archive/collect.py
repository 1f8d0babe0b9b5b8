"""The collector of all five sources: fetches what upkeep asks for and puts it into the archive.

    python3 collect.py SOURCE KIND PARTITIONS

PARTITIONS has one JSON object a line: {"season": "2024-25", "date": "2025-01-06", "game": …}. The
exit code and lines in $UPKEEP_REPORT say how it went (docs/collectors.md); what counts is what lies
in the archive afterwards.
"""

import json
import os
import pathlib
import sys
import urllib.error
import urllib.request

import sources

LATER, GONE = 75, 44


def report(**line):
    with open(os.environ.get("UPKEEP_REPORT", os.devnull), "a", encoding="utf-8") as file:
        file.write(json.dumps(line) + "\n")


def store(path, body):
    """Whole or not at all: the name appears when the file is complete."""
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_suffix(".part")
    part.write_bytes(body)
    part.replace(path)


def main(source, kind, partitions):
    address = pathlib.Path("upstream.url").read_text(encoding="utf-8")
    lines = pathlib.Path(partitions).read_text(encoding="utf-8").splitlines()
    wanted = [json.loads(line) for line in lines]
    failed = gone = 0
    for number, partition in enumerate(wanted, 1):
        name = partition.get("game") or partition["date"]
        try:
            with urllib.request.urlopen(f"{address}/{source}/{kind}/{name}", timeout=20) as answer:
                store(sources.path_of(source, kind, partition), answer.read())
        except urllib.error.HTTPError as error:
            if error.code == 429:
                report(throttled=1)
                report(retry_after=int(error.headers["Retry-After"]))
                return LATER
            if error.code == 404:
                report(gone=partition)
                gone += 1
            else:
                print(f"{name}: HTTP {error.code} {error.reason}", file=sys.stderr)
                failed += 1
        report(progress=number / len(wanted))
    return 1 if failed else GONE if gone else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
