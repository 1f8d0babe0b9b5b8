"""Objects that are there, but do not hold what they should."""

import gzip
import os
import unittest

from lake import LakeTest

CONFIG = """
state: ./state
stores:
  lake: {{url: "file:./lake"}}
collections:
  games:
    store: lake
    key: "games/{{n:03}}.json"
    dimensions: {{n: {{from: 0, to: 99}}}}
    expect: {{valid: {rule}}}
    collector: put
collectors:
  put:
    command: [sh, -c, 'echo "$1" >> calls; mkdir -p lake/games; {script}', sh, "{{n}}", "{{path}}"]
    retries: {{max: 0}}
"""
OLD = 1_700_000_000  # seconds since 1970
GOOD = """printf "{}" > "$2" """
CHECK = """#!/bin/sh
echo "$1" >> checks
grep -q observed "$1"
"""


def key(number):
    return f"games/{number:03}.json"


class Valid(LakeTest):
    def games(self, rule="json", script=GOOD, count=100, content="{\"n\": [1, 2]}"):
        it = self.lake(CONFIG.format(rule=rule, script=script))
        for number in range(count):
            it.put(key(number), content)
            os.utime(it.data / key(number), (OLD, OLD))
        return it

    def test_broken_objects_are_gaps_that_are_filled_and_proved(self):
        it = self.games()
        it.put(key(7), "{\"n\": [1, 2")
        it.put(key(8), "<html>503</html>")
        self.assertEqual(it.scan(expect=1)["games"]["invalid"], 2)
        self.assertEqual([(gap["key"], gap["reason"]) for gap in it.gaps(expect=1)],
                         [(key(7), "invalid"), (key(8), "invalid")])
        it.call("run")
        self.assertEqual(sorted(it.lines("calls")), ["7", "8"])
        self.assertEqual(it.scan(expect=0)["games"]["invalid"], 0)
        it.call("run")
        self.assertEqual(len(it.lines("calls")), 2, "what is valid is not fetched again")

    def test_a_collector_that_writes_nonsense_has_failed(self):
        it = self.games(script="""printf "{" > "$2" """, count=99)
        it.call("run", expect=1)
        self.assertEqual([gap["reason"] for gap in it.gaps(expect=1)], ["invalid"])
        self.assertIn("data_incomplete", it.lines("state/logs/failures.log")[0])
        self.assertIn("the JSON ends in the middle, after 1 bytes",
                      it.call("explain", key(99)).stdout)

    def test_what_was_checked_stays_checked_until_it_changes(self):
        it = self.games(rule="{command: [./check, \"{path}\"]}", content="observed")
        it.write("check", CHECK)
        it.call("run")
        self.assertEqual(len(it.lines("checks")), 100)
        it.call("run")
        self.assertEqual(len(it.lines("checks")), 100)
        it.put(key(3), "nonsense")
        it.put(key(4), "observed again")
        it.call("run", expect=1)  # the collector writes what the command does not want
        self.assertEqual(it.lines("calls"), ["3"])
        checks = [line.rsplit("/", 1)[1] for line in it.lines("checks")[100:]]
        self.assertEqual(set(checks), {"003.json", "004.json"})

    def test_commands_that_read_run_no_command(self):
        it = self.games(rule="{command: [./check, \"{path}\"]}", content="nonsense")
        it.write("check", CHECK)
        for command in ("scan", "gaps", "plan", "validate"):
            it.call(command)
        self.assertEqual(it.lines("checks"), [])
        found = it.scan(expect=0)["games"]
        self.assertEqual((found["invalid"], found["unchecked"]), (0, 100))

    def test_a_check_that_breaks_starts_no_army(self):
        it = self.games(rule="{command: [./check, \"{path}\"]}", content="observed")
        it.write("check", CHECK)
        it.call("run")
        it.write("check", "#!/bin/sh\nexit 1\n")
        for number in range(50):
            it.put(key(number), "observed again")
        it.call("run", expect=1)
        self.assertEqual(it.lines("calls"), [])
        self.assertIn("not being valid any more", it.call("incidents", expect=None).stdout)

    def test_a_check_that_cannot_run_says_nothing(self):
        it = self.games(rule="{command: [./absent, \"{path}\"]}")
        it.call("run", expect=None)
        self.assertEqual(it.lines("calls"), [])
        found = it.scan()["games"]
        self.assertEqual((found["invalid"], found["unchecked"]), (0, 100))
        self.assertIn("could not be checked: ./absent cannot be run",
                      it.call("incidents", expect=None).stdout)

    def test_formats_and_samples(self):
        for rule, content in (("jsonl", "{}\n{}\n"), ("{csv: {min_rows: 1}}", "a,b\n1,2\n")):
            it = self.games(rule=rule, content=content)
            (it.data / key(1)).write_bytes(gzip.compress(content.encode()))
            (it.data / key(2)).write_bytes(gzip.compress(content.encode())[:-3])
            it.put(key(3), content + "{\"")
            self.assertEqual([gap["key"] for gap in it.gaps(expect=1)], [key(2), key(3)], rule)
        it = self.games(rule="{json: {}, sample: 30%}", content="{")
        found = it.scan(expect=1)["games"]
        self.assertTrue(15 <= found["invalid"] <= 45, found)
        self.assertEqual(it.scan(expect=1)["games"]["invalid"], found["invalid"])

    def test_another_rule_checks_all_anew(self):
        it = self.games(content="1\n2\n", rule="jsonl")
        it.call("run")
        it.write("upkeep.yaml", CONFIG.format(rule="json", script=GOOD))
        self.assertEqual(it.scan(expect=1)["games"]["invalid"], 100)
        it.write("upkeep.yaml", CONFIG.format(rule="jsonl", script=GOOD))
        self.assertEqual(it.scan(expect=0)["games"]["invalid"], 0)


if __name__ == "__main__":
    unittest.main()
