"""What an installation consists of, whether its manuals are well-formed, how far its unit keeps the
service in, and what `upkeep setup systemd` says where it can do nothing."""

import gzip
import os
import pathlib
import re
import shutil
import subprocess
import tempfile
import unittest

from lake import IS_SLOW_BUILD, LakeTest

BUILD = pathlib.Path(os.environ.get("UPKEEP_BUILD_FOLDER", "build/release"))
CONFIG = """
state: ./state
stores:
  lake: {url: "file:./lake"}
collections:
  days:
    store: lake
    key: "{date}.txt"
    dimensions: {date: {from: 2026-01-01, to: 2026-01-20}}
    collector: write
collectors:
  write: {command: [touch, "{path}"], grace: 5m}
"""


def run(*words, **options):
    return subprocess.run(words, capture_output=True, text=True, **options)


class Installation(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.stage = tempfile.TemporaryDirectory()
        cls.addClassCleanup(cls.stage.cleanup)
        cls.prefix = pathlib.Path(cls.stage.name) / "usr"
        done = run("cmake", "--install", BUILD, "--prefix", "/usr",
                   env=os.environ | {"DESTDIR": cls.stage.name})
        assert done.returncode == 0, done.stdout + done.stderr

    def manual(self, page):
        return gzip.decompress((self.prefix / f"share/man/man{page[-1]}/{page}.gz").read_bytes())

    def unit(self):
        return self.prefix / "lib/systemd/system/upkeep.service"

    def test_everything_is_where_it_belongs(self):
        for path in ("bin/upkeep", "share/bash-completion/completions/upkeep",
                     "share/fish/vendor_completions.d/upkeep.fish",
                     "share/zsh/vendor-completions/_upkeep", "lib/sysusers.d/upkeep.conf",
                     "lib/tmpfiles.d/upkeep.conf", "share/doc/upkeep/examples/upkeep.yaml"):
            self.assertTrue((self.prefix / path).is_file(), path)
        start = "/usr/bin/upkeep --config /etc/upkeep/upkeep.yaml start --foreground"
        self.assertIn(f"ExecStart={start}", self.unit().read_text().splitlines())
        version = run(self.prefix / "bin/upkeep", "version").stdout.split()[1]
        self.assertIn(f'"upkeep {version}"', self.manual("upkeep.1").decode())

    def test_all_that_a_page_prints_ends_where_it_should(self):
        manual = self.manual("upkeep.1").decode()
        help_text = run(self.prefix / "bin/upkeep", "help").stdout
        for command in re.findall(r"^  ([a-z]+)\b.*  [A-Z]", help_text, re.M):
            self.assertRegex(manual, rf'(?m)^\.SS "{command}\b')
        keys = self.manual("upkeep.yaml.5").decode()
        for section in ("stores.NAME", "collections.NAME.expect", "collectors.NAME.retries"):
            self.assertIn(f'.SS "{section}"', keys)

    def test_the_manuals_are_well_formed(self):
        tools = [["mandoc", "-T", "lint", "-W", "warning"], ["man", "--warnings", "-l"]]
        tools = [words for words in tools if shutil.which(words[0])]
        if not tools:
            self.skipTest("neither mandoc nor man is installed")
        for page in ("upkeep.1", "upkeep.yaml.5"):
            path = pathlib.Path(self.stage.name) / page
            path.write_bytes(self.manual(page))
            for words in tools:
                done = run(*words, path)
                complaints = done.stdout if words[0] == "mandoc" else done.stderr
                self.assertEqual(complaints, "", words)

    def test_the_unit_keeps_the_service_in(self):
        if shutil.which("systemd-analyze") is None:
            self.skipTest("systemd-analyze is not installed")
        rated = run("systemd-analyze", "security", "--offline=true", "--no-pager", self.unit())
        level = re.search(r"exposure level for upkeep.service: (\S+)", rated.stdout)
        self.assertIsNotNone(level, rated.stdout + rated.stderr)
        self.assertLess(float(level[1]), 2.0)


class Package(unittest.TestCase):
    def test_it_names_what_it_needs_and_starts_nothing(self):
        tools = ("cpack", "dpkg-shlibdeps", "file")
        if IS_SLOW_BUILD or not all(map(shutil.which, tools)):
            self.skipTest(f"it is made of released programs, with {', '.join(tools)}")
        with tempfile.TemporaryDirectory() as folder:
            made = run("cpack", "-G", "DEB", "--config", (BUILD / "CPackConfig.cmake").resolve(),
                       "-B", folder, cwd=folder)
            self.assertEqual(made.returncode, 0, made.stdout + made.stderr)
            [package] = pathlib.Path(folder).glob("upkeep_*.deb")
            needs = run("dpkg-deb", "--field", package, "Depends").stdout
            for library in ("libc6", "libcurl", "libsqlite3", "libssl", "tzdata"):
                self.assertIn(library, needs)
            scripts = pathlib.Path(folder, "scripts")
            run("dpkg-deb", "--control", package, scripts)
            for script in ("postinst", "prerm", "postrm"):
                text = (scripts / script).read_text()
                self.assertEqual(run("sh", "-n", scripts / script).stderr, "")
                self.assertNotRegex(text, r"systemctl[^\n]* (start|enable)\b")
            files = run("dpkg-deb", "--contents", package).stdout
            self.assertRegex(files, r"(?m)^-rwxr-xr-x root/root .* \./usr/bin/upkeep$")
            self.assertNotIn("./etc/", files)
            self.assertIn("./usr/share/doc/upkeep/changelog.gz", files)
            run("dpkg-deb", "--extract", package, folder + "/root")
            text = gzip.decompress(pathlib.Path(
                folder, "root/usr/share/doc/upkeep/changelog.gz").read_bytes()).decode()
            version = run("dpkg-deb", "--field", package, "Version").stdout.strip()
            self.assertRegex(text, rf"^upkeep \({version}\) [^\n]*\n\n  \* .*\n\n -- .* <.*>  "
                                   r"[A-Z][a-z]{2}, \d\d [A-Z][a-z]{2} \d{4} ")


class Setup(LakeTest):
    def test_a_unit_lets_its_configuration_write_and_nothing_else(self):
        it = self.lake(CONFIG)
        unit = it.call("setup", "systemd", "--print", "--run-as", "ann").stdout.splitlines()
        folder = it.folder
        self.assertEqual([line for line in unit if line.startswith("ReadWritePaths=")],
                         [f"ReadWritePaths={folder}/lake", f"ReadWritePaths={folder}/state"])
        program = os.path.realpath(it.program)
        program = f'"{program}"' if " " in program else program
        for line in ("User=ann", "ProtectSystem=strict", "TimeoutStopSec=360s",
                     f"ExecReload={program} --config {folder}/upkeep.yaml reload"):
            self.assertIn(line, unit)
        own = it.call("setup", "systemd", "--print", "--user").stdout
        self.assertIn("WantedBy=default.target", own)
        self.assertNotRegex(own, r"(?m)^(User|ProtectSystem|ReadWritePaths)=")
        self.assertFalse(it.state.exists(), "printing changes nothing")

    def test_what_it_cannot_do_is_told_with_the_mend(self):
        it = self.lake(CONFIG)
        self.assertIn("--print shows the unit" if not os.path.isdir("/run/systemd/system") else
                      "sudo " if os.geteuid() != 0 else "", self.attempt(it))
        none = dict(os.environ, XDG_RUNTIME_DIR=str(it.folder))
        refused = it.call("setup", "systemd", "--user", expect=1, env=none).stderr
        self.assertIn("no service manager of your own runs here", refused)
        it.call("setup", "launchd", expect=2)
        it.call("setup", "systemd", "--name", "../evil", "--print", expect=2)
        it.call("setup", "systemd", "--user", "--run-as", "ann", "--print", expect=2)
        it.write("upkeep.yaml", "bogus: 1\n")
        self.assertIn("bogus", it.call("setup", "systemd", "--print", expect=2).stderr)

    def attempt(self, it):
        """Changes nothing on the machine of whoever runs this."""
        if os.path.isdir("/run/systemd/system") and os.geteuid() == 0:
            return ""
        return it.call("setup", "systemd", expect=1).stderr


if __name__ == "__main__":
    unittest.main()
