#!/usr/bin/env python3
"""Do the JSON Schema, the parser, the examples and the reference say the same?

    tests/schema_check.py CONFIG_TOOL PROJECT_FOLDER

An independent validator (python3-jsonschema) and an independent YAML parser (python3-yaml) judge
the examples; then a configuration that uses every key is damaged in thousands of ways, and parser
and schema must come to the same verdict as far as a schema can know.
"""

import copy
import json
import os
import pathlib
import re
import subprocess
import sys

try:
    import jsonschema
    import yaml
except ImportError:
    # The distribution's packages belong to its own Python, which need not be the first in PATH.
    if sys.executable == "/usr/bin/python3":
        raise
    os.execv("/usr/bin/python3", ["/usr/bin/python3", "-B", *sys.argv])

# Uses every key. JSON is YAML, so each damaged copy is handed to the parser as JSON.
FULL = {
    "state": "./state",
    "timezone": "UTC",
    "enabled": True,
    "env_files": [".env"],
    "loop": {"reconcile_every": "1h", "queue_poll": "30s", "max_run_time": "2h"},
    "queue": {
        "window": 1000,
        "promote_after": "24h",
        "score": {"age_per_hour": 0.5, "per_missing": -0.1, "max_size_penalty": 10},
    },
    "keep": {"journal": "90d", "output": "7d", "cache": "7d"},
    "limits": {"tasks": 5, "disk_free": "1GB", "requests": "100/min"},
    "upstreams": {
        "espn": {
            "rate": "60/min", "hourly": 3000, "daily": 50000, "burst": 10, "min_interval": "0s",
            "concurrency": 5, "slow_down_at": "80%",
        }
    },
    "stores": {
        "lake": {"url": "file:./lake", "ignore": ["*.part"], "max_loss": "20%"},
        "cloud": {
            "url": "s3://bucket/folder", "region": "eu-west-1", "profile": "backup",
            "endpoint": "https://s3.example.com", "credentials": "anonymous",
            "requester_pays": True, "ca": "ca.pem", "requests": 32,
        },
    },
    "collections": {
        "games": {
            "store": "lake",
            "key": "games/{day}/{n}/{kind}/{season}/{id}/{free}",
            "dimensions": {
                "day": {"from": "2015-01-01", "to": "today", "every": "1d", "time": True},
                "n": {"from": 0, "to": 40, "every": 10, "time": False},
                "kind": ["pbp", 7, True],
                "schedule": {
                    "table": "schedule.db",
                    "format": "sqlite",
                    "query": "select season, id from games",
                    "fields": ["season", {"name": "id", "type": "number"}],
                    "time": False,
                },
            },
            "expect": {
                "min_size": "200B",
                "settled_after": "3d",
                "max_age": "7d",
                "available_after": "6h",
                "completeness": "95%",
                "count": {"min": "games"},
                "valid": {"csv": {"min_rows": 10, "separator": ";", "header": True},
                          "sample": "10%"},
            },
            "labels": {"source": "espn", "year": 2024},
            "priority": [{"if": "age < 7d", "then": "critical"}, {"then": "low"}],
            "weight": 1.5,
            "collector": "get",
        },
        "plays": {"store": "lake", "key": "plays.json", "expect": {"valid": "json"}},
        "lines": {"store": "lake", "key": "lines",
                  "expect": {"valid": {"jsonl": {"min_rows": 5}}}},
        "checked": {"store": "lake", "key": "checked", "expect": {
            "valid": {"command": ["./check", "{path}"], "timeout": "5m"}}},
    },
    "collectors": {
        "get": {
            "command": ["./get", "{day}", 5],
            "env": {"TOKEN": "${env:TOKEN}", "LEVEL": 3},
            "batch": {"by": ["day"], "max": 50},
            "gone_for": "30d",
            "timeout": "10m",
            "grace": "10s",
            "retries": {"max": 3, "base": "1m", "cap": "1h", "rest": "6h"},
            "estimate": "2m",
            "upstream": "espn",
            "requests": 3,
        }
    },
}

# What a value is replaced with.
STRANGERS = [
    None, True, False, 0, 1, 5, -1, 0.5, 1.5, 10**18, "", "text", "two words", "5", "1h", "0s",
    "20%", "10KiB", "10 KB", "5mb", "1.5GB", "today", "today-30d", "2020-02-29", "1mo", "15m",
    "1h30m", "file:x", "file:", "s3://x", "csv", "number", "HIGH", "High", "-x", "a.b", "a b",
    "${env:X}", "x${env:X}y", [], {}, ["x"], [5], [[]], [None], [""], {"x": 1},
    {"from": 1, "to": 2}, {"table": "x.csv"}, {"min": 3}, {"url": "file:y"}, {"command": ["y"]},
]

# The parser says "expected" about these, too, but knows more than a schema can.
KNOWS_MORE = re.compile(
    r"like `from`|because `from`|is not a step|divide a day|whole minutes|longer than a day"
    r"|at least \d|is not a size|counts the objects|did you mean|would be a column"
    r"|drop the dimension|the format does not show|is not a date|is a dimension"
    r"|missing; expected a query|expected one of ==|unknown placeholder|there is no"
    r"|has no dimension with the field|the path behind"
    r"|says no format|one rule is for one")


