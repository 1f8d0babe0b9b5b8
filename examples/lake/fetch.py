#!/usr/bin/env python3
"""A collector: makes the objects of the partitions that it is asked for.

    fetch.py plays --date 2024-10-22 --list FILE
    fetch.py boxes --list FILE

FILE holds one JSON object a line, with the fields of the partition. This one makes its data up;
put your download where make() is. upkeep looks at the store afterwards, so nothing has to be
reported, and nothing is believed.
"""

import argparse
import json
import os
import pathlib


def make(kind, partition):
    """What a service would answer."""
    return {"kind": kind, **partition}


def path_of(kind, partition):
    """Where upkeep.yaml says that the object belongs."""
    if kind == "plays":
        day = partition["date"].replace("-", "/")
        return pathlib.Path("data/plays", partition["season"], day, partition["game"] + ".json")
    name = f"{partition['game']}-{partition['kind']}.json"
    return pathlib.Path("data/boxes", partition["season"], name)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("kind", choices=["plays", "boxes"])
    parser.add_argument("--date")
    parser.add_argument("--list", required=True)
    asked = parser.parse_args()
    for line in pathlib.Path(asked.list).read_text().splitlines():
        partition = json.loads(line)
        path = path_of(asked.kind, partition)
        path.parent.mkdir(parents=True, exist_ok=True)
        # Written under another name first: an object is there whole, or not at all.
        part = path.with_name(path.name + ".part")
        part.write_text(json.dumps(make(asked.kind, partition)) + "\n")
        os.replace(part, path)


if __name__ == "__main__":
    main()
