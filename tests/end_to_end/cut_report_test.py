"""A report that is cut short judges nothing, wherever the cut is; and its order means nothing."""

import pathlib
import random
import unittest

import reports
from lake import IS_SLOW_BUILD, LakeTest

PARQUET = pathlib.Path(__file__).resolve().parents[1] / "fixtures/parquet/report-duckdb.parquet"
CONFIG = f"""
state: ./state
{reports.STORES}
collections:
  games:
    store: lake
    key: "games/{{game:03}}.json"
    dimensions: {{game: {{from: 0, to: 199}}}}
    expect: {{min_size: 100B}}
"""


def rows_of(games, size=100):
    return [f'"lake","games/{game:03}.json","{size}","2026-01-02T03:04:05.000Z"\n'
            for game in games]


class CutReport(LakeTest):
    def check_cuts(self, content, form, step):
        it = self.lake(CONFIG)
        reports.deliver(it.folder / "reports", [content], form)
        it.call("gaps", expect=1)
        for size in range(0, len(content), step):
            reports.deliver(it.folder / "reports", [content[:size]], form)
            self.assertEqual(it.call("gaps", expect=5).stdout, "", size)

    def test_csv(self):
        self.check_cuts(reports.packed(rows_of(range(5))), "CSV", 20 if IS_SLOW_BUILD else 1)

    def test_parquet(self):
        self.check_cuts(PARQUET.read_bytes(), "Parquet", 400 if IS_SLOW_BUILD else 17)


class Order(LakeTest):
    def gaps_of(self, files):
        it = self.lake(CONFIG)
        reports.deliver(it.folder / "reports", [reports.packed(rows) for rows in files])
        return [(gap["key"], gap["reason"]) for gap in it.gaps(expect=1)]

    def test_of_rows_and_files(self):
        draw = random.Random(3)
        rows = rows_of(draw.sample(range(200), 150)) + rows_of([201, 202])
        rows[:20] = [row.replace('"100"', '"99"') for row in rows[:20]]
        rows.sort()
        expected = self.gaps_of([rows])
        self.assertEqual(len(expected), 70)
        for _ in range(5):
            draw.shuffle(rows)
            self.assertEqual(self.gaps_of([rows[i::4] for i in range(4)]), expected)


if __name__ == "__main__":
    unittest.main()
