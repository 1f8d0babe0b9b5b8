"""What the comparison with an inventory report costs, beside those who do parts of it.

    python3 bench/inventory_bench.py PATH-TO-UPKEEP [PART...]

    csv          10 M objects, 20 collections: `igzip -dc` plus `md5sum`, and DuckDB's anti-join
    parquet      the same as Parquet, beside DuckDB
    collections  1, 20 and 200 collections
    sizes        1 M and 10 M objects
    huge         100 M objects; makes 4 GB and takes minutes, so only when it is named

Reports are made once and kept in the build folder. The programs take turns, so that whatever
else the machine does falls on all of them.
"""

import hashlib
import json
import pathlib
import shutil
import statistics
import sys

from measured import run, spread

HERE = pathlib.Path(__file__).resolve().parent
ANTIJOIN = HERE.parent / "tests" / "oracle" / "antijoin.js"
PARENT = "reports/inventory/bench-lake/daily"
MILLION = 1_000_000
RUNS = 5


class Bench:
    def __init__(self, upkeep):
        self.upkeep = pathlib.Path(upkeep).resolve()
        self.folder = self.upkeep.parent / "bench"

    def report(self, objects, collections, level=6):
        """The folder of a CSV report. Level 6 is what gzip does when it is not asked."""
        made = self.folder / "reports" / f"{objects}-{collections}-{level}"
        if not (made / "rows").exists():
            shutil.rmtree(made, ignore_errors=True)
            cost = run([self.folder / "make_report", made, str(objects), str(collections),
                        str(level)])
            (made / "rows").write_bytes(cost.output)
        return made

    def parquet(self, objects, collections):
        """The same report as Parquet."""
        source = self.report(objects, collections)
        made = source.with_name(source.name + "-parquet")
        if not (made / "rows").exists():
            shutil.rmtree(made, ignore_errors=True)
            (made / PARENT / "data").mkdir(parents=True)
            (made / "lake").mkdir()
            for path in data_of(source):
                target = made / PARENT / "data" / path.name.replace(".csv.gz", ".parquet")
                run(["node", ANTIJOIN, "convert", path, target])
            write_manifest(source, made)
            for name in ("upkeep.yaml", "expected.sql", "rows"):
                shutil.copy(source / name, made / name)
        return made

    def gaps(self, folder, memory=False):
        shutil.rmtree(folder / "state", ignore_errors=True)
        return run([self.upkeep, "-c", folder / "upkeep.yaml", "gaps", "--format", "ndjson"],
                   expect=1, memory=memory)

    def csv(self):
        folder = self.report(10 * MILLION, 20)
        files = data_of(folder)
        print(f"{rows_of(folder):,} objects in {len(files)} files of CSV, "
              f"{sum(path.stat().st_size for path in files) / 1e6:,.0f} MB; 20 collections")
        ours, theirs, duck = [], [], []
        for _ in range(RUNS):
            ours.append(self.gaps(folder))
            unpacked = run(["igzip", "-dc", *files], keep=False)
            theirs.append(unpacked.cpu + run(["md5sum", *files]).cpu)
            duck.append(run(["node", ANTIJOIN, "count", folder, "csv"]))
        same_gaps(ours[0], duck[0])
        cpu = [cost.cpu for cost in ours]
        print(f"  upkeep gaps           {spread([cost.wall for cost in ours])} s, "
              f"CPU {spread(cpu)} s")
        print(f"  igzip -dc and md5sum  CPU {spread(theirs)} s; upkeep takes "
              f"{ratio(cpu, theirs):.2f} times that (at most 1.5)")
        self.beside_duckdb(folder, ours, duck, "csv", 15)

    def parquet_part(self):
        folder = self.parquet(10 * MILLION, 20)
        print(f"{rows_of(folder):,} objects as Parquet; 20 collections")
        ours, duck = [], []
        for _ in range(RUNS):
            ours.append(self.gaps(folder))
            duck.append(run(["node", ANTIJOIN, "count", folder, "parquet"]))
        same_gaps(ours[0], duck[0])
        print(f"  upkeep gaps           {spread([cost.wall for cost in ours])} s, "
              f"CPU {spread([cost.cpu for cost in ours])} s")
        self.beside_duckdb(folder, ours, duck, "parquet", 3)

    def beside_duckdb(self, folder, ours, duck, form, goal):
        walls = [cost.wall for cost in ours], [cost.wall for cost in duck]
        memory = self.gaps(folder, memory=True).memory
        theirs = run(["node", ANTIJOIN, "count", folder, form], memory=True).memory
        print(f"  DuckDB anti-join      {spread(walls[1])} s, "
              f"CPU {spread([cost.cpu for cost in duck])} s; "
              f"upkeep is {ratio(*reversed(walls)):.1f} times as fast (at least {goal})")
        print(f"  peak PSS              upkeep {memory / 1e6:.0f} MB, "
              f"DuckDB {theirs / 1e6:,.0f} MB")

    def collections(self):
        for count in (1, 20, 200):
            self.line(self.report(10 * MILLION, count), f"{count} collections")

    def sizes(self):
        for millions in (1, 10):
            self.line(self.report(millions * MILLION, 20), f"{millions} M objects")

    def huge(self):
        self.line(self.report(100 * MILLION, 20, level=1), "100 M objects", runs=3)

    def line(self, folder, name, runs=RUNS):
        costs = [self.gaps(folder) for _ in range(runs)]
        peak = self.gaps(folder, memory=True).memory
        rows = rows_of(folder)
        nanoseconds = [cost.cpu / rows * 1e9 for cost in costs]
        print(f"{name:16} {rows:11,} objects: {spread([cost.wall for cost in costs])} s, "
              f"CPU {spread(nanoseconds)} ns an object, peak PSS {peak / 1e6:.0f} MB")


def data_of(folder):
    return sorted((folder / PARENT / "data").iterdir())


def rows_of(folder):
    return int((folder / "rows").read_text(encoding="ascii"))


def ratio(ours, theirs):
    return statistics.median(ours) / statistics.median(theirs)


def same_gaps(ours, duck):
    count = ours.output.count(b"\n")
    if count != int(duck.output):
        raise SystemExit(f"upkeep names {count} gaps, DuckDB {int(duck.output)}")


def write_manifest(source, made):
    """That of the source, but for the files."""
    path = next((source / PARENT).glob("*/manifest.json"))
    manifest = json.loads(path.read_text(encoding="utf-8"))
    manifest["fileFormat"] = "Parquet"
    manifest["files"] = [
        {"key": str(file.relative_to(made / "reports")), "size": file.stat().st_size,
         "MD5checksum": hashlib.md5(file.read_bytes()).hexdigest()} for file in data_of(made)]
    target = made / PARENT / path.parent.name
    target.mkdir()
    text = json.dumps(manifest).encode()
    (target / "manifest.json").write_bytes(text)
    (target / "manifest.checksum").write_text(hashlib.md5(text).hexdigest(), encoding="ascii")


def main(upkeep, *parts):
    bench = Bench(upkeep)
    known = {"csv": bench.csv, "parquet": bench.parquet_part, "collections": bench.collections,
             "sizes": bench.sizes, "huge": bench.huge}
    for part in parts or ("csv", "parquet", "collections", "sizes"):
        known[part]()


if __name__ == "__main__":
    main(*sys.argv[1:])
