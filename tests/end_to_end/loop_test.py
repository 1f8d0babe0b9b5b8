"""The loop around the clock: it starts and stops in order, survives what kills it, takes over
a new configuration without losing what runs, and tells how it is."""

import datetime
import json
import os
import pathlib
import signal
import sqlite3
import subprocess
import time
import unittest
import urllib.error
import urllib.request
from urllib.parse import quote

from lake import LakeTest

CONFIG = """
state: ./state
http: {listen: "127.0.0.1:0"}
loop: {reconcile_every: 2s, queue_poll: 100ms, hang_after: 5s}
stores:
  lake: {url: "file:./lake"}
collections:
  days:
    store: lake
    key: "days/{date}.txt"
    dimensions: {date: {from: 2026-01-01, to: 2026-01-20}}
    collector: write
collectors:
  write:
    command:
      - sh
      - -c
      - 'echo begin >> calls; sleep "$(cat pause)"; mkdir -p "$(dirname "$1")"; echo 1 > "$1"'
      - sh
      - "{path}"
    grace: 100ms
"""
PATIENCE = 60


def eventually(what, seconds=PATIENCE):
    """Its result, once it is true."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        result = what()
        if result:
            return result
        time.sleep(0.05)
    raise AssertionError(f"it did not come true within {seconds} s")


def is_alive(pid):
    try:
        return pathlib.Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except OSError:
        return False


class Loop(LakeTest):
    def running(self, config=CONFIG, pause="0", *options):
        it = self.lake(config, {"pause": pause})
        self.addCleanup(it.call, "stop", expect=None)  # before its folder goes
        it.call("start", *options)
        return it

    def status(self, it, expect=None):
        return json.loads(it.call("status", "--json", expect=expect).stdout)

    def page(self, it, path, **options):
        address = self.status(it)["http"]
        request = urllib.request.Request(f"http://{address}{path}", **options)
        try:
            with urllib.request.urlopen(request, timeout=10) as answer:
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as error:
            return error.code, error.read().decode()

    def is_whole(self, it):
        return len(it.objects()) == 20

    def knows_it_is_whole(self, it):
        status = self.status(it)
        seen = [c.get("completeness") for c in status["collections"]]
        return seen == [1] and status["queue"]["tasks"] == 0 and status

    def test_it_fills_and_goes_on_filling(self):
        it = self.running()
        begun = self.status(it)  # whatever it has got to: never healthy without a reason
        self.assertTrue(begun["components"], begun)
        eventually(lambda: self.is_whole(it))
        (it.data / "days/2026-01-07.txt").unlink()
        eventually(lambda: self.is_whole(it))
        status = eventually(lambda: self.knows_it_is_whole(it))
        self.assertTrue(status["running"])
        self.assertEqual(status["health"], "healthy")
        self.assertEqual(status["collections"][0]["completeness"], 1)
        it.call("status", expect=0)
        it.call("health", expect=0)
        it.call("stop")
        self.assertFalse(self.status(it, expect=3)["running"])
        it.call("stop", expect=3)
        it.call("reconcile", expect=3)

    def test_the_queue_is_known_to_be_empty_long_before_the_next_listing(self):
        it = self.running(CONFIG.replace("reconcile_every: 2s", "reconcile_every: 1h"))
        status = eventually(lambda: self.knows_it_is_whole(it), seconds=15)
        self.assertEqual(status["queue"]["gaps"], 0)
        tasks = json.loads((it.folder / "state/inventory/gaps.json").read_text())
        self.assertEqual(tasks["total_tasks"], 0)

    def test_only_one_runs_and_a_busy_port_is_told(self):
        it = self.running()
        second = it.call("start", expect=2)
        self.assertIn("already runs, as process", second.stderr)
        it.call("run", expect=2)
        port = self.status(it)["http"].rsplit(":", 1)[1]
        other = self.lake(CONFIG.replace("127.0.0.1:0", f"127.0.0.1:{port}"), {"pause": "0"})
        refused = other.call("start", expect=4)
        self.assertIn(port, refused.stderr)
        other.call("status", expect=3)

    def test_a_broken_configuration_starts_nothing_and_is_not_taken_over(self):
        broken = self.lake("bogus: 1\n")
        self.assertIn("bogus", broken.call("start", expect=2).stderr)
        it = self.running()
        it.write("upkeep.yaml", CONFIG + "bogus: 1\n")
        self.assertIn("bogus", it.call("reload", expect=2).stderr)
        it.write("upkeep.yaml", CONFIG)
        it.call("reload")
        eventually(lambda: self.is_whole(it))

    def test_the_daemon_is_killed_again_and_again(self):
        it = self.running(CONFIG, "0.2")
        for _ in range(3):
            before = eventually(lambda: (s := self.status(it))["running"] and s["pid"])
            os.kill(before, signal.SIGKILL)
            eventually(lambda: self.status(it)["pid"] not in (before, None))
        eventually(lambda: self.is_whole(it))
        daemon = self.status(it)["components"]["daemon"]
        self.assertEqual(daemon["restarts"], 3)
        # What ran when it died was held, not started a second time.
        self.assertEqual(len(it.lines("calls")), 20)

    def test_a_daemon_that_hangs_is_ended_and_started_again(self):
        it = self.running(CONFIG.replace("hang_after: 5s", "hang_after: 8s"))
        before = self.status(it)["pid"]
        os.kill(before, signal.SIGSTOP)
        shown = it.call("status", expect=1, timeout=30)
        self.assertIn("does not answer", shown.stdout)
        eventually(lambda: not is_alive(before))
        eventually(lambda: self.status(it)["pid"] not in (before, None))
        self.assertIn("has not moved for 8", it.call("logs", "--tail", "1000").stdout)

    def test_without_its_supervisor_it_goes_on_and_says_so(self):
        it = self.running()
        os.kill(int((it.state / "run/supervisor.pid").read_text()), signal.SIGKILL)
        daemon = lambda: self.status(it)["components"]["daemon"]
        eventually(lambda: daemon()["health"] == "degraded")
        it.call("restart")
        eventually(lambda: daemon()["health"] == "healthy")

    def test_a_reload_keeps_what_runs(self):
        it = self.running(CONFIG, "2")
        eventually(lambda: len(it.lines("calls")) >= 5)
        pid = self.status(it)["pid"]
        it.write("upkeep.yaml", CONFIG.replace("2026-01-20", "2026-01-25"))
        it.write("pause", "0")
        it.call("reload")
        eventually(lambda: len(it.objects()) == 25)
        self.assertEqual(self.status(it)["pid"], pid)
        self.assertEqual(len(it.lines("calls")), 25, "nothing was started twice")

    def test_wishes(self):
        slow = CONFIG.replace("reconcile_every: 2s", "reconcile_every: 1h")
        it = self.running(slow)
        eventually(lambda: self.is_whole(it))
        (it.data / "days/2026-01-07.txt").unlink()
        it.call("reconcile")
        eventually(lambda: self.is_whole(it))
        self.assertIn("lakes", it.call("reconcile", "lakes", expect=2).stderr)
        self.assertIn("did you mean `days`", it.call("fill", "day", expect=2).stderr)
        it.call("fill", "days", "--where", "date == 2026-01-07")
        self.assertIn("--where", it.call("help", "fill").stdout)

    def test_a_fill_ends_rests(self):
        rests = CONFIG.replace("grace: 100ms", "grace: 100ms\n    retries: {max: 0, rest: 10h}")
        it = self.running(rests, "nonsense")  # sleep fails, but then the object is written
        eventually(lambda: self.is_whole(it))
        it.write("upkeep.yaml", rests.replace("sleep", "exit 1; sleep"))
        it.call("reload")
        (it.data / "days/2026-01-07.txt").unlink()
        eventually(lambda: any(i["class"] == "unfillable" for i in it.incidents()))
        it.write("upkeep.yaml", rests)
        it.call("reload")
        eventually(lambda: self.status(it)["queue"]["held"] == 1)
        it.call("fill")
        eventually(lambda: self.is_whole(it))

    def test_a_scheduled_run_that_was_missed_is_made_good_once(self):
        loop = "loop: {min_tasks_to_trigger: 1000, "
        config = CONFIG.replace("loop: {", loop) + "    schedule: '30 4 1 1 *'\n"
        it = self.running(config)
        eventually(lambda: self.status(it)["collections"][0].get("expected") == 20)
        schedule = self.status(it)["schedules"][0]
        self.assertEqual((schedule["collector"], schedule["state"]), ("write", "done"))
        self.assertTrue(schedule["next"].endswith("-01-01T04:30:00Z"), schedule)
        self.assertIn("scheduled: write, next in", it.call("status", expect=None).stdout)
        it.call("stop")
        self.assertEqual(it.objects(), [])
        with sqlite3.connect(it.state / "upkeep.db") as state:
            state.execute("UPDATE schedules SET due = due - 86400000")
        it.call("start")
        eventually(lambda: self.is_whole(it))
        self.assertEqual((it.folder / "calls").read_text().count("begin"), 20)
        self.assertIn("due     scheduled run of write", it.call("logs").stdout)
        eventually(lambda: self.status(it)["schedules"][0]["state"] == "done")
        (it.data / "days/2026-01-07.txt").unlink()
        it.call("restart")
        eventually(lambda: self.status(it)["queue"]["tasks"] == 1)
        self.assertFalse(self.is_whole(it))

    def test_reading_commands_show_the_latest_inventory_of_the_loop(self):
        config = CONFIG.replace("reconcile_every: 2s", "reconcile_every: 1h")
        it = self.lake(config, {"pause": "0"})
        self.addCleanup(it.call, "stop", expect=None)
        for command in ("plan", "gaps"):
            done = it.call(command, "--cached", expect=5)
            self.assertIn("no inventory of it is kept", done.stderr)
        self.assertEqual(it.scan(expect=1)["days"]["missing"], 20)
        it.call("start", "--dry-run")
        eventually(lambda: (it.state / "inventory/cache/days.coverage").exists())
        before = json.loads(it.call("scan", "--json", expect=1).stdout)["collections"][0]
        it.put("days/2026-01-07.txt")
        after = json.loads(it.call("scan", "--json", expect=1).stdout)["collections"][0]
        self.assertEqual(after["missing"], 20)
        self.assertEqual(after["inventory_at"], before["inventory_at"])
        self.assertIn("As of the inventory of", it.call("plan", expect=1).stdout)
        fresh = json.loads(it.call("scan", "--json", "--fresh", expect=1).stdout)["collections"][0]
        self.assertEqual(fresh["missing"], 19)
        self.assertGreater(fresh["inventory_at"], before["inventory_at"])
        self.assertEqual(len(it.gaps(expect=1)), 19)
        self.assertIn("--cached forbids", it.call("gaps", "--fresh", "--cached", expect=2).stderr)
        it.call("stop")
        it.put("days/2026-01-08.txt")
        self.assertEqual(it.scan(expect=1)["days"]["missing"], 18)
        kept = json.loads(it.call("scan", "--json", "--cached", expect=1).stdout)
        self.assertEqual(kept["collections"][0]["missing"], 19)

    def test_maintenance_starts_nothing(self):
        begun = datetime.datetime.now(datetime.timezone.utc) - datetime.timedelta(minutes=10)
        window = f"maintenance: [{{schedule: '{begun.minute} {begun.hour} * * *', for: 2h}}]\n"
        until = (begun + datetime.timedelta(hours=2)).strftime("%Y-%m-%dT%H:%M:00Z")
        it = self.running(CONFIG + window)
        status = eventually(lambda: self.status(it)["maintenance_until"] and self.status(it))
        self.assertEqual(status["maintenance_until"], until)
        self.assertEqual(status["health"], "healthy")
        for part in ("reconciler", "orchestrator"):
            self.assertEqual(status["components"][part]["state"], "paused")
            self.assertEqual(status["components"][part]["text"], "maintenance until " + until)
        self.assertIn("at the end of maintenance, " + until, it.call("reconcile").stdout)
        self.assertIn("maintenance until " + until, it.call("fill", expect=2).stderr)
        self.assertIn("upkeep_maintenance 1\n", self.page(it, "/metrics")[1])
        self.assertNotIn("listing lake", it.call("logs").stdout)
        self.assertEqual(it.objects(), [])
        it.write("upkeep.yaml", CONFIG)
        it.call("reload")
        eventually(lambda: self.is_whole(it))
        self.assertIn("upkeep_maintenance 0\n", self.page(it, "/metrics")[1])
        it.call("stop")
        (it.data / "days/2026-01-07.txt").unlink()
        it.write("upkeep.yaml", CONFIG + window)
        self.assertIn("it is maintenance until " + until, it.call("run").stderr)
        self.assertTrue(self.is_whole(it))

    def test_a_test_lists_what_is_asked_for_and_starts_nothing(self):
        it = self.running(CONFIG, "0", "--test")
        self.assertIn("test: stores are listed when", it.call("status", expect=None).stdout)
        self.assertEqual(self.status(it)["queue"]["tasks"], 0)
        it.call("reconcile")
        eventually(lambda: self.status(it)["queue"]["tasks"] == 20)
        it.call("fill", expect=2)
        self.assertEqual(it.lines("calls"), [])

    def test_a_dry_run_starts_no_collector(self):
        it = self.running(CONFIG, "0", "--dry-run")
        eventually(lambda: self.status(it)["queue"]["tasks"] == 20)
        self.assertIn("dry run", it.call("status", expect=None).stdout)
        it.call("fill", expect=2)
        self.assertEqual(it.lines("calls"), [])

    def test_an_unreachable_store_degrades_and_comes_back(self):
        it = self.running()
        eventually(lambda: self.is_whole(it))
        it.data.rename(it.folder / "away")
        store = lambda: self.status(it)["components"]["store:lake"]
        eventually(lambda: store()["state"] == "failed")
        it.call("status", expect=1)
        calls = len(it.lines("calls"))
        (it.folder / "away").rename(it.data)
        it.call("reconcile")
        eventually(lambda: store()["state"] == "reachable")
        self.assertEqual(len(it.lines("calls")), calls)

    def test_a_held_loss_is_acknowledged_through_the_loop(self):
        it = self.running()
        eventually(lambda: self.is_whole(it))
        slow = CONFIG.replace("reconcile_every: 2s", "reconcile_every: 1h")
        it.write("upkeep.yaml", slow)
        it.call("reload")
        eventually(lambda: self.knows_it_is_whole(it))
        for path in list((it.data / "days").iterdir()):
            path.unlink()
        # A listing that was under way when the objects went may not show it yet.
        held = eventually(lambda: it.call("reconcile") and
                          [i for i in it.incidents() if i["class"] == "held_loss"])
        self.assertEqual(it.objects(), [])
        it.call("ack", held[0]["id"])
        eventually(lambda: self.is_whole(it))

    def test_pages(self):
        it = self.running()
        eventually(lambda: self.knows_it_is_whole(it))
        self.assertEqual(self.page(it, "/health")[0], 200)
        self.assertIn('"status": "healthy"', self.page(it, "/health")[1])
        self.assertEqual(json.loads(self.page(it, "/status")[1])["running"], True)
        self.assertEqual(json.loads(self.page(it, "/tasks?limit=1")[1])["schema_version"], 1)
        self.assertIn("# TYPE upkeep_collection_completeness gauge", self.page(it, "/metrics")[1])
        numbers = self.page(it, "/metrics", headers={"Accept": "application/json"})[1]
        self.assertGreaterEqual(json.loads(numbers)["upkeep_gaps_closed_total"], 20)
        self.assertEqual(self.page(it, "/nothing")[0], 404)
        self.assertEqual(self.page(it, "/api/v1/stop", method="POST")[0], 403)
        self.assertEqual(self.page(it, "/health", headers={"Host": "example.com"})[0], 403)
        self.assertEqual(json.loads(self.page(it, "/api/v1/incidents")[1]), [])

    def test_the_journal_is_served_page_by_page(self):
        it = self.running()
        eventually(lambda: self.knows_it_is_whole(it))
        whole = json.loads(self.page(it, "/api/v1/journal?limit=1000")[1])
        self.assertIsNone(whole["next"])
        ids = [entry["id"] for entry in whole["entries"]]
        self.assertEqual(ids, sorted(ids, reverse=True))
        first = json.loads(self.page(it, "/api/v1/journal?limit=5")[1])
        self.assertEqual(len(first["entries"]), 5)
        second = json.loads(self.page(it, f"/api/v1/journal?limit=5&before={first['next']}")[1])
        self.assertEqual(first["entries"] + second["entries"], whole["entries"][:10])
        one = first["entries"][0]["target"]
        of_one = json.loads(self.page(it, f"/api/v1/journal?target={quote(one)}")[1])["entries"]
        self.assertEqual(of_one, [e for e in whole["entries"] if e["target"] == one])
        for wrong in ("limit=0", "limit=1001", "limit=x", "before=-1"):
            self.assertEqual(self.page(it, "/api/v1/journal?" + wrong)[0], 400)

    def test_a_token_lets_in(self):
        # echo -n secret | sha256sum
        digest = "2bb80d537b1da3e38bd30361aa855686bde0eacd7162fef6a25fe97bf527a25b"
        it = self.running(CONFIG.replace('127.0.0.1:0"', f'127.0.0.1:0", token_sha256: {digest}'))
        eventually(lambda: self.is_whole(it))
        ask = lambda token: self.page(it, "/api/v1/reconcile", method="POST",
                                      headers={"Authorization": f"Bearer {token}"})[0]
        self.assertEqual(ask("guess"), 401)
        self.assertEqual(ask("secret"), 202)

    def test_events_are_told_as_they_happen(self):
        it = self.running()
        eventually(lambda: self.is_whole(it))
        address = self.status(it)["http"]
        with urllib.request.urlopen(f"http://{address}/api/v1/events", timeout=PATIENCE) as stream:
            (it.data / "days/2026-01-07.txt").unlink()
            for line in stream:
                if b"closed" in line and b"2026-01-07" in line:
                    break

    def test_logs(self):
        it = self.running()
        eventually(lambda: self.is_whole(it))
        lines = it.call("logs", "--tail", "1000").stdout.splitlines()
        self.assertGreater(len(lines), 20)
        for line in lines:
            self.assertRegex(line, r"^20\d\d-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z [A-Z]+ ")
        self.assertEqual(len(it.call("logs", "--tail", "3").stdout.splitlines()), 3)
        self.assertEqual(it.call("logs", "--level", "error").stdout, "")
        follower = it.start("logs", "--follow", "--tail", "1")
        self.assertNotEqual(follower.stdout.readline(), "", "it follows from here on")
        it.call("reload")
        told = "the configuration was read again"
        self.assertTrue(any(told in line for line in follower.stdout))
        follower.kill()
        follower.communicate()

    def test_old_output_goes_while_it_runs(self):
        it = self.running(CONFIG.replace("loop:", "keep: {output: 2s}\nloop:"))
        outputs = it.state / "logs/tasks"
        (outputs / "old.log").write_text("printed long ago")
        os.utime(outputs / "old.log", (0, 0))
        eventually(lambda: not (outputs / "old.log").exists())

    def test_a_service_is_stopped_by_who_starts_it_again(self):
        it = self.lake(CONFIG, {"pause": "0"})
        managed = dict(os.environ, NOTIFY_SOCKET=str(it.folder / "nobody"))
        loop = it.start("start", "--foreground", env=managed)
        eventually(lambda: self.is_whole(it))
        for verb in ("stop", "restart"):
            self.assertIn("it runs as a service", it.call(verb, expect=2).stderr)
        self.assertIn("as a service", it.call("status", expect=None).stdout)
        loop.terminate()
        loop.communicate(timeout=PATIENCE)
        self.assertEqual(loop.returncode, 0)

    def test_in_the_foreground_until_a_signal(self):
        it = self.lake(CONFIG, {"pause": "30"})
        loop = it.start("start", "--foreground")
        eventually(lambda: len(it.lines("calls")) == 5)
        loop.send_signal(signal.SIGHUP)
        eventually(lambda: "read again" in it.call("logs").stdout)
        loop.send_signal(signal.SIGTERM)
        _, log = loop.communicate(timeout=PATIENCE)
        self.assertEqual(loop.returncode, 0, log)
        self.assertIn("stopped in good order", log)
        self.assertEqual(subprocess.run(["pgrep", "-f", str(it.data)]).returncode, 1)


if __name__ == "__main__":
    unittest.main()
