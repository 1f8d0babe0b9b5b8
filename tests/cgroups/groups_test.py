"""Collectors and upkeep itself are kept within limits that hold for all their processes together.
Runs on a machine with cgroups, in one that is delegated: see kernel.py."""

import json
import os
import pathlib
import signal
import time
import unittest

from lake import LakeTest

OWN = pathlib.Path("/sys/fs/cgroup/service")
CONFIG = """
state: ./state
http: {listen: "127.0.0.1:0"}
loop: {reconcile_every: 1s, queue_poll: 100ms}
limits: {cpu: 0.75}
stores:
  lake: {url: "file:./lake"}
collections:
  days:
    store: lake
    key: "{n}.txt"
    dimensions: {n: {from: 1, to: 1}}
    collector: write
collectors:
  write:
    command: [bash, ./collect, "{path}"]
    isolation: {together: %s}
    timeout: %s
    grace: 1s
    retries: {max: 0}
"""
# Each process takes 10 MB, which one alone may.
GREEDY = """
for i in 1 2 3 4; do
  head -c 10000000 /dev/zero | tail -c 10000000 | (sleep 1; cat) >/dev/null &
done
wait
echo good > "$1"
"""
BREED = """
import os, time
for i in range(8):
    if os.fork() == 0:
        time.sleep(600)
"""
# Nothing that upkeep marks its processes with is left on it, and it hears no SIGTERM.
HIDDEN = """
import os, resource, signal, time
if os.fork() == 0:
    os.setsid()
    if os.fork() == 0:
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_RTTIME, (10**9, resource.RLIM_INFINITY))
        os.closerange(0, 1024)
        open("hidden", "w").write(str(os.getpid()))
        os.execve("/bin/sleep", ["sleep", "600"], {})
time.sleep(0.5)
"""


def group(name):
    return pathlib.Path(OWN, name)


def attempts():
    return [path.name for path in OWN.glob("attempt-*")]


def is_alive(pid):
    try:
        return b") Z" not in pathlib.Path(f"/proc/{pid}/stat").read_bytes()
    except OSError:
        return False


class Groups(LakeTest):
    def lake_of(self, script, together="{memory: 1GiB}", timeout="1m"):
        return self.lake(CONFIG % (together, timeout), {"collect": script})

    def eventually(self, what):
        until = time.monotonic() + 60
        while not what():
            self.assertLess(time.monotonic(), until)
            time.sleep(0.02)

    def test_what_takes_more_memory_together_is_killed_as_a_whole(self):
        lake = self.lake_of(GREEDY, "{memory: 30MB}")
        done = lake.call("run", expect=1)
        self.assertEqual(lake.objects(), [], "its first process was spared")
        self.assertIn("it took more memory than isolation.together allows", done.stdout)
        self.assertEqual(attempts(), [])
        self.assertEqual(self.lake_of(GREEDY, "{memory: 200MB}").call("run").returncode, 0)

    def test_what_wants_more_processes_gets_none(self):
        lake = self.lake_of("python3 ./breed", "{processes: 5}")
        lake.write("breed", BREED)
        lake.call("run", expect=1)
        log = next(lake.folder.glob("state/logs/tasks/*.log")).read_text()
        self.assertIn("it wanted more processes than isolation.together allows", log)

    def test_what_wants_more_of_the_processor_is_slowed_down(self):
        lake = self.lake_of('cat /proc/self/cgroup > where; sleep 0.5; i=0; '
                            'while ((i < 60000)); do ((i++)); done; '
                            'cat /sys/fs/cgroup$(sed s/^0::// where)/cpu.stat > stat; '
                            'echo 1 > "$1"', "{cpu: 0.25}")
        lake.call("run")
        facts = dict(line.split() for line in lake.lines("stat"))
        self.assertGreater(int(facts["nr_throttled"]), 0)
        self.assertTrue(lake.lines("where")[0].startswith("0::/service/attempt-"))

    def test_who_hides_is_found_by_its_group(self):
        lake = self.lake_of('python3 ./hide; echo 1 > "$1"')
        lake.write("hide", HIDDEN)
        lake.call("run")
        self.assertFalse(is_alive(int(lake.lines("hidden")[0])))
        self.assertEqual(attempts(), [])

    def test_who_hid_before_a_crash_is_found_after_it(self):
        lake = self.lake_of('python3 ./hide; touch there; sleep 600')
        lake.write("hide", HIDDEN)
        first = lake.start("run")
        self.eventually((lake.folder / "there").exists)
        first.send_signal(signal.SIGKILL)
        first.communicate()
        self.assertEqual(len(attempts()), 1)
        hidden = int(lake.lines("hidden")[0])
        self.assertTrue(is_alive(hidden))
        lake.write("collect", 'echo 1 > "$1"')
        for line in pathlib.Path(group(attempts()[0]), "cgroup.procs").read_text().split():
            if int(line) != hidden:
                os.kill(int(line), signal.SIGKILL)
        lake.call("run")
        self.assertFalse(is_alive(hidden))
        self.assertEqual(attempts(), [])

    def test_the_loop_keeps_to_its_own_share(self):
        lake = self.lake_of('echo 1 > "$1"')
        lake.call("start")
        self.addCleanup(lake.call, "stop", expect=None)
        self.eventually(lambda: lake.objects() == ["1.txt"])
        self.assertEqual(group("upkeep/cpu.max").read_text().split(), ["75000", "100000"])
        status = json.loads(lake.call("status", "--json", expect=None).stdout)
        inside = group("upkeep/cgroup.procs").read_text().split()
        self.assertIn(str(status["pid"]), inside)
        self.eventually(lambda: attempts() == [])

    def test_a_group_that_is_not_delegated_is_left_alone_and_the_user_is_told(self):
        lake = self.lake_of('cat /proc/self/cgroup > where; echo 1 > "$1"')
        os.removexattr(OWN, "user.delegate")
        self.addCleanup(os.setxattr, OWN, "user.delegate", b"1")
        done = lake.call("run")
        self.assertIn("collectors.write.isolation.together.memory has no effect here", done.stderr)
        self.assertIn("limits.cpu has no effect here", done.stderr)
        self.assertNotIn("attempt", lake.lines("where")[0])


if __name__ == "__main__":
    unittest.main()
