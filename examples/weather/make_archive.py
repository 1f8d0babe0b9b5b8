"""Writes an archive of one file a station and day that is incomplete the way archives are:
days and a month that nobody fetched, files cut short, a month fetched before it was final.

    python3 make_archive.py FOLDER
"""

import calendar
import datetime
import json
import os
import random
import sys

import weather

MISSING_MONTH = ("New York", "2013-09")
STALE_MONTH = ("Seattle", "2014-03")
OUTAGE = ("Seattle", "2015-06-08", "2015-06-16")
MISSING_SHARE = 0.03
TRUNCATED_SHARE = 0.01


def state_of(station, date, chance):
    """missing, stale, truncated or good."""
    if (station, date) in weather.ABSENT:
        return "missing"
    if (station, date[:7]) == MISSING_MONTH:
        return "missing"
    if station == OUTAGE[0] and OUTAGE[1] <= date <= OUTAGE[2]:
        return "missing"
    if (station, date[:7]) == STALE_MONTH:
        return "stale"
    draw = chance.random()
    if draw < MISSING_SHARE:
        return "missing"
    if draw < MISSING_SHARE + TRUNCATED_SHARE:
        return "truncated"
    return "good"


def provisional(row):
    """What a collector got that asked on the day itself: the maximum so far, and no more."""
    return json.dumps({
        "station": row["location"],
        "date": row["date"],
        "precipitation_mm": None,
        "temperature_max_c": float(row["temp_max"]),
        "temperature_min_c": None,
        "wind_m_per_s": None,
        "weather": None,
        "provisional": True,
    }) + "\n"


def write(path, text, date, days_later):
    """As if it had been fetched that many days after its own."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    day = calendar.timegm(datetime.date.fromisoformat(date).timetuple())
    modified = day + days_later * 86_400
    os.utime(path, (modified, modified))


def main(archive):
    chance = random.Random(1)  # the same holes each time
    counts = dict.fromkeys(("good", "missing", "truncated", "stale"), 0)
    for (station, date), row in weather.observations().items():
        state = state_of(station, date, chance)
        counts[state] += 1
        path = weather.path_of(archive, station, date)
        text = weather.document(row)
        if state == "good":
            write(path, text, date, 4)
        elif state == "truncated":
            write(path, text[:chance.randrange(60)], date, 4)
        elif state == "stale":
            write(path, provisional(row), date, 0.75)
    print(f"{sum(counts.values()):,} station days: {counts['good']:,} good, "
          f"{counts['missing']} not there, {counts['truncated']} cut short, "
          f"{counts['stale']} fetched too early")


if __name__ == "__main__":
    main(sys.argv[1])
