"""The real observations in weather.csv, and how one day of one station is written as JSON."""

import csv
import json
import pathlib

# Days that the pretend upstream does not have, so that a tombstone shows.
ABSENT = {("Seattle", "2013-07-04"), ("Seattle", "2013-07-05"), ("New York", "2014-11-27")}


def observations():
    """All rows by (station, date), in the order of the file."""
    path = pathlib.Path(__file__).with_name("weather.csv")
    with path.open(newline="", encoding="utf-8") as file:
        return {(row["location"], row["date"]): row for row in csv.DictReader(file)}


def document(row):
    """The text of the final file of one day."""
    return json.dumps({
        "station": row["location"],
        "date": row["date"],
        "precipitation_mm": float(row["precipitation"]),
        "temperature_max_c": float(row["temp_max"]),
        "temperature_min_c": float(row["temp_min"]),
        "wind_m_per_s": float(row["wind"]),
        "weather": row["weather"],
    }) + "\n"


def path_of(archive, station, date):
    """Where that file stands: observations/Seattle/2012/01/2012-01-31.json."""
    year, month, _ = date.split("-")
    return pathlib.Path(archive, "observations", station, year, month, date + ".json")
