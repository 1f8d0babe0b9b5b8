"""Writes the archive as it was found: of each kind of data some games are missing, some were cut
short, and some were fetched before they were final.

    python3 make_archive.py
"""

import calendar
import datetime
import os
import random

import sources

MISSING, CUT, EARLY = 0.15, 0.05, 0.05  # shares of all objects


def write(path, text, date, days_later):
    """As if it had been fetched that many days after its own."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    day = calendar.timegm(datetime.date.fromisoformat(date).timetuple())
    modified = day + days_later * 86_400
    os.utime(path, (modified, modified))


def main():
    chance = random.Random(1)  # the same holes each time
    counts = dict.fromkeys(("good", "missing", "cut short", "too early"), 0)
    for source, kind in sources.OF_GAMES:
        for name, game in sources.games().items():
            text, fate = sources.document(source, kind, name), chance.random()
            if text is None or fate < MISSING:
                counts["missing"] += 1
                continue
            path = sources.path_of(source, kind, game)
            if fate < MISSING + CUT:
                counts["cut short"] += 1
                write(path, text[:chance.randrange(40)], game["date"], 4)
            elif fate < MISSING + CUT + EARLY and source != "hoopr":
                counts["too early"] += 1
                write(path, text, game["date"], 0.75)
            else:
                counts["good"] += 1
                write(path, text, game["date"], 4)
    print(", ".join(f"{count} {what}" for what, count in counts.items()))


if __name__ == "__main__":
    main()
