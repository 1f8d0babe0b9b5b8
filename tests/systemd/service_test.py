"""Under a real systemd: the installed unit and those that `upkeep setup systemd` writes. They come
up, are started again when the loop dies or hangs, reload, and stop with their collectors' grace."""

import json
import os
import pathlib
import subprocess
import sys
import tempfile
import time
import unittest

from box import Box, CannotBoot

BUILD = pathlib.Path(os.environ.get("UPKEEP_BUILD_FOLDER", "build/release"))
PROGRAM = "/opt/bin/upkeep"
CONFIG = """
http: {listen: "127.0.0.1:8080"}
loop: {reconcile_every: 1s, queue_poll: 100ms, hang_after: 5s}
stores:
  archive: {url: "file:%(archive)s"}
collections:
  days:
    store: archive
    key: "{date}.txt"
    dimensions: {date: {from: 2026-01-01, to: 2026-01-0%(days)s}}
    collector: write
collectors:
  write:
    command: [python3, "%(folder)s/write.py", "{date}", "{path}"]
    grace: 10s
"""
# It tells on request that it was asked to end, which takes longer than no grace at all.
WRITE = """
import os, pathlib, signal, sys, time
path = pathlib.Path(sys.argv[2])
def end(signal, frame):
    time.sleep(0.3)
    path.with_name("grace").write_text("was given")
    sys.exit(1)
signal.signal(signal.SIGTERM, end)
if path.with_name("wait").exists():
    path.with_name("waits").write_text("")
    time.sleep(600)
path.with_name("group").write_text(pathlib.Path("/proc/self/cgroup").read_text())
path.with_name("whoami").write_text(f"{os.getuid()} {os.environ.get('HOME')}")
path.write_text("1")
"""


def eventually(what, seconds=60):
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        result = what()
        if result:
            return result
        time.sleep(0.1)
    raise AssertionError(f"it did not come true within {seconds} s")


