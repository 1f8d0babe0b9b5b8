#!/usr/bin/env python3
"""Makes an S3 Inventory report of a lake of basketball data, as S3 would deliver it.

    examples/nba-lake/make_report.py [FOLDER]       data/ beside this file when none is named

172,754 objects of 118 GB: five sources, four kinds of data, 25 seasons. Some games are missing,
some objects were cut short or fetched too early, a month was lost, and things lie about that
nobody declared. The games are invented; all but the time of the report is the same each time.

FOLDER/reports/     what S3 delivers: manifest.json, manifest.checksum and data/*.csv.gz
FOLDER/schedule.csv which games there were
FOLDER/holes.json   what was left out, so that whoever compares can be checked
"""

import csv
import datetime
import gzip
import hashlib
import json
import pathlib
import random
import shutil
import sys
import urllib.parse

BUCKET = "nba-lake"
OBJECTS = 172_754
BYTES = 118e9
FILES = 4
SEASONS = range(2000, 2025)
FIRST_DAY, LAST_DAY = datetime.date(2000, 10, 31), datetime.date(2025, 6, 22)
REGULAR_GAMES, PLAYOFF_GAMES = 1230, 85
TEAMS = ("ATL BKN BOS CHA CHI CLE DAL DEN DET GSW HOU IND LAC LAL MEM "
         "MIA MIL MIN NOP NYK OKC ORL PHI PHX POR SAC SAS TOR UTA WAS").split()

LOST_MONTH = "2013-01"  # of hoopr's play-by-play
CUT_SHORT = 0.002       # of the objects of games
TOO_EARLY = 0.001       # of ESPN's box scores