class Loader(yaml.SafeLoader):
    """YAML 1.2's core schema: `no` is a text, 2015-01-01 too."""


Loader.yaml_implicit_resolvers = {}
for tag, pattern, first in (
        ("bool", r"true|True|TRUE|false|False|FALSE", "tTfF"),
        ("null", r"~|null|Null|NULL|", ["~", "n", "N", ""]),
        ("int", r"[-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+", "-+0123456789"),
        ("float", r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?", "-+.0123456789")):
    Loader.add_implicit_resolver(f"tag:yaml.org,2002:{tag}", re.compile(f"^(?:{pattern})$"), first)


def places(value, path=()):
    """All paths to values."""
    yield path
    if isinstance(value, dict):
        inner = value.items()
    else:
        inner = enumerate(value) if isinstance(value, list) else ()
    for key, item in inner:
        yield from places(item, path + (key,))


def changed(document, path, change):
    """A copy in which `change` was made to what holds the value at `path`."""
    document = copy.deepcopy(document)
    holder = document
    for key in path[:-1]:
        holder = holder[key]
    change(holder, path[-1])
    return document


def damaged(document):
    """Pairs of what was done and what came of it."""
    for path in places(document):
        if not path:
            continue
        name = ".".join(map(str, path))
        for stranger in STRANGERS:
            def put(holder, key, stranger=stranger):
                holder[key] = copy.deepcopy(stranger)
            yield f"{name} = {json.dumps(stranger)}", changed(document, path, put)

        def drop(holder, key):
            del holder[key]
        yield f"without {name}", changed(document, path, drop)
        value = document
        for key in path:
            value = value[key]
        if isinstance(value, dict):
            def add(holder, key):
                holder[key]["zzz"] = 1
            yield f"{name}.zzz = 1", changed(document, path, add)


def sections(schema, path=""):
    """Pairs of the path of a record and its properties; NAME stands for a name of the user's."""
    for inner in schema.get("anyOf", []):
        yield from sections(inner, path)
    if "properties" in schema:
        yield path, schema["properties"]
        for key, inner in schema["properties"].items():
            yield from sections(inner, f"{path}.{key}".lstrip("."))
    if isinstance(schema.get("additionalProperties"), dict):
        yield from sections(schema["additionalProperties"], f"{path}.NAME")
    if "items" in schema:
        yield from sections(schema["items"], f"{path}[]")


def undocumented(schema, text):
    """What docs/configuration.md does not say: its tables stand under headings that name the
    record."""
    rows = {}
    path = None
    for line in text.splitlines():
        if line.startswith("#"):
            heading = re.search(r"`([^`]+)`", line)
            path = heading and heading[1].replace("upkeep.yaml", "")
        elif row := re.match(r"\| `(\w+)` \|(.*)", line):
            rows[path, row[1]] = row[2]
    for record, properties in sections(schema):
        for key, inner in properties.items():
            row = rows.get((record, key))
            if row is None:
                yield f"{record}.{key} has no row in the table of `{record}`"
                continue
            default = "`" + json.dumps(inner.get("default")).strip('"') + "`"
            if "default" in inner and default not in row:
                yield f"{record}.{key}: the row does not show the default {inner['default']}"
    known = {(record, key) for record, properties in sections(schema) for key in properties}
    for record, key in rows:
        if (record, key) not in known:
            yield f"{record}.{key} is described, but there is no such key"


def main():
    tool, project = sys.argv[1], pathlib.Path(sys.argv[2])
    schema = json.loads(subprocess.run([tool, "schema"], check=True, stdout=subprocess.PIPE).stdout)
    jsonschema.Draft202012Validator.check_schema(schema)
    validator = jsonschema.Draft202012Validator(schema)
    wrong = list(undocumented(schema, (project / "docs/configuration.md").read_text()))

    def parse(texts):
        answer = subprocess.run([tool, "check"], input="\0".join(texts).encode(), check=True,
                                stdout=subprocess.PIPE).stdout
        return [json.loads(line) for line in answer.splitlines()]

    examples = sorted([*project.glob("examples/*/upkeep.yaml"), project / "packaging/upkeep.yaml"])
    if not examples:
        wrong.append("examples/ has no upkeep.yaml")
    for path in examples:
        text = path.read_text()
        for error in validator.iter_errors(yaml.load(text, Loader)):
            wrong.append(f"{path}: {error.json_path}: {error.message}")
        for error in parse([text])[0]:
            wrong.append(f"{path}: {error['path']}: {error['text']}")

    cases = [("nothing", FULL), *damaged(FULL)]
    for (what, document), errors in zip(cases, parse([json.dumps(case[1]) for case in cases])):
        fits = validator.is_valid(document)
        plain = [f"{error['path']}: {error['text']}" for error in errors
                 if re.search("expected|unknown|missing", error["text"])
                 and not KNOWS_MORE.search(error["text"])]
        if not fits and not errors:
            wrong.append(f"{what}: the parser takes it, the schema does not")
        if fits and plain:
            wrong.append(f"{what}: the schema takes it, the parser says: {plain[0]}")
        if what == "nothing" and (errors or not fits):
            wrong.append(f"the full configuration is refused: {errors}")
    print("\n".join(wrong))
    print(f"{len(examples)} examples, {len(cases)} configurations, {len(wrong)} disagreements")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