class Service(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.stage = tempfile.TemporaryDirectory()
        cls.addClassCleanup(cls.stage.cleanup)
        subprocess.run(["cmake", "--install", BUILD, "--prefix", "/opt"], check=True,
                       env=os.environ | {"DESTDIR": cls.stage.name}, stdout=subprocess.DEVNULL)
        try:
            cls.box = Box({"/opt": cls.stage.name + "/opt"})
        except CannotBoot as reason:
            raise unittest.SkipTest(f"no systemd can be booted here: {reason}") from None
        cls.addClassCleanup(cls.box.end)

    def systemctl(self, *words, **options):
        return self.box.call("systemctl", *words, **options).stdout.strip()

    def upkeep(self, *words, **options):
        return self.box.call(PROGRAM, *words, **options)

    def of(self, unit, fact):
        return self.systemctl("show", "--value", "--property", fact, unit)

    def pid(self, unit):
        return int(self.of(unit, "MainPID"))

    def is_there(self, path):
        return self.box.call("test", "-e", path, expect=None).returncode == 0

    def journal(self, unit):
        lines = self.box.call("journalctl", "-u", unit, "-o", "json", "--no-pager").stdout
        return [json.loads(line) for line in lines.splitlines()]

    def configure(self, folder, archive, owner, days=5):
        self.box.write(f"{folder}/write.py", WRITE, owner=owner)
        self.box.write(f"{folder}/upkeep.yaml",
                       CONFIG % {"archive": archive, "folder": folder, "days": days}, owner=owner)

    def make_archive(self, path, owner):
        self.box.call("install", "-d", "-o", owner, path)

    def test_the_installed_unit(self):
        box = self.box
        for kind in ("system", "sysusers.d", "tmpfiles.d"):
            folder = "systemd/system" if kind == "system" else kind
            name = "upkeep.service" if kind == "system" else "upkeep.conf"
            box.call("install", "-D", "-m", "644", f"/opt/lib/{folder}/{name}",
                     f"/etc/{folder}/{name}")
        box.call("systemd-sysusers")
        box.call("systemd-tmpfiles", "--create", "/etc/tmpfiles.d/upkeep.conf")
        self.systemctl("daemon-reload")
        self.assertIn("upkeep.yaml", "\n".join(
            line["MESSAGE"] for line in self.start_without_configuration()))
        self.make_archive("/var/lib/upkeep/archive", "upkeep")
        self.configure("/etc/upkeep", "/var/lib/upkeep/archive", "root")
        self.systemctl("start", "upkeep")
        self.addCleanup(self.systemctl, "stop", "upkeep", expect=None)
        self.assertEqual(self.of("upkeep", "ActiveState"), "active")
        self.assertEqual(self.of("upkeep", "WatchdogUSec"), "5s", "as loop.hang_after says")
        self.is_filled_by_its_own_user()
        self.it_is_stopped_by_who_starts_it()
        self.it_is_started_again()
        self.it_reloads()
        self.it_stops_with_grace()
        self.its_journal_is_right()

    def start_without_configuration(self):
        self.systemctl("start", "upkeep", expect=1)
        self.systemctl("stop", "upkeep")
        return self.journal("upkeep")

    def is_filled_by_its_own_user(self):
        eventually(lambda: self.is_there("/var/lib/upkeep/archive/2026-01-05.txt"))
        user = self.box.call("id", "-u", "upkeep").stdout.strip()
        seen = self.box.call("cat", "/var/lib/upkeep/archive/whoami").stdout
        self.assertEqual(seen, f"{user} /var/lib/upkeep")
        group = self.box.call("cat", "/var/lib/upkeep/archive/group").stdout
        self.assertRegex(group, r"(?m)^0::/.*/upkeep.service/attempt-\d")
        eventually(lambda: self.upkeep("health", expect=None).returncode == 0)
        self.assertIn("as a service", self.upkeep("status", expect=None).stdout)
        page = self.box.call("curl", "-sf", "http://127.0.0.1:8080/health").stdout
        self.assertIn("healthy", page)
        self.assertTrue(self.is_there("/var/lib/upkeep/upkeep.db"), "the unit's state folder")

    def it_is_stopped_by_who_starts_it(self):
        for verb in ("stop", "restart"):
            refused = self.upkeep(verb, expect=2).stderr
            self.assertIn(f"it runs as a service: systemctl {verb} upkeep.service", refused)

    def it_is_started_again(self):
        for signal in ("KILL", "STOP"):  # the watchdog notices the second
            before = self.pid("upkeep")
            self.box.call("kill", f"-{signal}", str(before))
            eventually(lambda: self.pid("upkeep") not in (0, before))
            eventually(lambda: self.of("upkeep", "ActiveState") == "active")
            self.assertEqual(self.box.call("test", "-e", f"/proc/{before}", expect=None).returncode,
                             1)
        self.assertEqual(self.of("upkeep", "NRestarts"), "2")

    def it_reloads(self):
        before = self.pid("upkeep")
        self.configure("/etc/upkeep", "/var/lib/upkeep/archive", "root", days=7)
        self.systemctl("reload", "upkeep")
        eventually(lambda: self.is_there("/var/lib/upkeep/archive/2026-01-07.txt"))
        self.box.write("/etc/upkeep/upkeep.yaml", "bogus: 1\n")
        self.systemctl("reload", "upkeep", expect=1)
        self.systemctl("kill", "--kill-whom=main", "--signal=HUP", "upkeep")
        eventually(lambda: any("was not taken over" in line["MESSAGE"]
                               for line in self.journal("upkeep")))
        self.assertEqual(self.pid("upkeep"), before, "a broken configuration changes nothing")
        self.configure("/etc/upkeep", "/var/lib/upkeep/archive", "root", days=7)

    def it_stops_with_grace(self):
        self.box.write("/var/lib/upkeep/archive/wait", "")
        self.box.call("rm", "/var/lib/upkeep/archive/2026-01-01.txt")
        eventually(lambda: self.is_there("/var/lib/upkeep/archive/waits"))
        self.systemctl("stop", "upkeep")
        self.assertEqual(self.of("upkeep", "Result"), "success")
        self.assertTrue(self.is_there("/var/lib/upkeep/archive/grace"))
        self.assertEqual(self.box.call("pgrep", "-f", "write.py", expect=None).returncode, 1)

    def its_journal_is_right(self):
        lines = [line for line in self.journal("upkeep") if line.get("_COMM") == "upkeep"]
        by_priority = {}
        for line in lines:
            by_priority.setdefault(int(line["PRIORITY"]), []).append(line["MESSAGE"])
            self.assertNotRegex(line["MESSAGE"], r"^<\d>|^20\d\d-", "that is systemd's")
        self.assertTrue(any("started: upkeep" in text for text in by_priority[6]))
        self.assertTrue(any("was not taken over" in text for text in by_priority[3]), by_priority)

    def test_a_unit_is_set_up_and_set_up_again(self):
        self.box.call("useradd", "--create-home", "ann", expect=None)
        self.box.call("install", "-d", "-o", "ann", "/srv/my lake")
        self.configure("/srv/my lake", "./archive", "ann")
        self.box.write("/srv/my lake/upkeep.yaml",
                       CONFIG.replace("8080", "8081") %
                       {"archive": "./archive", "folder": "/srv/my lake", "days": 5}, owner="ann")
        setup = ("-c", "/srv/my lake/upkeep.yaml", "setup", "systemd", "--name", "lake")
        self.assertIn("install -d -o ann", self.upkeep(*setup, expect=1).stderr)
        self.make_archive("/srv/my lake/archive", "root")
        self.assertIn("chown -R ann", self.upkeep(*setup, expect=1).stderr)
        self.make_archive("/srv/my lake/archive", "ann")
        self.assertIn("is written", self.upkeep(*setup).stdout)
        self.addCleanup(self.systemctl, "disable", "--now", "lake", expect=None)
        self.assertEqual(self.of("lake", "ActiveState"), "active")
        self.assertEqual(self.systemctl("is-enabled", "lake"), "enabled")
        eventually(lambda: self.is_there("/srv/my lake/archive/2026-01-05.txt"))
        owner = self.box.call("stat", "-c", "%U", "/srv/my lake/archive/2026-01-05.txt").stdout
        self.assertEqual(owner.strip(), "ann")
        before = self.pid("lake")
        again = self.upkeep(*setup).stdout
        self.assertIn("is as it should be", again)
        self.assertIn("runs already", again)
        self.assertEqual(self.pid("lake"), before)
        self.upkeep(*setup, "--run-as", "ann", "--print")
        self.box.write("/etc/systemd/system/other.service", "[Service]\nExecStart=/bin/true\n")
        other = (*setup[:-1], "other")
        self.assertIn("left alone", self.upkeep(*other, expect=1).stderr)

    def test_what_runs_already_or_cannot_start_is_told(self):
        self.box.call("install", "-d", "/srv/by-hand/archive")
        self.box.write("/srv/by-hand/upkeep.yaml",
                       CONFIG.replace("8080", "8082") %
                       {"archive": "./archive", "folder": "/srv/by-hand", "days": 5})
        self.box.write("/srv/by-hand/write.py", WRITE)
        words = ("-c", "/srv/by-hand/upkeep.yaml")
        self.upkeep(*words, "start")
        setup = (*words, "setup", "systemd", "--name", "by-hand", "--run-as", "root")
        self.box.call("install", "-d", "-m", "700", "/root/lake")
        self.configure("/root/lake", "./archive", "root")
        hidden = self.upkeep("-c", "/root/lake/upkeep.yaml", "setup", "systemd", expect=1).stderr
        self.assertIn("runs as upkeep, who may not enter /root/lake", hidden)
        self.assertIn("runs already", self.upkeep(*setup, expect=1).stderr)
        self.upkeep(*words, "stop")
        self.upkeep(*setup)
        self.addCleanup(self.systemctl, "disable", "--now", "by-hand", expect=None)
        self.box.write("/srv/by-hand/upkeep.yaml", "bogus: 1\n")
        self.assertIn("bogus", self.upkeep(*setup, expect=2).stderr)

    def test_a_unit_of_ones_own(self):
        self.box.call("useradd", "--create-home", "eve", expect=None)
        user = self.box.call("id", "-u", "eve").stdout.strip()
        # What PAM's module would do, whose settings are not in the box.
        self.box.write("/etc/pam.d/systemd-user", "account required pam_permit.so\n"
                       "session required pam_permit.so\n")
        self.box.write("/etc/systemd/system/user@.service.d/runtime.conf",
                       "[Service]\nEnvironment=XDG_RUNTIME_DIR=/run/user/%i\n")
        self.systemctl("daemon-reload")
        self.systemctl("start", f"user@{user}.service")
        self.addCleanup(self.systemctl, "stop", f"user@{user}.service")
        lake = "/home/eve/lake"
        self.box.call("install", "-d", "-o", "eve", lake)
        self.make_archive(lake + "/archive", "eve")
        self.box.write(f"{lake}/write.py", WRITE)
        self.box.write(f"{lake}/upkeep.yaml", CONFIG.replace("8080", "8083") %
                       {"archive": "./archive", "folder": lake, "days": 5})
        group = self.box.call("id", "-g", "eve").stdout.strip()
        as_eve = ("setpriv", "--reuid", user, "--regid", group, "--clear-groups", "env",
                  "HOME=/home/eve", f"XDG_RUNTIME_DIR=/run/user/{user}")
        setup = (*as_eve, PROGRAM, "-c", f"{lake}/upkeep.yaml", "setup", "systemd")
        refused = self.box.call(*setup, expect=1).stderr
        self.assertIn(f"sudo {PROGRAM} -c {lake}/upkeep.yaml setup systemd, or --user", refused)
        self.assertIn("/home/eve/.config/systemd/user/upkeep.service is written",
                      self.box.call(*setup, "--user").stdout)
        eventually(lambda: self.is_there(f"{lake}/archive/2026-01-05.txt"))
        manager = (*as_eve, "systemctl", "--user")
        before = self.box.call(*manager, "show", "--value", "-p", "MainPID", "upkeep").stdout
        self.assertIn("systemctl --user stop upkeep.service", self.box.call(
            *as_eve, PROGRAM, "-c", f"{lake}/upkeep.yaml", "stop", expect=2).stderr)
        self.box.call("kill", "-KILL", before.strip())
        eventually(lambda: self.box.call(*manager, "show", "--value", "-p", "NRestarts", "upkeep")
                   .stdout.strip() == "1")
        self.assertIn("runs already", eventually(
            lambda: (again := self.box.call(*setup, "--user", expect=None)).returncode == 0
            and again.stdout))

    def test_systemd_knows_every_word_of_the_unit(self):
        self.box.call("install", "-D", "-m", "644", "/opt/lib/systemd/system/upkeep.service",
                      "/run/checked/upkeep.service")
        checked = self.box.call("systemd-analyze", "verify", "--man=no",
                                "/run/checked/upkeep.service", expect=None)
        own = [line for line in checked.stderr.splitlines() if "upkeep.service" in line]
        self.assertEqual(own, [])  # an unknown key is a line here, and exit code 0


if __name__ == "__main__":
    result = unittest.main(exit=False).result
    for _, reason in result.skipped:
        print(f"skipped: {reason}")
    sys.exit(1 if not result.wasSuccessful() else 77 if result.skipped else 0)