def schedule():
    """(season, date, game) of all games, in order."""
    for year in SEASONS:
        for first, last, code, games in (
                (datetime.date(year, 10, 31), datetime.date(year + 1, 4, 13), 2, REGULAR_GAMES),
                (datetime.date(year + 1, 4, 19), datetime.date(year + 1, 6, 20), 4,
                 PLAYOFF_GAMES)):
            days = (last - first).days + 1
            for number in range(games):
                date = first + datetime.timedelta(days=number * days // games)
                yield (f"{year}-{(year + 1) % 100:02}", date,
                       f"00{code}{year % 100:02}{number + 1:05}")


def expected(games):
    """(collection, key, date, usual size) of everything that should exist."""
    for season, date, game in games:
        path = date.strftime("%Y/%m/%d")
        for kind, size in (("play_by_play", 1300), ("box_score", 280)):
            yield "espn", f"espn/{kind}/{season}/{date}/{game}.json", date, size
            yield "nba-api", f"nba_api/{kind}/{season}/{path}/{game}.json.gz", date, size / 2
        yield "hoopr", f"hoopr/play_by_play/{season}/{game}.parquet", date, 1100
    for number in range((LAST_DAY - FIRST_DAY).days + 1):
        date = FIRST_DAY + datetime.timedelta(days=number)
        key = f"basketball_reference/standings/{date:%Y/%m/%d}.html"
        yield "basketball-reference", key, date, 90
    for year in SEASONS:
        for team in TEAMS:
            key = f"league/rosters/{year}/{team}.json"
            yield "rosters", key, datetime.date(year, 10, 31), 12


def strays():
    """(collection in whose folder it lies, key) of what nobody declared."""
    for number in range(120):
        yield "hoopr", f"hoopr/play_by_play/2012-13/00212{number + 1:05} (1).parquet"
    for number in range(60):
        yield "espn", f"espn/play_by_play/2024-25/2024-11-0{number % 9 + 1}/retry+{number}.json"
    for number in range(20):
        yield "rosters", f"league/rosters/2024/Équipe {number}.json"


class Lake:
    """Puts objects in, or leaves them out and remembers that."""

    def __init__(self):
        self.random = random.Random(172_754)
        self.rows = []  # key, size, when it was written
        self.holes = {}

    def note(self, collection, kind):
        counts = self.holes.setdefault(
            collection, {"missing": 0, "undersized": 0, "stale": 0, "strays": 0})
        counts[kind] += 1

    def put(self, key, size, date, days_later):
        written = datetime.datetime.combine(date, datetime.time(5)) + datetime.timedelta(
            days=days_later, seconds=self.random.randrange(80_000))
        self.rows.append([key, int(size), written])

    def fill(self):
        games = list(schedule())
        wanted, lost = [], 0
        for one in expected(games):
            if one[0] == "hoopr" and str(one[2]).startswith(LOST_MONTH):
                self.note("hoopr", "missing")
                lost += 1
            else:
                wanted.append(one)
        others = list(strays())
        missing = set(self.random.sample(range(len(wanted)),
                                         len(wanted) + len(others) - OBJECTS))
        for number, (collection, key, date, size) in enumerate(wanted):
            if number in missing:
                self.note(collection, "missing")
            else:
                self.put_expected(collection, key, date, size)
        self.stretch()
        for collection, key in others:
            self.note(collection, "strays")
            self.put(key, 4_000, LAST_DAY, 3)
        self.random.shuffle(self.rows)  # S3 promises no order
        return games

    def put_expected(self, collection, key, date, size):
        bytes_usual = size * 1000 * self.random.uniform(0.7, 1.3)
        is_game = collection in ("espn", "nba-api", "hoopr")
        if is_game and self.random.random() < CUT_SHORT:
            self.note(collection, "undersized")
            self.put(key, self.random.randrange(200), date, 5)
        elif "espn/box_score" in key and self.random.random() < TOO_EARLY:
            self.note(collection, "stale")
            self.put(key, bytes_usual, date, 0.5)
        else:
            self.put(key, bytes_usual, date, self.random.choice((4, 5, 9)))

    def stretch(self):
        """Scales what is whole, so that all of it has the size that the lake has."""
        factor = BYTES / sum(row[1] for row in self.rows)
        for row in self.rows:
            if row[1] >= 200:
                row[1] = int(row[1] * factor)


def csv_bytes(rows):
    """As S3 writes it: everything in quotes, keys URL-encoded, a space as `+`."""
    lines = []
    for key, size, written in rows:
        etag = hashlib.md5(key.encode()).hexdigest()
        encoded = urllib.parse.quote_plus(key, safe="/")
        lines.append(f'"{BUCKET}","{encoded}","{size}","{written:%Y-%m-%dT%H:%M:%S}.000Z",'
                     f'"{etag}","STANDARD"\n')
    return gzip.compress("".join(lines).encode(), compresslevel=6, mtime=0)


def deliver(folder, rows, begun):
    """Writes the report; manifest.checksum comes last, since it says that all is there."""
    parent = f"inventory/{BUCKET}/daily"
    files = []
    for number in range(FILES):
        packed = csv_bytes(rows[number::FILES])
        key = f"{parent}/data/part-{number:05}.csv.gz"
        write(folder / key, packed)
        files.append({"key": key, "size": len(packed),
                      "MD5checksum": hashlib.md5(packed).hexdigest()})
    manifest = json.dumps({
        "sourceBucket": BUCKET,
        "destinationBucket": "arn:aws:s3:::nba-inventory",
        "version": "2016-11-30",
        "creationTimestamp": str(int(begun.timestamp() * 1000)),
        "fileFormat": "CSV",
        "fileSchema": "Bucket, Key, Size, LastModifiedDate, ETag, StorageClass",
        "files": files,
    }, indent=2).encode()
    dated = folder / parent / begun.strftime("%Y-%m-%dT%H-%MZ")
    write(dated / "manifest.json", manifest)
    write(dated / "manifest.checksum", hashlib.md5(manifest).hexdigest().encode())


def write(path, content):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)


def main(folder=pathlib.Path(__file__).parent / "data"):
    folder = pathlib.Path(folder)
    lake = Lake()
    games = lake.fill()
    shutil.rmtree(folder / "reports", ignore_errors=True)
    begun = datetime.datetime.now(datetime.timezone.utc).replace(second=0, microsecond=0)
    deliver(folder / "reports", lake.rows, begun)
    (folder / "lake").mkdir(exist_ok=True)
    with open(folder / "schedule.csv", "w", newline="", encoding="utf-8") as file:
        csv.writer(file, lineterminator="\n").writerows([("season", "date", "game"), *games])
    summary = {"objects": len(lake.rows), "bytes": sum(row[1] for row in lake.rows),
               "collections": lake.holes}
    write(folder / "holes.json", (json.dumps(summary, indent=2) + "\n").encode())
    print(f"{folder}: a report of {summary['objects']:,} objects, "
          f"{summary['bytes'] / 1e9:.2f} GB")


if __name__ == "__main__":
    main(*sys.argv[1:])
