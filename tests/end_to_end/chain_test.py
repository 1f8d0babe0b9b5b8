"""What one collection brings is what another one expects: its objects are the other's table."""

import json
import time
import unittest

from lake import LakeTest

CONFIG = """
state: ./state
http: {listen: "127.0.0.1:0"}
loop: {reconcile_every: 1h, queue_poll: 100ms}
stores:
  lake: {url: "file:./lake"}
collections:
  schedules:
    store: lake
    key: "schedules/{season}.csv"
    dimensions: {season: {from: 2023, to: 2025}}
    collector: schedule
  games:
    store: lake
    key: "games/{season}/{game}.json"
    dimensions:
      schedule:
        table: {collection: schedules}
        fields: [{name: season, type: number}, {name: game, type: number}]
    collector: game
  details:
    store: lake
    key: "details/{season}/{game}/{part}.txt"
    dimensions:
      parts:
        table: {collection: games}
        format: json_lines
        fields: [{name: season, type: number}, {name: game, type: number}, part]
    collector: detail
collectors:
  schedule:
    command: [sh, ./write, "{path}", 'season,game\\n{season},1\\n{season},2\\n']
  game:
    command: [sh, ./write-game, "{path}", "{season}", "{game}"]
  detail:
    command: [sh, ./write, "{path}", "{part}"]
"""
WRITE = 'echo "$1" >> calls; mkdir -p "$(dirname "$1")"; printf "%b" "$2" > "$1"\n'
WRITE_GAME = """
echo "$1" >> calls; mkdir -p "$(dirname "$1")"
for part in a b; do echo "{\\"season\\": $2, \\"game\\": $3, \\"part\\": \\"$part\\"}"; done > "$1"
"""


class Chain(LakeTest):
    def new(self):
        return self.lake(CONFIG, {"write": WRITE, "write-game": WRITE_GAME})

    def full(self):
        it = self.new()
        it.call("run")
        (it.folder / "calls").unlink()
        return it

    def test_one_run_fills_the_whole_chain(self):
        it = self.new()
        self.assertEqual(it.call("validate").stderr, "")
        it.call("run")
        self.assertEqual(len(it.objects()), 3 + 6 + 12)
        self.assertEqual(len(it.lines("calls")), 21, "each was fetched once")
        self.assertEqual(it.scan(expect=0)["details"]["expected"], 12)
        self.assertEqual(it.call("run").stdout.count("started"), 0)

    def test_a_change_is_planned_for(self):
        it = self.full()
        it.put("schedules/2024.csv", "season,game\n2024,2\n2024,7\n")
        gaps = it.gaps(expect=1)
        self.assertEqual([gap["key"] for gap in gaps], ["games/2024/7.json"])
        self.assertEqual(it.scan(expect=1)["games"]["strays"], 1, "game 1 is expected no more")
        it.call("run")
        self.assertEqual([line.split("lake/")[1] for line in it.lines("calls")],
                         ["games/2024/7.json", "details/2024/7/a.txt", "details/2024/7/b.txt"])

    def test_an_object_that_cannot_be_read_leaves_unknown_what_it_gives(self):
        it = self.full()
        (it.data / "games/2023/1.json").unlink()
        (it.data / "details/2025/2/a.txt").unlink()
        it.put("schedules/2024.csv", "season,game\n2024\n")
        done = it.call("run", expect=5)
        self.assertIn("schedules/2024.csv", done.stdout + done.stderr)
        self.assertIn("line 2", done.stdout + done.stderr)
        self.assertEqual(it.lines("calls"), [], "nothing is known of games, nor of their details")
        it.put("schedules/2024.csv", "season,game\n2024,1\n2024,2\n")
        it.call("run")
        self.assertEqual(len(it.objects()), 21)

    def test_what_gives_nothing_expects_nothing(self):
        it = self.new()
        for season in (2023, 2024, 2025):
            it.put(f"schedules/{season}.csv", "season,game\n")
        it.call("run")
        self.assertEqual(it.lines("calls"), [])
        self.assertEqual(it.scan(expect=0)["games"]["expected"], 0)

    def test_the_loop_goes_on_within_minutes_not_at_the_next_cycle(self):
        it = self.new()
        it.call("start")
        self.addCleanup(it.call, "stop", expect=None)
        until = time.monotonic() + 200
        while len(it.objects()) < 9:
            self.assertLess(time.monotonic(), until)
            time.sleep(0.2)
        status = json.loads(it.call("status", "--json", expect=None).stdout)
        self.assertTrue(status["running"])

    def test_commands_that_list_nothing_know_what_was_kept(self):
        it = self.full()
        explained = it.call("explain", "details/2023/1/a.txt").stdout
        self.assertIn("season=2023 game=1 part=a", explained)
        self.assertIn("No gaps.", it.call("gaps", "--cached").stdout)


if __name__ == "__main__":
    unittest.main()
