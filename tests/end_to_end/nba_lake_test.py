"""The example with a report of 172,754 objects: upkeep finds exactly what was left out."""

import json
import pathlib
import shutil
import subprocess
import sys
import unittest

from lake import LakeTest

EXAMPLE = pathlib.Path(__file__).resolve().parents[2] / "examples" / "nba-lake"


class NbaLake(LakeTest):
    def example(self):
        it = self.lake((EXAMPLE / "upkeep.yaml").read_text(encoding="utf-8"))
        subprocess.run([sys.executable, "-B", EXAMPLE / "make_report.py", it.folder / "data"],
                       check=True, stdout=subprocess.DEVNULL)
        return it, json.loads((it.folder / "data/holes.json").read_text(encoding="utf-8"))

    def test_a_scan_counts_what_was_left_out(self):
        it, made = self.example()
        scan = it.scan(expect=1)
        self.assertEqual({name: {kind: found[kind] for kind in made["collections"][name]}
                          for name, found in scan.items()}, made["collections"])
        self.assertEqual(sum(found["objects"] for found in scan.values()), 172_754)
        self.assertEqual(sum(found["bytes"] for found in scan.values()), made["bytes"])

    def test_gaps_names_each_of_them(self):
        it, made = self.example()
        found = {}
        for gap in it.gaps(expect=1):
            counts = found.setdefault(gap["collection"], {"missing": 0, "undersized": 0,
                                                          "stale": 0})
            counts[gap["reason"]] += 1
        for counts in made["collections"].values():
            del counts["strays"]
        self.assertEqual(found, made["collections"])

    def test_a_report_that_lost_a_file_judges_nothing(self):
        it, _ = self.example()
        shutil.rmtree(it.folder / "data/reports/inventory/nba-lake/daily/data")
        self.assertEqual(it.gaps(expect=5), [])


if __name__ == "__main__":
    unittest.main()
