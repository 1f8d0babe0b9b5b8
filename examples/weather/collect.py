"""The demo's collector: fetches the days that upkeep asks for and puts them into the archive.

    python3 collect.py ARCHIVE PARTITIONS

PARTITIONS has one JSON object a line: {"station": "Seattle", "date": "2012-01-31"}. Lines in
$UPKEEP_REPORT tell upkeep how far it is; the exit code tells how it went (docs/collectors.md).
"""

import json
import os
import pathlib
import sys
import time
import urllib.error
import urllib.parse
import urllib.request

import weather

LATER, GONE = 75, 44
PAUSE_SECONDS = 0.02  # between requests: polite, but not polite enough for this upstream


def report(**line):
    with open(os.environ.get("UPKEEP_REPORT", os.devnull), "a", encoding="utf-8") as file:
        file.write(json.dumps(line) + "\n")


def fetch(address, station, date):
    url = f"{address}/{urllib.parse.quote(station)}/{date}"
    with urllib.request.urlopen(url, timeout=10) as answer:
        return answer.read()


def store(path, body):
    """Whole or not at all: the name appears when the file is complete."""
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_suffix(".part")
    part.write_bytes(body)
    part.replace(path)


def main(archive, partitions):
    address = pathlib.Path("upstream.url").read_text(encoding="utf-8")
    lines = pathlib.Path(partitions).read_text(encoding="utf-8").splitlines()
    wanted = [json.loads(line) for line in lines]
    failed = gone = 0
    for number, partition in enumerate(wanted, 1):
        station, date = partition["station"], partition["date"]
        try:
            store(weather.path_of(archive, station, date), fetch(address, station, date))
        except urllib.error.HTTPError as error:
            if error.code == 429:
                report(retry_after=int(error.headers["Retry-After"]))
                return LATER
            if error.code == 404:
                report(gone=partition)
                gone += 1
            else:
                print(f"{station} {date}: HTTP {error.code} {error.reason}", file=sys.stderr)
                failed += 1
        report(progress=number / len(wanted))
        time.sleep(PAUSE_SECONDS)
    return 1 if failed else GONE if gone else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
