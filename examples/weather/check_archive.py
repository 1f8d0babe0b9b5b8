"""Compares an archive with the source, byte by byte, without asking upkeep.

    python3 check_archive.py FOLDER
"""

import pathlib
import sys

import weather


def main(archive):
    wrong = []
    days = {key: row for key, row in weather.observations().items() if key not in weather.ABSENT}
    for (station, date), row in days.items():
        path = weather.path_of(archive, station, date)
        if not path.exists() or path.read_text(encoding="utf-8") != weather.document(row):
            wrong.append(path)
    extra = len(list(pathlib.Path(archive).rglob("*.json"))) - (len(days) - len(wrong))
    print(f"{len(days) - len(wrong):,} of {len(days):,} files are byte for byte what the source "
          f"says; {len(wrong)} are not, {max(extra, 0)} do not belong there")
    return 1 if wrong or extra > 0 else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
