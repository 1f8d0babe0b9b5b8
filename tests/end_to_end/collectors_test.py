"""Collectors of every character: one run fills what can be filled, keeps order and limits,
and leaves nothing behind."""

import collections
import os
import pathlib
import unittest

from lake import LakeTest

CONFIG = """
state: ./state
stores:
  lake: {url: "file:./lake"}
limits: {tasks: 3}
collections:
  days:
    store: lake
    key: "{kind}/{n}.txt"
    dimensions:
      kind: [%s]
      n: {from: 0, to: 1}
    expect: {min_size: 3B}
    priority: [{if: "kind == ok", then: critical}, {if: "kind == wdie", then: low}]
    collector: any
collectors:
  any:
    command: [./collect, "{kind}", "{path}", "{n}"]
    timeout: %s
    grace: 300ms
    retries: {max: 2, base: 20ms, cap: 100ms}
"""

COLLECT = """#!/bin/bash
kind=$1 path=$2 n=$3
echo "$kind $n begin $EPOCHREALTIME" >> calls
trap 'echo "$kind $n end $EPOCHREALTIME" >> calls' EXIT
fill() { mkdir -p "$(dirname "$path")" && echo observed > "$path"; }
case $kind in
  ok) sleep 0.05; fill ;;
  once) if [ -e "seen.$n" ]; then fill; else touch "seen.$n"; echo boom >&2; exit 1; fi ;;
  never) echo "it cannot work"; exit 3 ;;
  lie) ;;
  small) mkdir -p "$(dirname "$path")"; : > "$path" ;;
  gone) exit 44 ;;
  hang) exec sleep 4321 ;;
  stubborn) trap '' TERM; while :; do sleep 4321; done ;;
  later) count=$(cat "later.$n" 2>/dev/null || echo 0); echo $((count + 1)) > "later.$n"
    [ "$count" -ge 4 ] && fill && exit 0
    echo '{"retry_after": 0.02}' >> "$UPKEEP_REPORT"; exit 75 ;;
  forbidden) exit 77 ;;
  wdie) fill; exit 9 ;;
  family) (trap '' TERM; sleep 4321) & setsid sleep 4321 & (setsid setsid sleep 4321 &); fill ;;
  loud) head -c 1000000000 /dev/zero; fill ;;
esac
"""


def living(word):
    """Processes whose command line has that word."""
    found = []
    for path in pathlib.Path("/proc").glob("[0-9]*/cmdline"):
        try:
            if word in path.read_bytes().decode(errors="replace").split("\0"):
                found.append(path.parent.name)
        except OSError:
            pass
    return found


class Collectors(LakeTest):
    def run_kinds(self, *kinds, timeout="60s", expect=1):
        self.it = self.lake(CONFIG % (", ".join(kinds), timeout), {"collect": COLLECT})
        done = self.it.call("run", expect=expect)
        calls = [line.split() for line in self.it.lines("calls")]
        self.calls = collections.Counter(c[0] for c in calls if c[2] == "begin")
        return done, calls

    def test_fills_what_can_be_filled_and_tries_the_rest_as_often_as_it_may(self):
        _, calls = self.run_kinds("ok", "once", "never", "lie", "small", "gone", "later",
                                  "forbidden", "wdie")
        self.assertEqual(self.calls, {
            "ok": 2, "once": 4, "never": 6, "lie": 6, "small": 6, "gone": 2, "later": 10,
            "forbidden": 2, "wdie": 2})
        scan = self.it.scan(expect=1)["days"]
        self.assertEqual((scan["expected"], scan["missing"], scan["undersized"], scan["gone"]),
                         (16, 6, 2, 2))
        first = [c[0] for c in calls if c[2] == "begin"][:3]
        self.assertEqual(first.count("ok"), 2)  # CRITICAL before MEDIUM, as many as may at once
        self.assertIn("data_incomplete", "\n".join(self.it.lines("state/logs/failures.log")))

    def test_a_collector_is_kept_apart_as_its_configuration_says(self):
        isolation = "isolation: {nice: 3, memory: 1GiB, open_files: 64, pass_env: [PATH]}"
        config = (CONFIG % ("ok", "60s")).replace("    grace:", f"    {isolation}\n    grace:")
        script = ('#!/bin/bash\nmkdir -p "$(dirname "$2")"\n'
                  '{ nice; ulimit -v -Hn; env | grep -c "^SECRET="; ls "$TMPDIR"; } > "$2"\n')
        it = self.lake(config, {"collect": script})
        it.call("run", env={**os.environ, "SECRET": "do not tell"})
        text = (it.folder / "lake/ok/0.txt").read_text()
        self.assertEqual(int(text.split()[0]), os.getpriority(os.PRIO_PROCESS, 0) + 3)
        self.assertIn("1048576", text)
        self.assertIn("64", text)
        self.assertEqual(text.splitlines()[-1], "0")
        self.assertEqual(list((it.folder / "state/run").glob("attempt-*")), [])

    def test_a_second_run_starts_nothing_for_what_is_there_or_rests(self):
        self.run_kinds("ok", "never", "gone")
        before = len(self.it.lines("calls"))
        self.it.call("run", expect=1)
        self.assertEqual(len(self.it.lines("calls")), before)

    def test_never_more_at_once_than_the_limit(self):
        _, calls = self.run_kinds("ok", "once", expect=0)
        running = most = 0
        for call in sorted(calls, key=lambda c: float(c[3])):
            running += 1 if call[2] == "begin" else -1
            most = max(most, running)
        self.assertLessEqual(most, 3)

    def test_what_hangs_is_ended_with_all_its_descendants(self):
        self.run_kinds("hang", "stubborn", "family", timeout="1s")
        self.assertEqual(self.calls, {"hang": 6, "stubborn": 6, "family": 2})
        self.assertEqual(living("4321"), [])

    def test_a_gigabyte_of_output_is_capped(self):
        self.run_kinds("loud", expect=0)
        logs = list((self.it.state / "logs" / "tasks").glob("*.log"))
        self.assertEqual(len(logs), 2)
        self.assertLess(max(log.stat().st_size for log in logs), 20_000_000)


if __name__ == "__main__":
    unittest.main()
