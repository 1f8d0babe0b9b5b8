"""What it costs to list a bucket of a real S3 server, beside rclone and awscli in the same run.

    python3 bench/listing_bench.py PATH-TO-UPKEEP [OBJECTS]

upkeep compares the listing with a collection of all these objects, too: when not one is missing
and none is a stray, it has seen exactly what was put there.
"""

import concurrent.futures
import json
import os
import pathlib
import subprocess
import sys
import tempfile

from measured import run, spread

HERE = pathlib.Path(__file__).resolve().parent
SERVERS = HERE.parent / "tests/s3"
sys.path.insert(0, str(SERVERS))
from client import Client  # noqa: E402

ROUNDS = 3
CONFIG = """
state: state
stores:
  lake: {{url: "s3://bench", endpoint: "{endpoint}"}}
collections:
  all:
    store: lake
    key: "data/{{folder:03}}/{{number:03}}.json"
    dimensions: {{folder: {{from: 0, to: {folders}}}, number: {{from: 0, to: 999}}}}
"""


def fill(endpoint, folders):
    client = Client(endpoint, "bench")
    for folder in folders:
        for number in range(1000):
            client.put(f"data/{folder:03}/{number:03}.json", b"{}")


def put_all(endpoint, folders):
    Client(endpoint, "bench").create()
    with concurrent.futures.ProcessPoolExecutor(4) as pool:
        list(pool.map(fill, [endpoint] * 4, [range(n, folders, 4) for n in range(4)]))


def rclone(endpoint, folder):
    """Its configuration, and the command: one listing of all."""
    config = pathlib.Path(folder, "rclone.conf")
    config.write_text("[s3]\ntype = s3\nprovider = Other\nenv_auth = true\n"
                      f"endpoint = {endpoint}\n", encoding="utf-8")
    return ["rclone", "--config", config, "lsf", "-R", "--files-only", "--fast-list", "s3:bench"]


def awscli(endpoint):
    return ["aws", "--endpoint-url", endpoint, "--region", "us-east-1", "s3", "ls", "--recursive",
            "s3://bench"]


def main(upkeep, objects="100000"):
    folders = int(objects) // 1000
    if "UPKEEP_S3_FAUXQS" not in os.environ:
        os.environ["UPKEEP_S3_REQUIRED"] = "1"
        os.execv(sys.executable, [sys.executable, str(SERVERS / "servers.py"), sys.executable,
                                  __file__, upkeep, objects])
    os.environ.pop("AWS_CA_BUNDLE", None)
    endpoint = os.environ["UPKEEP_S3_FAUXQS"].split()[0]
    put_all(endpoint, folders)
    with tempfile.TemporaryDirectory() as folder:
        config = pathlib.Path(folder, "upkeep.yaml")
        config.write_text(CONFIG.format(endpoint=endpoint, folders=folders - 1), encoding="utf-8")
        costs = {"upkeep": [], "rclone": [], "awscli": []}
        for _ in range(ROUNDS):
            mine = run([upkeep, "-c", config, "scan", "--json"])
            found = json.loads(mine.output)["collections"][0]
            seen = found["present"], found["objects"], found["strays"]
            if seen != (folders * 1000, folders * 1000, 0):
                raise SystemExit(f"upkeep saw something else: {found}")
            costs["upkeep"].append(mine)
            for name, command in (("rclone", rclone(endpoint, folder)),
                                  ("awscli", awscli(endpoint))):
                cost = run(command)
                if cost.output.count(b"\n") != folders * 1000:
                    raise SystemExit(f"{name} saw {cost.output.count(bytes([10]))} objects")
                costs[name].append(cost)
        memory = run([upkeep, "-c", config, "scan", "--json"], memory=True).memory
    report(costs, folders * 1000, found["requests"], memory)


def report(costs, objects, requests, memory):
    version = subprocess.run(["rclone", "version"], capture_output=True, text=True).stdout
    print(f"{objects:,} objects; microseconds of processor a key, median (least to most); "
          f"{version.splitlines()[0]}")
    medians = {}
    for name, runs in costs.items():
        each = [cost.cpu / objects * 1e6 for cost in runs]
        medians[name] = sorted(each)[len(each) // 2]
        print(f"{name:8} {spread(each)}, {spread([cost.wall for cost in runs])} s")
    for name in ("rclone", "awscli"):
        print(f"upkeep takes {medians['upkeep'] / medians[name]:.3f} of {name} (at most 0.2)")
    print(f"{requests} LIST requests, {requests / (objects / 1000):.3f} of what the keys need "
          f"(at most 1.1); {memory / 1e6:.0f} MB")


if __name__ == "__main__":
    main(*sys.argv[1:])
