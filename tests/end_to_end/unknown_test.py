"""Unknown is not missing: what could not be judged starts no collector."""

import os
import shutil
import subprocess
import unittest

from lake import LakeTest

CONFIG = """
state: ./state
stores:
  lake: {url: "file:./lake"}
collections:
  games:
    store: lake
    key: "games/{season}/{game}.json"
    dimensions:
      schedule: {table: schedule.csv, fields: [season, game]}
    collector: note
  days:
    store: lake
    key: "days/{date}.json"
    dimensions: {date: {from: 2026-01-01, to: 2026-02-19}}
    collector: note
collectors:
  note:
    command:
      - sh
      - -c
      - 'echo "$1" >> calls; mkdir -p "$(dirname "$2")"; echo observed > "$2"'
      - sh
      - "{key}"
      - "{path}"
"""
SCHEDULE = "season,game\n" + "".join(f"2025,{n:03}\n" for n in range(50))


class Unknown(LakeTest):
    def full_lake(self):
        it = self.lake(CONFIG, {"schedule.csv": SCHEDULE})
        it.call("run")
        self.assertEqual(len(it.objects()), 100)
        (it.folder / "calls").unlink()
        return it

    def test_a_store_that_is_not_there(self):
        it = self.full_lake()
        it.data.rename(it.folder / "elsewhere")
        for command in ("run", "scan", "gaps", "plan"):
            it.call(command, expect=5)
        self.assertEqual(it.lines("calls"), [])
        self.assertEqual(it.gaps(), [])
        (it.folder / "elsewhere").rename(it.data)
        it.call("run")
        self.assertEqual(it.lines("calls"), [])

    def test_an_empty_table(self):
        it = self.full_lake()
        it.write("schedule.csv", "season,game\n")
        (it.data / "days/2026-01-01.json").unlink()
        it.call("run", expect=5)
        self.assertEqual(it.lines("calls"), ["days/2026-01-01.json"])  # the other one goes on
        self.assertIsNone(it.scan(expect=5)["games"]["missing"])

    def test_an_unreadable_folder_of_one_collection(self):
        it = self.full_lake()
        it.program = shutil.copy(it.program, it.folder)  # where nobody may go, too
        for path in it.folder.rglob("*"):
            os.chown(path, 65534, 65534) if os.geteuid() == 0 else None
        os.chown(it.folder, 65534, 65534) if os.geteuid() == 0 else None
        (it.data / "games/2025").chmod(0)
        self.addCleanup((it.data / "games/2025").chmod, 0o755)
        as_nobody = {"user": 65534, "group": 65534, "extra_groups": []} if os.geteuid() == 0 else {}
        it.call("run", expect=5, **as_nobody)
        self.assertEqual(it.lines("calls"), [])
        scan = it.scan(expect=5, **as_nobody)
        self.assertIsNone(scan["games"]["missing"])
        self.assertEqual(scan["days"]["missing"], 0)

    def test_a_store_that_vanishes_in_the_middle(self):
        it = self.lake(CONFIG.replace('echo "$1" >> calls;',
                                      'echo "$1" >> calls; [ "$(wc -l < calls)" != 5 ] || '
                                      'mv lake gone; sleep 0.1;')
                       .replace("limits:", "#"), {"schedule.csv": SCHEDULE})
        # Collectors write by the store's path, so a lost mount must not be made anew.
        it.write("upkeep.yaml", (it.folder / "upkeep.yaml").read_text()
                 .replace('mkdir -p "$(dirname "$2")"',
                          '[ -d lake ] && mkdir -p "$(dirname "$2")"'))
        done = it.call("run", expect=5)
        self.assertLess(len(it.lines("calls")), 20, done.stdout)
        (it.folder / "gone").rename(it.data)
        it.call("run")
        self.assertEqual(len(it.objects()), 100)


class Held(LakeTest):
    def test_a_store_that_lost_a_third_is_held_until_it_is_acknowledged(self):
        it = self.lake(CONFIG, {"schedule.csv": SCHEDULE})
        it.call("run")
        calls = len(it.lines("calls"))
        for key in it.objects()[::3]:
            (it.data / key).unlink()
        it.call("run", expect=1)
        it.call("run", expect=1)
        self.assertEqual(len(it.lines("calls")), calls)
        held = [i for i in it.incidents() if i["class"] == "held_loss"]
        self.assertEqual(len(held), 1)
        self.assertEqual(it.call("plan", "--json", expect=None).stdout.count('"status": "held"'),
                         it.call("plan", "--json", expect=None).stdout.count('"status"'))
        it.call("ack", str(held[0]["id"]))
        it.call("run")
        self.assertEqual(len(it.objects()), 100)

    def test_an_expectation_that_grows_by_thousands_is_held(self):
        it = self.lake(CONFIG, {"schedule.csv": SCHEDULE})
        it.call("run")
        calls = len(it.lines("calls"))
        it.write("schedule.csv", "season,game\n" + "".join(f"2025,{n}\n" for n in range(2000)))
        it.call("run", expect=1)
        self.assertEqual(len(it.lines("calls")), calls)
        self.assertIn("held_growth", [i["class"] for i in it.incidents()])


class Refused(LakeTest):
    def test_two_owners_of_one_state(self):
        it = self.lake(CONFIG.replace("sh, -c, '", "sh, -c, 'sleep 5; "),
                       {"schedule.csv": SCHEDULE})
        first = it.start("run")
        self.addCleanup(first.communicate)
        self.addCleanup(first.kill)
        while not it.lines("state/run/upkeep.pid"):
            self.assertIsNone(first.poll())
        done = it.call("run", expect=2)
        self.assertIn(str(first.pid), done.stderr)

    def test_a_damaged_database_says_what_to_do(self):
        it = self.lake(CONFIG, {"schedule.csv": SCHEDULE})
        it.call("run")
        with open(it.state / "upkeep.db", "r+b") as file:
            file.write(b"\0" * 8192)
        done = it.call("run", expect=4)
        self.assertIn("upkeep.db", done.stderr)
        self.assertEqual(subprocess.run(["test", "-e", it.state / "upkeep.db"]).returncode, 0)


if __name__ == "__main__":
    unittest.main()
