"""A bucket of many keys that are odd: does upkeep see exactly what another client sees?

    tests/s3/servers.py python3 tests/s3/odd_keys.py [NUMBER]      100000 without

Started by servers.py, which says where Ceph is; the others sort keys unlike S3. Ceph takes a few
hundred objects a second, so this is no part of `./x test`; that tries some hundred such keys."""

import concurrent.futures
import json
import os
import pathlib
import random
import subprocess
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
from client import Client  # noqa: E402

ALPHABET = "abzAZ019 =+%&?#'\"<>~!$()*,;:@[]{}|^`\\._-éß漢字💧\u00a0\u2028"
CONFIG = """
stores: {{lake: {{url: "s3://odd-keys", endpoint: "{endpoint}"}}}}
collections:
  odd:
    store: lake
    key: "odd/{{name}}.x"
    dimensions: {{name: {{table: names.jsonl, fields: [name]}}}}
"""


def odd_names(number):
    dice, names = random.Random(7), set()
    while len(names) < number:
        names.add("".join(dice.choices(ALPHABET, k=dice.randint(3, 40))))
    return sorted(names)


def put_all(endpoint, keys):
    client = Client(endpoint, "odd-keys")
    for key in keys:
        client.put(key)


def main(number):
    endpoint = os.environ["UPKEEP_S3_CEPH"].split()[0]
    names = odd_names(number)
    keys = [f"odd/{name}.x" for name in names]
    Client(endpoint, "odd-keys").create()
    with concurrent.futures.ProcessPoolExecutor(8) as pool:
        list(pool.map(put_all, [endpoint] * 8, [keys[n::8] for n in range(8)]))
    others = Client(endpoint, "odd-keys").keys()  # on a fresh connection: servers end idle ones
    assert sorted(others) == sorted(keys), "the other client sees something else"

    with tempfile.TemporaryDirectory() as folder:
        path = pathlib.Path(folder)
        path.joinpath("upkeep.yaml").write_text(CONFIG.format(endpoint=endpoint))
        path.joinpath("names.jsonl").write_text(
            "".join(json.dumps({"name": name}) + "\n" for name in names))
        done = subprocess.run([os.environ["UPKEEP"], "scan", "--json"], cwd=folder,
                              stdout=subprocess.PIPE, text=True)
    found = json.loads(done.stdout)
    odd = found["collections"][0]
    print({name: odd.get(name) for name in ("present", "missing", "strays", "objects", "requests")})
    assert (odd.get("present"), odd.get("missing"), odd.get("strays")) == (number, 0, 0), odd


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 100_000)
