"""What the five sources have, invented, and where the archive keeps it."""

import csv
import hashlib
import json
import pathlib

ARCHIVE = pathlib.Path("data/archive")
# Games that were called off: no source has them.
ABSENT = {"24010803", "25011102"}
PLAYS = ("jump ball", "layup", "dunk", "three", "free throw", "rebound", "steal", "foul")


def games():
    """The rows of the schedule, by game."""
    path = pathlib.Path(__file__).with_name("schedule.csv")
    with path.open(newline="", encoding="utf-8") as file:
        return {row["game"]: row for row in csv.DictReader(file)}


def draw(*words):
    """A number that is the same whenever the same is asked."""
    return int.from_bytes(hashlib.sha256("/".join(words).encode()).digest()[:4], "big")


def plays(source, game):
    rows = [{"play": n, "team": (game["home"], game["away"])[draw(game["game"], str(n)) % 2],
             "what": PLAYS[draw(source, game["game"], str(n)) % len(PLAYS)]} for n in range(1, 25)]
    return json.dumps({**game, "source": source, "plays": rows}) + "\n"


def box_score(source, game):
    scores = {team: {str(quarter): 15 + draw(game["game"], team, str(quarter)) % 21
                     for quarter in range(1, 5)} for team in (game["home"], game["away"])}
    return json.dumps({**game, "source": source, "points": scores, "overtime": False,
                       "arena": f"{game['home']} arena", "status": "final", "officials": 3,
                       "attendance": 12_000 + draw(game["game"]) % 8_000}) + "\n"


def player_lines(_, game):
    lines = ["team,player,minutes,points"]
    for team in (game["home"], game["away"]):
        for player in range(1, 9):
            number = draw(game["game"], team, str(player))
            lines.append(f"{team},{player},{number % 40},{number // 40 % 35}")
    return "\n".join(lines) + "\n"


def standings(_, date):
    teams = sorted({row["home"] for row in games().values()})
    rows = "".join(f"<tr><td>{team}</td><td>{draw(date, team) % 60}</td></tr>" for team in teams)
    return f"<html><title>{date}</title><table>{rows}</table></html>\n"


def odds(_, date):
    return json.dumps({"date": date, "games": draw(date) % 12, "moves": True}) + "\n"


OF_GAMES = {("espn", "play_by_play"): plays, ("espn", "box_score"): box_score,
            ("nba_api", "play_by_play"): plays, ("hoopr", "player_lines"): player_lines}
OF_DAYS = {("basketball_reference", "standings"): standings, ("odds_api", "daily"): odds}


def document(source, kind, name):
    """What the source has under that name, a game or a date; None when it has nothing."""
    if (source, kind) in OF_DAYS:
        return OF_DAYS[source, kind](source, name)
    game = games().get(name)
    if (source, kind) not in OF_GAMES or game is None or name in ABSENT:
        return None
    return OF_GAMES[source, kind](source, game)


def path_of(source, kind, partition):
    """Where upkeep.yaml expects the object of a partition."""
    folder = ARCHIVE / source / kind
    season, date, game = (partition.get(field, "") for field in ("season", "date", "game"))
    if source == "espn":
        return folder / season / date / f"{game}.json"
    if source == "nba_api":
        return folder / season / date.replace("-", "/") / f"{game}.json"
    if source == "hoopr":
        return folder / season / f"{game}.csv"
    if source == "basketball_reference":
        return folder / (date.replace("-", "/") + ".html")
    return folder / f"{date}.json"
